// Sums of whole numbers in all chunks of a run, in 64 bits: two words, the lower first. Twin: `Whole` in
// `src/tensor/statistics/whole.rs`.

struct State {
    sum: vec2u,
    squares: vec2u,
    min: u32,
    max: u32,
}

fn nothing() -> State {
    return State(vec2u(0u), vec2u(0u), 0xffffffffu, 0u);
}

fn plus(a: vec2u, b: vec2u) -> vec2u {
    let low = a.x + b.x;
    return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn load(place: u32) -> State {
    let high = sums[8u * place + 2u];
    return State(
        vec2u(sums[8u * place], 0u),
        plus(vec2u(sums[8u * place + 1u], 0u), vec2u(high << 16u, high >> 16u)),
        sums[8u * place + 3u],
        sums[8u * place + 4u],
    );
}

fn join(a: State, b: State) -> State {
    return State(plus(a.sum, b.sum), plus(a.squares, b.squares), min(a.min, b.min), max(a.max, b.max));
}

fn store(place: u32, state: State, count: u32) {
    records[8u * place] = state.sum.x;
    records[8u * place + 1u] = state.sum.y;
    records[8u * place + 2u] = state.squares.x;
    records[8u * place + 3u] = state.squares.y;
    records[8u * place + 4u] = count;
    records[8u * place + 5u] = 0u;
    records[8u * place + 6u] = state.min;
    records[8u * place + 7u] = state.max;
}
