//! The kept list for many neighbours as shader text: a binary heap with the worst neighbour on top, of which the first `k`
//! places are used, sorted in place when the search is over (J. W. J. Williams, "Algorithm 232: Heapsort", 1964).
//!
//! A point that is kept moves as many others as the heap has levels. A sorted list would move half of them, and with 256
//! of those the rounds of its loops would add up to what llvmpipe allows an invocation.

use super::top_k::Kept;

/// What `shaders/points/walk.wgsl` does with the list.
pub(super) fn list(length: usize, with_slots: bool) -> String {
    let slots = |text: &'static str| if with_slots { text } else { "" };
    [
        "
var<private> heap_distance: array<f32, LENGTH>;
var<private> heap_index: array<u32, LENGTH>;
",
        slots("var<private> heap_slot: array<u32, LENGTH>;\n"),
        "
fn worst_distance() -> f32 {
    return heap_distance[0];
}

fn worst_index() -> u32 {
    return heap_index[0];
}

fn clear_list() {
    for (var place = 0u; place < params.k; place++) {
        put(place, params.limit, NO_INDEX, NO_SLOT);
    }
}

fn put(place: u32, distance: f32, index: u32, slot: u32) {
    heap_distance[place] = distance;
    heap_index[place] = index;
",
        slots("    heap_slot[place] = slot;\n"),
        "}

// Puts a point in its place; the worst drops out.
fn insert(distance: f32, index: u32, slot: u32) {
    sink(distance, index, slot, params.k);
}

// Puts a point into a heap of `size` places instead of the one on top, beneath all that come after it: a step for each
// level of the heap, because a loop would add its rounds to those of the walk.
fn sink(distance: f32, index: u32, slot: u32, size: u32) {
    var place = 0u;
",
        &"    place = beneath(place, distance, index, size);\n".repeat(length.ilog2() as usize),
        "    put(place, distance, index, slot);
}

// Moves the later child of a place up, if that comes after the point, and returns where it was; else the place itself.
fn beneath(place: u32, distance: f32, index: u32, size: u32) -> u32 {
    var child = 2u * place + 1u;
    if child >= size {
        return place;
    }
    let other = min(child + 1u, size - 1u);
    if comes_before(heap_distance[child], heap_index[child], heap_distance[other], heap_index[other]) {
        child = other;
    }
    if !comes_before(distance, index, heap_distance[child], heap_index[child]) {
        return place;
    }
    move_to(place, child);
    return child;
}

fn move_to(place: u32, other: u32) {
    heap_distance[place] = heap_distance[other];
    heap_index[place] = heap_index[other];
",
        slots("    heap_slot[place] = heap_slot[other];\n"),
        "}

// Takes the worst off the heap, and the next worst, until the nearest is left in front.
fn sort_list() {
    for (var size = params.k - 1u; size > 0u; size--) {
        let distance = heap_distance[size];
        let index = heap_index[size];
",
        if with_slots { "        let slot = heap_slot[size];\n" } else { "        let slot = NO_SLOT;\n" },
        "        move_to(size, 0u);
        sink(distance, index, slot, size);
    }
}
",
    ]
    .concat()
}

/// As `top_k::for_each`.
pub(super) fn for_each(name: &str, argument: &str, count: &str, statement: &dyn Fn(&Kept) -> String) -> String {
    let kept = Kept {
        distance: "heap_distance[rank]".into(),
        index: "heap_index[rank]".into(),
        slot: "heap_slot[rank]".into(),
        rank: "rank".into(),
    };
    format!(
        "
fn {name}({argument}: u32) {{
    for (var rank = 0u; rank < {count}; rank++) {{
        {}
    }}
}}
",
        statement(&kept)
    )
}
