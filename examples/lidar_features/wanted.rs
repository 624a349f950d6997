//! The features that are asked for, by name or as sets, and what becomes of them with what a cloud has.

use swath::{Error, Feature, Features};

use crate::attributes::Attributes;
use crate::terminal::Outcome;

/// Features in the order in which they are written, without repetition.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted(Vec<Wish>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Wish {
    feature: Feature,
    /// Asked for by its name, not only as one of a set.
    by_name: bool,
}

/// What a cloud can give of what was asked for.
#[derive(Debug, PartialEq)]
pub struct Given {
    /// The features to compute, in order.
    pub features: Vec<Feature>,
    /// Those of sets that cannot be given, and why, in one line.
    pub left_out: Option<String>,
}

impl Wanted {
    /// Reads `planarity,lod2`: names and sets.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut wishes: Vec<Wish> = Vec::new();
        for name in list.split(',').map(str::trim) {
            let set = set_of(name);
            let by_name = set.is_none();
            let features = set.map_or_else(|| parse_feature(name).map(|feature| vec![feature]), Ok)?;
            for feature in features {
                match wishes.iter_mut().find(|wish| wish.feature == feature) {
                    Some(known) => known.by_name |= by_name,
                    None => wishes.push(Wish { feature, by_name }),
                }
            }
        }
        Ok(Self(wishes))
    }

    /// Those that the cloud has everything for. A feature that was named must be among them.
    pub fn given(&self, attributes: &Attributes) -> Outcome<Given> {
        let mut features = Vec::new();
        let mut lacking: Vec<(String, Vec<&str>)> = Vec::new();
        for wish in &self.0 {
            let Some(reason) = attributes.lack(wish.feature) else {
                features.push(wish.feature);
                continue;
            };
            if wish.by_name {
                return Err(format!("{} cannot be given: {reason}", wish.feature).into());
            }
            match lacking.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, names)) => names.push(wish.feature.name()),
                None => lacking.push((reason, vec![wish.feature.name()])),
            }
        }
        let parts: Vec<_> =
            lacking.iter().map(|(reason, names)| format!("{}, because {reason}", names.join(", "))).collect();
        let left_out = (!parts.is_empty()).then(|| format!("left out: {}", parts.join("; ")));
        match left_out {
            Some(left_out) if features.is_empty() => Err(format!("no feature remains; {left_out}").into()),
            left_out => Ok(Given { features, left_out }),
        }
    }
}

/// A feature by its name.
pub fn parse_feature(name: &str) -> Result<Feature, String> {
    name.trim().parse().map_err(|error: Error| error.to_string())
}

fn set_of(name: &str) -> Option<Vec<Feature>> {
    match name {
        "all" => Some(Features::all()),
        "eigen" => Some(Features::eigen()),
        "geometric" => Some(Features::geometric()),
        "spectral" => Some(Features::spectral()),
        "lod2" => Some(Features::lod2()),
        "lod3" => Some(Features::lod3()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare() -> Attributes {
        Attributes::none("a.ply: PLY files are read for their coordinates alone")
    }

    #[test]
    fn sets_and_names_mix_without_repetition() {
        let given = Wanted::parse("normal_z, eigen,planarity,density").unwrap().given(&bare()).unwrap();
        assert_eq!(given.features.len(), 15);
        assert_eq!(given.features[..2], [Feature::NormalZ, Feature::Linearity]);
        assert_eq!(given.features[14], Feature::Density);
        assert_eq!(given.left_out, None);
    }

    #[test]
    fn every_set_has_a_name() {
        for set in ["all", "eigen", "geometric", "spectral", "lod2", "lod3"] {
            assert!(Wanted::parse(set).is_ok(), "{set}");
        }
        let error = Wanted::parse("lod4").unwrap_err();
        assert!(error.starts_with("\"lod4\" is not a feature; the features are linearity"), "{error}");
    }

    #[test]
    fn what_a_set_cannot_give_is_left_out_in_one_line() {
        let given = Wanted::parse("all").unwrap().given(&bare()).unwrap();
        assert_eq!(given.features, Features::geometric());
        let line = given.left_out.unwrap();
        assert!(line.starts_with("left out: height_above_ground, because "), "{line}");
        assert!(line.contains("; red, green, blue, ndvi, ") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn what_is_named_must_be_there() {
        let error = Wanted::parse("lod2,ndvi").unwrap().given(&bare()).unwrap_err().to_string();
        assert_eq!(
            error,
            "ndvi cannot be given: there are no colours (a.ply: PLY files are read for their coordinates alone)"
        );
        let error = Wanted::parse("spectral").unwrap().given(&bare()).unwrap_err().to_string();
        assert!(error.starts_with("no feature remains; left out: red, green, "), "{error}");
    }
}
