//! Features of any neighbourhood by any convention in `f64`: neighbours by brute force, `nalgebra`'s eigen-decomposition, and
//! the formulas of [`Feature`] and [`Convention`].

use nalgebra::{Matrix3, Vector3};
use swath::{Convention, Feature, Features, HostFeatures, Neighborhood};

use super::neighbors::List;
use super::{Mismatch, threads};

/// How far an eigenvalue may be off, in units of the largest.
const EIGENVALUE: f64 = 2e-6;
/// How far entropies may be apart, one of which was chosen as the least.
const ENTROPY: f64 = 2e-5;

/// What a table was asked for.
pub struct Asked {
    pub neighborhood: Neighborhood,
    pub convention: Convention,
}

/// What a point's neighbours look like, in units of the input.
struct Shape {
    count: f64,
    /// Eigenvalues with divisor n.
    values: [f64; 3],
    vectors: [Vector3<f64>; 3],
    mean: Vector3<f64>,
    variance_of_z: f64,
    reach: f64,
    height_range: f64,
}

fn shape(local: &[[f64; 3]], unit: f64, query: usize, neighbors: &[(f64, u32)]) -> Shape {
    let at = |index: usize| Vector3::from(local[index]) * unit;
    let offsets: Vec<_> = neighbors.iter().map(|(_, index)| at(*index as usize) - at(query)).collect();
    let count = offsets.len() as f64;
    let mean = offsets.iter().sum::<Vector3<f64>>() / count;
    let matrix = offsets.iter().map(|p| (p - mean) * (p - mean).transpose()).sum::<Matrix3<f64>>() / count;
    let eigen = matrix.symmetric_eigen();
    let mut order = [0, 1, 2];
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let heights = offsets.iter().map(|offset| offset.z);
    Shape {
        count,
        values: order.map(|place| eigen.eigenvalues[place].max(0.0)),
        vectors: order.map(|place| eigen.eigenvectors.column(place).into_owned()),
        mean,
        variance_of_z: matrix[(2, 2)],
        reach: offsets.iter().map(|offset| offset.norm()).fold(0.0, f64::max),
        height_range: heights.clone().fold(f64::MIN, f64::max) - heights.fold(f64::MAX, f64::min),
    }
}

/// A feature that is a function of the eigenvalues, whose divisor is n, of `n` neighbours.
fn of_values(convention: Convention, feature: Feature, raw: [f64; 3], n: f64) -> Option<f64> {
    // What these two do not have keeps Swath's divisor.
    let is_swaths = matches!(feature, Feature::Length | Feature::Surface | Feature::Volume);
    let is_sample = matches!(convention, Convention::Jakteristics | Convention::Pdal) && !is_swaths;
    let l = if is_sample { raw.map(|l| l * n / (n - 1.0)) } else { raw };
    let (sum, s) = (l.iter().sum::<f64>(), l.map(f64::sqrt));
    let minus_x_ln_x = |x: f64| if x > 0.0 { -x * x.ln() } else { 0.0 };
    let entropy = |x: [f64; 3]| x.map(minus_x_ln_x).iter().sum::<f64>();
    // Ratios of PDAL and pgeof are of square roots, and pgeof adds a little to their divisors.
    let epsilon = if convention == Convention::Pgeof { 1e-3 } else { 0.0 };
    let r = if matches!(convention, Convention::Pdal | Convention::Pgeof) { s } else { l };
    Some(match (convention, feature) {
        (_, Feature::Linearity) => (r[0] - r[1]) / (r[0] + epsilon),
        (_, Feature::Planarity) => (r[1] - r[2]) / (r[0] + epsilon),
        (_, Feature::Sphericity) => r[2] / (r[0] + epsilon),
        (Convention::Pdal, Feature::Anisotropy) => (s[0] - s[2]) / s[0],
        (_, Feature::Anisotropy) => (l[0] - l[2]) / l[0],
        (Convention::Pdal, Feature::Omnivariance) => (s[0] * s[1] * s[2]).cbrt(),
        (_, Feature::Omnivariance) => (l[0] * l[1] * l[2]).cbrt(),
        (Convention::Swath, Feature::Eigenentropy) => entropy(l.map(|l| l / sum)),
        (Convention::Jakteristics | Convention::CloudCompare, Feature::Eigenentropy) => entropy(l),
        (Convention::Pdal, Feature::Eigenentropy) => entropy(s),
        (Convention::Pgeof, Feature::Eigenentropy) => {
            l.iter().map(|l| l / (sum + 1e-3)).map(|share| -share * (share + 1e-3).ln()).sum()
        }
        (_, Feature::EigenvalueSum) => sum,
        (Convention::Pdal, Feature::SurfaceVariation) => s[2] / sum,
        (Convention::Pgeof, Feature::SurfaceVariation) => s[2] / (s.iter().sum::<f64>() + 1e-3),
        (_, Feature::SurfaceVariation) => l[2] / sum,
        (_, Feature::Pca1) => l[0] / sum,
        (_, Feature::Pca2) => l[1] / sum,
        (_, Feature::Eigenvalue1) => l[0],
        (_, Feature::Eigenvalue2) => l[1],
        (_, Feature::Eigenvalue3) => l[2],
        (_, Feature::Length) => s[0],
        (Convention::Pgeof, Feature::Surface) => (s[0] * s[1] + 1e-6).sqrt(),
        (_, Feature::Surface) => (s[0] * s[1]).sqrt(),
        (Convention::Pgeof, Feature::Volume) => (s[0] * s[1] * s[2] + 1e-9).cbrt(),
        (_, Feature::Volume) => (s[0] * s[1] * s[2]).cbrt(),
        (_, Feature::DegreeOfPlanarity) if l[2] > 1e-3 * l[0] => (l[0] / l[2]).ln(),
        _ => return None,
    })
}

