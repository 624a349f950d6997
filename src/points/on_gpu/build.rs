//! Building the index on a GPU. What it holds afterwards is what the host would pack, bit for bit.
//!
//! ```text
//! places     each point's place along the curve: two halves of 24 bits, and its index
//! order      indices sorted by the lower half, then, with upper halves fetched in that order, by those
//! points     coordinates in that order
//! boxes      those of the leaves, then of every eight of them, level by level
//! ```
//!
//! Everything is recorded and nothing waited for. A point takes 12 bytes for its coordinates and 20 for sorting, which
//! go back to the pool, and 18 that stay.

use std::borrow::Cow;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::index::{GpuIndex, bindable};
use super::sort::{Pairs, Sorter};
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Window};
use crate::points::hilbert::{CurveScale, HALF_BITS};
use crate::points::packing::level_ranges;
use crate::points::tree::LEAF;

/// Invocations of a workgroup; `WORKGROUP_SIZE` in the shaders.
pub(super) const WORKGROUP_SIZE: u32 = 256;
/// Bytes of a point's coordinates.
pub(super) const BYTES_PER_POINT: u64 = 16;
/// Bytes of a box.
const BYTES_PER_BOX: u64 = 32;

/// `Params` of `shaders/points/hilbert.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct PlaceParams {
    x: f32,
    y: f32,
    z: f32,
    scale: f32,
    points: u32,
}

/// `Params` of `shaders/points/sort/gather.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct GatherParams {
    items: u32,
}

/// `Params` of `shaders/points/packing.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct PackParams {
    points: u32,
}

/// `Params` of `shaders/points/boxes/leaves.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct LeafParams {
    points: u32,
    leaves: u32,
}

/// `Params` of `shaders/points/boxes/levels.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct LevelParams {
    first: u32,
    count: u32,
    above: u32,
    boxes: u32,
}

