// Bands of rows, and the band that a unit of sixteen pixels belongs to. The rows of a band are summed with those around
// it that its means look at; at the edges of the image there are none, and the first or last row stands in for them.

struct Params {
    units: u32, // of this dispatch
    bands: u32,
    block: u32, // width and height of what a mean is taken of, odd
    area: u32, // its square
    offset: i32, // what is added to a pixel before it is compared with the mean, -256 to 256
    above: u32, // the result where it is above
    below: u32, // and elsewhere
}

struct Band {
    width: u32,
    rows: u32, // rows that are summed
    skipped: u32, // of these above the first row of the result
    result_rows: u32,
    source: u32, // its first summed pixel in the source
    sums: u32, // the sums of that pixel
    result: u32, // the first pixel of the result
    first_sum_unit: u32,
    first_result_unit: u32,
    unused: u32,
}

const UNIT = 16u;

fn byte_of(word: u32, place: u32) -> u32 {
    return (word >> (8u * (place % 4u))) & 255u;
}
