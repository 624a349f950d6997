// Where a chunk's sums of numbers in f32 go.

fn store(place: u32, state: State) {
    sums[8u * place] = state.count;
    sums[8u * place + 1u] = state.other;
    sums[8u * place + 2u] = bitcast<u32>(state.mean);
    sums[8u * place + 3u] = bitcast<u32>(state.deviations);
    sums[8u * place + 4u] = bitcast<u32>(state.absolute);
    sums[8u * place + 5u] = bitcast<u32>(state.min);
    sums[8u * place + 6u] = bitcast<u32>(state.max);
}
