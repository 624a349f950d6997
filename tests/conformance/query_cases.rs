//! Clouds with queries from elsewhere and a radius. A line is a case.

use std::fmt;

use crate::support::clouds::{Cloud, lattice, repeated, scattered, town};
use crate::support::random::Random;

/// One cloud and what to ask it.
pub struct QueryCase {
    name: &'static str,
    /// The points.
    pub cloud: Cloud,
    /// Numbers of neighbours.
    pub ks: &'static [usize],
    /// In units of the input.
    pub radius: f64,
    /// Queries that need not be points, in the coordinates of the input.
    pub queries: Vec<[f64; 3]>,
}

impl QueryCase {
    /// The queries in local coordinates.
    pub fn local_queries(&self) -> Vec<[f64; 3]> {
        self.queries.iter().map(|query| self.cloud.local_position(*query)).collect()
    }

    /// The radius in local units, squared.
    pub fn squared_radius(&self) -> f64 {
        (self.radius / self.cloud.unit * 4.0).round().powi(2) / 16.0
    }
}

impl fmt::Display for QueryCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A unit and an offset that lose nothing in binary, so that positions near the origin are where the reference has them.
const FINE: (f64, [f64; 3]) = (1.0 / 128.0, [485_000.25, 6_629_000.0, 35.5]);
const ONES: (f64, [f64; 3]) = (1.0, [0.0; 3]);
const KS: &[usize] = &[1, 33, 64, 256];

/// Every case.
pub fn all() -> Vec<QueryCase> {
    vec![
        case("no points", vec![], FINE, 1.0),
        case("one point", vec![[5, 6, 7]], FINE, 1.0),
        case("17 points", town(17, 1), FINE, 1.5),
        case("a town", town(1_100, 2), FINE, 1.25),
        case("a town, far around", town(600, 3), FINE, 1e6),
        case("a town, hardly around", town(800, 4), FINE, 1.0 / 128.0),
        case("identical points", vec![[3, -2, 7]; 400], FINE, 0.5),
        case("a lattice, all ties", lattice(8, 1, 5), ONES, 2.0),
        case("every point three times", repeated(&town(200, 6), 3, 7), FINE, 1.0),
        case("scattered densely", scattered(700, [40; 3], 8), FINE, 0.125),
        without_a_unit(),
    ]
}

/// Queries at quarters of a unit about the points, at points, and far away.
fn case(name: &'static str, points: Vec<[i32; 3]>, (unit, offset): (f64, [f64; 3]), radius: f64) -> QueryCase {
    let mut random = Random::new(points.len() as u64 + 77);
    let mut local: Vec<[f64; 3]> =
        points.iter().step_by(points.len() / 30 + 1).map(|point| point.map(f64::from)).collect();
    local.extend(
        points
            .iter()
            .step_by(points.len() / 60 + 1)
            .map(|point| point.map(|axis| f64::from(axis) + f64::from(random.around(40)) / 4.0)),
    );
    local.extend([[-100_000.0, 5.0, 0.0], [250_000.0; 3], [0.25; 3]]);
    let place = |query: &[f64; 3]| std::array::from_fn(|axis| query[axis] * unit + offset[axis]);
    QueryCase {
        name,
        queries: local.iter().map(place).collect(),
        cloud: Cloud::whole(&points, unit, offset),
        ks: KS,
        radius,
    }
}

fn without_a_unit() -> QueryCase {
    let mut random = Random::new(9);
    let origin = [485_000.0, 6_629_000.0, 35.5];
    let mut place = |size: f64| std::array::from_fn(|axis| origin[axis] + size * (random.unit() - 0.5));
    let xyz = (0..600).map(|_| place(60.0)).collect();
    let queries = (0..150).map(|_| place(90.0)).collect();
    QueryCase { name: "without a unit", cloud: Cloud::loose(xyz, origin), ks: KS, radius: 7.25, queries }
}
