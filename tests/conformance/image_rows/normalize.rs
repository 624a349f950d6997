//! Pixels to planes of floats, by a given mean and standard deviation.

use half::f16;
use swath::{Error, Normalize, Pixel, TensorBatch};

use super::rows;
use crate::image_cases::{Fill, With, few, image, large, small, widths, with};
use crate::runner::Row;
use crate::samples::{Sampled, planes};
use crate::support::executors;
use crate::support::floats;
use crate::support::images::normalize::{self, Form, Layout, ROUNDED};

const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const STD: [f64; 3] = [0.229, 0.224, 0.225];
/// Beside the image on its canvas: not a number of half precision.
const PADDING: f32 = -1.3;

/// Where pixels go.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way {
    /// Blue first.
    pub is_swapped: bool,
    /// Left becomes right.
    pub is_flipped: bool,
    /// By how much the planes are wider and higher than the image.
    pub margin: Option<(usize, usize)>,
}

const PLAIN: Way = Way { is_swapped: false, is_flipped: false, margin: None };
const SWAPPED: Way = Way { is_swapped: true, ..PLAIN };
const FLIPPED: Way = Way { is_flipped: true, ..PLAIN };
const FITTING: Way = Way { margin: Some((0, 0)), ..PLAIN };
const PADDED: Way = Way { margin: Some((3, 2)), ..PLAIN };
const ALL_AT_ONCE: Way = Way { is_swapped: true, is_flipped: true, margin: Some((1, 5)) };

const WAYS: &[Way] = &[PLAIN, SWAPPED, FLIPPED, FITTING, PADDED, ALL_AT_ONCE];

/// Canvases wider by 0 to 17 pixels, of odd and even planes.
fn canvases() -> Vec<With<Way>> {
    let margins = (0..=17).flat_map(|margin| [(margin, margin % 4), (margin % 3, margin)]);
    let ways: Vec<_> = margins.map(|margin| Way { margin: Some(margin), ..FLIPPED }).collect();
    with(vec![image(13, 5), image(16, 4)], &ways)
}

/// What types of pixels are tried with: planes of whole words and of odd lengths.
fn variants() -> Vec<With<Way>> {
    let images = [
        image(0, 0),
        image(1, 1),
        image(5, 3),
        image(16, 1),
        image(33, 21).inside(1, 1),
        image(41, 37).padded(1),
        image(40, 24).of(Fill::Extreme),
        image(301, 97).of(Fill::Ramp),
    ];
    with(images.to_vec(), &[PLAIN, ALL_AT_ONCE])
}

impl With<Way> {
    /// What is asked for of pixels of this type.
    pub fn normalize<P: Pixel>(&self) -> Result<Normalize, Error> {
        let colors = P::COLOR_CHANNELS;
        let mut normalize = Normalize::new(&MEAN[..colors], &STD[..colors])?;
        if self.by.is_swapped {
            normalize = normalize.swap_channels();
        }
        if self.by.is_flipped {
            normalize = normalize.flipped();
        }
        Ok(match self.by.margin {
            Some(_) => normalize.padded(self.size().0, self.size().1, PADDING),
            None => normalize,
        })
    }

    /// Width and height of the planes.
    fn size(&self) -> (usize, usize) {
        let ((width, height), (right, below)) = (self.image.size(), self.by.margin.unwrap_or((0, 0)));
        (width + right, height + below)
    }

    fn shape<P: Pixel>(&self) -> [usize; 3] {
        [P::COLOR_CHANNELS, self.size().1, self.size().0]
    }

    fn expected<P: Pixel<Sample: Sampled>>(&self) -> Vec<(f64, f64)> {
        let order = planes::<P>(self.by.is_swapped);
        let padded = self.by.margin.map(|_| (self.size().0, self.size().1, f64::from(PADDING)));
        let layout = Layout { planes: &order, is_flipped: self.by.is_flipped, padded };
        let form = Form::Given { mean: &MEAN[..order.len()], std: &STD[..order.len()] };
        normalize::planes(&self.image.picture::<P>(), &form, &layout, ROUNDED)
    }

    /// Bytes of the rows of the source that must be bound where its pixels are read one by one.
    fn row_bytes<P: Pixel>(&self) -> u64 {
        let is_in_place = !self.by.is_flipped && self.by.margin.is_none();
        if is_in_place { 0 } else { (2 * self.image.size().0 * P::CHANNELS * size_of::<P::Sample>()) as u64 }
    }

    /// The same for numbers of half precision: all of the source where two planes share a word.
    fn half_row_bytes<P: Pixel>(&self) -> u64 {
        let ((width, height), source) = (self.size(), self.image.size());
        if (width * height).is_multiple_of(8) {
            return self.row_bytes::<P>();
        }
        (source.0 * source.1 * P::CHANNELS * size_of::<P::Sample>()) as u64 + 16 * 16
    }
}

/// Planes of `f32`.
pub fn row<P: Pixel<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<With<Way>>,
) -> Row<With<Way>, Vec<(f64, f64)>, Vec<f32>> {
    Row {
        test,
        cases,
        whole: With::<Way>::row_bytes::<P>,
        expected: With::<Way>::expected::<P>,
        run: |device, case| {
            let tensor = case.image.upload::<P>(device)?.normalize(&case.normalize::<P>()?)?;
            let host = tensor.read().wait()?;
            assert_eq!((tensor.shape(), host.shape()), (&case.shape::<P>()[..], &case.shape::<P>()[..]));
            Ok(host.as_slice().to_vec())
        },
        compare: |_, expected, got: &Vec<f32>, _| floats::check(got, expected.iter().copied()),
    }
}

