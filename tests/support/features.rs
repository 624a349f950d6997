//! Features by the book in `f64`: covariance, `nalgebra`'s eigen-decomposition, and the formulas of [`Feature`].

use nalgebra::{Matrix3, Vector3};
use swath::{Feature, Features, HostFeatures};

use super::{Mismatch, threads};

/// What a feature may differ by from `f64`, for eigenvalues in units of the largest.
pub struct Bounds {
    /// Of one eigenvalue.
    eigenvalue: f64,
}

impl Bounds {
    /// The bounds that the library promises.
    pub fn of(is_gpu: bool) -> Self {
        Self { eigenvalue: if is_gpu { 2e-6 } else { 1e-6 } }
    }
}

/// Bound of quotients of eigenvalues.
const RATIO: f64 = 2e-6;
/// Bound of the entropy.
const ENTROPY: f64 = 1e-5;
/// A normal's axis smaller than this leaves the sign to the next one.
const LEVEL: f64 = 1e-6;

struct Shape {
    values: [f64; 3],
    normal: Vector3<f64>,
}

fn shape(local: &[[f64; 3]], list: &[u32]) -> Shape {
    let points = || list.iter().map(|index| Vector3::from(local[*index as usize]));
    let count = list.len() as f64;
    let mean = points().sum::<Vector3<f64>>() / count;
    let matrix = points().map(|point| (point - mean) * (point - mean).transpose()).sum::<Matrix3<f64>>() / count;
    let eigen = matrix.symmetric_eigen();
    let mut order = [0, 1, 2];
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    Shape {
        values: order.map(|place| eigen.eigenvalues[place].max(0.0)),
        normal: eigen.eigenvectors.column(order[2]).into_owned(),
    }
}

/// Checks all features of every point, given the library's own lists of `k` neighbours.
pub fn check(
    local: &[[f64; 3]],
    unit: f64,
    lists: &[u32],
    k: usize,
    table: &HostFeatures,
    bounds: &Bounds,
) -> Result<(), Mismatch> {
    let neighbors = k.min(local.len());
    let columns = Features::eigen()
        .into_iter()
        .map(|feature| table.column(feature).expect("all features were asked for"))
        .collect::<Vec<_>>();
    if table.len() != local.len() || columns.iter().any(|column| column.len() != local.len()) {
        return Err(Mismatch::at("the length", table.len(), local.len()));
    }
    super::equal(table.neighbor_counts(), &vec![neighbors as u32; local.len()])?;
    threads::for_ranges(local.len(), |rows| {
        rows.into_iter().try_for_each(|row| {
            let got = |feature: Feature| f64::from(columns[feature as usize][row]);
            if neighbors < 3 {
                return all_nan(row, &got);
            }
            check_point(row, &shape(local, &lists[row * k..row * k + neighbors]), unit, bounds, &got)
        })
    })
}

fn all_nan(row: usize, got: &dyn Fn(Feature) -> f64) -> Result<(), Mismatch> {
    match Features::eigen().into_iter().find(|feature| !got(*feature).is_nan()) {
        Some(feature) => Err(Mismatch::at(format!("point {row}, {feature}"), got(feature), "NaN")),
        None => Ok(()),
    }
}

fn check_point(
    row: usize,
    shape: &Shape,
    unit: f64,
    bounds: &Bounds,
    got: &dyn Fn(Feature) -> f64,
) -> Result<(), Mismatch> {
    let [l1, l2, l3] = shape.values;
    let sum = l1 + l2 + l3;
    let near = |feature: Feature, expected: f64, bound: f64| {
        let value = got(feature);
        if (value - expected).abs() <= bound || (value.is_nan() && expected.is_nan()) {
            return Ok(());
        }
        let place = format!("point {row}, {feature}");
        Err(Mismatch::at(place, value, format!("{expected} within {bound:e} (eigenvalues {l1}, {l2}, {l3})")))
    };
    // Of no extent the quotients are NaN, as 0 / 0 is.
    let entropy = if sum > 0.0 { [l1, l2, l3].iter().map(|l| entropy_of(l / sum)).sum() } else { f64::NAN };
    near(Feature::Linearity, (l1 - l2) / l1, RATIO)?;
    near(Feature::Planarity, (l2 - l3) / l1, RATIO)?;
    near(Feature::Sphericity, l3 / l1, RATIO)?;
    near(Feature::Anisotropy, (l1 - l3) / l1, RATIO)?;
    near(Feature::SurfaceVariation, l3 / sum, RATIO)?;
    near(Feature::Pca1, l1 / sum, RATIO)?;
    near(Feature::Pca2, l2 / sum, RATIO)?;
    near(Feature::Eigenentropy, entropy, ENTROPY)?;
    let square = unit * unit;
    near(Feature::EigenvalueSum, sum * square, 3.0 * bounds.eigenvalue * l1 * square)?;
    check_omnivariance(row, shape, square, bounds, got(Feature::Omnivariance))?;
    check_normal(row, shape, got)
}

/// A cube root is steep near 0: its cube is what can be bounded, by three eigenvalues' bounds and a cube root's.
fn check_omnivariance(row: usize, shape: &Shape, square: f64, bounds: &Bounds, got: f64) -> Result<(), Mismatch> {
    let [l1, l2, l3] = shape.values;
    let error = ((got / square).powi(3) - l1 * l2 * l3).abs();
    if error <= (3.0 * bounds.eigenvalue + 1e-6) * l1.powi(3) {
        return Ok(());
    }
    Err(Mismatch::at(format!("point {row}, omnivariance"), got, (l1 * l2 * l3).cbrt() * square))
}

fn check_normal(row: usize, shape: &Shape, got: &dyn Fn(Feature) -> f64) -> Result<(), Mismatch> {
    let [l1, l2, l3] = shape.values;
    let normal = Vector3::from([Feature::NormalX, Feature::NormalY, Feature::NormalZ].map(got));
    let wrong = |expected: String| Err(Mismatch::at(format!("point {row}, normal"), format!("{normal:?}"), expected));
    if l1 == 0.0 {
        return if normal == Vector3::z() {
            Ok(())
        } else {
            wrong("(0, 0, 1), because all neighbours coincide".into())
        };
    }
    if (normal.norm() - 1.0).abs() > 1e-6 || normal.iter().any(|axis| axis.is_nan()) {
        return wrong("length 1".into());
    }
    let decides = [normal.z, normal.y, normal.x].into_iter().find(|axis| axis.abs() >= LEVEL);
    if decides.is_none_or(|axis| axis < 0.0) {
        return wrong("a normal turned upwards, else along y, else along x".into());
    }
    if (got(Feature::Verticality) - (1.0 - normal.z.abs())).abs() > 1e-7 {
        return wrong(format!("verticality {} to be 1 - |n_z|", got(Feature::Verticality)));
    }
    let angle = normal.cross(&shape.normal).norm().min(1.0).asin();
    let bound = 1e-6 * l1 / (l2 - l3) + 1e-6;
    if angle > bound {
        let expected = format!("{:?} within {bound:e} rad, not {angle:e}", shape.normal);
        return wrong(format!("{expected} (eigenvalues {l1}, {l2}, {l3})"));
    }
    Ok(())
}

fn entropy_of(share: f64) -> f64 {
    if share > 0.0 { -share * share.ln() } else { 0.0 }
}
