//! The same checks on real files: every point file and picture of the folder that `SWATH_TEST_DATA` names. Without it
//! the tests pass and say what they left out.

#[path = "../support/mod.rs"]
mod support;

mod golden;
mod pictures;
mod points;
mod tiles;
