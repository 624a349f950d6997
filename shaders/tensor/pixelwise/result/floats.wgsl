// Four numbers of one channel as `f32` in a word of 16 bytes.
const NUMBERS_PER_WORD = 4u;

fn word_of(channel: u32) -> vec4u {
    let four = vec4f(numbers[0][channel], numbers[1][channel], numbers[2][channel], numbers[3][channel]);
    return bitcast<vec4u>(four);
}
