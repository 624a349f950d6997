//! A small town as an aircraft's laser sees it: river, streets, houses with walls, trees, a power line. Made from a
//! seed, so it is the same on every machine.

mod buckets;
mod ground;
mod houses;
mod power_line;
mod random;
mod streets;
mod survey;
mod trees;

use buckets::Buckets;
use ground::{Cover, Ground};
use houses::House;
use random::Random;
use trees::Tree;

/// Points of the tile.
pub const POINTS: usize = 1_000_000;
/// All coordinates are whole multiples of this, in metres.
pub const UNIT: f64 = 0.01;

/// Extent from west to east, in metres.
const WIDTH: f64 = 480.0;
/// Extent from south to north, in metres.
const DEPTH: f64 = 360.0;
/// South-west corner, in a projection's coordinates: large numbers, as real files have.
const CORNER: [f64; 2] = [536_000.0, 4_825_000.0];
const SEED: u64 = 2_026;
/// Deviation of a measured height, in metres.
const RANGE_NOISE: f64 = 0.012;

/// The tile: exactly `count` points, in the order of the flight.
pub fn town(count: usize) -> Vec<[f64; 3]> {
    let mut random = Random::new(SEED);
    let scene = Scene::new(&mut random);
    let mut points = scene.standing_points(&mut random);
    thin(&mut points, count);
    let wanted = count - points.len();
    // Water swallows most of what hits it, so the flight is repeated with closer lines until it brings enough.
    let mut spacing = (WIDTH * DEPTH * 1.85 / wanted.max(1) as f64).sqrt();
    let mut seen = scene.fly_over(spacing, &mut random);
    while seen.len() < wanted {
        spacing *= 0.97;
        seen = scene.fly_over(spacing, &mut random);
    }
    thin(&mut seen, wanted);
    points.extend(seen);
    points.iter().map(|point| on_grid(*point)).collect()
}

/// Drops points evenly until `count` are left.
fn thin(points: &mut Vec<[f64; 3]>, count: usize) {
    let total = points.len();
    if count < total {
        *points = (0..count).map(|index| points[index * total / count]).collect();
    }
}

fn on_grid([x, y, z]: [f64; 3]) -> [f64; 3] {
    // Divided by a whole number, the result is the double nearest to the decimal.
    let snap = |value: f64| (value / UNIT).round() / (1.0 / UNIT).round();
    [snap(CORNER[0] + x), snap(CORNER[1] + y), snap(z)]
}

struct Scene {
    ground: Ground,
    houses: Buckets<House>,
    trees: Buckets<Tree>,
}

impl Scene {
    fn new(random: &mut Random) -> Self {
        let ground = Ground::new();
        let houses = houses::build_town(&ground, random);
        let trees = trees::plant(&ground, &houses, random);
        Self { ground, houses, trees }
    }

    /// Points on what a pulse straight down would miss: walls, trunks, wires.
    fn standing_points(&self, random: &mut Random) -> Vec<[f64; 3]> {
        let mut points = Vec::new();
        for house in self.houses.all() {
            house.wall_points(random, survey::nearest_track(house.centre[1]), &mut points);
        }
        for tree in self.trees.all() {
            tree.trunk_points(random, &mut points);
        }
        power_line::power_line_points(&self.ground, random, &mut points);
        points.retain(|[x, y, _]| (0.0..WIDTH).contains(x) && (0.0..DEPTH).contains(y));
        points
    }

    fn fly_over(&self, spacing: f64, random: &mut Random) -> Vec<[f64; 3]> {
        let pulses = survey::pulses(spacing, random);
        pulses.into_iter().filter_map(|[x, y]| self.echo(x, y, random)).collect()
    }

    /// The point that a pulse at this place brings back, if any.
    fn echo(&self, x: f64, y: f64, random: &mut Random) -> Option<[f64; 3]> {
        let roof = self.houses.near(x, y).filter_map(|house| house.top(x, y)).reduce(f64::max);
        let crown = self.trees.near(x, y).filter_map(|tree| Some((tree.top(x, y)?, tree))).reduce(higher);
        let z = match (roof, crown) {
            (Some(roof), Some((top, _))) if roof > top => roof,
            (_, Some((top, tree))) => self.in_crown(x, y, top, tree, random),
            (Some(roof), None) => roof,
            (None, None) => self.on_ground(x, y, random)?,
        };
        Some([x, y, z + random.normal(RANGE_NOISE)])
    }

    /// Most pulses end in the leaves near the top, some at a branch, some on the ground.
    fn in_crown(&self, x: f64, y: f64, top: f64, tree: &Tree, random: &mut Random) -> f64 {
        let fate = random.unit();
        if fate < 0.16 {
            self.ground.height(x, y)
        } else if fate < 0.34 {
            random.between(tree.crown_base().min(top), top)
        } else {
            top - 0.5 * random.unit() * random.unit() * (top - tree.crown_base()).max(0.0)
        }
    }

    fn on_ground(&self, x: f64, y: f64, random: &mut Random) -> Option<f64> {
        let height = self.ground.height(x, y);
        match self.ground.cover(x, y) {
            Cover::Water => random.chance(0.025).then_some(height),
            Cover::Furrows(direction) => Some(height + ground::furrow(x, y, direction)),
            Cover::Street => Some(height),
            Cover::Garden | Cover::Meadow | Cover::Orchard => Some(height + random.between(0.0, 0.05)),
            Cover::Forest => Some(height + random.between(0.0, 0.4)),
        }
    }
}

fn higher<'a>(a: (f64, &'a Tree), b: (f64, &'a Tree)) -> (f64, &'a Tree) {
    if b.0 > a.0 { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_town_has_exactly_the_points_it_is_asked_for_and_is_the_same_each_time() {
        let (first, second) = (town(60_000), town(60_000));
        assert_eq!(first.len(), 60_000);
        assert_eq!(first, second);
    }

    #[test]
    fn coordinates_are_whole_centimetres() {
        for value in town(20_000).into_iter().flatten() {
            let steps = value / UNIT;
            assert!((steps - steps.round()).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn density_varies_at_least_tenfold() {
        let mut counts = vec![0usize; 48 * 36];
        for [x, y, _] in town(POINTS) {
            // Rounding may take a point onto the far edge.
            let cell = |place: f64, cells: usize| ((place / 10.0) as usize).min(cells - 1);
            counts[cell(y - CORNER[1], 36) * 48 + cell(x - CORNER[0], 48)] += 1;
        }
        counts.sort_unstable();
        // Water, which brings next to nothing, is not what is meant.
        let (sparse, dense) = (counts[counts.len() / 20], counts[counts.len() * 99 / 100]);
        assert!(dense >= 10 * sparse, "{sparse} to {dense} points a cell");
    }
}
