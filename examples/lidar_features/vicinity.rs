//! The neighbourhood that the flags ask for, and its name in words.

use std::fmt::{self, Display};

use swath::{Convention, Feature, FeatureOptions, Features, Neighborhood};

use crate::flags::Flags;

/// Neighbours of each point where no flag says which.
const DEFAULT_K: u16 = 16;

/// Whose shape is described, and by whose definitions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vicinity {
    pub neighborhood: Neighborhood,
    pub options: FeatureOptions,
}

impl Vicinity {
    /// What the flags ask for.
    pub fn of(flags: &Flags) -> Self {
        let k = usize::from(flags.k.unwrap_or(DEFAULT_K));
        let neighborhood = match (&flags.optimal_k, flags.radius, flags.k) {
            (Some(range), ..) => Neighborhood::OptimalK { min: *range.start(), max: *range.end() },
            (None, Some(radius), Some(_)) => Neighborhood::KnnWithin { k, radius },
            (None, Some(radius), None) => Neighborhood::Radius(radius),
            (None, None, _) => Neighborhood::Knn(k),
        };
        Self { neighborhood, options: FeatureOptions { convention: flags.convention, viewpoint: flags.viewpoint } }
    }

    /// What an extra dimension of this feature is of, in the 32 bytes that a file has for it.
    pub fn description(&self, feature: Feature) -> String {
        match feature {
            Feature::HeightAboveGround => return "over the nearest ground point".to_owned(),
            of_color if Features::spectral().contains(&of_color) => return "of the point's colours".to_owned(),
            _ => {}
        }
        let words = match self.neighborhood {
            Neighborhood::Radius(radius) => format!("radius {radius}"),
            Neighborhood::KnnWithin { k, radius } => format!("k {k}, radius {radius}"),
            Neighborhood::OptimalK { min, max } => format!("k {min}:{max}"),
            other => Self { neighborhood: other, ..*self }.to_string(),
        };
        match self.options.convention {
            Convention::Swath => words,
            convention => format!("{words}, {convention}"),
        }
    }
}

/// The neighbours, as in "features of 16 neighbours".
impl Display for Vicinity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.neighborhood {
            Neighborhood::Knn(k) => write!(f, "{k} neighbours"),
            Neighborhood::Radius(radius) => write!(f, "neighbours within {radius}"),
            Neighborhood::KnnWithin { k, radius } => write!(f, "at most {k} neighbours within {radius}"),
            Neighborhood::OptimalK { min, max } => write!(f, "{min} to {max} neighbours"),
            other => write!(f, "{other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::parsed;

    #[test]
    fn flags_choose_among_four_neighbourhoods() {
        let cases = [
            (&[][..], Neighborhood::Knn(16), "16 neighbours"),
            (&["--k", "256"], Neighborhood::Knn(256), "256 neighbours"),
            (&["--radius", "0.5"], Neighborhood::Radius(0.5), "radius 0.5"),
            (&["--radius", "2", "--k", "9"], Neighborhood::KnnWithin { k: 9, radius: 2.0 }, "k 9, radius 2"),
            (&["--optimal-k", "10:50"], Neighborhood::OptimalK { min: 10, max: 50 }, "k 10:50"),
        ];
        for (arguments, neighborhood, description) in cases {
            let vicinity = Vicinity::of(&parsed(arguments));
            assert_eq!(vicinity.neighborhood, neighborhood);
            assert_eq!(vicinity.description(Feature::Planarity), description);
        }
    }

    #[test]
    fn descriptions_name_the_convention_and_fit_their_field() {
        let vicinity = Vicinity::of(&parsed(&["--optimal-k", "100:256", "--convention", "cloudcompare"]));
        assert_eq!(vicinity.description(Feature::Planarity), "k 100:256, cloudcompare");
        for feature in Feature::ALL {
            assert!(vicinity.description(*feature).len() <= 32, "{feature}");
        }
    }
}
