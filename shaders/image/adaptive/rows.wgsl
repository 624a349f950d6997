// Sums along rows: of each pixel and those left and right of it within the block, where the first and last pixel of the
// row stand in for what is outside. An invocation takes sixteen consecutive pixels, adds up the first of a row and from
// there on adds one and takes one away. Twin: `band` in `src/image/adaptive.rs`.

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<u32>;
@group(0) @binding(2) var<storage, read> bands: array<Band>;
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

fn pixel(place: u32) -> u32 {
    return byte_of(source[place / 4u], place);
}

// The sum around the pixel `x` of the row that begins at `row`. No more rounds than the row or the block is long.
fn sum_around(row: u32, width: u32, x: u32) -> u32 {
    let reach = params.block / 2u;
    let first = x - min(x, reach);
    let last = min(x + reach, width - 1u);
    var sum = pixel(row) * (reach - (x - first)) + pixel(row + width - 1u) * (reach - (last - x));
    for (var other = first; other <= last; other++) {
        sum += pixel(row + other);
    }
    return sum;
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
        if bands[middle].first_sum_unit <= unit {
            low = middle;
        } else {
            high = middle;
        }
    }
    let band = bands[low];
    let reach = params.block / 2u;
    let start = (unit - band.first_sum_unit) * UNIT;
    let end = min(start + UNIT, band.width * band.rows);
    var x = start % band.width;
    var row = band.source + start - x;
    var sum = sum_around(row, band.width, x);
    for (var place = start; place < end; place++) {
        if x == band.width {
            x = 0u;
            row += band.width;
            sum = sum_around(row, band.width, x);
        }
        sums[band.sums + place] = sum;
        sum += pixel(row + min(x + reach + 1u, band.width - 1u));
        sum -= pixel(row + x - min(x, reach));
        x += 1u;
    }
}
