// Samples of 32 bits.
const SAMPLES_PER_WORD = 1u;

fn sample(index: u32) -> f32 {
    return bitcast<f32>(sample_word(index));
}
