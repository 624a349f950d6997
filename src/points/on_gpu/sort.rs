//! Stable sort of 32-bit keys, each with a 32-bit value, on a GPU: least significant digit first, eight bits a pass.
//!
//! ```text
//! for each digit, the least significant first:
//!     count      how many keys of each tile have each digit
//!     scan       the running sums of those counts: where each tile's keys of each digit go
//!     scatter    move keys and values there, in their order
//! ```
//!
//! Every step is a dispatch of its own, because WebGPU does not promise that a workgroup which waits for another is ever
//! served. Nothing is read back: how many passes there are follows from the number of bits alone.

use std::borrow::Cow;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Window};

/// Bits of a digit; `DIGITS` in the shaders is as many as they can tell apart.
const DIGIT_BITS: u32 = 8;
const DIGITS: u32 = 1 << DIGIT_BITS;
/// Keys of a tile: `ROUNDS` in the shaders for each of a workgroup's 256 invocations.
const TILE: u32 = 16 * 256;
/// Numbers that a workgroup sums: `ITEMS_PER_INVOCATION` in the shaders for each invocation.
const BLOCK: u32 = 8 * 256;

/// `Params` of `shaders/points/sort/digits.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct DigitParams {
    items: u32,
    tiles: u32,
    shift: u32,
}

/// `Params` of `shaders/points/sort/table.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct TableParams {
    items: u32,
    blocks: u32,
    carries: u32,
}

