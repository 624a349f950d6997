// Moments of neighbours that are listed nearest first. Coordinates are taken relative to the point, which is exact or nearly
// so, then centred on the mean in a second pass; sums run from the nearest to the farthest, block by block. Behind
// `walk.wgsl` and `moments.wgsl`. `count_listed`, `sum_offsets` and `sum_products`, which call a function below for each neighbour, are
// generated with the kept list; `chosen_of` tells how many of the neighbours listed count. Twin:
// `src/points/features/covariance.rs`.

const BLOCK = 32u; // neighbours that are summed before their sum joins the others'

var<private> listed: u32;
var<private> center: vec3f;
var<private> mean: vec3f;
var<private> sums: Matrix;
var<private> offsets_of_block: vec3f;
var<private> sums_of_block: Matrix;
var<private> reach: f32;
var<private> heights: vec2f;

fn count_one(index: u32) {
    listed += select(1u, 0u, index == NO_INDEX);
}

fn add_offset(rank: u32, slot: u32, squared_distance: f32) {
    let offset = coordinates(slot) - center;
    if rank % BLOCK == 0u {
        join_offsets();
    }
    offsets_of_block += offset;
    heights = vec2f(min(heights.x, offset.z), max(heights.y, offset.z));
    reach = squared_distance;
}

fn join_offsets() {
    mean += offsets_of_block;
    offsets_of_block = vec3f(0.0);
}

fn add_products(rank: u32, slot: u32) {
    let offset = (coordinates(slot) - center) - mean;
    if rank % BLOCK == 0u {
        join_sums();
    }
    sums_of_block.squares += offset * offset;
    sums_of_block.products += offset.xxy * offset.yzz;
}

fn join_sums() {
    sums.squares += sums_of_block.squares;
    sums.products += sums_of_block.products;
    sums_of_block = Matrix(vec3f(0.0), vec3f(0.0));
}

fn moments_of(slot: u32) -> Moments {
    search(slot);
    center = coordinates(slot);
    listed = 0u;
    count_listed(params.k);
    let chosen = chosen_of(listed);
    let count = f32(chosen);
    mean = vec3f(0.0);
    heights = vec2f(0.0);
    offsets_of_block = vec3f(0.0);
    sum_offsets(chosen);
    join_offsets();
    mean /= count;
    sums = Matrix(vec3f(0.0), vec3f(0.0));
    sums_of_block = sums;
    sum_products(chosen);
    join_sums();
    return Moments(count, mean, Matrix(sums.squares / count, sums.products / count), reach, heights);
}
