// Integers from 0 to 255, four a word.

const LEAST = 0;
const GREATEST = 255;

fn unpacked(word: u32, lane: u32) -> i32 {
    return i32((word >> (8u * lane)) & 255u);
}
