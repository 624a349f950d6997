//! How a workgroup is found for every number of a tensor, so that neighbouring invocations read neighbouring numbers, and
//! each of one channel.

use bytemuck::{Pod, Zeroable};

use crate::gpu::Limits;
use crate::tensor::axis::Axis;

/// Stretches from here on are long: workgroups take pieces of them.
const LONG: usize = 1 << 10;
/// Units of a piece, as in `long.wgsl`.
const PIECE: usize = 4_096;
/// Rows that an invocation takes, as in `short.wgsl`.
const ROWS: usize = 64;
/// Invocations of a workgroup.
const WORKGROUP: usize = 256;
/// Bytes of one dispatch at most, so that none runs for long on a slow device.
const MOST: u64 = 256 << 20;

/// Which kernel sweeps over a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Whether workgroups take pieces of stretches, all of one channel.
    pub(super) is_long: bool,
    /// Whether numbers are read four at a time.
    pub(super) is_wide: bool,
}

/// Channels that a sweep looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// The first.
    pub(super) first: usize,
    /// How many.
    pub(super) channels: usize,
    /// Whether absolute values are counted.
    pub(super) is_symmetric: bool,
}

/// `Params` of `long.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct LongParams {
    pub(super) groups: u32,
    pub(super) pieces: u32,
    pub(super) numbers: u32,
    pub(super) skip: u32,
    pub(super) first_channel: u32,
    pub(super) channels: u32,
    pub(super) first_counted: u32,
    pub(super) counted: u32,
    pub(super) is_symmetric: u32,
}

/// `Params` of `short.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ShortParams {
    pub(super) groups: u32,
    pub(super) across: u32,
    pub(super) units: u32,
    pub(super) skip: u32,
    pub(super) width: u32,
    pub(super) first_column: u32,
    pub(super) inner: u32,
    pub(super) channels: u32,
    pub(super) first_counted: u32,
    pub(super) counted: u32,
    pub(super) is_symmetric: u32,
}

/// One dispatch over a window of the tensor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dispatch<P> {
    /// Bytes before the window.
    pub(super) offset: u64,
    /// Bytes of the window.
    pub(super) bytes: u64,
    /// Parameters of the kernel; its workgroups are the first of them.
    pub(super) params: P,
}

impl Form {
    /// That for a tensor.
    pub(super) fn of(axis: Axis) -> Self {
        let is_long = axis.channels == 1 || axis.inner >= LONG;
        Self { is_long, is_wide: axis.channels == 1 || axis.inner.is_multiple_of(4) }
    }

    fn unit(self) -> usize {
        if self.is_wide { 4 } else { 1 }
    }
}

/// Numbers that a binding holds beside those before an unaligned start.
fn room(limits: Limits) -> usize {
    (limits.max_binding.min(MOST).saturating_sub(limits.alignment) / 4) as usize
}

/// A window from one number to another, and the units before the first.
fn window(start: usize, end: usize, limits: Limits, form: Form) -> (u64, u64, u32) {
    let (first, last) = (4 * start as u64, 4 * end as u64);
    let offset = first / limits.alignment * limits.alignment;
    (offset, last - offset, ((first - offset) / 4) as u32 / form.unit() as u32)
}

/// The dispatches over long stretches.
pub(super) fn long(axis: Axis, counted: Counted, limits: Limits) -> Vec<Dispatch<LongParams>> {
    let form = Form::of(axis);
    let mut dispatches = Vec::new();
    if axis.len == 0 {
        return dispatches;
    }
    let (room, stretches) = (room(limits), axis.len / axis.inner);
    // Several whole stretches, or parts of one.
    let at_once = (room / axis.inner).max(1);
    let part = if axis.inner <= room { axis.inner } else { (room / 4 * 4).max(4) };
    for stretch in (0..stretches).step_by(at_once) {
        for start in (0..axis.inner).step_by(part) {
            let taken = at_once.min(stretches - stretch);
            let numbers = part.min(axis.inner - start);
            let first = stretch * axis.inner + start;
            let (offset, bytes, skip) = window(first, first + (taken - 1) * axis.inner + numbers, limits, form);
            let pieces = numbers.div_ceil(form.unit()).div_ceil(PIECE) as u32;
            let params = LongParams {
                groups: taken as u32 * pieces,
                pieces,
                numbers: numbers as u32,
                skip,
                first_channel: (stretch % axis.channels) as u32,
                channels: axis.channels as u32,
                first_counted: counted.first as u32,
                counted: counted.channels as u32,
                is_symmetric: counted.is_symmetric.into(),
            };
            dispatches.push(Dispatch { offset, bytes, params });
        }
    }
    dispatches
}

