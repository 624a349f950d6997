// One pixel of a resized image. It is put in front of a kernel that has
//     fn sample_at(x: u32, y: u32) -> vec4f
// the channels of a source pixel as plain numbers (whole ones for bytes and 16-bit samples), never asked for outside the
// source. The result is not rounded: `whole_numbers` does that, where whole numbers are wanted. Twins: `Axis` in
// `src/tensor/resample/taps.rs` for positions and weights, to the bit, and `src/tensor/resample/on_cpu.rs` for the sums.
//
// Loop rounds a pixel: none for `resampled_nearest` and `resampled_bilinear`; `resampled_area` takes 34 times 35 at most,
// because `Sampling::passes` reduces no axis more than 32-fold at once.

struct Resampling {
    size: vec2u,   // width and height of the source
    before: vec2u, // source and destination size, in lowest terms
    after: vec2u,
    stride: vec2f, // before / after
    unit: vec2f,   // weight of one part of `after` (covered) or of twice `after` (blended)
    whole: vec2f,  // the weights of an axis, added
    scale: f32,    // what a sum of weighted samples is multiplied with
    covers: u32,   // bit 0: columns are weighted by how much is covered; bit 1: rows are
}

// One direction of it.
struct Axis {
    size: u32,
    before: u32,
    after: u32,
    stride: f32,
    unit: f32,
    whole: f32,
}

fn columns_of(resampling: Resampling) -> Axis {
    return Axis(
        resampling.size.x, resampling.before.x, resampling.after.x,
        resampling.stride.x, resampling.unit.x, resampling.whole.x,
    );
}

fn rows_of(resampling: Resampling) -> Axis {
    return Axis(
        resampling.size.y, resampling.before.y, resampling.after.y,
        resampling.stride.y, resampling.unit.y, resampling.whole.y,
    );
}

struct Quotient {
    floor: i32,
    rest: u32,
}

// Exactly numerator / denominator, from an estimate that is less than 1 beside it. The numerator may have wrapped around
// 2^32: only its small distance to a multiple of the denominator counts. Sides of up to 2^21 keep the estimates, three
// roundings of f32, within 0.4.
fn divided(numerator: u32, denominator: u32, estimate: f32) -> Quotient {
    var quotient = i32(floor(estimate));
    var rest = bitcast<i32>(numerator - bitcast<u32>(quotient) * denominator);
    let size = bitcast<i32>(denominator);
    if rest < 0 {
        quotient -= 1;
        rest += size;
    } else if rest >= size {
        quotient += 1;
        rest -= size;
    }
    return Quotient(quotient, bitcast<u32>(rest));
}

// Source pixels from `first` to `last` and their weights.
struct Taps {
    first: u32,
    last: u32,
    first_weight: f32,
    inner_weight: f32,
    last_weight: f32,
}

fn weight(taps: Taps, index: u32) -> f32 {
    let beyond_first = select(taps.inner_weight, taps.last_weight, index == taps.last);
    return select(beyond_first, taps.first_weight, index == taps.first);
}

// The source pixel that holds the centre of a destination pixel.
fn nearest(index: u32, axis: Axis) -> u32 {
    return u32(divided((2u * index + 1u) * axis.before, 2u * axis.after, (f32(index) + 0.5) * axis.stride).floor);
}

// The two source pixels whose centres lie around that of a destination pixel; one, where it meets a centre or lies
// beyond the outermost ones.
fn blended(index: u32, axis: Axis) -> Taps {
    let numerator = (2u * index + 1u) * axis.before - axis.after;
    let position = divided(numerator, 2u * axis.after, (f32(index) + 0.5) * axis.stride - 0.5);
    let end = i32(axis.size) - 1;
    let rest = select(0u, position.rest, position.floor >= 0 && position.floor < end);
    let first = u32(clamp(position.floor, 0, end));
    let last_weight = f32(rest) * axis.unit;
    return Taps(first, first + min(rest, 1u), axis.whole - last_weight, 0.0, last_weight);
}

// The source pixels that a destination pixel covers, by how much of each. For axes that are not enlarged.
fn covered(index: u32, axis: Axis) -> Taps {
    let start = divided(index * axis.before, axis.after, f32(index) * axis.stride);
    let end = divided((index + 1u) * axis.before, axis.after, f32(index + 1u) * axis.stride);
    let inner = f32(axis.after) * axis.unit;
    let first_weight = f32(axis.after - start.rest) * axis.unit;
    let last = u32(end.floor) - select(1u, 0u, end.rest > 0u);
    let last_weight = select(inner, f32(end.rest) * axis.unit, end.rest > 0u);
    return Taps(u32(start.floor), last, first_weight, inner, last_weight);
}

// The sum of two weighted samples. A weight of 0 stands for no sample at all, even where that is infinite.
fn weighted(first: vec4f, last: vec4f, taps: Taps) -> vec4f {
    let alone = first * taps.first_weight;
    return select(alone, alone + last * taps.last_weight, taps.last > taps.first);
}

fn resampled_nearest(x: u32, y: u32, resampling: Resampling) -> vec4f {
    return sample_at(nearest(x, columns_of(resampling)), nearest(y, rows_of(resampling)));
}

fn resampled_bilinear(x: u32, y: u32, resampling: Resampling) -> vec4f {
    let columns = blended(x, columns_of(resampling));
    let rows = blended(y, rows_of(resampling));
    let left = weighted(sample_at(columns.first, rows.first), sample_at(columns.first, rows.last), rows);
    let right = weighted(sample_at(columns.last, rows.first), sample_at(columns.last, rows.last), rows);
    return weighted(left, right, columns) * resampling.scale;
}

fn resampled_area(x: u32, y: u32, resampling: Resampling) -> vec4f {
    var columns = blended(x, columns_of(resampling));
    if (resampling.covers & 1u) != 0u {
        columns = covered(x, columns_of(resampling));
    }
    var rows = blended(y, rows_of(resampling));
    if (resampling.covers & 2u) != 0u {
        rows = covered(y, rows_of(resampling));
    }
    var sum = vec4f();
    for (var row = rows.first; row <= rows.last; row++) {
        var along = vec4f();
        for (var column = columns.first; column <= columns.last; column++) {
            along += weight(columns, column) * sample_at(column, row);
        }
        sum += weight(rows, row) * along;
    }
    return sum * resampling.scale;
}

// The nearest whole numbers from 0 to white, halves up.
fn whole_numbers(value: vec4f, white: f32) -> vec4f {
    return clamp(floor(value + 0.5), vec4f(), vec4f(white));
}
