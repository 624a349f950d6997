// The search for the nearest neighbours of one point, itself included. Behind this text stand the kept list and its
// `clear_list`, `insert`, `worst_distance` and `worst_index`, generated for each length. Twin: `src/points/walk.rs`, which
// searches for sixteen points at once and nearest child first; what is found does not depend on the order.
//
//     scan the own leaf and the two beside it       the list is full, nearly right, and prunes from the start
//     visit the boxes in preorder, the root first:
//         a box that can hold a neighbour           go on with its first child, or scan its leaf
//         another                                   go on with the next box that is not beneath it
//
// The walk keeps no stack: a box's children and parent are at computed places. Leaves of the first step are not scanned
// again, or their points would be listed twice.
//
// One loop runs the whole walk, a round a box, and a leaf adds a round for each point that passes: llvmpipe (as of Mesa
// 22.3) ends the loops of an invocation after 65,535 rounds in all, silently.

const SEED_LEAVES = 3u; // 33 points at least, for up to 32 neighbours
const NO_LEAF = 0xffffffffu;

fn search(slot: u32) {
    let query = coordinates(slot);
    clear_list();
    let own = slot / LEAF;
    let seeds = min(params.leaves, SEED_LEAVES);
    let first_seed = min(max(own, 1u) - 1u, params.leaves - seeds);
    var seeded = 0u;
    var level = params.levels - 1u;
    var index = 0u;
    var walking = true;
    while walking {
        var leaf = NO_LEAF;
        if seeded < seeds {
            // The own leaf first, then around.
            leaf = first_seed + (own - first_seed + seeded) % seeds;
            seeded += 1u;
        } else {
            let extent = params.level[level];
            let enters = can_hold(extent.x + index, query);
            if enters && level > 0u {
                level -= 1u;
                index <<= FAN_OUT_BITS;
            } else {
                // Below the first seed the difference wraps around, to a large number.
                if enters && index - first_seed >= seeds {
                    leaf = index;
                }
                index += 1u;
                // The last box of a level is beneath the last of every level above.
                walking = index < extent.y;
                // Past the last of some siblings, on with the next of their parents.
                let up = countTrailingZeros(index) / FAN_OUT_BITS;
                index >>= up * FAN_OUT_BITS;
                level += up;
            }
        }
        if leaf != NO_LEAF {
            scan(leaf, query);
        }
    }
}

// Whether a box may hold a point that belongs on the list.
fn can_hold(box: u32, query: vec3f) -> bool {
    let lower = boxes[2u * box];
    let upper = boxes[2u * box + 1u];
    let below = bitcast<vec3f>(lower.xyz) - query;
    let above = query - bitcast<vec3f>(upper.xyz);
    let distance = sum_of_squares(max(max(below, above), vec3f(0.0)));
    let worst = worst_distance();
    let farther = distance * params.slack > worst || (distance == worst && lower.w > worst_index());
    return !farther;
}

// Compares the points of a leaf with the list.
fn scan(leaf: u32, query: vec3f) {
    let first = leaf * LEAF;
    var passing =
        passes(first, 0u, query) | passes(first, 1u, query) | passes(first, 2u, query) | passes(first, 3u, query) |
        passes(first, 4u, query) | passes(first, 5u, query) | passes(first, 6u, query) | passes(first, 7u, query) |
        passes(first, 8u, query) | passes(first, 9u, query) | passes(first, 10u, query) | passes(first, 11u, query) |
        passes(first, 12u, query) | passes(first, 13u, query) | passes(first, 14u, query) | passes(first, 15u, query);
    while passing != 0u {
        let slot = first + countTrailingZeros(passing);
        passing &= passing - 1u;
        let distance = sum_of_squares(coordinates(slot) - query);
        let index = points[slot].w;
        if comes_before(distance, index, worst_distance(), worst_index()) {
            insert(distance, index, slot);
        }
    }
}

// The bit of a leaf's point if it is near enough to be looked at; the last leaf may have fewer than 16.
fn passes(first: u32, lane: u32, query: vec3f) -> u32 {
    let slot = first + lane;
    let distance = sum_of_squares(coordinates(min(slot, params.points - 1u)) - query);
    return select(0u, 1u << lane, distance <= worst_distance() && slot < params.points);
}

// The order of the list: by distance, then by index in the input.
fn comes_before(distance: f32, index: u32, other: f32, other_index: u32) -> bool {
    return distance < other || (distance == other && index < other_index);
}
