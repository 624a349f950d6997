//! What points carry besides coordinates, and which features that allows.

use swath::{Device, Error, Feature, Features, PointCloud, PointsOptions, TilePart};

/// Class of ground points (LAS 1.4 R15, table 17).
pub const GROUND: u8 = 2;

/// Values beside the coordinates, in the order of the points.
///
/// What is absent has its reason, as in "there are no colours (a.las: its point format is 1)".
#[derive(Debug)]
pub struct Attributes {
    /// Red, green and blue.
    pub colors: Result<Vec<[u16; 3]>, String>,
    pub infrared: Result<Vec<u16>, String>,
    /// Which points are ground: at least one of them, or of another file's.
    pub ground: Result<Vec<bool>, String>,
}

/// Which attributes some features are computed from.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Needs {
    pub colors: bool,
    pub infrared: bool,
    pub ground: bool,
}

impl Needs {
    /// What these are computed from.
    pub fn of(features: &[Feature]) -> Self {
        let spectral = Features::spectral();
        Self {
            colors: features.iter().any(|feature| spectral.contains(feature)),
            infrared: features.contains(&Feature::Ndvi),
            ground: features.contains(&Feature::HeightAboveGround),
        }
    }
}

impl Attributes {
    /// None at all, for this reason.
    pub fn none(reason: &str) -> Self {
        Self {
            colors: Err(format!("there are no colours ({reason})")),
            infrared: Err(format!("there is no near infrared ({reason})")),
            ground: Err(format!("there are no ground points ({reason})")),
        }
    }

    /// Why a feature cannot be computed, if it cannot.
    pub fn lack(&self, feature: Feature) -> Option<String> {
        let needs = Needs::of(&[feature]);
        let colors = self.colors.as_ref().err().filter(|_| needs.colors);
        let infrared = self.infrared.as_ref().err().filter(|_| needs.infrared);
        let ground = self.ground.as_ref().err().filter(|_| needs.ground);
        colors.or(infrared).or(ground).cloned()
    }

    /// What all of these have. Ground in one is enough: heights may be over the ground of a neighbour.
    pub fn shared(all: &[&Self]) -> Self {
        let missing = |errors: Vec<&String>| errors.first().map(|reason| (*reason).clone());
        let grounds: Vec<_> = all.iter().filter_map(|one| one.ground.as_ref().err()).collect();
        let without_ground = if grounds.len() == all.len() { missing(grounds) } else { None };
        let without_colors = missing(all.iter().filter_map(|one| one.colors.as_ref().err()).collect());
        let without_infrared = missing(all.iter().filter_map(|one| one.infrared.as_ref().err()).collect());
        Self {
            colors: without_colors.map_or(Ok(Vec::new()), Err),
            infrared: without_infrared.map_or(Ok(Vec::new()), Err),
            ground: without_ground.map_or(Ok(Vec::new()), Err),
        }
    }

    /// The largest value of colours and near infrared.
    pub fn largest_value(&self) -> u16 {
        let colors = self.colors.iter().flatten().flatten();
        let infrared = self.infrared.iter().flatten();
        colors.chain(infrared).copied().max().unwrap_or(0)
    }

    /// The points as a cloud, with what features need.
    pub fn cloud(
        &self,
        device: &Device,
        points: &[[f64; 3]],
        options: &PointsOptions,
        needs: Needs,
        maximum: u16,
    ) -> Result<PointCloud, Error> {
        let mut cloud = device.points_with(points, options)?;
        if let (true, Ok(colors)) = (needs.colors, &self.colors) {
            cloud = cloud.with_colors(colors, maximum)?;
        }
        if let (true, Ok(infrared)) = (needs.infrared, &self.infrared) {
            cloud = cloud.with_near_infrared(infrared, maximum)?;
        }
        if let (true, Ok(ground)) = (needs.ground, &self.ground) {
            cloud = cloud.with_ground(ground)?;
        }
        Ok(cloud)
    }

    /// The points as one of several parts, with what features need. `no_ground` is for points of which none is ground.
    pub fn part<'a>(
        &'a self,
        points: &'a [[f64; 3]],
        no_ground: &'a [bool],
        needs: Needs,
        maximum: u16,
    ) -> TilePart<'a> {
        let mut part = TilePart::new(points);
        if let (true, Ok(colors)) = (needs.colors, &self.colors) {
            part = part.with_colors(colors, maximum);
        }
        if let (true, Ok(infrared)) = (needs.infrared, &self.infrared) {
            part = part.with_near_infrared(infrared, maximum);
        }
        if needs.ground {
            part = part.with_ground(self.ground.as_deref().unwrap_or(&no_ground[..points.len()]));
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_lack_exactly_what_the_library_misses() {
        let device = Device::cpu().unwrap();
        for bits in 0..8 {
            let mut attributes = Attributes::none("test");
            if bits & 1 > 0 {
                attributes.colors = Ok(vec![[1, 2, 3]]);
            }
            if bits & 2 > 0 {
                attributes.infrared = Ok(vec![4]);
            }
            if bits & 4 > 0 {
                attributes.ground = Ok(vec![true]);
            }
            let all = Needs { colors: true, infrared: true, ground: true };
            let cloud = attributes.cloud(&device, &[[0.0; 3]], &PointsOptions::default(), all, 255).unwrap();
            for feature in Feature::ALL {
                let is_supported = cloud.supported(&[*feature]).len() == 1;
                assert_eq!(attributes.lack(*feature).is_none(), is_supported, "{feature}, attributes {bits:03b}");
            }
        }
    }

    #[test]
    fn several_files_share_what_each_has_and_ground_of_any() {
        let mut with_ground = Attributes::none("a");
        with_ground.ground = Ok(vec![true]);
        let mut with_colors = Attributes::none("b");
        with_colors.colors = Ok(vec![[9, 9, 9]]);
        let shared = Attributes::shared(&[&with_ground, &with_colors]);
        assert_eq!(shared.lack(Feature::Red).unwrap(), "there are no colours (a)");
        assert_eq!(shared.lack(Feature::HeightAboveGround), None);
        assert_eq!(with_colors.largest_value(), 9);
    }
}
