//! Chunks with the points around them, in the order of the whole input.

use super::cut::Chunk;
use super::part::TiledCloud;
use super::region::Region;
use crate::error::Error;
use crate::points::PointCloud;

/// A point by its part and its index there; in the order of the whole input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) part: u32,
    pub(super) index: u32,
}

/// All points of a region, in the order of the whole input.
pub(super) fn load(cloud: &TiledCloud<'_>, chunks: &[Chunk], region: &Region) -> Vec<Place> {
    let mut places = Vec::new();
    for chunk in chunks.iter().filter(|chunk| chunk.bounds.meets(region)) {
        let part = chunk.part as u32;
        let xyz = cloud.parts[chunk.part].xyz;
        let inside = chunk.indices.iter().filter(|index| region.depth(xyz[**index as usize]) >= 0.0);
        places.extend(inside.map(|index| Place { part, index: *index }));
    }
    places.sort_unstable();
    places
}

impl TiledCloud<'_> {
    /// The coordinates of a point.
    pub(super) fn at(&self, place: Place) -> [f64; 3] {
        self.parts[place.part as usize].xyz[place.index as usize]
    }

    /// A cloud of some of the points, with their colours if wanted.
    pub(super) fn cloud_of(&self, places: &[Place], colors: bool, infrared: bool) -> Result<PointCloud, Error> {
        let xyz: Vec<_> = places.iter().map(|place| self.at(*place)).collect();
        let mut cloud = self.device.points_with(&xyz, &self.frame)?.part_of(self.span());
        if colors {
            let (values, maximum) = self.gather(places, "colours", "with_colors", |part| self.parts[part].colors)?;
            cloud = cloud.with_colors(&values, maximum)?;
        }
        if infrared {
            let (what, method) = ("near infrared", "with_near_infrared");
            let (values, maximum) = self.gather(places, what, method, |part| self.parts[part].infrared)?;
            cloud = cloud.with_near_infrared(&values, maximum)?;
        }
        Ok(cloud)
    }

    /// One channel of some of the points. The parts must agree on its largest value.
    fn gather<'b, T: Copy + 'b>(
        &self,
        places: &[Place],
        attribute: &'static str,
        method: &'static str,
        of_part: impl Fn(usize) -> Option<(&'b [T], u16)>,
    ) -> Result<(Vec<T>, u16), Error> {
        let missing = || Error::MissingAttribute { feature: "a spectral feature", attribute, method };
        let mut maximum = None;
        let mut values = Vec::with_capacity(places.len());
        for place in places {
            let (channel, of_channel) = of_part(place.part as usize).ok_or_else(missing)?;
            let agreed = *maximum.get_or_insert(of_channel);
            if agreed != of_channel {
                return Err(Error::ChannelMaximum { first: agreed, other: of_channel });
            }
            values.push(channel[place.index as usize]);
        }
        Ok((values, maximum.unwrap_or(u16::MAX)))
    }
}
