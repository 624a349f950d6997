//! The kept list of a query as shader text: the nearest points found so far. Up to 32 of them are sorted variables of
//! their own, because an array that is indexed by a number known only at run time would be moved out of registers; more
//! are a heap in such an array (`heap`).

use std::fmt::Write;

use super::heap;

/// Lengths that lists are generated for. A list for fewer neighbours begins with places that nothing can enter, so that
/// its worst place is always the last one; a heap leaves its last places unused.
pub(crate) const LENGTHS: [usize; 7] = [8, 16, 24, 32, 64, 128, 256];
/// The longest list of variables.
const LONGEST_OF_VARIABLES: usize = 32;

/// What stands for one neighbour in a shader.
pub(super) struct Kept {
    /// Its squared distance.
    pub(super) distance: String,
    /// Its index in the input.
    pub(super) index: String,
    /// Its place along the curve, in a list with slots.
    pub(super) slot: String,
    /// How many neighbours come before it.
    pub(super) rank: String,
}

/// The shortest list for `k` neighbours.
pub(super) fn length_for(k: usize) -> usize {
    LENGTHS.into_iter().find(|length| k <= *length).unwrap_or(LENGTHS[LENGTHS.len() - 1])
}

/// The shortest list for `k` neighbours whose loops run over an array.
pub(super) fn indexed_length_for(k: usize) -> usize {
    length_for(k.max(LONGEST_OF_VARIABLES + 1))
}

/// The list and what `shaders/points/walk.wgsl` does with it. Places hold a squared distance, an index in the input and,
/// if `with_slots`, a place along the curve; at first the farthest distance allowed, and no index.
pub(super) fn list(length: usize, with_slots: bool) -> String {
    let kept =
        if length <= LONGEST_OF_VARIABLES { variables(length, with_slots) } else { heap::list(length, with_slots) };
    format!("\nconst LENGTH = {length}u; // of the kept list\nconst NO_INDEX = 0xffffffffu;\n{kept}")
}

/// A function `name(argument: u32)` that runs a statement for each neighbour, nearest first, after the search; `count` is
/// how many there are.
pub(super) fn for_each(
    length: usize,
    name: &str,
    argument: &str,
    count: &str,
    statement: impl Fn(&Kept) -> String,
) -> String {
    if length > LONGEST_OF_VARIABLES {
        return heap::for_each(name, argument, count, &statement);
    }
    let mut text = format!("\nfn {name}({argument}: u32) {{\n    let unused = unused_places();\n");
    for place in 0..length {
        // Ranks of unused places wrap around, to large numbers.
        let rank = format!("{place}u - unused");
        let kept = Kept {
            distance: format!("distance_{place}"),
            index: format!("index_{place}"),
            slot: format!("slot_{place}"),
            rank: format!("({rank})"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    if {rank} < {count} {{\n        {}\n    }}", statement(&kept));
    }
    text.push_str("}\n");
    text
}

/// The list as sorted variables.
fn variables(length: usize, with_slots: bool) -> String {
    let mut text = format!(
        "const NEARER_THAN_ALL = -1.0;

// Places in front that no neighbour is wanted for.
fn unused_places() -> u32 {{
    return LENGTH - params.k;
}}

// The list is sorted at all times.
fn sort_list() {{
}}

fn worst_distance() -> f32 {{
    return distance_{last};
}}

fn worst_index() -> u32 {{
    return index_{last};
}}

",
        last = length - 1
    );
    let mut line = |line: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = text.write_fmt(line);
        text.push('\n');
    };
    for place in 0..length {
        line(format_args!("var<private> distance_{place}: f32;\nvar<private> index_{place}: u32;"));
        if with_slots {
            line(format_args!("var<private> slot_{place}: u32;"));
        }
    }
    line(format_args!("\nfn clear_list() {{\n    let unused = unused_places();"));
    for place in 0..length {
        line(format_args!("    distance_{place} = select(params.limit, NEARER_THAN_ALL, {place}u < unused);"));
        line(format_args!("    index_{place} = select(NO_INDEX, 0u, {place}u < unused);"));
    }
    line(format_args!("}}\n\n// Puts a point in its place; the worst drops out."));
    line(format_args!("fn insert(distance: f32, index: u32, slot: u32) {{"));
    line(format_args!("    let before_{last} = true;", last = length - 1));
    for place in (0..length).rev() {
        if place == 0 {
            line(format_args!("    distance_0 = select(distance_0, distance, before_0);"));
            line(format_args!("    index_0 = select(index_0, index, before_0);"));
            if with_slots {
                line(format_args!("    slot_0 = select(slot_0, slot, before_0);"));
            }
            continue;
        }
        // A place takes the one in front of it if the point comes before both, the point if it lies between them.
        let front = place - 1;
        line(format_args!("    let before_{front} = comes_before(distance, index, distance_{front}, index_{front});"));
        for (name, value) in [("distance", "distance"), ("index", "index"), ("slot", "slot")] {
            if name != "slot" || with_slots {
                line(format_args!(
                    "    {name}_{place} = select(select({name}_{place}, {value}, before_{place}), {name}_{front}, \
                     before_{front});"
                ));
            }
        }
    }
    line(format_args!("}}"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::walk::MAX_NEIGHBORS;

    #[test]
    fn every_k_has_a_list_that_is_long_enough() {
        assert_eq!([1, 8, 9, 16, 17, 24, 25, 32].map(length_for), [8, 8, 16, 16, 24, 24, 32, 32]);
        assert_eq!([33, 64, 65, 128, 129, 256].map(length_for), [64, 64, 128, 128, 256, 256]);
        assert_eq!(LENGTHS[LENGTHS.len() - 1], MAX_NEIGHBORS);
    }
}
