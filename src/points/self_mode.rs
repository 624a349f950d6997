//! Whether a point is a neighbour of itself.

/// Whether a point of the cloud is among its own neighbours. It is told by its index: another point at the same place is
/// a neighbour like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SelfMode {
    /// It is, at distance 0. The default, as in most libraries.
    #[default]
    Include,
    /// It is not: `k` neighbours are `k` other points.
    Exclude,
}
