//! Buildings: pitched roofs, walls, a church.

use super::buckets::Buckets;
use super::ground::{Cover, Ground};
use super::power_line::course;
use super::random::Random;
use super::streets::{Houses, RIVER_HALF_WIDTH, SQUARE, Street, river, streets};
use super::{DEPTH, WIDTH};

/// How far roofs reach past walls.
const EAVES_DEPTH: f64 = 0.4;

/// A building, or a wing of one, on a rotated rectangle.
#[derive(Debug, Clone, Copy)]
pub struct House {
    pub centre: [f64; 2],
    /// Direction of the ridge, a unit vector.
    pub along: [f64; 2],
    /// Half the extent along the ridge and across it, roof included.
    pub half: [f64; 2],
    pub floor: f64,
    pub eaves: f64,
    pub ridge: f64,
    pub roof: Roof,
}

/// Shape of a roof.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Roof {
    /// Two planes.
    Gable,
    /// Four planes; cars have it too.
    Hip,
    /// Four triangles to one point.
    Spire,
}

impl House {
    /// Top of the building above a place, if it covers it.
    pub fn top(&self, x: f64, y: f64) -> Option<f64> {
        let [u, v] = self.local(x, y);
        let (end, side) = (self.half[0] - u.abs(), self.half[1] - v.abs());
        if end < 0.0 || side < 0.0 {
            return None;
        }
        let has_chimney = self.roof != Roof::Spire && self.half[0] > 4.0;
        if has_chimney && (u - 0.5 * self.half[0]).abs() < 0.45 && (v - 0.25 * self.half[1]).abs() < 0.45 {
            return Some(self.ridge + 0.9);
        }
        let share = match self.roof {
            Roof::Gable => side / self.half[1],
            Roof::Hip => end.min(side) / self.half[1],
            Roof::Spire => (end / self.half[0]).min(side / self.half[1]),
        };
        Some(self.eaves + (self.ridge - self.eaves) * share.min(1.0))
    }

    /// Points on the walls, denser on those that face the aircraft's track at `track_y`.
    pub fn wall_points(&self, random: &mut Random, track_y: f64, points: &mut Vec<[f64; 3]>) {
        let [a, b] = self.along;
        let (hu, hv) = (self.half[0] - EAVES_DEPTH, self.half[1] - EAVES_DEPTH);
        // Normal and half extents of the four walls: two along the ridge, two gables.
        let walls = [([-b, a], hv, hu), ([b, -a], hv, hu), ([a, b], hu, hv), ([-a, -b], hu, hv)];
        for (normal, away, half_length) in walls {
            let faces_track = normal[1] * (track_y - self.centre[1]) > 0.0;
            let density = if faces_track { 2.6 } else { 0.3 };
            let count = (2.0 * half_length * (self.eaves - self.floor) * density) as usize;
            for _ in 0..count {
                let s = random.between(-half_length, half_length);
                let x = self.centre[0] + normal[0] * away - normal[1] * s;
                let y = self.centre[1] + normal[1] * away + normal[0] * s;
                points.push([x, y, random.between(self.floor, self.eaves)]);
            }
        }
    }

    /// Distance from the middle to a corner.
    pub fn reach(&self) -> f64 {
        self.half[0].hypot(self.half[1])
    }

    fn local(&self, x: f64, y: f64) -> [f64; 2] {
        let (dx, dy) = (x - self.centre[0], y - self.centre[1]);
        [dx * self.along[0] + dy * self.along[1], dy * self.along[0] - dx * self.along[1]]
    }

    /// Corners, middles of the sides, and the middle.
    fn outline(&self, margin: f64) -> impl Iterator<Item = [f64; 2]> {
        let (hu, hv) = (self.half[0] + margin, self.half[1] + margin);
        let steps = [-1.0, -0.5, 0.0, 0.5, 1.0];
        let [a, b] = self.along;
        let [x, y] = self.centre;
        steps
            .into_iter()
            .flat_map(move |u| steps.map(|v| (u * hu, v * hv)))
            .map(move |(u, v)| [x + u * a - v * b, y + u * b + v * a])
    }
}

/// All buildings and cars of the town.
pub fn build_town(ground: &Ground, random: &mut Random) -> Buckets<House> {
    let mut town = Town { ground, houses: Buckets::new() };
    town.church();
    for street in streets() {
        for side in [-1.0, 1.0] {
            town.row(&street, side, random);
        }
    }
    for street in streets() {
        town.park_cars(&street, random);
    }
    town.houses
}

/// A piece of a street's side.
struct Plot {
    /// Middle of its front, on the street's middle line.
    place: [f64; 2],
    /// Along the street, a unit vector.
    direction: [f64; 2],
    /// 1 to the left of the street, -1 to its right.
    side: f64,
    frontage: f64,
}

impl Plot {
    /// To the left of the street, a unit vector.
    fn outward(&self) -> [f64; 2] {
        [-self.direction[1], self.direction[0]]
    }
}

struct Town<'a> {
    ground: &'a Ground,
    houses: Buckets<House>,
}

