//! Which part of the ground the picture shows, and how fine.

/// Pixels of the longer side, at most.
pub const LONG_SIDE: usize = 1600;
/// Distance between neighbouring points, in pixels: where points are sparser, pixels are larger.
const SPACING: f64 = 1.5;
/// Share of points beyond either end that may be cut off where they lie far out.
const STRAY: f64 = 0.002;

/// A grid of pixels over the ground; rows run from north to south.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub west: f64,
    pub north: f64,
    /// Side of a pixel, in the units of the points.
    pub pixel: f64,
    pub width: usize,
    pub height: usize,
}

impl View {
    /// The grid that shows these points well.
    pub fn of(points: &[[f64; 3]]) -> Self {
        let (west, east) = extent(points, 0);
        let (south, north) = extent(points, 1);
        let longer = (east - west).max(north - south).max(f64::MIN_POSITIVE);
        let finest = Self::with_pixel(west, north, east, south, longer / LONG_SIDE as f64);
        let coarser = (finest.spacing(points) / SPACING).clamp(1.0, LONG_SIDE as f64 / 200.0);
        Self::with_pixel(west, north, east, south, finest.pixel * coarser)
    }

    fn with_pixel(west: f64, north: f64, east: f64, south: f64, pixel: f64) -> Self {
        let cells = |extent: f64| ((extent / pixel).ceil() as usize).clamp(1, LONG_SIDE);
        Self { west, north, pixel, width: cells(east - west), height: cells(north - south) }
    }

    /// Column and row of a point, if it is inside.
    pub fn cell(&self, point: &[f64; 3]) -> Option<usize> {
        let (column, row) = ((point[0] - self.west) / self.pixel, (self.north - point[1]) / self.pixel);
        if column < 0.0 || row < 0.0 {
            return None;
        }
        // A point on the far edge belongs to the last pixel.
        let inside = |place: f64, cells: usize| match place as usize {
            index if index < cells => Some(index),
            index if index == cells && place.fract() < 1e-6 => Some(cells - 1),
            _ => None,
        };
        Some(inside(row, self.height)? * self.width + inside(column, self.width)?)
    }

    /// Mean distance between neighbouring points, in pixels, where there are points at all.
    ///
    /// Cells are made larger until they hold four points each: their area is the ground that is covered.
    fn spacing(&self, points: &[[f64; 3]]) -> f64 {
        let mut side = 1;
        loop {
            let columns = self.width.div_ceil(side);
            let mut is_hit = vec![false; columns * self.height.div_ceil(side)];
            let mut inside = 0;
            for cell in points.iter().filter_map(|point| self.cell(point)) {
                let (column, row) = (cell % self.width / side, cell / self.width / side);
                is_hit[row * columns + column] = true;
                inside += 1;
            }
            let hits = is_hit.iter().filter(|&&hit| hit).count();
            if inside >= 4 * hits || side >= LONG_SIDE {
                return ((hits * side * side) as f64 / inside.max(1) as f64).sqrt();
            }
            side *= 2;
        }
    }
}

/// Where the points lie along an axis: all of them, unless a few strays would make the picture mostly empty.
fn extent(points: &[[f64; 3]], axis: usize) -> (f64, f64) {
    let mut values: Vec<f64> = points.iter().map(|point| point[axis]).collect();
    values.sort_unstable_by(f64::total_cmp);
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return (0.0, 1.0) };
    let stray = (values.len() as f64 * STRAY) as usize;
    let (low, high) = (values[stray], values[values.len() - 1 - stray]);
    let margin = 0.02 * (high - low);
    if last - first > 1.25 * (high - low) { (low - margin, high + margin) } else { (first, last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_inside_unless_it_is_a_stray() {
        let mut points: Vec<[f64; 3]> = (0..10_000).map(|i| [f64::from(i % 100), f64::from(i / 100), 0.0]).collect();
        let view = View::of(&points);
        assert!(points.iter().all(|point| view.cell(point).is_some()));
        points.push([1e7, 0.0, 0.0]);
        let view = View::of(&points);
        assert_eq!(points.iter().filter(|point| view.cell(point).is_none()).count(), 1);
        assert!(view.width > 50, "{view:?}");
    }

    #[test]
    fn one_point_and_a_line_have_a_picture() {
        assert_eq!(View::of(&[[5.0, 5.0, 5.0]]).cell(&[5.0, 5.0, 5.0]), Some(0));
        let line: Vec<[f64; 3]> = (0..100).map(|i| [f64::from(i), 3.0, 0.0]).collect();
        let view = View::of(&line);
        assert!(view.height == 1 && line.iter().all(|point| view.cell(point).is_some()));
    }
}
