//! What the test binaries share: executors, inputs, and references that share no code with the library.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of this")]

pub mod clouds;
pub mod data;
pub mod definitions;
pub mod executors;
pub mod features;
pub mod floats;
pub mod images;
pub mod leaks;
pub mod neighbors;
pub mod npz;
pub mod quantize;
pub mod random;
pub mod threads;
pub mod watchdog;

/// The first place where a result is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// Where: an index, a row, a feature.
    pub place: String,
    /// What came.
    pub got: String,
    /// What should have come.
    pub expected: String,
}

impl Mismatch {
    /// A wrong value at a place.
    pub fn at(place: impl ToString, got: impl ToString, expected: impl ToString) -> Self {
        Self { place: place.to_string(), got: got.to_string(), expected: expected.to_string() }
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at {}: got {}, expected {}", self.place, self.got, self.expected)
    }
}

/// Equal, element by element; else the first place where they differ.
pub fn equal<T: PartialEq + std::fmt::Debug>(got: &[T], expected: &[T]) -> Result<(), Mismatch> {
    if got.len() != expected.len() {
        return Err(Mismatch::at("the length", got.len(), expected.len()));
    }
    // The common case, as fast as it gets.
    if got == expected {
        return Ok(());
    }
    match got.iter().zip(expected).position(|(got, expected)| got != expected) {
        Some(index) => Err(Mismatch::at(index, format!("{:?}", got[index]), format!("{:?}", expected[index]))),
        None => Ok(()),
    }
}
