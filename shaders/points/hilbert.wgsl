// The place of each point along the Hilbert curve, in two words of 24 bits, and its index, one point an invocation.
// Behind `shared/grid.wgsl`. Twin: `src/points/hilbert.rs`.

struct Params {
    x: f32, // smallest coordinates
    y: f32,
    z: f32,
    scale: f32, // cells a unit
    points: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coordinates: array<f32>; // three a point
@group(0) @binding(2) var<storage, read_write> upper: array<u32>;
@group(0) @binding(3) var<storage, read_write> lower: array<u32>;
@group(0) @binding(4) var<storage, read_write> indices: array<u32>;

const AXIS_BITS = 16u;
const MOST_CELLS = 65535.0;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let point = unfolded(workgroup, grid, local);
    if point >= params.points {
        return;
    }
    let at = vec3f(coordinates[3u * point], coordinates[3u * point + 1u], coordinates[3u * point + 2u]);
    let offset = at - vec3f(params.x, params.y, params.z);
    let cell = clamp(offset * params.scale, vec3f(0.0), vec3f(MOST_CELLS));
    let place = turned(vec3u(cell));
    upper[point] = interleaved(place >> vec3u(8u));
    lower[point] = interleaved(place & vec3u(255u));
    indices[point] = point;
}

// Skilling's transpose.
fn turned(cell: vec3u) -> vec3u {
    var x = cell.x;
    var y = cell.y;
    var z = cell.z;
    for (var bit = AXIS_BITS - 1u; bit > 0u; bit--) {
        let below = (1u << bit) - 1u;
        x ^= is_set(x, bit) & below;
        turn(&x, &y, bit, below);
        turn(&x, &z, bit, below);
    }
    y ^= x;
    z ^= y;
    var flips = 0u;
    for (var bit = AXIS_BITS - 1u; bit > 0u; bit--) {
        flips ^= is_set(z, bit) & ((1u << bit) - 1u);
    }
    return vec3u(x, y, z) ^ vec3u(flips);
}

// Where the bit of `b` is set, inverts the lower bits of `a`; elsewhere swaps them with those of `b`.
fn turn(a: ptr<function, u32>, b: ptr<function, u32>, bit: u32, below: u32) {
    let ones = is_set(*b, bit);
    let swap = (*a ^ *b) & ~ones & below;
    *a ^= swap | (ones & below);
    *b ^= swap;
}

// All ones where the bit is set, else zero.
fn is_set(cell: u32, bit: u32) -> u32 {
    return 0u - ((cell >> bit) & 1u);
}

// The eight low bits of each axis, the first axis highest.
fn interleaved(cell: vec3u) -> u32 {
    return (spread(cell.x) << 2u) | (spread(cell.y) << 1u) | spread(cell.z);
}

// Moves the eight low bits to every third place.
fn spread(bits: u32) -> u32 {
    let sixteenths = (bits | (bits << 8u)) & 0x00f00fu;
    let quarters = (sixteenths | (sixteenths << 4u)) & 0x0c30c3u;
    return (quarters | (quarters << 2u)) & 0x249249u;
}
