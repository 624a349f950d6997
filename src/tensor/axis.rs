//! Which numbers of a tensor are worked at alike: those of one channel.

use std::ops::Range;

use crate::error::Error;
#[cfg(feature = "gpu")]
use crate::gpu::Limits;

/// Number `i` is of channel `(i / inner) % channels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axis {
    /// Numbers in all.
    pub(crate) len: usize,
    /// Channels: one where all numbers are worked at alike.
    pub(crate) channels: usize,
    /// Consecutive numbers of one channel, at least one.
    pub(crate) inner: usize,
}

impl Axis {
    /// That of a tensor whose numbers are all of one channel, or with a channel for each place along an axis.
    ///
    /// # Errors
    /// [`Error::Axis`] if the tensor has no such axis; [`Error::TooLarge`] for more channels than 32 bits can count, which
    /// only a tensor without numbers may have.
    pub(crate) fn of(shape: &[usize], axis: Option<usize>) -> Result<Self, Error> {
        let len = if shape.contains(&0) { 0 } else { shape.iter().product() };
        let Some(axis) = axis else { return Ok(Self { len, channels: 1, inner: len.max(1) }) };
        let channels = *shape.get(axis).ok_or(Error::Axis { axis, axes: shape.len() })?;
        if u32::try_from(channels).is_err() {
            return Err(Error::TooLarge {
                what: "work on a tensor".into(),
                requested: channels as u64,
                unit: "channels",
                limit_name: "the most",
                limit: u32::MAX.into(),
                advice: "choose another axis",
            });
        }
        // Of one channel all numbers are consecutive, whatever the axis.
        let inner = if channels == 1 { len } else { shape[axis + 1..].iter().product() };
        Ok(Self { len, channels, inner: if len == 0 { 1 } else { inner } })
    }

    /// Whether a GPU can work at it, where a channel takes so many bytes in one binding.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if not.
    #[cfg(feature = "gpu")]
    pub(crate) fn fits(&self, limits: Limits, bytes_a_channel: u64) -> Result<(), Error> {
        // Places of numbers are counted in 32 bits, and those of a dispatch are added to them.
        const MOST_NUMBERS: usize = (u32::MAX - (64 << 20)) as usize;
        let refused = |requested: usize, unit, limit_name, limit: u64| {
            let (what, advice) = ("work on a tensor".into(), "split the tensor, or use the CPU executor");
            Err(Error::TooLarge { what, requested: requested as u64, unit, limit_name, limit, advice })
        };
        if self.len > MOST_NUMBERS {
            return refused(self.len, "numbers", "the most on a GPU", MOST_NUMBERS as u64);
        }
        let most_channels = limits.max_binding / bytes_a_channel;
        if self.channels as u64 > most_channels {
            return refused(self.channels, "channels", "what one binding of this device holds", most_channels);
        }
        Ok(())
    }

    /// Numbers of one round through all channels.
    pub(crate) fn round(&self) -> usize {
        self.channels * self.inner
    }

    /// Rounds through all channels.
    pub(crate) fn rounds(&self) -> usize {
        if self.len == 0 { 0 } else { self.len / self.round() }
    }

    /// The channel of a number.
    pub(crate) fn channel(&self, index: usize) -> usize {
        index / self.inner % self.channels
    }

    /// The longest runs of numbers of one channel that make up a range, and their channels.
    pub(crate) fn stretches(&self, range: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let axis = *self;
        let mut start = range.start;
        std::iter::from_fn(move || {
            if start >= range.end {
                return None;
            }
            let end = (start / axis.inner + 1).saturating_mul(axis.inner).min(range.end);
            let stretch = (axis.channel(start), start..end);
            start = end;
            Some(stretch)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_in_one_stretch_of_its_channel() {
        for (shape, along) in
            [(vec![2, 3, 4], 0), (vec![2, 3, 4], 1), (vec![2, 3, 4], 2), (vec![7], 0), (vec![5, 1], 1)]
        {
            let axis = Axis::of(&shape, Some(along)).unwrap();
            assert_eq!((axis.channels, axis.rounds() * axis.round()), (shape[along], axis.len));
            let inner: usize = shape[along + 1..].iter().product();
            for (start, end) in (0..=axis.len).flat_map(|start| (start..=axis.len).map(move |end| (start, end))) {
                let mut next = start;
                for (channel, stretch) in axis.stretches(start..end) {
                    assert_eq!(stretch.start, next);
                    assert!(stretch.clone().all(|index| index / inner % shape[along] == channel), "{shape:?}, {along}");
                    next = stretch.end;
                }
                assert_eq!(next, end);
            }
        }
    }

    #[test]
    fn an_axis_that_is_not_there_is_refused_and_an_empty_one_has_its_channels() {
        assert_eq!(Axis::of(&[2, 3], Some(2)), Err(Error::Axis { axis: 2, axes: 2 }));
        assert_eq!(Axis::of(&[3, 0], Some(0)), Ok(Axis { len: 0, channels: 3, inner: 1 }));
        assert_eq!(Axis::of(&[3, 0], Some(1)), Ok(Axis { len: 0, channels: 0, inner: 1 }));
        assert_eq!(Axis::of(&[], None), Ok(Axis { len: 1, channels: 1, inner: 1 }));
        assert!(matches!(Axis::of(&[usize::MAX, 0], Some(0)), Err(Error::TooLarge { .. })));
    }
}
