// Differences of the nearest neighbours, of which the first pass chose so many. Behind `walk.wgsl` and `variation.wgsl`;
// `add_differences` is generated with the kept list.

fn sum_differences(slot: u32, count: u32) {
    search(slot);
    add_differences(count);
}
