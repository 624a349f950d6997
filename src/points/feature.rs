//! Features of points by name.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Declares every feature once: its variant, its name and its documentation.
macro_rules! features {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// A feature of a point, one `f32` a point.
        ///
        /// Most describe the shape of the point's neighbourhood. With `l1 >= l2 >= l3` the eigenvalues of the
        /// covariance of the neighbours (the point itself included, centred on their mean, divided by their number),
        /// `e1, e2, e3` their unit eigenvectors, `S = l1 + l2 + l3`, `s = sqrt(l)` and `n = e3` the normal. These are
        /// the raw eigenvalues: neither square roots nor normalised. [`Convention`](crate::Convention) has the
        /// definitions of other libraries.
        ///
        /// Fewer than three neighbours give NaN in every such column but
        /// [`NeighborCount`](Feature::NeighborCount). Neighbours that all coincide have no shape: their sizes are 0,
        /// their normal is (0, 0, 1), and all ratios and the entropy are NaN. Squared lengths are in squared units of
        /// the input.
        ///
        /// Some need more than coordinates: colours ([`PointCloud::with_colors`](crate::PointCloud::with_colors)), near
        /// infrared ([`PointCloud::with_near_infrared`](crate::PointCloud::with_near_infrared)) or ground points
        /// ([`PointCloud::with_ground`](crate::PointCloud::with_ground)). Their channels are divided by the largest
        /// value given, so that they lie in 0..1.
        ///
        /// # Examples
        ///
        /// ```
        /// use swath::Feature;
        ///
        /// assert_eq!("normal_z".parse::<Feature>()?, Feature::NormalZ);
        /// assert_eq!(Feature::Linearity.name(), "linearity");
        /// # Ok::<(), swath::Error>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Feature {
            $($(#[$doc])+ $variant,)+
        }

        impl Feature {
            /// Every feature.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in snake_case, as in files and on command lines.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

features! {
    /// `(l1 - l2) / l1`: 1 along wires and edges (Weinmann et al. 2015).
    Linearity = "linearity",
    /// `(l2 - l3) / l1`: 1 on planes (Weinmann et al. 2015).
    Planarity = "planarity",
    /// `l3 / l1`, also called scattering: 1 where points spread alike in all directions (Weinmann et al. 2015).
    Sphericity = "sphericity",
    /// `(l1 l2 l3)^(1/3)`, in squared units of the input (Weinmann et al. 2015).
    Omnivariance = "omnivariance",
    /// `(l1 - l3) / l1` (Weinmann et al. 2015).
    Anisotropy = "anisotropy",
    /// `-sum p ln p` with `p = l / S` and `0 ln 0 = 0`: from 0 on a line to `ln 3` (Weinmann et al. 2015).
    Eigenentropy = "eigenentropy",
    /// `S`, in squared units of the input (Weinmann et al. 2015).
    EigenvalueSum = "eigenvalue_sum",
    /// `l3 / S`, also called change of curvature: 0 on planes, at most 1/3 (Pauly et al. 2002).
    SurfaceVariation = "surface_variation",
    /// `1 - |n_z|`: 0 on level ground, 1 on walls (Demantké et al. 2012).
    Verticality = "verticality",
    /// The normal's x: `n` is turned so that `n_z >= 0`; where `|n_z| < 1e-6`, so that `n_y > 0`; where `|n_y| < 1e-6`
    /// too, so that `n_x > 0`. With a viewpoint, so that it looks there.
    NormalX = "normal_x",
    /// The normal's y; see [`Feature::NormalX`].
    NormalY = "normal_y",
    /// The normal's z; see [`Feature::NormalX`].
    NormalZ = "normal_z",
    /// `l1 / S`.
    Pca1 = "pca1",
    /// `l2 / S`.
    Pca2 = "pca2",
    /// `u_z / |u|` with `u = sum l_i |e_i|`: 1 along poles and on walls (Guinard and Landrieu 2017).
    GuinardVerticality = "guinard_verticality",
    /// `|n_z|`: 1 on level ground, 0 on walls.
    Horizontality = "horizontality",
    /// `s1`, in units of the input.
    Length = "length",
    /// `sqrt(s1 s2)`, in units of the input.
    Surface = "surface",
    /// `(s1 s2 s3)^(1/3)`, in units of the input.
    Volume = "volume",
    /// `ln(l1 / l3)`; NaN where `l3` is 0.
    DegreeOfPlanarity = "degree_of_planarity",
    /// `ln(l1 / l2) / ln(l2 / l3)`; NaN where `l3` is 0 or `l2 = l3`.
    DegreeOfLinearity = "degree_of_linearity",
    /// `l1`, in squared units of the input.
    Eigenvalue1 = "eigenvalue_1",
    /// `l2`, in squared units of the input.
    Eigenvalue2 = "eigenvalue_2",
    /// `l3`, in squared units of the input.
    Eigenvalue3 = "eigenvalue_3",
    /// The first eigenvector's x. Eigenvectors are turned as the normal is without a viewpoint; see
    /// [`Feature::NormalX`].
    Eigenvector1X = "eigenvector_1_x",
    /// The first eigenvector's y.
    Eigenvector1Y = "eigenvector_1_y",
    /// The first eigenvector's z.
    Eigenvector1Z = "eigenvector_1_z",
    /// The second eigenvector's x.
    Eigenvector2X = "eigenvector_2_x",
    /// The second eigenvector's y.
    Eigenvector2Y = "eigenvector_2_y",
    /// The second eigenvector's z.
    Eigenvector2Z = "eigenvector_2_z",
    /// The third eigenvector's x.
    Eigenvector3X = "eigenvector_3_x",
    /// The third eigenvector's y.
    Eigenvector3Y = "eigenvector_3_y",
    /// The third eigenvector's z.
    Eigenvector3Z = "eigenvector_3_z",
    /// `(sum d e2)^2 / sum (d e2)^2` over the offsets `d` of the neighbours from the point: large at edges of surfaces
    /// (Hackel et al. 2016, as in CloudCompare); NaN where the divisor is 0.
    FirstOrderMoment = "first_order_moment",
    /// Distance of the point to the plane through the neighbours' mean, across their normal, in units of the input (as in
    /// CloudCompare).
    Roughness = "roughness",
    /// Mean length of the difference between the neighbours' normals and the point's own, 0 on planes. The neighbours'
    /// normals are those of their own neighbourhoods of the same kind.
    NormalVariation = "normal_variation",
    /// Neighbours a cubic unit of the input: their number by `4/3 pi r^3`, with `r` the distance of the farthest, or the
    /// radius where one was given. Infinity where `r` is 0.
    Density = "density",
    /// Distance of the farthest neighbour, in units of the input.
    KthDistance = "kth_distance",
    /// How many neighbours there are, the point itself included.
    NeighborCount = "neighbor_count",
    /// The number of neighbours that [`Neighborhood::OptimalK`](crate::Neighborhood::OptimalK) chose; NaN for other
    /// neighbourhoods.
    OptimalK = "optimal_k",
    /// Largest z of the neighbours less the smallest, in units of the input.
    HeightRange = "height_range",
    /// Standard deviation of the neighbours' z, in units of the input.
    VerticalStd = "vertical_std",
    /// `sqrt(verticality planarity)`: near 1 on walls.
    WallLikelihood = "wall_likelihood",
    /// `sqrt(horizontality planarity)`: near 1 on roofs and level ground.
    RoofLikelihood = "roof_likelihood",
    /// Height over the nearest ground point in plan, that of the smallest index among equally near ones, in units of the
    /// input (as PDAL's `hag_nn` with a count of 1). Needs ground points.
    HeightAboveGround = "height_above_ground",
    /// Red. Needs colours.
    Red = "red",
    /// Green. Needs colours.
    Green = "green",
    /// Blue. Needs colours.
    Blue = "blue",
    /// `(nir - red) / (nir + red)`: vegetation above about 0.3; NaN where both are 0. Needs colours and near infrared.
    Ndvi = "ndvi",
    /// `2 green - red - blue` (Woebbecke et al. 1995). Needs colours.
    ExcessGreen = "excess_green",
    /// `(green - red) / (green + red)`; NaN where both are 0 (Tucker 1979). Needs colours.
    GreenRedIndex = "green_red_index",
    /// Mean of red, green and blue. Needs colours.
    RgbMean = "rgb_mean",
    /// Standard deviation of red, green and blue, divided by 3. Needs colours.
    RgbStd = "rgb_std",
    /// The largest of red, green and blue less the smallest. Needs colours.
    RgbRange = "rgb_range",
}

/// What a feature is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// The neighbours' coordinates.
    Shape,
    /// The neighbours' normals.
    Normals,
    /// Ground points.
    Ground,
    /// Red, green and blue.
    Colors,
    /// Near infrared too.
    Infrared,
}

impl Feature {
    /// What it is computed from.
    pub(super) fn needs(self) -> Needs {
        match self {
            Self::NormalVariation => Needs::Normals,
            Self::HeightAboveGround => Needs::Ground,
            Self::Ndvi => Needs::Infrared,
            Self::Red | Self::Green | Self::Blue | Self::ExcessGreen | Self::GreenRedIndex => Needs::Colors,
            Self::RgbMean | Self::RgbStd | Self::RgbRange => Needs::Colors,
            _ => Needs::Shape,
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Feature {
    type Err = Error;

    /// Parses a name; [`Error::UnknownFeature`] lists all of them.
    fn from_str(name: &str) -> Result<Self, Error> {
        let known = || Self::ALL.iter().map(|feature| feature.name()).collect::<Vec<_>>().join(", ");
        Self::ALL
            .iter()
            .find(|feature| feature.name() == name)
            .copied()
            .ok_or_else(|| Error::UnknownFeature { name: name.to_owned(), known: known() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_are_printed() {
        for feature in Feature::ALL {
            assert_eq!(feature.name().parse(), Ok(*feature));
            assert_eq!(feature.to_string(), feature.name());
        }
    }

    #[test]
    fn all_is_in_the_order_of_the_declaration() {
        assert!(Feature::ALL.iter().enumerate().all(|(place, feature)| *feature as usize == place));
    }

    #[test]
    fn unknown_names_are_answered_with_the_known() {
        let text = "curvature".parse::<Feature>().unwrap_err().to_string();
        assert!(text.starts_with("\"curvature\" is not a feature; the features are linearity, planarity, "), "{text}");
        assert!(text.ends_with(", rgb_mean, rgb_std, rgb_range"), "{text}");
    }
}
