// Where the sums of chunks come from, and where a run's record goes.

fn load(place: u32) -> State {
    return State(
        sums[8u * place],
        sums[8u * place + 1u],
        bitcast<f32>(sums[8u * place + 2u]),
        bitcast<f32>(sums[8u * place + 3u]),
        bitcast<f32>(sums[8u * place + 4u]),
        bitcast<f32>(sums[8u * place + 5u]),
        bitcast<f32>(sums[8u * place + 6u]),
    );
}

fn store(place: u32, state: State, count: u32) {
    records[8u * place] = state.count;
    records[8u * place + 1u] = count - state.count;
    records[8u * place + 2u] = bitcast<u32>(state.mean);
    records[8u * place + 3u] = bitcast<u32>(state.deviations);
    records[8u * place + 4u] = bitcast<u32>(state.absolute);
    records[8u * place + 5u] = bitcast<u32>(state.min);
    records[8u * place + 6u] = bitcast<u32>(state.max);
    records[8u * place + 7u] = 0u;
}
