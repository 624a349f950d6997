//! Named sets of features.

use super::Feature;
use super::cloud::PointCloud;

/// Named sets of features, each in a fixed order: what to ask [`PointCloud::features`] for.
///
/// # Examples
///
/// ```
/// use swath::{Device, Features, Neighborhood};
///
/// let device = Device::cpu()?;
/// let cloud = device.points(&[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])?;
/// let table = cloud.features(Neighborhood::Knn(4), &Features::geometric())?.read().wait()?;
/// assert_eq!(table.features(), Features::geometric());
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Features;

impl Features {
    /// The fourteen that eigenvalues and normal give: shape ratios, sizes, verticality and the normal.
    pub fn eigen() -> Vec<Feature> {
        Feature::ALL[..=Feature::Pca2 as usize].to_vec()
    }

    /// All that need nothing but coordinates.
    pub fn geometric() -> Vec<Feature> {
        let of_coordinates = |feature: &Feature| (*feature as usize) < Feature::HeightAboveGround as usize;
        Feature::ALL.iter().copied().filter(of_coordinates).collect()
    }

    /// All that need colours, near infrared included.
    pub fn spectral() -> Vec<Feature> {
        Feature::ALL[Feature::Red as usize..].to_vec()
    }

    /// What separates ground, walls, roofs and vegetation for building models of level of detail 2: the set of that name
    /// in the IGN LiDAR HD library, less what depends on a tile's extent.
    pub fn lod2() -> Vec<Feature> {
        vec![
            Feature::NormalZ,
            Feature::Planarity,
            Feature::Linearity,
            Feature::Anisotropy,
            Feature::HeightAboveGround,
            Feature::Verticality,
            Feature::Horizontality,
            Feature::WallLikelihood,
            Feature::RoofLikelihood,
            Feature::Red,
            Feature::Green,
            Feature::Blue,
            Feature::Ndvi,
        ]
    }

    /// [`Features::lod2`] and what finer details ask for: the whole normal, curvature, eigenvalues, density and roughness.
    pub fn lod3() -> Vec<Feature> {
        let mut features = Self::lod2();
        features.extend([
            Feature::NormalX,
            Feature::NormalY,
            Feature::SurfaceVariation,
            Feature::Sphericity,
            Feature::Roughness,
            Feature::Omnivariance,
            Feature::Eigenvalue1,
            Feature::Eigenvalue2,
            Feature::Eigenvalue3,
            Feature::EigenvalueSum,
            Feature::Eigenentropy,
            Feature::HeightRange,
            Feature::VerticalStd,
            Feature::Density,
            Feature::NormalVariation,
        ]);
        features
    }

    /// Every feature.
    pub fn all() -> Vec<Feature> {
        Feature::ALL.to_vec()
    }
}

impl PointCloud {
    /// Those of `features` that this cloud has everything for, in their order: without colours, for example, all but the
    /// spectral ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Feature, Features};
    ///
    /// let cloud = swath::Device::cpu()?.points(&[[0.0; 3]])?;
    /// assert_eq!(cloud.supported(&[Feature::Ndvi, Feature::Planarity]), [Feature::Planarity]);
    /// assert_eq!(cloud.supported(&Features::all()), Features::geometric());
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn supported(&self, features: &[Feature]) -> Vec<Feature> {
        features.iter().copied().filter(|feature| self.attributes().check(*feature).is_ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_no_feature_twice() {
        for set in [Features::eigen(), Features::geometric(), Features::spectral(), Features::lod2(), Features::lod3()]
        {
            let distinct: std::collections::HashSet<_> = set.iter().collect();
            assert_eq!(distinct.len(), set.len(), "{set:?}");
        }
        assert_eq!(Features::eigen().len(), 14);
        let parts = Features::geometric().len() + 1 + Features::spectral().len();
        assert_eq!(parts, Features::all().len(), "coordinates, ground and colours are all there is");
    }
}
