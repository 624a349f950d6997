// Samples of 8 bits, four a word.
const SAMPLES_PER_WORD = 4u;

fn sample(index: u32) -> u32 {
    return (sample_word(index) >> (8u * (index & 3u))) & 255u;
}
