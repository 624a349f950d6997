// Sums of rows to sums of blocks, and pixels above the mean of their block or not. An invocation takes sixteen
// consecutive pixels of the result, which no other writes. The mean is rounded to the nearest whole number, which the
// sum tells without a division: mean < level where sum < area * level - (area - 1) / 2. Twin: `band` in
// `src/image/adaptive.rs`.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> bands: array<Band>;
@group(0) @binding(3) var<storage, read> sums: array<u32>;
@group(0) @binding(4) var<storage, read_write> result: array<u32>;

// The sum of the block around a pixel of the band. Rounds are never more than the band or the block is high.
fn sum_around(band: Band, place: u32) -> u32 {
    let reach = params.block / 2u;
    let y = place / band.width;
    let column = band.sums + place % band.width;
    let first = y - min(y, reach);
    let last = min(y + reach, band.rows - 1u);
    let bottom = column + (band.rows - 1u) * band.width;
    var sum = sums[column] * (reach - (y - first)) + sums[bottom] * (reach - (last - y));
    for (var other = first; other <= last; other++) {
        sum += sums[column + other * band.width];
    }
    return sum;
}

fn compared(pixel: u32, sum: u32) -> u32 {
    let level = u32(clamp(i32(pixel) + params.offset, 0, 256));
    let half = (params.area - 1u) / 2u;
    return select(params.below, params.above, sum < max(params.area * level, half) - half);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let unit = unfolded(workgroup, grid, local);
    if unit >= params.units {
        return;
    }
    var low = 0u;
    var high = params.bands;
    while high - low > 1u {
        let middle = low + (high - low) / 2u;
        if bands[middle].first_result_unit <= unit {
            low = middle;
        } else {
            high = middle;
        }
    }
    let band = bands[low];
    let first = band.skipped * band.width;
    let start = (unit - band.first_result_unit) * UNIT;
    let end = min(start + UNIT, band.width * band.result_rows);
    var word = 0u;
    for (var place = start; place < end; place++) {
        let own = band.source + first + place;
        let bits = compared(byte_of(source[own / 4u], own), sum_around(band, first + place));
        word |= bits << (8u * (place % 4u));
        if place % 4u == 3u || place + 1u == end {
            result[(band.result + place) / 4u] = word;
            word = 0u;
        }
    }
}
