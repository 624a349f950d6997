//! Which points around a point its features describe, and by whose definitions.

use super::coordinates::local_squared_radius;
use super::neighbors::check_neighbor_count;
use super::radius::Ball;
use super::self_mode::SelfMode;
use super::walk::{MAX_NEIGHBORS, Reach};
use crate::error::Error;

/// Which points around a point its features describe. The point itself is always one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Neighborhood {
    /// So many nearest neighbours, the point itself included; 1 to 256.
    Knn(usize),
    /// All points no farther than this, in units of the input, however many.
    Radius(f64),
    /// At most `k` nearest neighbours no farther than `radius`, in units of the input.
    KnnWithin {
        /// 1 to 256.
        k: usize,
        /// Finite and above 0.
        radius: f64,
    },
    /// The `k` nearest neighbours with the `k` from `min` to `max` whose shape is clearest: whose eigenentropy is least,
    /// the smallest of equals (Weinmann et al. 2015; the covariance is updated neighbour by neighbour as Welford does). A
    /// row is that of `Knn` with the `k` chosen; [`Feature::OptimalK`](crate::Feature::OptimalK) tells it. In a cloud
    /// of fewer than `min` points, all of them are neighbours.
    OptimalK {
        /// At least 3.
        min: usize,
        /// At most 256.
        max: usize,
    },
}

/// Whose definitions features follow. [`Feature`](crate::Feature) documents those of Swath; the others reproduce the
/// numbers of a library that users migrate from, without its faults: where that library gives NaN for `0 ln 0`, leaves
/// normals to chance or repeats an eigenvector, Swath does not. A feature that the library does not have keeps Swath's
/// definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Convention {
    /// Raw eigenvalues, divisor `n`.
    #[default]
    Swath,
    /// [jakteristics](https://github.com/jakarto3d/jakteristics) 0.6: divisor `n - 1`; eigenentropy is
    /// `-sum l ln l`. Two neighbours are enough.
    Jakteristics,
    /// [pgeof](https://github.com/drprojects/point_geometric_features) 0.3.4: divisor `n`; ratios of `s = sqrt(l)` with
    /// 0.001 added to their divisors, so that they depend on the unit of the input; `verticality` is
    /// [`GuinardVerticality`](crate::Feature::GuinardVerticality), `surface` is `sqrt(s1 s2 + 1e-6)`, `volume`
    /// `(s1 s2 s3 + 1e-9)^(1/3)`, and `surface_variation`, there `curvature`, `s3 / (s1 + s2 + s3 + 0.001)`. One
    /// neighbour is enough.
    Pgeof,
    /// [CloudCompare](https://www.cloudcompare.org): divisor `n`; eigenentropy is `-sum l ln l`.
    CloudCompare,
    /// [PDAL](https://pdal.io) `filters.covariancefeatures` in its default mode: divisor `n - 1`; ratios, omnivariance
    /// and entropy (`-sum s ln s`) of `s = sqrt(l)`, but `surface_variation` is `s3 / S`; `verticality` is
    /// [`GuinardVerticality`](crate::Feature::GuinardVerticality) with `s` for `l`. A neighbourhood of `k` has `k`
    /// points besides the point itself.
    Pdal,
}

impl Convention {
    /// Every convention.
    pub const ALL: &'static [Self] = &[Self::Swath, Self::Jakteristics, Self::Pgeof, Self::CloudCompare, Self::Pdal];

    /// The name in lower case, as on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Swath => "swath",
            Self::Jakteristics => "jakteristics",
            Self::Pgeof => "pgeof",
            Self::CloudCompare => "cloudcompare",
            Self::Pdal => "pdal",
        }
    }

    /// Fewer neighbours than this give NaN.
    pub(super) fn fewest_neighbors(self) -> usize {
        match self {
            Self::Pgeof => 1,
            Self::Jakteristics => 2,
            Self::Swath | Self::CloudCompare | Self::Pdal => 3,
        }
    }
}

impl std::fmt::Display for Convention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Convention {
    type Err = Error;

    /// Parses a name; [`Error::UnknownConvention`] lists all of them.
    fn from_str(name: &str) -> Result<Self, Error> {
        let known = || Self::ALL.iter().map(|convention| convention.name()).collect::<Vec<_>>().join(", ");
        Self::ALL
            .iter()
            .find(|convention| convention.name() == name)
            .copied()
            .ok_or_else(|| Error::UnknownConvention { name: name.to_owned(), known: known() })
    }
}

/// A neighbourhood in local units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Vicinity {
    /// Of the nearest, all that the reach tells.
    Nearest(Reach),
    /// Of the nearest, between `min` and as many as the reach tells.
    Optimal { min: usize, reach: Reach },
    /// All within a ball.
    Inside(Ball),
}

impl Neighborhood {
    /// The same in local units, by a convention.
    ///
    /// # Errors
    /// `NeighborCount`, `Radius` or `OptimalRange` for what cannot be asked for.
    pub(super) fn local(self, convention: Convention, unit: Option<f64>) -> Result<Vicinity, Error> {
        let own = SelfMode::Include;
        let count = |k: usize| {
            check_neighbor_count(k)?;
            let k = k + usize::from(convention == Convention::Pdal);
            check_neighbor_count(k).map(|()| k)
        };
        Ok(match self {
            Self::Knn(k) => Vicinity::Nearest(Reach { k: count(k)?, limit: f32::INFINITY, own }),
            Self::KnnWithin { k, radius } => {
                Vicinity::Nearest(Reach { k: count(k)?, limit: local_squared_radius(radius, unit)?, own })
            }
            Self::Radius(radius) => Vicinity::Inside(Ball { limit: local_squared_radius(radius, unit)?, own }),
            Self::OptimalK { min, max } => {
                if !(3..=max).contains(&min) || max > MAX_NEIGHBORS {
                    return Err(Error::OptimalRange { min, max, limit: MAX_NEIGHBORS });
                }
                let more = usize::from(convention == Convention::Pdal);
                Vicinity::Optimal { min: min + more, reach: Reach { k: count(max)?, limit: f32::INFINITY, own } }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_unknown_ones_are_answered_with_the_known() {
        for convention in Convention::ALL {
            assert_eq!(convention.to_string().parse(), Ok(*convention));
        }
        assert_eq!(
            "pcl".parse::<Convention>().unwrap_err().to_string(),
            "\"pcl\" is not a convention; the conventions are swath, jakteristics, pgeof, cloudcompare, pdal"
        );
    }

    #[test]
    fn ranges_that_cannot_be_asked_for_are_refused() {
        for (min, max) in [(2, 9), (9, 8), (3, 257), (0, 0)] {
            let error = Neighborhood::OptimalK { min, max }.local(Convention::Swath, None).unwrap_err();
            assert!(matches!(error, Error::OptimalRange { .. }), "{min}:{max}: {error}");
        }
        assert!(matches!(
            Neighborhood::Knn(256).local(Convention::Pdal, None),
            Err(Error::NeighborCount { k: 257, .. })
        ));
    }
}
