// The search for all points within a fixed distance of one query, beneath one box of the tree. Behind this text stands
// `take`, which gets the squared distance and the place of every such point, in no particular order. Behind `tree.wgsl`.
// Twin: `src/points/radius.rs`.
//
// The walk is that of `walk.wgsl`, and a round of its only loop is a box. The box that it stays beneath holds so few that
// it ends before llvmpipe would end it.

fn search_beneath(query: vec3f, left_out: u32) {
    var level = params.top_level;
    var index = params.top;
    var walking = true;
    while walking {
        let extent = params.level[level];
        let enters = squared_distance_to(extent.x + index, query) * params.slack <= params.limit;
        if enters && level > 0u {
            level -= 1u;
            index <<= FAN_OUT_BITS;
        } else {
            if enters {
                scan(index, query, left_out);
            }
            index += 1u;
            let is_past_the_last = index >= extent.y;
            let up = min(countTrailingZeros(index) / FAN_OUT_BITS, params.top_level - level);
            index >>= up * FAN_OUT_BITS;
            level += up;
            // Back on the level of the top is beside it.
            walking = level < params.top_level && !is_past_the_last;
        }
    }
}

// A loop would add its rounds to those of the walk.
fn scan(leaf: u32, query: vec3f, left_out: u32) {
    let first = leaf * LEAF;
    look_at(first, query, left_out);
    look_at(first + 1u, query, left_out);
    look_at(first + 2u, query, left_out);
    look_at(first + 3u, query, left_out);
    look_at(first + 4u, query, left_out);
    look_at(first + 5u, query, left_out);
    look_at(first + 6u, query, left_out);
    look_at(first + 7u, query, left_out);
    look_at(first + 8u, query, left_out);
    look_at(first + 9u, query, left_out);
    look_at(first + 10u, query, left_out);
    look_at(first + 11u, query, left_out);
    look_at(first + 12u, query, left_out);
    look_at(first + 13u, query, left_out);
    look_at(first + 14u, query, left_out);
    look_at(first + 15u, query, left_out);
}

// The last leaf may have fewer than 16 points.
fn look_at(slot: u32, query: vec3f, left_out: u32) {
    if slot >= params.points || slot == left_out {
        return;
    }
    let distance = sum_of_squares(coordinates(slot) - query);
    if distance <= params.limit {
        take(distance, slot);
    }
}
