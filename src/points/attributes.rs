//! What points carry besides coordinates: colours, near infrared, and which of them are ground.

use std::sync::Arc;

use super::Feature;
use super::cloud::PointCloud;
use super::feature::Needs;
use crate::error::Error;

/// Values beside the coordinates, in the order of the input.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes {
    /// Red, green and blue.
    pub(super) colors: Option<Channel<[u16; 3]>>,
    pub(super) infrared: Option<Channel<u16>>,
    /// Which points are ground: at least one.
    pub(super) ground: Option<Arc<[bool]>>,
}

/// Values of a channel and the largest one that its sensor or file can give.
#[derive(Debug, Clone)]
pub(super) struct Channel<T> {
    pub(super) values: Arc<[T]>,
    pub(super) maximum: u16,
}

impl Attributes {
    /// `Error::MissingAttribute` if a feature needs what is not there.
    pub(super) fn check(&self, feature: Feature) -> Result<(), Error> {
        let missing = |attribute, method| Err(Error::MissingAttribute { feature: feature.name(), attribute, method });
        match feature.needs() {
            Needs::Ground if self.ground.is_none() => missing("ground points", "with_ground"),
            Needs::Colors | Needs::Infrared if self.colors.is_none() => missing("colours", "with_colors"),
            Needs::Infrared if self.infrared.is_none() => missing("near infrared", "with_near_infrared"),
            _ => Ok(()),
        }
    }
}

impl PointCloud {
    /// The same cloud with the colours of its points: red, green and blue in the order of the input, and the largest value
    /// that a channel can have, 255 or 65,535, which is never guessed. Shares points and index with this one.
    ///
    /// # Errors
    /// [`Error::AttributeLength`] unless there is one colour a point; [`Error::ChannelRange`] names the first value above
    /// `maximum`.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Feature, Neighborhood};
    ///
    /// let cloud = Device::cpu()?.points(&[[0.0; 3]])?.with_colors(&[[51, 102, 0]], 255)?;
    /// let table = cloud.features(Neighborhood::Knn(3), &[Feature::ExcessGreen])?.read().wait()?;
    /// assert_eq!(table.column(Feature::ExcessGreen).unwrap(), [0.6]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn with_colors(&self, rgb: &[[u16; 3]], maximum: u16) -> Result<Self, Error> {
        self.check_length("colours", rgb.len())?;
        check_range(rgb.as_flattened(), 3, maximum)?;
        Ok(self.with_attributes(Attributes {
            colors: Some(Channel { values: rgb.into(), maximum }),
            ..self.attributes().clone()
        }))
    }

    /// The same cloud with the near infrared of its points, as [`PointCloud::with_colors`].
    ///
    /// # Errors
    /// As [`PointCloud::with_colors`].
    pub fn with_near_infrared(&self, values: &[u16], maximum: u16) -> Result<Self, Error> {
        self.check_length("values of near infrared", values.len())?;
        check_range(values, 1, maximum)?;
        let infrared = Some(Channel { values: values.into(), maximum });
        Ok(self.with_attributes(Attributes { infrared, ..self.attributes().clone() }))
    }

    /// The same cloud, told which of its points are ground, such as those of class 2 in a LAS file; heights are measured
    /// from them.
    ///
    /// # Errors
    /// [`Error::AttributeLength`] unless there is one value a point; [`Error::NoGround`] if none is ground in a cloud that
    /// has points.
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Feature, Neighborhood};
    ///
    /// let cloud = Device::cpu()?.points(&[[0.0, 0.0, 1.0], [1.0, 0.0, 4.0]])?.with_ground(&[true, false])?;
    /// let table = cloud.features(Neighborhood::Knn(3), &[Feature::HeightAboveGround])?.read().wait()?;
    /// assert_eq!(table.column(Feature::HeightAboveGround).unwrap(), [0.0, 3.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    pub fn with_ground(&self, is_ground: &[bool]) -> Result<Self, Error> {
        self.check_length("ground flags", is_ground.len())?;
        if !self.is_empty() && !is_ground.contains(&true) {
            return Err(Error::NoGround);
        }
        Ok(self.with_attributes(Attributes { ground: Some(is_ground.into()), ..self.attributes().clone() }))
    }

    fn check_length(&self, what: &'static str, given: usize) -> Result<(), Error> {
        if given == self.len() { Ok(()) } else { Err(Error::AttributeLength { what, given, points: self.len() }) }
    }
}

fn check_range(values: &[u16], channels: usize, maximum: u16) -> Result<(), Error> {
    match values.iter().position(|value| *value > maximum) {
        None if maximum > 0 => Ok(()),
        place => {
            let place = place.unwrap_or(0);
            let value = values.get(place).copied().unwrap_or(0);
            Err(Error::ChannelRange { point: place / channels, value, maximum })
        }
    }
}
