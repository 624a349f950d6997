// Moments of neighbours that are listed nearest first. Coordinates are taken relative to the point, which is exact or nearly
// so, then centred on the mean in a second pass; sums run from the nearest to the farthest. Behind `walk.wgsl` and
// `moments.wgsl`. `count_listed`, `sum_offsets` and `sum_products`, which call a function below for each neighbour, are
// generated with the kept list; `chosen_of` tells how many of the neighbours listed count. Twin:
// `src/points/features/covariance.rs`.

var<private> listed: u32;
var<private> center: vec3f;
var<private> mean: vec3f;
var<private> sums: Matrix;
var<private> reach: f32;
var<private> heights: vec2f;

fn count_one(index: u32) {
    listed += select(1u, 0u, index == NO_INDEX);
}

fn add_offset(slot: u32, squared_distance: f32) {
    let offset = coordinates(slot) - center;
    mean += offset;
    heights = vec2f(min(heights.x, offset.z), max(heights.y, offset.z));
    reach = squared_distance;
}

fn add_products(slot: u32) {
    let offset = (coordinates(slot) - center) - mean;
    sums.squares += offset * offset;
    sums.products += offset.xxy * offset.yzz;
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
    sum_offsets(chosen);
    mean /= count;
    sums = Matrix(vec3f(0.0), vec3f(0.0));
    sum_products(chosen);
    return Moments(count, mean, Matrix(sums.squares / count, sums.products / count), reach, heights);
}
