//! Rows whose neighbours lie beyond any halo worth loading, such as those of outliers: the neighbours of each are looked
//! for among all points, and are a cloud of their own.

use super::cut::Chunk;
use super::load::Place;
use super::part::TiledCloud;
use crate::points::coordinates::{local_point, squared_distance};

/// The `k` points nearest to `query`, by (squared distance in `f32`, order in the whole input), in the order of the input.
pub(super) fn nearest_of_all(cloud: &TiledCloud<'_>, chunks: &[Chunk], query: Place, k: usize) -> Vec<Place> {
    let (origin, unit) = (cloud.origin(), cloud.unit());
    let at = cloud.at(query);
    let center = local_point(at, origin, unit);
    let mut order: Vec<_> = chunks.iter().map(|chunk| (chunk.bounds.distance(at), chunk)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut nearest: Vec<(f32, Place)> = Vec::with_capacity(k + 1);
    for (distance, chunk) in order {
        let worst = nearest.get(k - 1).map_or(f64::INFINITY, |(squared, _)| f64::from(*squared).sqrt());
        // Squared distances in f32 are within a few roundings, and so are local coordinates.
        if distance > worst * unit.unwrap_or(1.0) * (1.0 + 1e-5) + cloud.rounding() {
            break;
        }
        let xyz = cloud.parts[chunk.part].xyz;
        for index in &chunk.indices {
            let squared = squared_distance(local_point(xyz[*index as usize], origin, unit), center);
            let candidate = (squared, Place { part: chunk.part as u32, index: *index });
            if nearest.len() < k || before(&candidate, &nearest[k - 1]) {
                let place = nearest.partition_point(|kept| before(kept, &candidate));
                nearest.insert(place, candidate);
                nearest.truncate(k);
            }
        }
    }
    let mut places: Vec<_> = nearest.into_iter().map(|(_, place)| place).collect();
    places.sort_unstable();
    places
}

fn before(a: &(f32, Place), b: &(f32, Place)) -> bool {
    a.0 < b.0 || (a.0 == b.0 && a.1 < b.1)
}
