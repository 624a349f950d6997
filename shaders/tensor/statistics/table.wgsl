// Which run a chunk belongs to. A run: where it begins, its samples a channel, how many of them lie side by side, and
// its first chunk, counted through all runs. Twin: `GpuPart` in `src/tensor/statistics/plan.rs`.

fn run_of(chunk: u32) -> u32 {
    // The last run that does not begin behind the chunk; runs without samples begin where the next one does.
    var low = 0u;
    var high = params.runs;
    while high - low > 1u {
        let middle = low + (high - low) / 2u;
        if runs[middle].w <= chunk {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}
