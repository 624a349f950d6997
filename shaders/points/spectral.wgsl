// Features of colours, one point an invocation. In: three halves of words a point for red, green and blue, one for near
// infrared. Out: one word a column, the bits of an f32, at the row of the point. Behind `shared/grid.wgsl`; `write_columns`
// is generated for the features asked for, each a function below. Twin: `src/points/spectral.rs`.

struct Params {
    first_row: u32,           // the row of the input that the output's binding begins with
    rows: u32,                // rows in that binding
    largest_color: f32,       // what channels are divided by
    largest_infrared: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> colors: array<u32>;
@group(0) @binding(2) var<storage, read> infrared: array<u32>; // any words where no feature needs them
@group(0) @binding(3) var<storage, read_write> columns: array<u32>; // all rows of a column, then those of the next

const NAN = 0x7fc00000u;

struct Color {
    red: f32,
    green: f32,
    blue: f32,
    infrared: f32,
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let row = unfolded(workgroup, grid, local);
    if row >= params.rows {
        return;
    }
    let place = params.first_row + row;
    let color = Color(color_at(3u * place), color_at(3u * place + 1u), color_at(3u * place + 2u), infrared_at(place));
    write_columns(row, color);
}

fn color_at(place: u32) -> f32 {
    return f32(half_of(colors[place / 2u], place)) / params.largest_color;
}

fn infrared_at(place: u32) -> f32 {
    return f32(half_of(infrared[place / 2u], place)) / params.largest_infrared;
}

fn half_of(word: u32, place: u32) -> u32 {
    return (word >> (16u * (place % 2u))) & 0xffffu;
}

fn write_column(column: u32, row: u32, value: u32) {
    columns[column * params.rows + row] = value;
}

fn red(color: Color) -> u32 {
    return bitcast<u32>(color.red);
}

fn green(color: Color) -> u32 {
    return bitcast<u32>(color.green);
}

fn blue(color: Color) -> u32 {
    return bitcast<u32>(color.blue);
}

fn ndvi(color: Color) -> u32 {
    return difference_by_sum(color.infrared, color.red);
}

// Twice the green is a product, because a sum of three may be taken apart and put together otherwise.
fn excess_green(color: Color) -> u32 {
    return bitcast<u32>((2.0 * color.green - color.red) - color.blue);
}

fn green_red_index(color: Color) -> u32 {
    return difference_by_sum(color.green, color.red);
}

fn rgb_mean(color: Color) -> u32 {
    return bitcast<u32>(mean(color));
}

fn rgb_std(color: Color) -> u32 {
    let offset = vec3f(color.red, color.green, color.blue) - mean(color);
    return bitcast<u32>(sqrt(((offset.x * offset.x + offset.y * offset.y) + offset.z * offset.z) / 3.0));
}

fn rgb_range(color: Color) -> u32 {
    let largest = max(max(color.red, color.green), color.blue);
    return bitcast<u32>(largest - min(min(color.red, color.green), color.blue));
}

fn mean(color: Color) -> f32 {
    return ((color.red + color.green) + color.blue) / 3.0;
}

fn difference_by_sum(a: f32, b: f32) -> u32 {
    let some = a + b > 0.0;
    return select(NAN, bitcast<u32>((a - b) / select(1.0, a + b, some)), some);
}
