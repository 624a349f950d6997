// Moves the keys of a tile, one tile a workgroup, and their values, to where the keys of their digit go. Behind
// `digits.wgsl`.
//
//     for each round of 256 keys, one an invocation:
//         set the invocation's bit in the mask of its digit
//         count the bits below it           its place among the round's keys of that digit: the sort is stable
//         clear the bit                     for the next round
//
// Masks in workgroup memory do what the ballots of subgroups would, for digits of eight bits on every device, and
// without a word about how invocations form subgroups.

@group(0) @binding(2) var<storage, read> values: array<u32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>; // by digit, then tile
@group(0) @binding(4) var<storage, read_write> sorted_keys: array<u32>;
@group(0) @binding(5) var<storage, read_write> sorted_values: array<u32>;

const MASK_WORDS = WORKGROUP_SIZE / 32u;

// By word, then digit, so that invocations with different digits meet in different banks.
var<workgroup> masks: array<atomic<u32>, MASK_WORDS * DIGITS>;
var<workgroup> next: array<u32, DIGITS>; // where the next key of each digit goes

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
    @builtin(workgroup_id) workgroup: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let tile = tile_of(workgroup, grid);
    if tile >= params.tiles {
        return;
    }
    next[local] = starts[local * params.tiles + tile];
    for (var word = 0u; word < MASK_WORDS; word++) {
        atomicStore(&masks[word * DIGITS + local], 0u);
    }
    workgroupBarrier();
    let own_word = local / 32u;
    let own_bit = 1u << (local % 32u);
    for (var round = 0u; round < ROUNDS; round++) {
        let item = item_of(tile, round, local);
        let present = item < params.items;
        var key = 0u;
        if present {
            key = keys[item];
            atomicOr(&masks[own_word * DIGITS + digit_of(key)], own_bit);
        }
        workgroupBarrier();
        let digit = digit_of(key);
        var before = 0u;
        var all = 0u;
        if present {
            for (var word = 0u; word < MASK_WORDS; word++) {
                let mask = atomicLoad(&masks[word * DIGITS + digit]);
                all += countOneBits(mask);
                before += countOneBits(mask & bits_below(word, own_word, own_bit));
            }
            let place = next[digit] + before;
            sorted_keys[place] = key;
            sorted_values[place] = values[item];
        }
        workgroupBarrier();
        if present {
            atomicStore(&masks[own_word * DIGITS + digit], 0u);
            if before + 1u == all {
                next[digit] += all;
            }
        }
        workgroupBarrier();
    }
}

// Which bits of a mask's word belong to earlier invocations.
fn bits_below(word: u32, own_word: u32, own_bit: u32) -> u32 {
    if word < own_word {
        return 0xffffffffu;
    }
    return select(0u, own_bit - 1u, word == own_word);
}
