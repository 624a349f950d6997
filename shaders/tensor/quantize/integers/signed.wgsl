// Integers from -128 to 127, four a word.

const LEAST = -128;
const GREATEST = 127;

fn unpacked(word: u32, lane: u32) -> i32 {
    return bitcast<i32>(word << (24u - 8u * lane)) >> 24u;
}