impl Shape {
    /// The value and how far a result may be off; `None` where rounding decides.
    fn value(&self, asked: &Asked, feature: Feature) -> Option<(f64, f64)> {
        if let Some(expected) = of_values(asked.convention, feature, self.values, self.count) {
            return Some((expected, self.sensitivity(asked.convention, feature, expected)?));
        }
        let [l1, l2, l3] = self.values;
        let normal = self.vectors[2];
        // Vectors are certain as far as their values are apart.
        let tilt = (l2 - l3 > 1e-3 * l1).then(|| 2.0 * EIGENVALUE * l1 / (l2 - l3) + 2e-6);
        let is_raw = !matches!(asked.convention, Convention::Pdal | Convention::Pgeof);
        match feature {
            Feature::Verticality if is_raw => tilt.map(|bound| (1.0 - normal.z.abs(), bound)),
            Feature::Horizontality => tilt.map(|bound| (normal.z.abs(), bound)),
            Feature::Roughness => {
                tilt.map(|bound| (self.mean.dot(&normal).abs(), bound * self.mean.norm() + 1e-6 * self.reach))
            }
            Feature::KthDistance => Some((self.reach, 1e-6 * self.reach)),
            Feature::HeightRange => Some((self.height_range, 1e-6 * self.reach)),
            Feature::NeighborCount => Some((self.count, 0.0)),
            Feature::VerticalStd => {
                let deviation = self.variance_of_z.max(0.0).sqrt();
                Some((deviation, (self.variance_of_z + EIGENVALUE * l1).sqrt() - deviation + 1e-6 * deviation))
            }
            Feature::Density => {
                let radius = match asked.neighborhood {
                    Neighborhood::Radius(radius) => radius,
                    _ => self.reach,
                };
                let density = self.count / (4.0 / 3.0 * std::f64::consts::PI * radius.powi(3));
                Some((density, 1e-5 * density))
            }
            _ => None,
        }
    }

    /// How far a feature moves when each eigenvalue is as far off as it may be; `None` where that leaves no bound.
    fn sensitivity(&self, convention: Convention, feature: Feature, expected: f64) -> Option<f64> {
        let error = EIGENVALUE * self.values[0];
        let mut bound = 1e-5 * expected.abs() + 1e-6;
        for which in 0..3 {
            let moved = [-error, error].map(|error| {
                let mut values = self.values;
                values[which] = (values[which] + error).max(0.0);
                of_values(convention, feature, values, self.count).map_or(f64::NAN, |moved| (moved - expected).abs())
            });
            bound += 1.5 * moved[0].max(moved[1]);
        }
        // What moves by more than a thousandth says nothing.
        (bound <= 1e-3 * expected.abs().max(1e-2)).then_some(bound)
    }
}