impl Town<'_> {
    fn church(&mut self) {
        let [x, y] = SQUARE.0;
        let floor = self.ground.height(x, y);
        let along = [0.97, 0.243];
        let part = |offset: f64, half, eaves, ridge, roof| House {
            centre: [x + offset * along[0], y + offset * along[1]],
            along,
            half,
            floor,
            eaves: floor + eaves,
            ridge: floor + ridge,
            roof,
        };
        for house in [
            part(3.0, [11.0, 5.5], 8.0, 14.5, Roof::Gable),
            part(-10.0, [3.2, 3.2], 19.0, 34.0, Roof::Spire),
            part(13.5, [4.0, 4.0], 6.5, 11.0, Roof::Spire),
        ] {
            self.add(house);
        }
    }

    /// One side of a street.
    fn row(&mut self, street: &Street, side: f64, random: &mut Random) {
        let mut distance = random.between(4.0, 10.0);
        while distance < street.length() {
            let (frontage, gap) = match street.houses {
                Houses::Terraced => (random.between(7.0, 11.0), if random.chance(0.12) { 4.0 } else { 0.0 }),
                Houses::Detached => (random.between(9.0, 14.0), random.between(5.0, 9.0)),
                Houses::Farms => (random.between(16.0, 24.0), random.between(50.0, 90.0)),
            };
            let (place, direction) = street.at(distance + frontage / 2.0);
            self.build(street, &Plot { place, direction, side, frontage }, random);
            distance += frontage + gap;
        }
    }

    fn build(&mut self, street: &Street, plot: &Plot, random: &mut Random) {
        let is_terraced = street.houses == Houses::Terraced;
        let house = self.design(street, plot, random);
        let (wants_wing, wing_length) = (!is_terraced && random.chance(0.4), random.between(4.0, 6.0));
        if !self.is_free(&house, if is_terraced { -0.6 } else { 1.0 }) {
            return;
        }
        self.add(house);
        if wants_wing {
            self.wing(&house, wing_length, plot.outward().map(|value| value * plot.side));
        }
    }

    fn design(&self, street: &Street, plot: &Plot, random: &mut Random) -> House {
        let is_terraced = street.houses == Houses::Terraced;
        let depth = if is_terraced { random.between(9.0, 11.0) } else { random.between(8.0, 10.5) };
        let setback = if is_terraced { 2.5 } else { random.between(5.0, 8.0) };
        let away = plot.side * (street.half_width + setback + depth / 2.0);
        let out = plot.outward();
        let centre = [plot.place[0] + out[0] * away, plot.place[1] + out[1] * away];
        let floor = self.ground.height(centre[0], centre[1]);
        let walls = if is_terraced { random.between(7.5, 10.0) } else { random.between(3.2, 6.2) };
        let is_turned = !is_terraced && random.chance(0.3);
        let (length, width) = (plot.frontage / 2.0, depth / 2.0);
        let (along, half) = if is_turned { (out, [width, length]) } else { (plot.direction, [length, width]) };
        let roof = if !is_terraced && random.chance(0.3) { Roof::Hip } else { Roof::Gable };
        let eaves = floor + walls;
        House { centre, along, half, floor, eaves, ridge: eaves + half[1] * random.between(0.75, 1.05), roof }
    }

    /// A lower part at a right angle, towards the garden.
    fn wing(&mut self, house: &House, length: f64, out: [f64; 2]) {
        let shift = 0.8 * (house.half[0].min(house.half[1]) + length);
        let centre = [house.centre[0] + out[0] * shift, house.centre[1] + out[1] * shift];
        let half = [length, 2.6];
        let eaves = house.eaves - 0.8;
        let wing = House { centre, along: out, half, eaves, ridge: eaves + 2.2, roof: Roof::Gable, ..*house };
        if wing.outline(0.5).all(|[x, y]| self.is_buildable(x, y)) {
            self.add(wing);
        }
    }

    fn park_cars(&mut self, street: &Street, random: &mut Random) {
        let mut distance = random.between(0.0, 20.0);
        while distance < street.length() {
            let ([x, y], along) = street.at(distance);
            let away = (street.half_width - 1.3) * if random.chance(0.5) { 1.0 } else { -1.0 };
            let centre = [x - along[1] * away, y + along[0] * away];
            let floor = self.ground.height(centre[0], centre[1]);
            let height = random.between(1.4, 1.9);
            let (eaves, ridge) = (floor + 0.7 * height, floor + height);
            self.add(House { centre, along, half: [2.3, 0.95], floor, eaves, ridge, roof: Roof::Hip });
            distance += random.between(6.0, 40.0);
        }
    }

    fn is_free(&self, house: &House, margin: f64) -> bool {
        house.outline(margin.min(0.0)).all(|[x, y]| self.is_buildable(x, y))
            && house.outline(margin).all(|[x, y]| self.houses.near(x, y).all(|other| other.top(x, y).is_none()))
    }

    fn is_buildable(&self, x: f64, y: f64) -> bool {
        let inside = (0.0..WIDTH).contains(&x) && (0.0..DEPTH).contains(&y);
        let cover = self.ground.cover(x, y);
        let clear_of_wires = (y - course(x)).abs() > 24.0;
        let clear_of_water = (y - river(x)).abs() > RIVER_HALF_WIDTH + 12.0;
        inside && clear_of_water && clear_of_wires && cover != Cover::Street && cover != Cover::Forest
    }

    fn add(&mut self, house: House) {
        self.houses.insert(house, house.centre, house.reach());
    }
}