const COUNT: Kernel = Kernel {
    label: "counting digits",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/sort/digits.wgsl"),
        include_str!("../../../shaders/points/sort/count.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write],
};
const SUM: Kernel = Kernel {
    label: "sums of blocks",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/sort/table.wgsl"),
        include_str!("../../../shaders/points/sort/sum.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write],
};
const SCAN: Kernel = Kernel {
    label: "running sums",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/sort/table.wgsl"),
        include_str!("../../../shaders/points/sort/scan.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Write, Binding::Read],
};
const SCATTER: Kernel = Kernel {
    label: "sorting by a digit",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/sort/digits.wgsl"),
        include_str!("../../../shaders/points/sort/scatter.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Write, Binding::Write],
};

/// Keys and their values, 4 bytes each.
pub(super) struct Pairs {
    pub(super) keys: Arc<Lease>,
    pub(super) values: Arc<Lease>,
}

impl Pairs {
    /// Memory for so many.
    pub(super) fn lease(gpu: &Gpu, len: usize) -> Result<Self, Error> {
        let bytes = 4 * len as u64;
        Ok(Self { keys: gpu.lease(bytes)?, values: gpu.lease(bytes)? })
    }
}

/// The scratch memory of a sort, which serves any number of sorts of as many keys.
pub(super) struct Sorter<'a> {
    gpu: &'a Gpu,
    len: u32,
    /// What a pass writes to; afterwards what it read.
    spare: Pairs,
    tables: Vec<Table>,
}

/// Counts by digit and tile first, then sums of blocks of the table before it, down to a table of one block.
struct Table {
    numbers: Arc<Lease>,
    len: u32,
}

impl<'a> Sorter<'a> {
    /// Scratch memory for keys, fewer than 2^32, that fit a binding.
    pub(super) fn new(gpu: &'a Gpu, len: usize) -> Result<Self, Error> {
        let (mut tables, mut numbers) = (Vec::new(), DIGITS * (len as u32).div_ceil(TILE));
        loop {
            // A 64th of the keys, or a kilobyte: if they fit a binding of any device, so does this.
            tables.push(Table { numbers: gpu.lease(4 * u64::from(numbers))?, len: numbers });
            if numbers <= BLOCK {
                break;
            }
            numbers = numbers.div_ceil(BLOCK);
        }
        Ok(Self { gpu, len: len as u32, spare: Pairs::lease(gpu, len)?, tables })
    }

    /// Records the sort by the lowest `bits` of the keys, which holds all that are set. Equal keys keep their order.
    pub(super) fn sort(&mut self, mut pairs: Pairs, bits: u32) -> Result<Pairs, Error> {
        if self.len == 0 {
            return Ok(pairs);
        }
        for shift in (0..bits).step_by(DIGIT_BITS as usize) {
            self.pass(&pairs, shift)?;
            std::mem::swap(&mut pairs, &mut self.spare);
        }
        Ok(pairs)
    }

    /// Sorts into the spare memory by one digit.
    fn pass(&self, from: &Pairs, shift: u32) -> Result<(), Error> {
        let params = DigitParams { items: self.len, tiles: self.len.div_ceil(TILE), shift };
        let launch = |kernel: &Kernel, windows: &[Window<'_>]| {
            let params_bytes = bytemuck::bytes_of(&params);
            self.gpu.launch(&Launch { kernel, params: params_bytes, windows, groups: params.tiles })
        };
        let (keys, values, counts) =
            (Window::all(&from.keys), Window::all(&from.values), Window::all(&self.tables[0].numbers));
        launch(&COUNT, &[keys, counts])?;
        self.scan(0, keys)?;
        launch(&SCATTER, &[keys, values, counts, Window::all(&self.spare.keys), Window::all(&self.spare.values)])
    }

    /// Turns a table into running sums. `unread` is bound where a single block has no carry.
    fn scan(&self, table: usize, unread: Window<'_>) -> Result<(), Error> {
        let Table { numbers, len } = &self.tables[table];
        let sums = self.tables.get(table + 1).map(|sums| Window::all(&sums.numbers));
        let params = TableParams { items: *len, blocks: len.div_ceil(BLOCK), carries: u32::from(sums.is_some()) };
        let launch = |kernel: &Kernel, windows: &[Window<'_>]| {
            let params_bytes = bytemuck::bytes_of(&params);
            self.gpu.launch(&Launch { kernel, params: params_bytes, windows, groups: params.blocks })
        };
        if let Some(sums) = sums {
            launch(&SUM, &[Window::all(numbers), sums])?;
            self.scan(table + 1, unread)?;
        }
        launch(&SCAN, &[Window::all(numbers), sums.unwrap_or(unread)])
    }
}

/// The kernels, for the test of all shaders.
#[cfg(test)]
pub(super) fn subjects() -> Vec<crate::shaders::Subject> {
    use crate::shaders::{Subject, layout};

    let digits =
        [COUNT, SCATTER].map(|kernel| Subject { kernel, params: Some(layout!(DigitParams { items, tiles, shift })) });
    let tables =
        [SUM, SCAN].map(|kernel| Subject { kernel, params: Some(layout!(TableParams { items, blocks, carries })) });
    digits.into_iter().chain(tables).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DispatchLimits;
    use crate::points::on_gpu::tests::{constant, device, gpu_of};
    use crate::points::samples::Random;

    /// The keys with their indices, sorted on the device.
    fn sorted(gpu: &Gpu, keys: &[u32], bits: u32) -> Vec<(u32, u32)> {
        let indices: Vec<_> = (0..keys.len() as u32).collect();
        let [keys_now, values] = [keys, &indices].map(|words| gpu.upload(bytemuck::cast_slice(words)).unwrap());
        let mut sorter = Sorter::new(gpu, keys.len()).unwrap();
        let Pairs { keys: keys_now, values } = sorter.sort(Pairs { keys: keys_now, values }, bits).unwrap();
        let bytes = 4 * keys.len();
        let read = gpu.read(&[(keys_now, bytes), (values, bytes)]).unwrap().wait().unwrap();
        read[0].as_slice::<u32>().iter().copied().zip(read[1].as_slice::<u32>().iter().copied()).collect()
    }

    fn assert_sorted(gpu: &Gpu, name: &str, keys: &[u32], bits: u32) {
        let mut expected: Vec<_> = keys.iter().copied().zip(0..).collect();
        expected.sort_by_key(|(key, _)| *key);
        let got = sorted(gpu, keys, bits);
        let wrong = (0..keys.len()).find(|place| got[*place] != expected[*place]);
        if let Some(place) = wrong {
            panic!("{} keys, {name}: {:?} at {place}, not {:?}", keys.len(), got[place], expected[place]);
        }
    }

    /// Kinds of keys, each with the number of bits that it needs.
    fn kinds(len: usize) -> [(&'static str, Vec<u32>, u32); 8] {
        let mut random = Random::new(len as u64 + 5);
        let mut below = |limit: u32| -> Vec<u32> { (0..len).map(|_| random.whole(limit) as u32).collect() };
        let wide = below(1 << 24).iter().map(|key| key.wrapping_mul(0x9e37_79b1)).collect();
        [
            ("all different", wide, 32),
            ("of 24 bits", below(1 << 24), 24),
            ("of 9 bits", below(1 << 9), 9),
            ("of five kinds", below(5), 3),
            ("all zero", vec![0; len], 24),
            ("all equal", vec![u32::MAX; len], 32),
            ("in order", (0..len as u32).collect(), 32),
            ("in reverse", (0..len as u32).rev().collect(), 32),
        ]
    }

    #[test]
    fn the_shaders_digits_tiles_and_blocks_are_the_hosts() {
        for kernel in [COUNT, SCATTER] {
            assert_eq!(constant(&kernel, "DIGITS"), DIGITS);
            assert_eq!(constant(&kernel, "ROUNDS") * constant(&kernel, "WORKGROUP_SIZE"), TILE);
        }
        for kernel in [SUM, SCAN] {
            assert_eq!(constant(&kernel, "ITEMS_PER_INVOCATION") * constant(&kernel, "WORKGROUP_SIZE"), BLOCK);
        }
    }

    #[test]
    fn keys_are_sorted_and_equal_ones_keep_their_order() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        let tile = TILE as usize;
        for len in [0, 1, 2, 31, 33, 255, 256, 257, 1_000, tile - 1, tile, tile + 1, 65_537] {
            for (name, keys, bits) in kinds(len) {
                assert_sorted(gpu_of(&device), name, &keys, bits);
            }
        }
    }

    #[test]
    fn tables_of_counts_beyond_a_block_are_summed_in_steps() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        let len = 400_001;
        assert!(DIGITS * (len as u32).div_ceil(TILE) > 2 * BLOCK);
        for (name, keys, bits) in kinds(len) {
            assert_sorted(gpu_of(&device), name, &keys, bits);
        }
    }

    #[test]
    fn folded_dispatches_sort_the_same() {
        let small = |groups| DispatchLimits { max_groups_per_dimension: Some(groups), max_binding_bytes: None };
        for groups in [1, 3, 7] {
            let Some(device) = device(small(groups)) else { return };
            for (name, keys, bits) in kinds(50_000) {
                assert_sorted(gpu_of(&device), name, &keys, bits);
            }
        }
    }

    #[test]
    fn a_sorter_serves_several_sorts() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        let gpu = gpu_of(&device);
        let (first, second): (Vec<u32>, Vec<u32>) = ((0..9_000).rev().collect(), (0..9_000).map(|i| i % 7).collect());
        let indices: Vec<u32> = (0..9_000).collect();
        let mut sorter = Sorter::new(gpu, 9_000).unwrap();
        for keys in [first, second] {
            let [keys_now, values] = [&keys, &indices].map(|words| gpu.upload(bytemuck::cast_slice(words)).unwrap());
            let Pairs { values, .. } = sorter.sort(Pairs { keys: keys_now, values }, 14).unwrap();
            let mut expected = indices.clone();
            expected.sort_by_key(|index| keys[*index as usize]);
            let read = gpu.read(&[(values, 36_000)]).unwrap().wait().unwrap();
            assert_eq!(read[0].as_slice::<u32>(), expected);
        }
    }
}
