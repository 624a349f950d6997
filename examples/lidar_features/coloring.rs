//! What colours the picture.

use std::fmt;

use swath::Feature;

use crate::attributes::Attributes;
use crate::picture::Shape;
use crate::run::Table;
use crate::terminal::Outcome;
use crate::wanted::parse_feature;

/// What colours the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Coloring {
    /// Values of a feature.
    Feature(Feature),
    /// What things are, by the shape of their surroundings.
    Shape,
}

/// A feature's name, or `shape`.
pub fn parse_coloring(name: &str) -> Result<Coloring, String> {
    if name == "shape" { Ok(Coloring::Shape) } else { parse_feature(name).map(Coloring::Feature) }
}

impl Coloring {
    /// The features that it is made from, of those that the cloud has everything for.
    pub fn features(self, attributes: &Attributes) -> Outcome<Vec<Feature>> {
        match self {
            Self::Feature(feature) => match attributes.lack(feature) {
                None => Ok(vec![feature]),
                Some(reason) => Err(format!("--color {feature} cannot be given: {reason}").into()),
            },
            Self::Shape => {
                let mut features = vec![Feature::Linearity, Feature::Sphericity, Feature::Verticality];
                if attributes.lack(Feature::HeightAboveGround).is_none() {
                    features.push(Feature::HeightAboveGround);
                }
                Ok(features)
            }
        }
    }
}

impl fmt::Display for Coloring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature(feature) => feature.fmt(f),
            Self::Shape => f.write_str("shape"),
        }
    }
}

/// The shape of every point of a table.
pub fn shapes(table: &Table) -> Outcome<Vec<Shape>> {
    let column = |feature: Feature| table.column(feature).ok_or("a feature of the picture was not computed");
    let (linearity, sphericity) = (column(Feature::Linearity)?, column(Feature::Sphericity)?);
    let (verticality, height) = (column(Feature::Verticality)?, table.column(Feature::HeightAboveGround));
    let shape =
        |row: usize| Shape::of(linearity[row], sphericity[row], verticality[row], height.map(|heights| heights[row]));
    Ok((0..linearity.len()).map(shape).collect())
}
