// The index of a cloud: its points along the curve in leaves of 16, and the boxes above them, eight to a box. Coordinates
// are bit-cast words, because small whole numbers in `f32` lanes would be denormals. Twins: `src/points/packing.rs`, which
// says what lies where, and `src/points/tree.rs`.

struct Params {
    queries: u32,      // queries in this dispatch, one an invocation
    first: u32,        // the first of them, counted in `slots` or, where there is no list, along the curve
    listed: u32,       // 1 where `slots` lists the queries, 0 where they follow the curve
    first_row: u32,    // the row of the input that the outputs' bindings begin with
    rows: u32,         // rows in those bindings
    k: u32,            // neighbours asked for
    neighbors: u32,    // neighbours there are: k, or all points
    points: u32,
    leaves: u32,
    levels: u32,
    squared_unit: f32, // turns squared local units into those of the input
    slack: f32,        // what a box's squared distance is multiplied by before it is compared
    limit: f32,        // the squared distance beyond which no point is a neighbour; the largest number where there is none
    asking: u32,       // who asks: one of the constants below
    top_level: u32,    // the box beneath which a walk within a radius stays: its level
    top: u32,          // and which of that level it is
    level: array<vec4u, 11>, // for each level, the leaves' first: its first box, its number of boxes
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<vec4u>; // x, y, z, index in the input
@group(0) @binding(2) var<storage, read> boxes: array<vec4u>;  // two a box: lower corner, smallest index; upper corner, 0
@group(0) @binding(3) var<storage, read> slots: array<u32>;    // places of points along the curve

const LEAF = 16u;
const FAN_OUT = 8u;
const FAN_OUT_BITS = 3u;
const QUERIES_PER_GROUP = 64u;
const POINTS = 0u;            // the points of the cloud
const POINTS_FOR_OTHERS = 1u; // they too, but none is a neighbour of itself
const ELSEWHERE = 2u;         // points that need not be in the cloud
const NO_SLOT = 0xffffffffu;

fn coordinates(slot: u32) -> vec3f {
    return bitcast<vec3f>(points[slot].xyz);
}

// Left to right and never fused here, as on the CPU; a driver may still fuse.
fn sum_of_squares(v: vec3f) -> f32 {
    return (v.x * v.x + v.y * v.y) + v.z * v.z;
}

// From a query to the nearest place in a box.
fn squared_distance_to(box: u32, query: vec3f) -> f32 {
    let below = bitcast<vec3f>(boxes[2u * box].xyz) - query;
    let above = query - bitcast<vec3f>(boxes[2u * box + 1u].xyz);
    return sum_of_squares(max(max(below, above), vec3f(0.0)));
}

// Which query an invocation answers. Folded grids overshoot: callers compare it with the number of queries.
fn query_of(workgroup: vec3u, grid: vec3u, local: u32) -> u32 {
    return (workgroup.y * grid.x + workgroup.x) * QUERIES_PER_GROUP + local;
}

// Where the point of a query is along the curve.
fn slot_of(query: u32) -> u32 {
    let place = params.first + query;
    if params.listed == 1u {
        return slots[place];
    }
    return place;
}

// The point that is no neighbour of the query at a place along the curve: itself, where points ask for others.
fn left_out_by(place: u32) -> u32 {
    return select(NO_SLOT, place, params.asking == POINTS_FOR_OTHERS);
}
