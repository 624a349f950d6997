// Samples of 16 bits, two a word.
const SAMPLES_PER_WORD = 2u;

fn sample(index: u32) -> u32 {
    return (sample_word(index) >> (16u * (index & 1u))) & 65535u;
}
