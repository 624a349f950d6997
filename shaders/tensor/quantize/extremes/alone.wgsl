// Each invocation looks at a channel of its own.

fn begin(local: u32, slot: u32) {}

fn finish(local: u32, slot: u32) {
    atomicMax(&extremes[4u * slot], largest(low));
    atomicMax(&extremes[4u * slot + 1u], largest(high));
    atomicMax(&extremes[4u * slot + 2u], largest(size));
}
