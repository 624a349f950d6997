// Covariance of the neighbours of one point, divided by their number. Coordinates are taken relative to the point, which is
// exact or nearly so, then centred on the mean in a second pass; sums run from the nearest to the farthest. Twin:
// `src/points/features/covariance.rs`. `sum_offsets` and `sum_products`, which call one of these for each neighbour, are
// generated with the kept list.

struct Covariance {
    squares: vec3f,  // xx, yy, zz
    products: vec3f, // xy, xz, yz
}

var<private> center: vec3f;
var<private> mean: vec3f;
var<private> sums: Covariance;

fn add_offset(slot: u32) {
    mean += coordinates(slot) - center;
}

fn add_products(slot: u32) {
    let offset = (coordinates(slot) - center) - mean;
    sums.squares += offset * offset;
    sums.products += offset.xxy * offset.yzz;
}

fn covariance(slot: u32) -> Covariance {
    let count = f32(params.neighbors);
    center = coordinates(slot);
    mean = vec3f(0.0);
    sums = Covariance(vec3f(0.0), vec3f(0.0));
    sum_offsets(params.neighbors);
    mean /= count;
    sum_products(params.neighbors);
    return Covariance(sums.squares / count, sums.products / count);
}
