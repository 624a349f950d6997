//! The races: which work, by whom, and the check that all do the same work.

mod images;
mod points;

use std::any::Any;

pub use images::ImageRaces;
pub use points::{index_and_knn_races, point_races};

/// One piece of work and everyone who does it.
pub struct Race<'a> {
    /// `operation/size`, the first parts of a bench's id.
    pub name: String,
    /// Pixels or points that one run handles.
    pub elements: u64,
    /// Swath's executors first, then its rivals.
    pub contestants: Vec<Contestant<'a>>,
}

/// One who does the work.
pub struct Contestant<'a> {
    /// The last part of a bench's id.
    pub name: String,
    /// True for what a user would pick instead of Swath.
    pub is_rival: bool,
    /// Does the work once and gives the result, which is dropped outside the clock.
    pub run: Box<dyn FnMut() -> Box<dyn Any> + 'a>,
}

impl<'a> Race<'a> {
    fn new(name: String, elements: usize) -> Self {
        Self { name, elements: elements as u64, contestants: Vec::new() }
    }

    fn swath<T: 'static>(&mut self, name: &str, run: impl FnMut() -> T + 'a) {
        self.add(name, false, run);
    }

    fn rival<T: 'static>(&mut self, name: &str, run: impl FnMut() -> T + 'a) {
        self.add(name, true, run);
    }

    fn add<T: 'static>(&mut self, name: &str, is_rival: bool, mut run: impl FnMut() -> T + 'a) {
        let run = Box::new(move || Box::new(run()) as Box<dyn Any>);
        self.contestants.push(Contestant { name: name.into(), is_rival, run });
    }
}
