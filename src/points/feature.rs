//! Shape features by name.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A feature of the shape of a point's neighbourhood, one `f32` a point.
///
/// With `l1 >= l2 >= l3` the eigenvalues of the covariance of the neighbours (the point itself included, centred on
/// their mean, divided by their number), `S = l1 + l2 + l3`, and `n` the unit eigenvector of `l3`. These are the raw
/// eigenvalues: neither square roots nor normalised.
///
/// Fewer than three neighbours give NaN in every column. Neighbours that all coincide have no shape: their eigenvalue
/// sum and omnivariance are 0, their normal is (0, 0, 1), their verticality 0, and all ratios and the entropy are NaN.
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
pub enum Feature {
    /// `(l1 - l2) / l1`: 1 along wires and edges (Weinmann et al. 2015).
    Linearity,
    /// `(l2 - l3) / l1`: 1 on planes (Weinmann et al. 2015).
    Planarity,
    /// `l3 / l1`, also called scattering: 1 where points spread alike in all directions (Weinmann et al. 2015).
    Sphericity,
    /// `(l1 l2 l3)^(1/3)`, in squared units of the input (Weinmann et al. 2015).
    Omnivariance,
    /// `(l1 - l3) / l1` (Weinmann et al. 2015).
    Anisotropy,
    /// `-sum p ln p` with `p = l / S` and `0 ln 0 = 0`: from 0 on a line to `ln 3` (Weinmann et al. 2015).
    Eigenentropy,
    /// `S`, in squared units of the input (Weinmann et al. 2015).
    EigenvalueSum,
    /// `l3 / S`, also called change of curvature: 0 on planes, at most 1/3 (Pauly et al. 2002).
    SurfaceVariation,
    /// `1 - |n_z|`: 0 on level ground, 1 on walls (Demantké et al. 2012).
    Verticality,
    /// The normal's x: `n` is turned so that `n_z >= 0`; where `|n_z| < 1e-6`, so that `n_y > 0`; where `|n_y| < 1e-6`
    /// too, so that `n_x > 0`.
    NormalX,
    /// The normal's y; see [`Feature::NormalX`].
    NormalY,
    /// The normal's z; see [`Feature::NormalX`].
    NormalZ,
    /// `l1 / S`.
    Pca1,
    /// `l2 / S`.
    Pca2,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 14] = [
        Self::Linearity,
        Self::Planarity,
        Self::Sphericity,
        Self::Omnivariance,
        Self::Anisotropy,
        Self::Eigenentropy,
        Self::EigenvalueSum,
        Self::SurfaceVariation,
        Self::Verticality,
        Self::NormalX,
        Self::NormalY,
        Self::NormalZ,
        Self::Pca1,
        Self::Pca2,
    ];

    /// The name in snake_case, as in files and on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linearity => "linearity",
            Self::Planarity => "planarity",
            Self::Sphericity => "sphericity",
            Self::Omnivariance => "omnivariance",
            Self::Anisotropy => "anisotropy",
            Self::Eigenentropy => "eigenentropy",
            Self::EigenvalueSum => "eigenvalue_sum",
            Self::SurfaceVariation => "surface_variation",
            Self::Verticality => "verticality",
            Self::NormalX => "normal_x",
            Self::NormalY => "normal_y",
            Self::NormalZ => "normal_z",
            Self::Pca1 => "pca1",
            Self::Pca2 => "pca2",
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
        Self::ALL
            .into_iter()
            .find(|feature| feature.name() == name)
            .ok_or_else(|| Error::UnknownFeature { name: name.to_owned(), known: Self::ALL.map(Self::name).join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_are_printed() {
        for feature in Feature::ALL {
            assert_eq!(feature.name().parse(), Ok(feature));
            assert_eq!(feature.to_string(), feature.name());
        }
    }

    #[test]
    fn all_is_in_the_order_of_the_declaration() {
        assert!(Feature::ALL.iter().enumerate().all(|(place, feature)| *feature as usize == place));
    }

    #[test]
    fn unknown_names_are_answered_with_the_known() {
        assert_eq!(
            "curvature".parse::<Feature>().unwrap_err().to_string(),
            "\"curvature\" is not a feature; the features are linearity, planarity, sphericity, omnivariance, \
             anisotropy, eigenentropy, eigenvalue_sum, surface_variation, verticality, normal_x, normal_y, normal_z, \
             pca1, pca2"
        );
    }
}
