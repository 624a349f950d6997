// Sums of numbers in f32: means and deviations, joined in pairs (Chan, Golub and LeVeque 1979). Numbers that are not
// finite are told by their bits before they are ever numbers, counted, and left out. Twin: `Real` in
// `src/tensor/statistics/real.rs`.

struct State {
    count: u32,
    other: u32, // not finite
    mean: f32,
    deviations: f32, // sum of squares
    absolute: f32, // sum
    min: f32,
    max: f32,
}

const LARGEST = 3.4028234e38;

fn nothing() -> State {
    return State(0u, 0u, 0.0, 0.0, 0.0, LARGEST, -LARGEST);
}

fn total(values: vec4f) -> f32 {
    return (values.x + values.y) + (values.z + values.w);
}

fn with_four(state: State, bits: vec4u, taken: vec4<bool>) -> State {
    let ends = (bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
    let ones = select(vec4u(0u), vec4u(1u), taken);
    let good_ones = select(ones, vec4u(0u), ends);
    let good = good_ones == vec4u(1u);
    let values = bitcast<vec4f>(select(vec4u(0u), bits, good));
    let count = good_ones.x + good_ones.y + good_ones.z + good_ones.w;
    let all = ones.x + ones.y + ones.z + ones.w;
    // Deviations from one of them: of equal numbers they are exactly 0.
    let base = select(select(select(values.w, values.z, good.z), values.y, good.y), values.x, good.x);
    let deviations = select(vec4f(0.0), values - vec4f(base), good);
    let shift = total(deviations) / f32(max(count, 1u));
    let rest = select(vec4f(0.0), deviations - vec4f(shift), good);
    let least = select(vec4f(LARGEST), values, good);
    let greatest = select(vec4f(-LARGEST), values, good);
    let four = State(
        count,
        all - count,
        base + shift,
        total(rest * rest),
        total(abs(values)),
        min(min(least.x, least.y), min(least.z, least.w)),
        max(max(greatest.x, greatest.y), max(greatest.z, greatest.w)),
    );
    return join(state, four);
}

fn join(a: State, b: State) -> State {
    let count = a.count + b.count;
    let share = f32(b.count) / f32(max(count, 1u));
    let difference = select(0.0, b.mean - a.mean, a.count > 0u && b.count > 0u);
    return State(
        count,
        a.other + b.other,
        select(b.mean, a.mean, a.count > 0u) + difference * share,
        a.deviations + b.deviations + difference * difference * (f32(a.count) * share),
        a.absolute + b.absolute,
        min(a.min, b.min),
        max(a.max, b.max),
    );
}
