//! Bad input: each kind gives an error of its own, in words that say what was given, what is allowed and what to do,
//! and what it was given to still works afterwards.

#[path = "../support/mod.rs"]
mod support;

mod images;
mod points;
mod tensors;

use swath::{Device, Error};

use support::executors;

/// The CPU, and the GPU where it is tested.
fn devices() -> Vec<Device> {
    let mut devices = vec![executors::the_cpu()];
    devices.extend(executors::the_gpu());
    devices
}

fn text<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Ok(_) => "no error".into(),
        Err(error) => error.to_string(),
    }
}
