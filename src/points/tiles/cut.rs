//! Cutting clouds into chunks: recursively, at the median of the longest axis, so that all hold about as many points.

use super::region::Region;

/// Points of one part that are computed together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    /// Which of the parts they are of.
    pub(super) part: usize,
    /// Indices within the part.
    pub(super) indices: Vec<u32>,
    /// The box around them.
    pub(super) bounds: Region,
}

/// Cuts a part into chunks of at most `capacity` points. Indices rise within each.
pub(super) fn cut(part: usize, xyz: &[[f64; 3]], capacity: usize) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut waiting = vec![(0..xyz.len() as u32).collect::<Vec<_>>()];
    while let Some(indices) = waiting.pop() {
        if indices.is_empty() {
            continue;
        }
        let bounds = Region::around(indices.iter().map(|index| xyz[*index as usize]));
        if indices.len() <= capacity.max(1) {
            chunks.push(Chunk { part, indices, bounds });
            continue;
        }
        let [mut lower, mut upper] = halves(indices, xyz, &bounds);
        lower.sort_unstable();
        upper.sort_unstable();
        waiting.extend([upper, lower]);
    }
    chunks
}

/// Cuts a chunk in two; the halves differ by one point at most.
pub(super) fn halve(chunk: &Chunk, xyz: &[[f64; 3]]) -> [Chunk; 2] {
    halves(chunk.indices.clone(), xyz, &chunk.bounds).map(|mut indices| {
        indices.sort_unstable();
        let bounds = Region::around(indices.iter().map(|index| xyz[*index as usize]));
        Chunk { part: chunk.part, indices, bounds }
    })
}

fn halves(mut indices: Vec<u32>, xyz: &[[f64; 3]], bounds: &Region) -> [Vec<u32>; 2] {
    let axis = bounds.longest_axis();
    let middle = indices.len() / 2;
    // Equal coordinates are told apart by index, so that a million identical points can be cut too.
    indices.select_nth_unstable_by(middle, |a, b| {
        xyz[*a as usize][axis].total_cmp(&xyz[*b as usize][axis]).then(a.cmp(b))
    });
    let upper = indices.split_off(middle);
    [indices, upper]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xyz: &[[f64; 3]], capacity: usize, expected: usize) {
        let chunks = cut(3, xyz, capacity);
        assert_eq!(chunks.len(), expected);
        let mut all: Vec<u32> = chunks.iter().flat_map(|chunk| chunk.indices.clone()).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..xyz.len() as u32), "every point is in one chunk");
        for chunk in &chunks {
            assert!(chunk.indices.len() <= capacity && chunk.part == 3);
            assert!(chunk.indices.is_sorted());
            assert!(chunk.indices.iter().all(|index| chunk.bounds.depth(xyz[*index as usize]) >= 0.0));
        }
    }

    #[test]
    fn chunks_hold_every_point_once_and_no_more_than_fit() {
        let line: Vec<_> = (0..1_000).map(|i| [f64::from(i * 7 % 1_000), 1.0, 2.0]).collect();
        check(&line, 1_000, 1);
        check(&line, 999, 2);
        check(&line, 125, 8);
        check(&line, 1, 1_000);
        check(&[[5.0; 3]; 64], 10, 8);
        check(&[], 10, 0);
    }
}
