// The search for the nearest neighbours of one query. Behind this text stand the kept list and its `clear_list`, `insert`,
// `worst_distance`, `worst_index` and `sort_list`, generated for each length. Twin: `src/points/walk.rs`, which searches for
// sixteen queries at once and nearest child first; what is found does not depend on the order.
//
//     scan the query's own leaf and some beside it  the list is full, nearly right, and prunes from the start; a query
//                                                   from elsewhere goes down the tree to a leaf near it
//     visit the boxes in preorder, the root first:
//         a box that can hold a neighbour           go on with a child, or scan its leaf
//         another                                   go on with the next box that is not beneath it
//
// The walk keeps no stack: a box's children and parent are at computed places. Of the children of a box that the own leaf
// is beneath, the one that it is beneath comes first, so that the walk starts at the own leaf and its siblings and ends far
// away. All others come in ascending order: among points at one place that meets the smallest indices first, and ends the
// search among a million of them. Leaves of the first step are not scanned again, or their points would be listed twice.
//
// One loop runs the whole walk, a round a box, and a leaf adds a round for each point that passes: llvmpipe (as of Mesa
// 22.3) ends the loops of an invocation after 65,535 rounds in all, silently.

const NEIGHBORS_PER_SEED = 32u;
const NO_LEAF = 0xffffffffu;

// For a point of the cloud.
fn search(slot: u32) {
    search_from(coordinates(slot), slot / LEAF, left_out_by(slot));
}

// For a query with a leaf near it, and a point that is no neighbour.
fn search_from(query: vec3f, own: u32, left_out: u32) {
    clear_list();
    // So many on either side that they hold more than k points, even if the last one holds a single point.
    let beside = (params.k + NEIGHBORS_PER_SEED - 1u) / NEIGHBORS_PER_SEED;
    let seeds = min(params.leaves, 2u * beside + 1u);
    let first_seed = min(max(own, beside) - beside, params.leaves - seeds);
    var seeded = 0u;
    var level = params.levels - 1u;
    var index = 0u;
    var walking = params.points > 0u;
    while walking {
        var leaf = NO_LEAF;
        if seeded < seeds {
            // The own leaf first, then around.
            leaf = first_seed + (own - first_seed + seeded) % seeds;
            seeded += 1u;
        } else {
            let extent = params.level[level];
            let box = counted_from(own, level, index);
            let enters = box < extent.y && can_hold(extent.x + box, query);
            if enters && level > 0u {
                level -= 1u;
                index <<= FAN_OUT_BITS;
            } else {
                // Below the first seed the difference wraps around, to a large number.
                if enters && box - first_seed >= seeds {
                    leaf = box;
                }
                index += 1u;
                // Past the last of some siblings, on with the next of their parents.
                let up = countTrailingZeros(index) / FAN_OUT_BITS;
                index >>= up * FAN_OUT_BITS;
                level += up;
                walking = level < params.levels - 1u;
            }
        }
        if leaf != NO_LEAF {
            scan(leaf, query, left_out);
        }
    }
    sort_list();
}

// Which box of its level the walk has come to, at the index that counts the boxes in the order of the walk.
fn counted_from(own: u32, level: u32, index: u32) -> u32 {
    if index == 0u {
        return own >> (level * FAN_OUT_BITS);
    }
    // The digit at which the box parts from those above the own leaf.
    let digits_below = firstLeadingBit(index) / FAN_OUT_BITS * FAN_OUT_BITS;
    let digit = index >> digits_below;
    let beside = own >> (level * FAN_OUT_BITS + digits_below);
    let sibling = select(digit, digit - 1u, digit <= beside % FAN_OUT);
    return ((beside - beside % FAN_OUT + sibling) << digits_below) + (index & ((1u << digits_below) - 1u));
}

// Down the tree to a leaf that fills the list well: weights are chosen by what queries then look at (`docs/gpu-work.md`).
fn leaf_near(query: vec3f) -> u32 {
    var index = 0u;
    for (var level = params.levels; level > 1u; level--) {
        let below = params.level[level - 2u];
        let first = index << FAN_OUT_BITS;
        index = first;
        var least = badness_as_start(below.x + first, query);
        for (var child = first + 1u; child < min(first + FAN_OUT, below.y); child++) {
            let badness = badness_as_start(below.x + child, query);
            if badness < least {
                least = badness;
                index = child;
            }
        }
    }
    return index;
}

// What boxes are chosen by on the way down: how far they are, and of those that the query is in, how small.
fn badness_as_start(box: u32, query: vec3f) -> f32 {
    let below = query - bitcast<vec3f>(boxes[2u * box].xyz);
    let above = bitcast<vec3f>(boxes[2u * box + 1u].xyz) - query;
    return 64.0 * squared_distance_to(box, query) + sum_of_squares(max(abs(below), abs(above)));
}

// Whether a box may hold a point that belongs on the list.
fn can_hold(box: u32, query: vec3f) -> bool {
    let distance = squared_distance_to(box, query);
    let worst = worst_distance();
    let farther = distance * params.slack > worst || (distance == worst && boxes[2u * box].w > worst_index());
    return !farther;
}

// Compares the points of a leaf with the list.
fn scan(leaf: u32, query: vec3f, left_out: u32) {
    let first = leaf * LEAF;
    var passing =
        passes(first, 0u, query) | passes(first, 1u, query) | passes(first, 2u, query) | passes(first, 3u, query) |
        passes(first, 4u, query) | passes(first, 5u, query) | passes(first, 6u, query) | passes(first, 7u, query) |
        passes(first, 8u, query) | passes(first, 9u, query) | passes(first, 10u, query) | passes(first, 11u, query) |
        passes(first, 12u, query) | passes(first, 13u, query) | passes(first, 14u, query) | passes(first, 15u, query);
    if left_out / LEAF == leaf {
        passing &= ~(1u << (left_out % LEAF));
    }
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