const PLACES: Kernel = Kernel {
    label: "places along the curve",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/hilbert.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write, Binding::Write, Binding::Write],
};
const GATHER: Kernel = Kernel {
    label: "fetching upper halves of places",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/sort/gather.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write],
};
const PACK: Kernel = Kernel {
    label: "points along the curve",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/packing.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write],
};
const LEAVES: Kernel = Kernel {
    label: "boxes of leaves",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/boxes/join.wgsl"),
        include_str!("../../../shaders/points/boxes/leaves.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Read, Binding::Write],
};
const LEVELS: Kernel = Kernel {
    label: "boxes of a level",
    source: Cow::Borrowed(concat!(
        include_str!("../../../shaders/shared/grid.wgsl"),
        include_str!("../../../shaders/points/boxes/join.wgsl"),
        include_str!("../../../shaders/points/boxes/levels.wgsl")
    )),
    bindings: &[Binding::Uniform, Binding::Write],
};

impl GpuIndex {
    /// Sends local coordinates to the device, all of them finite and fewer than 2^32 - 1 points, and records the build.
    /// `scale` is theirs. `exact` says that all coordinates are whole numbers, whose squared distances need no allowance
    /// for rounding.
    pub(in crate::points) fn build(
        gpu: &Gpu,
        coordinates: &[[f32; 3]],
        scale: CurveScale,
        exact: bool,
    ) -> Result<Self, Error> {
        let len = coordinates.len();
        let levels = level_ranges(len.div_ceil(LEAF));
        let boxes = levels.last().map_or(0, |[first, count]| first + count);
        let (bytes_of_points, bytes_of_boxes) = (len as u64 * BYTES_PER_POINT, u64::from(boxes) * BYTES_PER_BOX);
        bindable(gpu, "the array of points", bytes_of_points)?;
        bindable(gpu, "the array of boxes", bytes_of_boxes)?;
        let (points, boxes) = (gpu.lease(bytes_of_points)?, gpu.lease(bytes_of_boxes)?);
        if len > 0 {
            pack_along_curve(gpu, coordinates, scale, &points)?;
            record_boxes(gpu, &points, &boxes, len, &levels)?;
        }
        Ok(Self { gpu: gpu.clone(), points, boxes, levels, len, exact, scale })
    }
}

/// Sends points to the device and packs them in the order of the curve. There is at least one, and they fit a binding.
pub(super) fn pack_along_curve(
    gpu: &Gpu,
    coordinates: &[[f32; 3]],
    scale: CurveScale,
    into: &Arc<Lease>,
) -> Result<(), Error> {
    let len = coordinates.len();
    let coordinates = gpu.upload(bytemuck::cast_slice(coordinates))?;
    let order = order_along_curve(gpu, &coordinates, len, scale)?;
    for_each(gpu, &PACK, &PackParams { points: len as u32 }, len as u32, &[&coordinates, &order, into])
}

/// Indices in the order of the curve; at equal places, in the order of the input.
fn order_along_curve(gpu: &Gpu, coordinates: &Arc<Lease>, len: usize, scale: CurveScale) -> Result<Arc<Lease>, Error> {
    let upper = gpu.lease(4 * len as u64)?;
    let lower = Pairs::lease(gpu, len)?;
    let CurveScale { min: [x, y, z], scale } = scale;
    let params = PlaceParams { x, y, z, scale, points: len as u32 };
    for_each(gpu, &PLACES, &params, len as u32, &[coordinates, &upper, &lower.keys, &lower.values])?;
    let mut sorter = Sorter::new(gpu, len)?;
    let halfway = sorter.sort(lower, HALF_BITS)?;
    // The lower halves have served.
    let params = GatherParams { items: len as u32 };
    for_each(gpu, &GATHER, &params, len as u32, &[&upper, &halfway.values, &halfway.keys])?;
    Ok(sorter.sort(halfway, HALF_BITS)?.values)
}

/// The boxes of all levels, the leaves' first.
fn record_boxes(
    gpu: &Gpu,
    points: &Arc<Lease>,
    boxes: &Arc<Lease>,
    len: usize,
    levels: &[[u32; 2]],
) -> Result<(), Error> {
    let leaves = levels[0][1];
    for_each(gpu, &LEAVES, &LeafParams { points: len as u32, leaves }, leaves, &[points, boxes])?;
    for pair in levels.windows(2) {
        let [[first, count], [above, boxes_above]] = [pair[0], pair[1]];
        let params = LevelParams { first, count, above, boxes: boxes_above };
        for_each(gpu, &LEVELS, &params, boxes_above, &[boxes])?;
    }
    Ok(())
}

/// Records a kernel with one invocation for each of `items`.
pub(super) fn for_each(
    gpu: &Gpu,
    kernel: &Kernel,
    params: &impl Pod,
    items: u32,
    leases: &[&Arc<Lease>],
) -> Result<(), Error> {
    let windows: Vec<_> = leases.iter().map(|lease| Window::all(lease)).collect();
    let params = bytemuck::bytes_of(params);
    gpu.launch(&Launch { kernel, params, windows: &windows, groups: items.div_ceil(WORKGROUP_SIZE) })
}

/// The kernels, for the test of all shaders.
#[cfg(test)]
pub(super) fn subjects() -> Vec<crate::shaders::Subject> {
    use crate::shaders::{Subject, layout};

    [
        (PLACES, layout!(PlaceParams { x, y, z, scale, points })),
        (GATHER, layout!(GatherParams { items })),
        (PACK, layout!(PackParams { points })),
        (LEAVES, layout!(LeafParams { points, leaves })),
        (LEVELS, layout!(LevelParams { first, count, above, boxes })),
    ]
    .map(|(kernel, params)| Subject { kernel, params: Some(params) })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DispatchLimits;
    use crate::points::on_gpu::tests::{constant, device, gpu_of, tree, workers};
    use crate::points::packing::{GPU_FAN_OUT, GpuTree};
    use crate::points::samples::{self, Random};

    /// What a GPU builds, read back.
    fn built(gpu: &Gpu, points: &[[f32; 3]]) -> GpuTree {
        let index = GpuIndex::build(gpu, points, CurveScale::of(points, &workers()), false).unwrap();
        let boxes = index.levels.last().map_or(0, |[first, count]| first + count) as usize;
        let arrays = [(index.points, 16 * points.len()), (index.boxes, 32 * boxes)];
        let read = gpu.read(&arrays).unwrap().wait().unwrap();
        GpuTree { points: read[0].as_slice().to_vec(), boxes: read[1].as_slice().to_vec(), levels: index.levels }
    }

    fn assert_built_as_packed(gpu: &Gpu, name: &str, points: &[[f32; 3]]) {
        let (got, expected) = (built(gpu, points), GpuTree::pack(&tree(points)));
        assert_eq!(got.levels, expected.levels, "{name}");
        for (what, got, expected) in
            [("point", got.points, expected.points), ("word of a box", got.boxes, expected.boxes)]
        {
            assert_eq!(got.len(), expected.len(), "{name}");
            let wrong = (0..got.len()).find(|place| got[*place] != expected[*place]);
            if let Some(place) = wrong {
                panic!("{name}: {what} {place} is {:x?}, not {:x?}", got[place], expected[place]);
            }
        }
    }

    /// Coordinates of either zero, of both signs, and so small that a device may flush them.
    fn hard_to_compare() -> Vec<(String, Vec<[f32; 3]>)> {
        let mut random = Random::new(3);
        let mut pick = |values: &[f32], count: usize| -> Vec<[f32; 3]> {
            (0..count).map(|_| std::array::from_fn(|_| values[random.whole(values.len() as u32) as usize])).collect()
        };
        vec![
            ("zeros of both signs".into(), pick(&[0.0, -0.0], 700)),
            ("zeros of both signs among others".into(), pick(&[0.0, -0.0, 1.0, -1.0], 700)),
            ("denormals".into(), pick(&[1e-40, -1e-40, 1e-45, 0.0, -0.0, 3.0, -5.0], 900)),
            ("the widest range".into(), pick(&[1e18, -1e18, 1.0, 0.0, -1e-18], 900)),
        ]
    }

    #[test]
    fn the_shaders_leaves_and_fan_out_are_the_hosts() {
        assert_eq!(constant(&LEAVES, "LEAF") as usize, LEAF);
        assert_eq!(constant(&LEVELS, "FAN_OUT") as usize, GPU_FAN_OUT);
        assert_eq!(constant(&PLACES, "AXIS_BITS") * 3, 2 * HALF_BITS);
        for kernel in [PLACES, GATHER, PACK, LEAVES, LEVELS] {
            assert_eq!(constant(&kernel, "WORKGROUP_SIZE"), WORKGROUP_SIZE, "{}", kernel.label);
        }
    }

    #[test]
    fn the_index_is_the_hosts_bit_for_bit() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        for (name, points) in samples::clouds().into_iter().chain(hard_to_compare()) {
            assert_built_as_packed(gpu_of(&device), &name, &points);
        }
        let mut random = Random::new(8);
        let points: Vec<_> = (0..70_001).map(|_| std::array::from_fn(|_| random.unit() * 2e4 - 1e4)).collect();
        assert_built_as_packed(gpu_of(&device), "random points", &points);
    }

    #[test]
    fn a_large_town_is_built_the_same() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        assert_built_as_packed(gpu_of(&device), "a large town", &samples::town(300_000, 21));
    }

    #[test]
    fn folded_dispatches_build_the_same() {
        for groups in [1, 3, 8] {
            let limits = DispatchLimits { max_groups_per_dimension: Some(groups), max_binding_bytes: None };
            let Some(device) = device(limits) else { return };
            assert_built_as_packed(gpu_of(&device), "folded", &samples::town(40_000, 22));
        }
    }

    #[test]
    fn scratch_memory_goes_back_and_serves_the_next_build() {
        let Some(device) = device(DispatchLimits::default()) else { return };
        let (gpu, points) = (gpu_of(&device), samples::town(20_000, 23));
        let build = || {
            let index = GpuIndex::build(gpu, &points, CurveScale::of(&points, &workers()), false).unwrap();
            gpu.synchronize().unwrap();
            (device.stats().device_pool, index)
        };
        let (_, first) = build();
        drop(first);
        let (before, second) = build();
        drop(second);
        let (after, _third) = build();
        assert_eq!(after.created, before.created, "{after}");
        // Points and boxes.
        assert_eq!(after.live_buffers, 2, "{after}");
    }
}
