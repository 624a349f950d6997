//! Trees of gardens, forests, orchards and river banks.

use super::buckets::Buckets;
use super::ground::{Cover, Ground};
use super::houses::House;
use super::power_line::course;
use super::random::Random;
use super::streets::{RIVER_HALF_WIDTH, river, streets};
use super::{DEPTH, WIDTH};
use crate::noise::{noise, rough_noise};

/// A tree with its crown.
#[derive(Debug, Clone, Copy)]
pub struct Tree {
    pub place: [f64; 2],
    pub ground: f64,
    pub height: f64,
    /// Radius of the crown.
    pub radius: f64,
    pub is_conifer: bool,
}

impl Tree {
    /// Top of the crown above a place, if it covers it.
    pub fn top(&self, x: f64, y: f64) -> Option<f64> {
        let away = (x - self.place[0]).hypot(y - self.place[1]) / self.radius;
        // Crowns are lobed: branches reach further here and there.
        let lobe = 1.0 + 0.22 * noise(1.1 * x + self.height, 1.1 * y);
        let away = away * lobe;
        if away > 1.0 {
            return None;
        }
        let share = if self.is_conifer { 0.15 + 0.85 * (1.0 - away) } else { 0.6 + 0.4 * (1.0 - away * away).sqrt() };
        Some(self.ground + self.height * share - 0.25 * (lobe - 1.0) * self.height)
    }

    /// Where the crown begins.
    pub fn crown_base(&self) -> f64 {
        self.ground + self.height * if self.is_conifer { 0.12 } else { 0.35 }
    }

    /// Points on the trunk.
    pub fn trunk_points(&self, random: &mut Random, points: &mut Vec<[f64; 3]>) {
        let radius = 0.02 * self.height;
        for _ in 0..(1.6 * self.height) as usize {
            let (sine, cosine) = random.between(0.0, std::f64::consts::TAU).sin_cos();
            let [x, y] = self.place;
            points.push([x + radius * cosine, y + radius * sine, random.between(self.ground, self.crown_base() + 0.5)]);
        }
    }
}

/// All trees of the town.
pub fn plant(ground: &Ground, houses: &Buckets<House>, random: &mut Random) -> Buckets<Tree> {
    let mut garden = Planting { ground, houses, trees: Buckets::new() };
    garden.grid(5.2, random, |cover, random| (cover == Cover::Forest).then(|| forest_tree(random)));
    garden.grid(6.5, random, |cover, random| {
        (cover == Cover::Orchard && random.chance(0.93)).then(|| (random.between(3.5, 4.5), 2.1, false))
    });
    garden.grid(8.5, random, |cover, random| {
        let wanted = cover == Cover::Garden && random.chance(0.42);
        wanted.then(|| (random.between(4.0, 12.0), random.between(1.4, 3.8), random.chance(0.2)))
    });
    garden.grid(11.0, random, |cover, random| {
        let wanted = cover == Cover::Meadow && random.chance(0.1);
        wanted.then(|| (random.between(7.0, 13.0), random.between(3.0, 5.0), false))
    });
    garden.river_banks(random);
    garden.avenue(random);
    garden.trees
}

/// Height, radius of the crown, conifer or not.
type Habit = (f64, f64, bool);

fn forest_tree(random: &mut Random) -> Habit {
    let height = random.between(11.0, 22.0);
    let is_conifer = random.chance(0.45);
    (height, height * if is_conifer { 0.17 } else { 0.24 }, is_conifer)
}

struct Planting<'a> {
    ground: &'a Ground,
    houses: &'a Buckets<House>,
    trees: Buckets<Tree>,
}

impl Planting<'_> {
    /// Trees on a grid of this spacing, moved about a little unless the ground is an orchard.
    fn grid(&mut self, spacing: f64, random: &mut Random, habit: impl Fn(Cover, &mut Random) -> Option<Habit>) {
        for row in 0..(DEPTH / spacing) as usize {
            for column in 0..(WIDTH / spacing) as usize {
                let (x, y) = ((column as f64 + 0.5) * spacing, (row as f64 + 0.5) * spacing);
                let cover = self.ground.cover(x, y);
                let stray = if cover == Cover::Orchard { 0.05 } else { 0.38 } * spacing;
                let place = [x + random.between(-stray, stray), y + random.between(-stray, stray)];
                if let Some(habit) = habit(cover, random) {
                    self.plant(place, habit);
                }
            }
        }
    }

    fn river_banks(&mut self, random: &mut Random) {
        for step in 0..(WIDTH / 6.0) as usize {
            for side in [-1.0, 1.0] {
                let x = step as f64 * 6.0 + random.between(-2.0, 2.0);
                let away = RIVER_HALF_WIDTH + random.between(3.0, 9.0);
                let grows = rough_noise(x / 40.0, side * 7.0) > -0.35;
                let height = random.between(6.0, 15.0);
                if grows {
                    self.plant([x, river(x) + side * away], (height, 0.27 * height, false));
                }
            }
        }
    }

    /// Both sides of the high street, north of the river.
    fn avenue(&mut self, random: &mut Random) {
        let high_street = &streets()[0];
        for step in 0..(high_street.length() / 9.0) as usize {
            let ([x, y], [dx, dy]) = high_street.at(step as f64 * 9.0);
            for side in [-1.0, 1.0] {
                let away = side * (high_street.half_width + 1.2);
                self.plant([x - dy * away, y + dx * away], (random.between(6.0, 7.5), 1.7, false));
            }
        }
    }

    fn plant(&mut self, place: [f64; 2], (height, radius, is_conifer): Habit) {
        let [x, y] = place;
        let is_built = |x: f64, y: f64| self.houses.near(x, y).any(|house| house.top(x, y).is_some());
        let near = 0.75 * radius;
        let edges = [[x, y], [x + near, y], [x - near, y], [x, y + near], [x, y - near]];
        let is_blocked =
            |[x, y]: [f64; 2]| is_built(x, y) || matches!(self.ground.cover(x, y), Cover::Water | Cover::Street);
        let is_under_wires = (y - course(x)).abs() < 9.0 + radius && height > 5.0;
        if is_under_wires || edges.into_iter().any(is_blocked) {
            return;
        }
        let tree = Tree { place, ground: self.ground.height(x, y), height, radius, is_conifer };
        // Lobes reach past the radius.
        self.trees.insert(tree, place, 1.3 * radius);
    }
}
