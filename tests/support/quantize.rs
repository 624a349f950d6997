//! References for quantization, by the rules of ONNX Runtime 1.31 (`quant_utils.py`, `calibrate.py`).

/// What is quantized to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    /// Whole numbers from -128 to 127.
    I8,
    /// Whole numbers from 0 to 255.
    U8,
}

impl Type {
    /// What a value may become.
    pub fn limits(self) -> (i32, i32) {
        match self {
            Self::I8 => (-128, 127),
            Self::U8 => (0, 255),
        }
    }

    /// What the range of values is spread over: symmetric `i8` leaves out -128, so that as much lies on either side of 0.
    fn spread(self, is_symmetric: bool) -> (i32, i32) {
        if is_symmetric && self == Self::I8 { (-127, 127) } else { self.limits() }
    }
}

/// How numbers are told from whole numbers: `x = (q - zero_point) * scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// The step between whole numbers.
    pub scale: f32,
    /// The whole number that stands for 0.
    pub zero_point: i32,
}

/// Least and largest value; 0 and 0 of none.
pub fn observed(values: &[f32]) -> (f32, f32) {
    let Some(first) = values.first() else { return (0.0, 0.0) };
    values.iter().fold((*first, *first), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// `compute_scale_zp`: with 0 in the range and everything in `f64` but what comes out,
/// `scale = (high - low) / (qmax - qmin)` and `zero_point = round_half_even(qmin - low / scale)`. A symmetric range reaches
/// as far to either side, about the middle of the whole numbers. A scale below the normal numbers of `f32` is 1 instead,
/// about 0.
pub fn parameters((low, high): (f32, f32), to: Type, is_symmetric: bool) -> Parameters {
    let (qmin, qmax) = to.spread(is_symmetric);
    let (mut low, mut high) = (f64::from(low).min(0.0), f64::from(high).max(0.0));
    if is_symmetric {
        high = high.max(-low);
        low = -high;
    }
    let scale = (high - low) / f64::from(qmax - qmin);
    if scale < f64::from(f32::MIN_POSITIVE) {
        return Parameters { scale: 1.0, zero_point: 0 };
    }
    let zero_point =
        if is_symmetric { f64::from(qmin + qmax) / 2.0 } else { f64::from(qmin) - low / scale }.round_ties_even();
    Parameters { scale: scale as f32, zero_point: zero_point as i32 }
}

/// The operator `DynamicQuantizeLinear`, which does the same in `f32`, each operation rounded, and asks whether the range is
/// empty where `compute_scale_zp` asks whether the scale is too small. Its scale may be the next `f32`, and its zero point
/// the next whole number where `qmin - low / scale` is half way.
pub fn dynamic_parameters((low, high): (f32, f32), to: Type) -> Parameters {
    let (qmin, qmax) = to.limits();
    let (low, high) = (low.min(0.0), high.max(0.0));
    let scale = if low == high { 1.0 } else { (high - low) / (qmax - qmin) as f32 };
    let zero_point = (qmin as f32 - low / scale).clamp(qmin as f32, qmax as f32).round_ties_even();
    Parameters { scale, zero_point: zero_point as i32 }
}

/// `QuantizeLinear`: the quotient in `f32`, rounded half to even, then the zero point, then what the type can hold.
pub fn quantize(value: f32, Parameters { scale, zero_point }: Parameters, to: Type) -> i32 {
    let (qmin, qmax) = to.limits();
    let whole = f64::from((value / scale).round_ties_even()) + f64::from(zero_point);
    whole.clamp(f64::from(qmin), f64::from(qmax)) as i32
}

/// `DequantizeLinear`: the difference in whole numbers, the product in `f32`.
pub fn dequantize(whole: i32, Parameters { scale, zero_point }: Parameters) -> f32 {
    (whole - zero_point) as f32 * scale
}

/// Bins of the histogram that percentiles are read from.
const BINS: usize = 2_048;

/// `PercentileCalibrater`: the range of `p` in a hundred of the values, in bins of a histogram.
///
/// 1. `low` and `high` are the least and the largest of the `n` values. If `p` is 100, that is the range.
/// 2. The histogram has 2,048 bins of one width: of the values, from `-t` to `t`, where `t` is the largest size of a value;
///    or, if symmetric, of their sizes, from the least to the largest of those. Where both ends are one number, they are
///    moved apart by 0.5 each. Edge `i` is `i * ((end - start) / 2048) + start`, each operation rounded to `f32`; the last
///    is `end` itself. A value is counted in the last bin whose lower edge is not above it.
/// 3. `count(i)` is how many values there are in bins 0 to `i`. Symmetric: `edge` is the lower edge of the first bin with
///    `100 count >= p n`; the range is `-edge..edge`. Else it begins at the lower edge of the first bin with
///    `200 count >= (100 - p) n`, and ends at the lower edge of the first bin with `200 count >= (100 + p) n`.
/// 4. A range that begins below `low` begins there; one that ends above `high` ends there.
///
/// ONNX Runtime adds up 2,048 rounded quotients where this multiplies whole counts. Where a count is exactly what is
/// asked for, its sums are as often below as above, and then it takes the next bin; for `p = 100` too.
pub fn percentile(values: &[f32], p: f64, is_symmetric: bool) -> (f32, f32) {
    let (low, high) = observed(values);
    if values.is_empty() || p == 100.0 {
        return (low, high);
    }
    let counted: Vec<f32> = values.iter().map(|value| if is_symmetric { value.abs() } else { *value }).collect();
    let reach = low.abs().max(high.abs());
    let (mut start, mut end) = if is_symmetric { observed(&counted) } else { (-reach, reach) };
    if start == end {
        (start, end) = (start - 0.5, end + 0.5);
    }
    let step = (end - start) / BINS as f32;
    let edges: Vec<f32> = (0..BINS).map(|index| index as f32 * step + start).collect();
    let mut counts = [0_u64; BINS];
    for value in &counted {
        counts[edges.iter().rposition(|edge| edge <= value).expect("the first edge is below all values")] += 1;
    }
    let edge = |times: f64, part: f64| {
        let mut count = 0;
        let bin = counts.iter().position(|more| {
            count += more;
            times * count as f64 >= part * values.len() as f64
        });
        bin.map_or(end, |bin| edges[bin])
    };
    let (from, to) = if is_symmetric {
        let edge = edge(100.0, p);
        (-edge, edge)
    } else {
        (edge(200.0, 100.0 - p), edge(200.0, 100.0 + p))
    };
    (from.max(low), to.min(high))
}

/// The place along `axis` of element `index` of a tensor of this shape.
pub fn channel(shape: &[usize], axis: usize, index: usize) -> usize {
    let inner: usize = shape[axis + 1..].iter().product();
    index / inner % shape[axis]
}

/// The elements of each place along `axis`, in their order.
pub fn channels(values: &[f32], shape: &[usize], axis: usize) -> Vec<Vec<f32>> {
    let mut channels = vec![Vec::new(); shape[axis]];
    for (index, value) in values.iter().enumerate() {
        channels[channel(shape, axis, index)].push(*value);
    }
    channels
}

/// Mean square of what was lost: `sum (x - y)^2 / n`.
pub fn mean_square_error(values: &[f32], restored: &[f32]) -> f64 {
    lost(values, restored) / values.len() as f64
}

/// Signal to noise in decibels: `10 log10(sum x^2 / sum (x - y)^2)`; infinite where nothing was lost.
pub fn signal_to_noise(values: &[f32], restored: &[f32]) -> f64 {
    let signal: f64 = values.iter().map(|value| f64::from(*value).powi(2)).sum();
    10.0 * (signal / lost(values, restored)).log10()
}

fn lost(values: &[f32], restored: &[f32]) -> f64 {
    values.iter().zip(restored).map(|(value, other)| (f64::from(*value) - f64::from(*other)).powi(2)).sum()
}
