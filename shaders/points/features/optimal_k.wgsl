// How many of the listed neighbours have the clearest shape: the least eigenentropy, with the covariance updated neighbour by
// neighbour. Behind `covariance.wgsl`, `jacobi.wgsl` and `formulas.wgsl`; `consider_each`, which calls `consider` for each
// neighbour, is generated with the kept list. Twin: `src/points/features/optimal_k.rs`.

const LARGEST = 0x1.fffffep+127f;

var<private> best: f32;
var<private> least: f32;

fn chosen_of(there: u32) -> u32 {
    mean = vec3f(0.0);
    sums = Matrix(vec3f(0.0), vec3f(0.0));
    best = f32(min(there, frame.smallest_k));
    least = LARGEST;
    consider_each(there);
    return u32(best);
}

fn consider(slot: u32, rank: u32) {
    let count = f32(rank + 1u);
    let relative = coordinates(slot) - center;
    let before = relative - mean;
    mean += before / count;
    let after = relative - mean;
    sums.squares += before * after;
    sums.products += before.xxy * after.yzz;
    if rank + 1u < frame.smallest_k {
        return;
    }
    // Shares of the sum do not depend on the divisor.
    let values = eigen(sums).values;
    let entropy = entropy_of_shares(values);
    // Without extent there is no entropy.
    let clearer = sum_of(values) > 0.0 && entropy < least;
    least = select(least, entropy, clearer);
    best = select(best, count, clearer);
}
