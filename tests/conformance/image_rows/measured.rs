//! Pixels to planes of floats, by what each image's own channels hold.

use swath::{Error, Normalize, Pixel};

use super::rows;
use super::statistics::inexact;
use crate::image_cases::{Fill, With, few, image, widths, with};
use crate::runner::Row;
use crate::samples::{Sampled, planes};
use crate::support::floats;
use crate::support::images::normalize::{self, Form, Inexact, Layout, Norm, ROUNDED};

/// One of the forms, as asked for and as expected.
pub type Measure = Form<'static>;

const FORMS: &[Measure] = &[
    Form::MinMax { low: 0.0, high: 1.0 },
    Form::MinMax { low: -1.5, high: 2.25 },
    Form::Standardize { epsilon: 0.0 },
    Form::Standardize { epsilon: 1e-3 },
    Form::Standardize { epsilon: 77.0 },
    Form::Norm(Norm::L1),
    Form::Norm(Norm::L2),
    Form::Norm(Norm::Inf),
];

fn normalize(form: Measure) -> Result<Normalize, Error> {
    Ok(match form {
        Form::Given { mean, std } => Normalize::new(mean, std)?,
        Form::MinMax { low, high } => Normalize::min_max(low, high)?,
        Form::Standardize { epsilon } => Normalize::standardize(epsilon)?,
        Form::Norm(Norm::L1) => Normalize::norm(swath::Norm::L1),
        Form::Norm(Norm::L2) => Normalize::norm(swath::Norm::L2),
        Form::Norm(Norm::Inf) => Normalize::norm(swath::Norm::Inf),
    })
}

/// What a device's numbers may be off by: those of floats are measured in `f32` on a GPU.
fn inexact_of<P: Pixel<Sample: Sampled>>(is_gpu: bool) -> Inexact {
    if P::Sample::IS_WHOLE {
        return ROUNDED;
    }
    let of_sums = inexact(is_gpu);
    Inexact { mean: ROUNDED.mean + of_sums, spread: of_sums, scale: 2.0 * ROUNDED.scale + of_sums }
}

/// Numbers, and how far off each may be.
type Planes = Vec<(f64, f64)>;

/// Brought to a form, on a CPU or a GPU.
pub fn row<P: Pixel<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<With<Measure>>,
) -> Row<With<Measure>, [Planes; 2], Vec<f32>> {
    Row {
        test,
        cases,
        whole: |_| 0,
        expected: |case: &With<Measure>| {
            [false, true].map(|is_gpu| {
                let order = planes::<P>(false);
                let layout = Layout::of(&order);
                normalize::planes(&case.image.picture::<P>(), &case.by, &layout, inexact_of::<P>(is_gpu))
            })
        },
        run: |device, case| {
            let tensor = case.image.upload::<P>(device)?.normalize(&normalize(case.by)?)?;
            Ok(tensor.read().wait()?.as_slice().to_vec())
        },
        compare: |_, expected, got: &Vec<f32>, is_gpu| {
            floats::check(got, expected[usize::from(is_gpu)].iter().copied())
        },
    }
}

/// A few images, and some with a step of one sample in the midst of equal ones.
fn images() -> Vec<crate::image_cases::ImageCase> {
    let mut images = few();
    images.extend([image(64, 33).of(Fill::Two(254, 255)), image(20, 20).of(Fill::All(0)), image(513, 512)]);
    images
}

rows! { row:
    rgb8_by_its_own_numbers, Rgb8, with(images(), FORMS), few;
    rgb8_of_every_width_by_its_own_numbers, Rgb8, with(widths(), &FORMS[2..3]), few;
    rgb8_by_its_own_numbers_everywhere, Rgb8, with(few(), &FORMS[3..4]), all;
    bgra8_by_its_own_numbers, Bgra8, with(few(), FORMS), few;
    gray16_by_its_own_numbers, Gray16, with(images(), FORMS), few;
    rgba16_by_its_own_numbers, Rgba16, with(few(), FORMS), few;
    gray_f32_by_its_own_numbers, GrayF32, with(images(), FORMS), few;
    bgr_f32_by_its_own_numbers, BgrF32, with(images(), FORMS), few;
}
