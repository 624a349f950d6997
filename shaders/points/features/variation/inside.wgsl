// Differences of all neighbours within a radius. Behind `radius.wgsl` and `variation.wgsl`.

fn sum_differences(slot: u32, count: u32) {
    search_beneath(coordinates(slot), NO_SLOT);
}

fn take(squared_distance: f32, slot: u32) {
    add_difference(slot);
}
