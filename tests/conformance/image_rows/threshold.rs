//! Gray images cut at a level.

use swath::{Error, Gray, Gray8, Image, Sample, Threshold, ThresholdKind};

use super::{rows, samples};
use crate::image_cases::{With, few, large, small, widths, with};
use crate::runner::Row;
use crate::samples::Sampled;
use crate::support::images::threshold::Kind;

/// A level as a share of white, and what becomes of what is above it.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// What becomes of it.
    pub kind: Kind,
    /// The level.
    pub level: f64,
    /// The maximum value as a share of white, if it is not white.
    pub max: Option<f64>,
}

const fn cut(kind: Kind, level: f64) -> Cut {
    Cut { kind, level, max: None }
}

/// Every kind, at levels on, between and beyond whole numbers, those that cut nothing or everything among them.
fn cuts() -> Vec<Cut> {
    let of_kind = |kind| {
        [-0.1, 0.0, 0.39, 77.0 / 255.0, 1.0, 1e9].map(|level| cut(kind, level)).into_iter().chain([
            Cut { kind, level: 0.5, max: Some(0.7) },
            Cut { kind, level: 0.5, max: Some(-3.0) },
            Cut { kind, level: f64::NEG_INFINITY, max: Some(1e300) },
        ])
    };
    Kind::ALL.into_iter().flat_map(of_kind).collect()
}

/// One of each kind.
fn kinds() -> Vec<Cut> {
    Kind::ALL.map(|kind| cut(kind, 99.0 / 255.0)).to_vec()
}

fn threshold(kind: Kind, level: f64) -> Threshold {
    match kind {
        Kind::Binary => Threshold::binary(level),
        Kind::BinaryInverted => Threshold::binary_inverted(level),
        Kind::Truncate => Threshold::truncate(level),
        Kind::ToZero => Threshold::to_zero(level),
        Kind::ToZeroInverted => Threshold::to_zero_inverted(level),
    }
}

impl Cut {
    /// Level and maximum in units of samples.
    fn numbers<T: Sample>(self) -> (f64, Option<f64>) {
        let white = f64::from(T::WHITE);
        (self.level * white, self.max.map(|max| max * white))
    }

    fn of<G: Gray>(self, image: &Image<G>) -> Result<Image<G>, Error> {
        let (level, max) = self.numbers::<G::Sample>();
        let threshold = threshold(self.kind, level);
        image.threshold(max.map_or(threshold, |max| threshold.max_value(max)))
    }

    fn expected<T: Sampled>(self, pixels: &[T]) -> Vec<T> {
        let (level, max) = self.numbers::<T>();
        T::cut(pixels, self.kind, level, max.unwrap_or(f64::from(<T as Sample>::WHITE)))
    }
}

/// Cut in a way.
pub fn row<G: Gray<Sample: Sampled>>(
    test: &'static str,
    cases: fn() -> Vec<With<Cut>>,
) -> Row<With<Cut>, Vec<G::Sample>, Vec<G::Sample>> {
    Row {
        test,
        cases,
        whole: |_| 0,
        expected: |case: &With<Cut>| case.by.expected(&case.image.samples::<G>()),
        run: |device, case| samples(&case.by.of(&case.image.upload::<G>(device)?)?),
        compare: |_, expected, got, _| Sampled::same(got, expected),
    }
}

rows! { row:
    gray8_is_cut, Gray8, with(small(), &[cut(Kind::Binary, 77.0 / 255.0)]), all;
    large_gray8_is_cut, Gray8, with(large(), &[cut(Kind::Binary, 77.0 / 255.0)]), few;
    gray8_of_every_width_is_cut, Gray8, with(widths(), &[cut(Kind::BinaryInverted, 0.4)]), all;
    gray8_is_cut_in_every_way, Gray8, with(few(), &cuts()), few;
    gray16_is_cut_in_every_way, Gray16, with(few(), &cuts()), few;
    gray_f32_is_cut_in_every_way, GrayF32, with(few(), &cuts()), few;
    gray8_is_cut_in_every_way_everywhere, Gray8, with(few(), &kinds()), all;
}

#[test]
fn a_kind_can_be_chosen_for_any_level() {
    const KINDS: [ThresholdKind; 5] = [
        ThresholdKind::Binary,
        ThresholdKind::BinaryInverted,
        ThresholdKind::Truncate,
        ThresholdKind::ToZero,
        ThresholdKind::ToZeroInverted,
    ];
    let image = swath::Device::cpu().unwrap().image(swath::ImageView::<Gray8>::new(&[4, 5, 6], 3, 1).unwrap()).unwrap();
    for (kind, chosen) in Kind::ALL.into_iter().zip(KINDS) {
        let got = image.threshold(Threshold::truncate(5).kind(chosen).max_value(9)).unwrap();
        assert_eq!(samples(&got).unwrap(), u8::cut(&[4, 5, 6], kind, 5.0, 9.0), "{kind:?}");
    }
}
