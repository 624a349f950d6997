//! What makes a row certain: that all its neighbours lie within what was loaded.

use super::cut::Chunk;
use super::part::TiledCloud;
use crate::points::{Convention, Neighborhood};

/// Squared distances and their roots are rounded to `f32`; so much of them is given away.
const ROUNDING: f64 = 1e-5;

/// What must be known of a neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Certainty {
    /// All points within this distance, in units of the input: a halo of it is enough.
    Within(f64),
    /// So many points, no farther than this, and that the farthest of them lies nearer than the border.
    Nearest { k: usize, radius: f64 },
}

impl Certainty {
    pub(super) fn of(neighborhood: Neighborhood, convention: Convention) -> Self {
        let k = |k: usize| k + usize::from(convention == Convention::Pdal);
        match neighborhood {
            Neighborhood::Radius(radius) => Self::Within(radius),
            Neighborhood::KnnWithin { k: most, radius } => Self::Nearest { k: k(most), radius },
            Neighborhood::Knn(most) | Neighborhood::OptimalK { max: most, .. } => {
                Self::Nearest { k: k(most), radius: f64::INFINITY }
            }
        }
    }

    /// The halo to begin with.
    pub(super) fn first_halo(self, cloud: &TiledCloud<'_>, chunk: &Chunk) -> f64 {
        let extent = |axis: usize| cloud.all.extent(axis);
        let widest = extent(0).max(extent(1)).max(extent(2));
        let all_within = |radius: f64| radius * (1.0 + ROUNDING) + cloud.rounding();
        match self {
            Self::Within(radius) => all_within(radius),
            Self::Nearest { k, radius } => {
                let expected = 1.5 * spacing(chunk, k).min(widest) + f64::MIN_POSITIVE;
                (expected + cloud.rounding()).min(all_within(radius))
            }
        }
    }

    /// Whether a row with so many neighbours, the farthest at `distance`, is certain at this depth within what was loaded.
    /// `rounding` may have moved points that much towards each other.
    pub(super) fn holds(self, neighbors: u32, distance: f32, depth: f64, rounding: f64) -> bool {
        match self {
            Self::Within(_) => true,
            Self::Nearest { k, radius } => {
                // A distance that is NaN has too few neighbours to tell.
                let is_full = neighbors as usize >= k;
                let nearer_than_border = |distance: f64| distance * (1.0 + ROUNDING) + rounding < depth;
                depth == f64::INFINITY
                    || nearer_than_border(radius)
                    || is_full && nearer_than_border(f64::from(distance))
            }
        }
    }
}

/// How far the `k`th neighbour may be expected: as if the chunk were evenly filled, as a surface or as a volume, whichever
/// is sparser.
fn spacing(chunk: &Chunk, k: usize) -> f64 {
    let mut extents = [0, 1, 2].map(|axis| chunk.bounds.extent(axis));
    extents.sort_by(|a, b| b.total_cmp(a));
    let share = k as f64 / chunk.indices.len().max(1) as f64;
    let surface = (share * extents[0] * extents[1] / std::f64::consts::PI).sqrt();
    let volume = (share * extents[0] * extents[1] * extents[2] * 0.75 / std::f64::consts::PI).cbrt();
    surface.max(volume).max(extents[0] * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_certain_when_their_neighbours_lie_within_the_border() {
        let certainty = Certainty::of(Neighborhood::Knn(16), Convention::Swath);
        assert!(certainty.holds(16, 1.0, 1.1, 0.0));
        assert!(!certainty.holds(16, 1.0, 1.0, 0.0), "a point just outside may be as near");
        assert!(!certainty.holds(16, 1.0, 1.1, 0.2), "or come nearer by rounding");
        assert!(!certainty.holds(15, 1.0, 1e9, 0.0), "the sixteenth may be anywhere");
        assert!(!certainty.holds(16, f32::NAN, 1e9, 0.0));
        assert!(certainty.holds(3, f32::NAN, f64::INFINITY, 0.0), "there are no other points");
        let pdal = Certainty::of(Neighborhood::Knn(16), Convention::Pdal);
        assert_eq!(pdal, Certainty::Nearest { k: 17, radius: f64::INFINITY });
        assert!(Certainty::of(Neighborhood::Radius(2.0), Convention::Swath).holds(1, f32::NAN, 0.0, 0.0));
        let both = Certainty::of(Neighborhood::KnnWithin { k: 16, radius: 2.0 }, Convention::Swath);
        assert!(both.holds(3, 1.0, 2.1, 0.0), "all points of the radius are there");
        assert!(!both.holds(3, 1.0, 1.9, 0.0), "there may be more between");
        assert!(both.holds(16, 1.0, 1.9, 0.0), "the sixteen nearest are there");
    }
}
