//! The `--device` flag.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use swath::{Device, DeviceChoice, DeviceOptions, Error};

/// Parses `auto`, `gpu` or `cpu`.
pub fn choice_parser() -> impl TypedValueParser<Value = DeviceChoice> {
    PossibleValuesParser::new(["auto", "gpu", "cpu"]).try_map(|name| name.parse::<DeviceChoice>())
}

/// The device that the flag asks for, or else the `SWATH_*` variables.
///
/// # Errors
/// As `Device::new`.
pub fn open_device(choice: Option<DeviceChoice>) -> Result<Device, Error> {
    let mut options = DeviceOptions::from_env()?;
    if let Some(choice) = choice {
        options.choice = choice;
    }
    if choice == Some(DeviceChoice::Cpu) {
        // The flag is stronger than a variable that implies a GPU.
        options.adapter = None;
    }
    Device::with_options(&options)
}
