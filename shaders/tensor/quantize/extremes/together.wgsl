// All invocations of a workgroup look at one channel.

var<workgroup> together: array<atomic<u32>, 3>;

fn begin(local: u32, slot: u32) {
    if local < 3u {
        atomicStore(&together[local], 0u);
    }
    workgroupBarrier();
}

fn finish(local: u32, slot: u32) {
    atomicMax(&together[0], largest(low));
    atomicMax(&together[1], largest(high));
    atomicMax(&together[2], largest(size));
    workgroupBarrier();
    if local < 3u {
        atomicMax(&extremes[4u * slot + local], atomicLoad(&together[local]));
    }
}
