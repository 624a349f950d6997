// All invocations of a workgroup count one channel, in memory of their own.

var<workgroup> together: array<atomic<u32>, BINS>;

fn begin(local: u32, slot: u32) {
    for (var i = local; i < BINS; i += WORKGROUP_SIZE) {
        atomicStore(&together[i], 0u);
    }
    workgroupBarrier();
}

fn count(bin: u32, slot: u32) {
    atomicAdd(&together[bin], 1u);
}

fn finish(local: u32, slot: u32) {
    workgroupBarrier();
    for (var i = local; i < BINS; i += WORKGROUP_SIZE) {
        let own = atomicLoad(&together[i]);
        if own > 0u {
            atomicAdd(&counts[BINS * slot + i], own);
        }
    }
}
