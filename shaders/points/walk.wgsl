// The search for the nearest neighbours of one query. Behind this text stand the kept list and its `clear_list`, `insert`,
// `worst_distance`, `worst_index` and `sort_list`, generated for each length. Twin: `src/points/walk.rs`, which searches for
// sixteen queries at once and nearest child first; what is found does not depend on the order.
//
//     scan the query's own leaf and some beside it  the list is full, nearly right, and prunes from the start; a query
//                                                   from elsewhere goes down the tree to a leaf near it
//     visit the boxes in preorder, the root first:
//         a box that can hold a neighbour           go on with its first child, or scan its leaf
//         another                                   go on with the next box that is not beneath it
//
// The walk keeps no stack: a box's children and parent are at computed places. Leaves of the first step are not scanned
// again, or their points would be listed twice.
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
            scan(leaf, query, left_out);
        }
    }
    sort_list();
}

// Down the tree by the nearest child.
fn leaf_near(query: vec3f) -> u32 {
    var index = 0u;
    for (var level = params.levels; level > 1u; level--) {
        let below = params.level[level - 2u];
        let first = index << FAN_OUT_BITS;
        index = first;
        var nearest = squared_distance_to(below.x + first, query);
        for (var child = first + 1u; child < min(first + FAN_OUT, below.y); child++) {
            let distance = squared_distance_to(below.x + child, query);
            if distance < nearest {
                nearest = distance;
                index = child;
            }
        }
    }
    return index;
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
