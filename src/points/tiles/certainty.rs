//! What makes a row certain: that all its neighbours lie within what was loaded.

use super::cut::Chunk;
use super::part::TiledCloud;
use crate::points::{Convention, Neighborhood};

/// Local coordinates and distances are rounded to `f32`; so much of them is given away.
const ROUNDING: f64 = 1e-5;

/// What must be known of a neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Certainty {
    /// All points within this distance, in units of the input: a halo of it is enough.
    Within(f64),
    /// So many points, and that the farthest lies nearer than the border.
    Nearest(usize),
}

impl Certainty {
    pub(super) fn of(neighborhood: Neighborhood, convention: Convention) -> Self {
        let more = usize::from(convention == Convention::Pdal);
        match neighborhood {
            Neighborhood::Radius(radius) | Neighborhood::KnnWithin { radius, .. } => Self::Within(radius),
            Neighborhood::Knn(k) => Self::Nearest(k + more),
            Neighborhood::OptimalK { max, .. } => Self::Nearest(max + more),
        }
    }

    /// The halo to begin with.
    pub(super) fn first_halo(self, cloud: &TiledCloud<'_>, chunk: &Chunk) -> f64 {
        let extent = |axis: usize| cloud.all.extent(axis);
        let widest = extent(0).max(extent(1)).max(extent(2));
        match self {
            Self::Within(radius) => radius * (1.0 + ROUNDING) + widest * ROUNDING * ROUNDING,
            Self::Nearest(k) => 1.5 * spacing(chunk, k).min(widest) + f64::MIN_POSITIVE,
        }
    }

    /// Whether a row with so many neighbours, the farthest at `distance`, is certain at this depth within what was loaded.
    pub(super) fn holds(self, neighbors: u32, distance: f32, depth: f64) -> bool {
        match self {
            Self::Within(_) => true,
            // A distance that is NaN has too few neighbours to tell.
            Self::Nearest(k) => {
                depth == f64::INFINITY || neighbors as usize >= k && f64::from(distance) * (1.0 + ROUNDING) < depth
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
        assert!(certainty.holds(16, 1.0, 1.1));
        assert!(!certainty.holds(16, 1.0, 1.0), "a point just outside may be as near");
        assert!(!certainty.holds(15, 1.0, 1e9), "the sixteenth may be anywhere");
        assert!(!certainty.holds(16, f32::NAN, 1e9));
        assert!(certainty.holds(3, f32::NAN, f64::INFINITY), "there are no other points");
        assert_eq!(Certainty::of(Neighborhood::Knn(16), Convention::Pdal), Certainty::Nearest(17));
        assert!(Certainty::of(Neighborhood::Radius(2.0), Convention::Swath).holds(1, f32::NAN, 0.0));
    }
}
