//! Boxes in the coordinates of the input.

/// An axis-aligned box with its border.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    pub(super) min: [f64; 3],
    pub(super) max: [f64; 3],
}

impl Region {
    /// The smallest box around points; around none, a box that holds nothing.
    pub(super) fn around(points: impl IntoIterator<Item = [f64; 3]>) -> Self {
        let mut region = Self { min: [f64::INFINITY; 3], max: [f64::NEG_INFINITY; 3] };
        for point in points {
            for (axis, coordinate) in point.into_iter().enumerate() {
                region.min[axis] = region.min[axis].min(coordinate);
                region.max[axis] = region.max[axis].max(coordinate);
            }
        }
        region
    }

    /// The box that reaches `halo` farther on all sides.
    pub(super) fn expanded(&self, halo: f64) -> Self {
        Self { min: self.min.map(|axis| axis - halo), max: self.max.map(|axis| axis + halo) }
    }

    /// The box with every side that lies beyond `all` moved to infinity: nothing is left out there.
    pub(super) fn open_beyond(&self, all: &Self) -> Self {
        let min = |axis: usize| if self.min[axis] <= all.min[axis] { f64::NEG_INFINITY } else { self.min[axis] };
        let max = |axis: usize| if self.max[axis] >= all.max[axis] { f64::INFINITY } else { self.max[axis] };
        Self { min: std::array::from_fn(min), max: std::array::from_fn(max) }
    }

    /// How far inside a point is: its distance from the nearest side, negative outside.
    pub(super) fn depth(&self, point: [f64; 3]) -> f64 {
        let depth = |axis: usize| (point[axis] - self.min[axis]).min(self.max[axis] - point[axis]);
        depth(0).min(depth(1)).min(depth(2))
    }

    /// Whether two boxes have a point in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        (0..3).all(|axis| self.min[axis] <= other.max[axis] && other.min[axis] <= self.max[axis])
    }

    /// Distance of a point from the box, 0 inside.
    pub(super) fn distance(&self, point: [f64; 3]) -> f64 {
        let outside = |axis: usize| (self.min[axis] - point[axis]).max(point[axis] - self.max[axis]).max(0.0);
        (outside(0).powi(2) + outside(1).powi(2) + outside(2).powi(2)).sqrt()
    }

    /// The axis along which the box is longest.
    pub(super) fn longest_axis(&self) -> usize {
        (0..3).max_by(|a, b| self.extent(*a).total_cmp(&self.extent(*b))).unwrap_or(0)
    }

    /// How long the box is along an axis.
    pub(super) fn extent(&self, axis: usize) -> f64 {
        self.max[axis] - self.min[axis]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_distance_are_measured_from_the_border() {
        let region = Region::around([[0.0, 0.0, 0.0], [4.0, 10.0, 10.0]]);
        assert_eq!(region.depth([1.0, 5.0, 5.0]), 1.0);
        assert_eq!(region.depth([-1.0, 5.0, 5.0]), -1.0);
        assert_eq!(region.distance([-3.0, 14.0, 5.0]), 5.0);
        assert_eq!(region.distance([1.0, 1.0, 1.0]), 0.0);
        assert_eq!(region.longest_axis(), 2);
        assert_eq!(region.expanded(1.0).depth([0.0, 5.0, 5.0]), 1.0);
    }

    #[test]
    fn sides_beyond_all_points_are_open() {
        let all = Region::around([[0.0; 3], [10.0; 3]]);
        let open = Region::around([[2.0, -1.0, 0.0], [8.0, 5.0, 11.0]]).open_beyond(&all);
        assert_eq!(open.depth([4.0, 0.0, 5.0]), 2.0);
        assert_eq!(open.max, [8.0, 5.0, f64::INFINITY]);
        assert_eq!(open.min, [2.0, f64::NEG_INFINITY, f64::NEG_INFINITY]);
    }
}