/// The dispatches over short stretches.
pub(super) fn short(axis: Axis, counted: Counted, limits: Limits) -> Vec<Dispatch<ShortParams>> {
    let form = Form::of(axis);
    let mut dispatches = Vec::new();
    if axis.len == 0 {
        return dispatches;
    }
    let (room, round) = (room(limits) / form.unit(), axis.round() / form.unit());
    let row = round * (WORKGROUP / round).max(1);
    // Whole rows, or parts of one.
    let (at_once, part) = if row <= room { (room / row * row, row) } else { (row, room.max(1)) };
    let units = axis.len / form.unit();
    for row_start in (0..units).step_by(at_once) {
        let taken = at_once.min(units - row_start);
        for column in (0..row.min(taken)).step_by(part) {
            let (start, taken) =
                if part == row { (row_start, taken) } else { (row_start + column, part.min(taken - column)) };
            let width = row.min(taken);
            let (offset, bytes, skip) = window(start * form.unit(), (start + taken) * form.unit(), limits, form);
            let across = width.div_ceil(WORKGROUP);
            let params = ShortParams {
                groups: (across * taken.div_ceil(width).div_ceil(ROWS)) as u32,
                across: across as u32,
                units: taken as u32,
                skip,
                width: width as u32,
                first_column: (start % round) as u32,
                inner: (axis.inner / form.unit()) as u32,
                channels: axis.channels as u32,
                first_counted: counted.first as u32,
                counted: counted.channels as u32,
                is_symmetric: counted.is_symmetric.into(),
            };
            dispatches.push(Dispatch { offset, bytes, params });
        }
    }
    dispatches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> Vec<Axis> {
        let of = |channels, inner, rounds| Axis { len: channels * inner * rounds, channels, inner };
        let short = [of(3, 1, 1_000), of(300, 1, 40), of(2, 300, 5), of(5, 4, 100), of(2_000, 1, 3), of(7, 9, 1)];
        let long = [of(1, 5_003, 1), of(1, 1, 1), of(3, 1_024, 4), of(2, 1_025, 3), of(2, 30_000, 1)];
        short.into_iter().chain(long).collect()
    }

    fn all_limits() -> impl Iterator<Item = Limits> {
        let of = |max_binding| Limits { max_groups: 65_535, max_binding, alignment: 256 };
        [1_024, 5_000, 64 << 10, 128 << 20].into_iter().map(of)
    }

    /// Notes that a unit was taken for a channel, as the shaders do.
    fn take(seen: &mut [u8], axis: Axis, first: usize, unit: usize, channel: usize) {
        let end = (first + unit).min(axis.len);
        for (number, seen) in (first..end).zip(&mut seen[first..end]) {
            assert_eq!(axis.channel(number), channel, "{axis:?}, number {number}");
            *seen += 1;
        }
    }

    #[test]
    fn every_number_is_taken_once_for_its_channel_within_the_binding() {
        for (axis, limits) in axes().into_iter().flat_map(|axis| all_limits().map(move |limits| (axis, limits))) {
            let counted = Counted { first: 0, channels: axis.channels, is_symmetric: false };
            let form = Form::of(axis);
            let unit = form.unit();
            let mut seen = vec![0_u8; axis.len];
            let check = |offset: u64, bytes: u64| {
                assert!(
                    offset.is_multiple_of(limits.alignment) && bytes <= limits.max_binding,
                    "{axis:?} in {limits:?}"
                );
                offset as usize / 4
            };
            if form.is_long {
                for Dispatch { offset, bytes, params } in long(axis, counted, limits) {
                    let base = check(offset, bytes) + params.skip as usize * unit;
                    let units = (params.numbers as usize).div_ceil(unit);
                    assert!(units <= params.pieces as usize * PIECE && units > (params.pieces as usize - 1) * PIECE);
                    for stretch in 0..(params.groups / params.pieces) as usize {
                        let channel = (params.first_channel as usize + stretch) % axis.channels;
                        for place in 0..units {
                            take(&mut seen, axis, base + (stretch * units + place) * unit, unit, channel);
                        }
                    }
                }
            } else {
                for Dispatch { offset, bytes, params } in short(axis, counted, limits) {
                    let base = check(offset, bytes) + params.skip as usize * unit;
                    for group in 0..params.groups as usize {
                        let (across, width) = (params.across as usize, params.width as usize);
                        for column in (group % across * WORKGROUP..width).take(WORKGROUP) {
                            let inner = params.inner as usize;
                            let channel = (params.first_column as usize + column) / inner % axis.channels;
                            for row in 0..ROWS {
                                let index = (group / across * ROWS + row) * width + column;
                                if index < params.units as usize {
                                    take(&mut seen, axis, base + index * unit, unit, channel);
                                }
                            }
                        }
                    }
                }
            }
            assert!(seen.iter().all(|times| *times == 1), "{axis:?} in {limits:?}");
        }
    }
}
