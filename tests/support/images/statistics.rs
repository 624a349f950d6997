//! Mean, standard deviation, least and largest value of a channel.

use super::{Picture, Sample, Whole};

/// Of one channel, in units of its samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// Mean.
    pub mean: f64,
    /// Mean square distance from the mean: that of a whole population, not of a sample of one.
    pub variance: f64,
    /// Least value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean size of a value, for bounds.
    pub mean_size: f64,
}

impl Channel {
    /// Square root of the variance.
    pub fn std(&self) -> f64 {
        self.variance.sqrt()
    }
}

/// Of whole numbers, through exact sums: `variance = (n * sum of squares - sum^2) / n^2`.
pub fn whole<T: Whole>(picture: &Picture<T>, channel: usize) -> Channel {
    let values: Vec<u128> = picture.channel(channel).into_iter().map(|sample| u128::from(sample.into())).collect();
    let count = values.len() as u128;
    let sum: u128 = values.iter().sum();
    let squares: u128 = values.iter().map(|value| value * value).sum();
    let mean = sum as f64 / count as f64;
    let edge = |edge: Option<&u128>| *edge.expect("a picture with pixels") as f64;
    Channel {
        mean,
        variance: (count * squares - sum * sum) as f64 / (count * count) as f64,
        min: edge(values.iter().min()),
        max: edge(values.iter().max()),
        mean_size: mean,
    }
}

/// Of floats, by definition: the mean first, then the distances from it. With a value that is not finite there is no mean
/// and no variance, and the edges are those of the others, if there are any.
pub fn float(picture: &Picture<f32>, channel: usize) -> Channel {
    let values: Vec<f64> = picture.channel(channel).into_iter().map(Sample::value).collect();
    let mean_of = |of: &dyn Fn(f64) -> f64| values.iter().map(|value| of(*value)).sum::<f64>() / values.len() as f64;
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    // The other number is taken where one is NaN.
    let (min, max) = (finite().fold(f64::NAN, f64::min), finite().fold(f64::NAN, f64::max));
    // A sum of equal values may be rounded; their mean is none of that.
    let mean = match finite().count() == values.len() {
        true if min == max => min,
        true => mean_of(&|value| value),
        false => f64::NAN,
    };
    let variance = mean_of(&|value| (value - mean) * (value - mean));
    Channel { mean, variance, min, max, mean_size: mean_of(&f64::abs) }
}

/// Samples whose statistics are known.
pub trait Measured: Sample {
    /// Statistics of a channel.
    fn measure(picture: &Picture<Self>, channel: usize) -> Channel;
}

impl Measured for u8 {
    fn measure(picture: &Picture<Self>, channel: usize) -> Channel {
        whole(picture, channel)
    }
}

impl Measured for u16 {
    fn measure(picture: &Picture<Self>, channel: usize) -> Channel {
        whole(picture, channel)
    }
}

impl Measured for f32 {
    fn measure(picture: &Picture<Self>, channel: usize) -> Channel {
        float(picture, channel)
    }
}
