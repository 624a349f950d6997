// Each invocation counts a channel of its own.

fn begin(local: u32, slot: u32) {}

fn count(bin: u32, slot: u32) {
    atomicAdd(&counts[BINS * slot + bin], 1u);
}

fn finish(local: u32, slot: u32) {}