/// Fewer neighbours than this have no shape.
fn fewest(convention: Convention) -> u32 {
    match convention {
        Convention::Pgeof => 1,
        Convention::Jakteristics => 2,
        _ => 3,
    }
}

/// Checks a table of [`Features::geometric`], given all points by their distance from each, nearest first.
pub fn check(
    local: &[[f64; 3]],
    unit: f64,
    lists: &[List],
    asked: &Asked,
    table: &HostFeatures,
) -> Result<(), Mismatch> {
    if table.len() != local.len() {
        return Err(Mismatch::at("the length", table.len(), local.len()));
    }
    threads::for_ranges(local.len(), |mut rows| {
        rows.try_for_each(|row| check_row(local, unit, lists, asked, table, row))
    })
}

fn check_row(
    local: &[[f64; 3]],
    unit: f64,
    lists: &[List],
    asked: &Asked,
    table: &HostFeatures,
    row: usize,
) -> Result<(), Mismatch> {
    let (list, count) = (&lists[row], table.neighbor_counts()[row]);
    check_count(local, unit, row, list, asked, count)?;
    if asked.convention != Convention::Swath && (count as usize) < 3 {
        return Ok(());
    }
    let got = |feature: Feature| f64::from(table.column(feature).expect("all features were asked for")[row]);
    let shape = shape(local, unit, row, &list[..count as usize]);
    for feature in Features::geometric() {
        let wrong = |expected: String| {
            Err(Mismatch::at(format!("point {row} of {count} neighbours, {feature}"), got(feature), expected))
        };
        if count < fewest(asked.convention) && feature != Feature::NeighborCount {
            if !got(feature).is_nan() {
                return wrong("NaN".into());
            }
        } else if let Some((expected, bound)) = shape.value(asked, feature).filter(|_| shape.reach > 0.0)
            && ((got(feature) - expected).abs() > bound || got(feature).is_nan())
        {
            return wrong(format!("{expected} within {bound:e}"));
        }
    }
    Ok(())
}

/// Whether as many points are neighbours as should be.
fn check_count(
    local: &[[f64; 3]],
    unit: f64,
    row: usize,
    list: &List,
    asked: &Asked,
    count: u32,
) -> Result<(), Mismatch> {
    let more = usize::from(asked.convention == Convention::Pdal);
    // Radii of the cases lie between the distances of whole numbers.
    let within = |radius: f64| list.partition_point(|(squared, _)| *squared <= (radius / unit) * (radius / unit));
    let expected = match asked.neighborhood {
        Neighborhood::Knn(k) => list.len().min(k + more),
        Neighborhood::Radius(radius) => within(radius),
        Neighborhood::KnnWithin { k, radius } => within(radius).min(k + more),
        Neighborhood::OptimalK { min, max } => {
            let range = list.len().min(min + more)..=list.len().min(max + more);
            let entropy = |k: usize| {
                let shape = shape(local, unit, row, &list[..k]);
                of_values(Convention::Swath, Feature::Eigenentropy, shape.values, shape.count).unwrap_or(f64::NAN)
            };
            let least = range.clone().map(entropy).fold(f64::MAX, f64::min);
            let chosen = count as usize;
            // Neighbours that all coincide have no entropy.
            let is_clearest = least == f64::MAX || entropy(chosen) <= least + ENTROPY;
            if range.contains(&chosen) && is_clearest {
                return Ok(());
            }
            return Err(Mismatch::at(format!("the count of point {row}"), count, format!("{range:?}, clearest")));
        }
        other => unreachable!("{other:?} is in no case"),
    };
    if count as usize == expected {
        return Ok(());
    }
    Err(Mismatch::at(format!("the count of point {row}"), count, expected))
}
