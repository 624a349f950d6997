//! A small town as an aircraft's laser sees it: river, streets, houses with walls, trees, a power line. Made from a
//! seed, so it is the same on every machine.

mod buckets;
mod ground;
mod houses;
mod materials;
mod power_line;
mod random;
mod streets;
mod survey;
mod trees;

use buckets::Buckets;
use ground::{Cover, Ground};
use houses::House;
use materials::Material;
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

/// Points of the tile and what they carry, in the order of the flight.
#[derive(Debug, PartialEq)]
pub struct Town {
    pub points: Vec<[f64; 3]>,
    /// Red, green and blue of 0 to 255.
    pub colors: Vec<[u16; 3]>,
    /// Of 0 to 255.
    pub infrared: Vec<u16>,
    /// Classes as in LAS files.
    pub classes: Vec<u8>,
}

/// What a pulse met.
#[derive(Debug, Clone, Copy)]
struct Echo {
    place: [f64; 3],
    material: Material,
}

/// The tile: exactly `count` points.
pub fn town(count: usize) -> Town {
    let echoes = flight(count);
    let bands: Vec<[u16; 4]> = echoes.iter().map(|echo| echo.material.bands(echo.place)).collect();
    Town {
        points: echoes.iter().map(|echo| on_grid(echo.place)).collect(),
        colors: bands.iter().map(|[red, green, blue, _]| [*red, *green, *blue]).collect(),
        infrared: bands.iter().map(|[.., infrared]| *infrared).collect(),
        classes: echoes.iter().map(|echo| echo.material.class()).collect(),
    }
}

fn flight(count: usize) -> Vec<Echo> {
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
    points
}

/// Drops points evenly until `count` are left.
fn thin(points: &mut Vec<Echo>, count: usize) {
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
    fn standing_points(&self, random: &mut Random) -> Vec<Echo> {
        let (mut echoes, mut points) = (Vec::new(), Vec::new());
        let mut are = |points: &mut Vec<[f64; 3]>, material| {
            echoes.extend(points.drain(..).map(|place| Echo { place, material }));
        };
        for house in self.houses.all() {
            house.wall_points(random, survey::nearest_track(house.centre[1]), &mut points);
        }
        are(&mut points, Material::Wall);
        for tree in self.trees.all() {
            tree.trunk_points(random, &mut points);
        }
        are(&mut points, Material::Bark);
        power_line::power_line_points(&self.ground, random, &mut points);
        are(&mut points, Material::Steel);
        echoes.retain(|Echo { place: [x, y, _], .. }| (0.0..WIDTH).contains(x) && (0.0..DEPTH).contains(y));
        echoes
    }

    fn fly_over(&self, spacing: f64, random: &mut Random) -> Vec<Echo> {
        let pulses = survey::pulses(spacing, random);
        pulses.into_iter().filter_map(|[x, y]| self.echo(x, y, random)).collect()
    }

    /// The point that a pulse at this place brings back, if any.
    fn echo(&self, x: f64, y: f64, random: &mut Random) -> Option<Echo> {
        let roof = self.houses.near(x, y).filter_map(|house| house.top(x, y)).reduce(f64::max);
        let crown = self.trees.near(x, y).filter_map(|tree| Some((tree.top(x, y)?, tree))).reduce(higher);
        let (z, material) = match (roof, crown) {
            (Some(roof), Some((top, _))) if roof > top => (roof, Material::Tiles),
            (_, Some((top, tree))) => self.in_crown(x, y, top, tree, random),
            (Some(roof), None) => (roof, Material::Tiles),
            (None, None) => self.on_ground(x, y, random)?,
        };
        Some(Echo { place: [x, y, z + random.normal(RANGE_NOISE)], material })
    }

    /// Most pulses end in the leaves near the top, some at a branch, some on the ground.
    fn in_crown(&self, x: f64, y: f64, top: f64, tree: &Tree, random: &mut Random) -> (f64, Material) {
        let fate = random.unit();
        if fate < 0.16 {
            (self.ground.height(x, y), Material::Ground(self.ground.cover(x, y)))
        } else if fate < 0.34 {
            (random.between(tree.crown_base().min(top), top), Material::Bark)
        } else {
            (top - 0.5 * random.unit() * random.unit() * (top - tree.crown_base()).max(0.0), Material::Leaves)
        }
    }

    fn on_ground(&self, x: f64, y: f64, random: &mut Random) -> Option<(f64, Material)> {
        let height = self.ground.height(x, y);
        let cover = self.ground.cover(x, y);
        let z = match cover {
            Cover::Water => random.chance(0.025).then_some(height)?,
            Cover::Furrows(direction) => height + ground::furrow(x, y, direction),
            Cover::Street => height,
            Cover::Garden | Cover::Meadow | Cover::Orchard => height + random.between(0.0, 0.05),
            Cover::Forest => height + random.between(0.0, 0.4),
        };
        Some((z, Material::Ground(cover)))
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
        assert_eq!(first.points.len(), 60_000);
        assert_eq!(first, second);
    }

    #[test]
    fn coordinates_are_whole_centimetres() {
        for value in town(20_000).points.into_iter().flatten() {
            let steps = value / UNIT;
            assert!((steps - steps.round()).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn leaves_are_greener_than_roofs_and_what_is_lowest_is_ground() {
        let town = town(POINTS);
        let mean = |class: u8, value: &dyn Fn(usize) -> f64| {
            let of_class: Vec<_> = (0..town.points.len()).filter(|index| town.classes[*index] == class).collect();
            of_class.iter().map(|index| value(*index)).sum::<f64>() / of_class.len() as f64
        };
        let greenness = |index: usize| f64::from(town.colors[index][1]) - f64::from(town.colors[index][0]);
        assert!(mean(5, &greenness) > 5.0 && mean(6, &greenness) < -5.0);
        let height = |index: usize| town.points[index][2];
        assert!(mean(2, &height) < mean(6, &height));
        assert!(town.colors.as_flattened().iter().chain(&town.infrared).all(|value| *value <= 255));
    }

    #[test]
    fn density_varies_at_least_tenfold() {
        let mut counts = vec![0usize; 48 * 36];
        for [x, y, _] in town(POINTS).points {
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