/// Planes of `f16`.
pub fn half_row<P: Pixel<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<With<Way>>,
) -> Row<With<Way>, Vec<(f64, f64)>, Vec<f16>> {
    Row {
        test,
        cases,
        whole: With::<Way>::half_row_bytes::<P>,
        expected: With::<Way>::expected::<P>,
        run: |device, case| {
            let tensor = case.image.upload::<P>(device)?.normalize_f16(&case.normalize::<P>()?)?;
            let host = tensor.read().wait()?;
            assert_eq!((tensor.shape(), host.shape()), (&case.shape::<P>()[..], &case.shape::<P>()[..]));
            Ok(host.as_slice().to_vec())
        },
        compare: |_, expected, got: &Vec<f16>, _| {
            let numbers: Vec<_> = got.iter().map(|number| number.to_f32()).collect();
            floats::check_half(&numbers, expected.iter().copied())
        },
    }
}

rows! { row:
    normalize_rgb8, Rgb8, with(small(), &[PLAIN]), all;
    normalize_large_rgb8, Rgb8, with(large(), &[PLAIN]), few;
    normalize_rgb8_of_every_width, Rgb8, with(widths(), &[PLAIN]), all;
    normalize_rgb8_in_every_way, Rgb8, with(few(), WAYS), all;
    normalize_rgb8_on_canvases, Rgb8, canvases(), all;
    normalize_bgr8, Bgr8, variants(), few;
    normalize_rgba8, Rgba8, variants(), few;
    normalize_bgra8, Bgra8, variants(), few;
    normalize_gray8, Gray8, with(small(), &[PLAIN, FLIPPED]), few;
    normalize_large_gray8, Gray8, with(large(), &[FLIPPED]), few;
    normalize_rgb16, Rgb16, variants(), few;
    normalize_bgr16, Bgr16, variants(), few;
    normalize_rgba16, Rgba16, variants(), few;
    normalize_bgra16, Bgra16, variants(), few;
    normalize_gray16, Gray16, variants(), few;
    normalize_rgb_f32, RgbF32, variants(), few;
    normalize_bgr_f32, BgrF32, variants(), few;
    normalize_rgba_f32, RgbaF32, variants(), few;
    normalize_bgra_f32, BgraF32, variants(), few;
    normalize_gray_f32, GrayF32, variants(), few;
}

rows! { half_row:
    halves_of_rgb8, Rgb8, with(small(), &[PLAIN]), few;
    halves_of_large_rgb8, Rgb8, with(large(), &[PLAIN]), few;
    halves_of_rgb8_of_every_width, Rgb8, with(widths(), &[PLAIN]), all;
    halves_of_rgb8_in_every_way, Rgb8, with(few(), WAYS), all;
    halves_of_rgb8_on_canvases, Rgb8, canvases(), all;
    halves_of_bgr8, Bgr8, variants(), few;
    halves_of_rgba8, Rgba8, variants(), few;
    halves_of_bgra8, Bgra8, variants(), few;
    halves_of_gray8, Gray8, variants(), few;
    halves_of_rgb16, Rgb16, variants(), few;
    halves_of_bgr16, Bgr16, variants(), few;
    halves_of_rgba16, Rgba16, variants(), few;
    halves_of_bgra16, Bgra16, variants(), few;
    halves_of_gray16, Gray16, variants(), few;
    halves_of_rgb_f32, RgbF32, variants(), few;
    halves_of_bgr_f32, BgrF32, variants(), few;
    halves_of_rgba_f32, RgbaF32, variants(), few;
    halves_of_bgra_f32, BgraF32, variants(), few;
    halves_of_gray_f32, GrayF32, variants(), few;
}

#[test]
fn canvas_sized_planes_of_other_sizes_stack() {
    let sizes = [image(3, 4), image(0, 0), image(7, 2), image(1, 5)];
    let normalize = || Ok::<_, Error>(Normalize::new(&MEAN, &STD)?.padded(7, 5, PADDING));
    for executor in executors::few() {
        let expanded = sizes.map(|size| size.expand::<u8>(3));
        let views = expanded.each_ref().map(|image| image.view::<swath::Rgb8>().unwrap());
        let batch: TensorBatch = executor.device.images(&views).unwrap().normalize(&normalize().unwrap()).unwrap();
        let stacked = batch.stacked().unwrap();
        assert_eq!(stacked.shape(), [4, 3, 5, 7]);
        let (stacked, apart) = (stacked.read().wait().unwrap(), batch.read().wait().unwrap());
        assert_eq!(stacked.as_slice(), apart.as_slice());
        for (index, size) in sizes.iter().enumerate() {
            let alone = size.upload::<swath::Rgb8>(&executor.device).unwrap().normalize(&normalize().unwrap()).unwrap();
            let (shape, numbers) = apart.get(index).unwrap();
            assert_eq!(shape, [3, 5, 7], "{size} on {}", executor.name);
            assert_eq!(numbers, alone.read().wait().unwrap().as_slice(), "{size} on {}", executor.name);
        }
    }
}
