//! What stands near a place: a grid of lists.

use super::{DEPTH, WIDTH};

/// Side of a cell, in metres: about a house.
const CELL: f64 = 8.0;
const COLUMNS: usize = (WIDTH / CELL) as usize + 1;
const ROWS: usize = (DEPTH / CELL) as usize + 1;

/// Things on the ground, found by place.
#[derive(Debug)]
pub struct Buckets<T> {
    items: Vec<T>,
    cells: Vec<Vec<u32>>,
}

impl<T> Buckets<T> {
    /// Nothing anywhere.
    pub fn new() -> Self {
        Self { items: Vec::new(), cells: vec![Vec::new(); COLUMNS * ROWS] }
    }

    /// Puts a thing where it can be found within `reach` of its middle.
    pub fn insert(&mut self, item: T, middle: [f64; 2], reach: f64) {
        let index = self.items.len() as u32;
        self.items.push(item);
        let span = |middle: f64, cells: usize| cell(middle - reach, cells)..=cell(middle + reach, cells);
        for row in span(middle[1], ROWS) {
            for column in span(middle[0], COLUMNS) {
                self.cells[row * COLUMNS + column].push(index);
            }
        }
    }

    /// Things that may cover this place.
    pub fn near(&self, x: f64, y: f64) -> impl Iterator<Item = &T> {
        let list = &self.cells[cell(y, ROWS) * COLUMNS + cell(x, COLUMNS)];
        list.iter().map(|&index| &self.items[index as usize])
    }

    /// All things, in the order in which they came.
    pub fn all(&self) -> &[T] {
        &self.items
    }
}

fn cell(place: f64, cells: usize) -> usize {
    // A cast from below zero gives 0.
    ((place / CELL) as usize).min(cells - 1)
}
