// Sums of whole numbers within a chunk. At most 65,536 samples of 16 bits: squares are summed in halves of 16 bits, so
// that nothing overflows 32. Twin: `words` in `src/tensor/statistics/whole.rs`.

struct State {
    sum: u32,
    low: u32,
    high: u32,
    min: u32,
    max: u32,
}

fn nothing() -> State {
    return State(0u, 0u, 0u, 0xffffffffu, 0u);
}

fn total(values: vec4u) -> u32 {
    return values.x + values.y + values.z + values.w;
}

fn with_four(state: State, samples: vec4u, taken: vec4<bool>) -> State {
    let values = select(vec4u(0u), samples, taken);
    let least = select(vec4u(0xffffffffu), samples, taken);
    let squares = values * values;
    return State(
        state.sum + total(values),
        state.low + total(squares & vec4u(0xffffu)),
        state.high + total(squares >> vec4u(16u)),
        min(state.min, min(min(least.x, least.y), min(least.z, least.w))),
        max(state.max, max(max(values.x, values.y), max(values.z, values.w))),
    );
}

fn join(a: State, b: State) -> State {
    return State(a.sum + b.sum, a.low + b.low, a.high + b.high, min(a.min, b.min), max(a.max, b.max));
}

fn store(place: u32, state: State) {
    sums[8u * place] = state.sum;
    sums[8u * place + 1u] = state.low;
    sums[8u * place + 2u] = state.high;
    sums[8u * place + 3u] = state.min;
    sums[8u * place + 4u] = state.max;
}
