//! What a point belongs to, told from the shape of its surroundings by a few thresholds, and its colour.

/// Up to here above the nearest ground point, in units of the coordinates, everything is ground.
const LOW: f32 = 0.6;
/// Leaves spread in all directions; surfaces and wires are thinner than this.
const SPREAD: f32 = 0.08;
/// Wires and beams are longer than wide.
const LONG: f32 = 0.75;
/// Surfaces steeper than this are walls.
const STEEP: f32 = 0.6;
/// Surfaces flatter than this are ground, where it is not known which points are.
const LEVEL: f32 = 0.03;

/// What a point belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    Ground,
    Roof,
    Wall,
    Wire,
    Vegetation,
    /// Fewer neighbours than a shape takes.
    Unknown,
}

impl Shape {
    /// All that have a name and a colour of their own.
    pub const KNOWN: [Self; 5] = [Self::Ground, Self::Roof, Self::Wall, Self::Wire, Self::Vegetation];

    /// The shape that these features tell of.
    pub fn of(linearity: f32, sphericity: f32, verticality: f32, height: Option<f32>) -> Self {
        let is_level = verticality < LEVEL && sphericity < SPREAD;
        match height {
            Some(height) if height < LOW => Self::Ground,
            None if is_level => Self::Ground,
            _ if linearity.is_nan() => Self::Unknown,
            _ if linearity > LONG => Self::Wire,
            _ if sphericity > SPREAD => Self::Vegetation,
            _ if verticality > STEEP => Self::Wall,
            _ => Self::Roof,
        }
    }

    /// The name in the picture's key.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ground => "ground",
            Self::Roof => "roof",
            Self::Wall => "wall",
            Self::Wire => "wire, edge",
            Self::Vegetation => "vegetation",
            Self::Unknown => "",
        }
    }

    /// Red, green and blue, each in 0..1; NaN where it is not known.
    pub fn color(self) -> [f32; 3] {
        match self {
            Self::Ground => [0.80, 0.74, 0.62],
            Self::Roof => [0.86, 0.36, 0.25],
            Self::Wall => [0.36, 0.50, 0.86],
            Self::Wire => [1.0, 0.82, 0.22],
            Self::Vegetation => [0.30, 0.62, 0.34],
            Self::Unknown => [f32::NAN; 3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_tell_five_shapes_apart() {
        let cases = [
            ([0.1, 0.01, 0.01], Some(0.1), Shape::Ground),
            ([0.1, 0.01, 0.01], None, Shape::Ground),
            ([0.1, 0.01, 0.01], Some(8.0), Shape::Roof),
            ([0.1, 0.01, 0.3], None, Shape::Roof),
            ([0.1, 0.01, 0.99], Some(4.0), Shape::Wall),
            ([0.98, 0.01, 0.9], Some(15.0), Shape::Wire),
            ([0.3, 0.4, 0.5], Some(9.0), Shape::Vegetation),
            ([f32::NAN; 3], Some(9.0), Shape::Unknown),
        ];
        for ([linearity, sphericity, verticality], height, shape) in cases {
            assert_eq!(Shape::of(linearity, sphericity, verticality, height), shape);
        }
    }
}
