// Eight numbers of one channel as `f16` in a word of 16 bytes.
const NUMBERS_PER_WORD = 8u;

fn word_of(channel: u32) -> vec4u {
    var word: vec4u;
    for (var i = 0u; i < 4u; i++) {
        let low = half_of(numbers[2u * i][channel]);
        word[i] = low | (half_of(numbers[2u * i + 1u][channel]) << 16u);
    }
    return word;
}
