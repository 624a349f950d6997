//! Which graphics adapters this machine has, which device Swath chooses, and why.

#[path = "support/device.rs"]
mod device;
#[path = "support/terminal.rs"]
mod terminal;

use std::process::ExitCode;

use clap::Parser;
use swath::{AdapterSummary, DeviceChoice, SimdLevel};

use terminal::{Outcome, say};

/// Shows the adapters of this machine, the device that is chosen, and why.
///
/// The choice follows SWATH_DEVICE, SWATH_ADAPTER, SWATH_SIMD and SWATH_THREADS.
#[derive(Debug, Parser)]
#[command(name = "devices")]
struct Flags {
    /// Choose as if this had been asked for [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = device::choice_parser())]
    device: Option<DeviceChoice>,
}

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    show_adapters(&swath::adapters());
    let levels: Vec<String> = SimdLevel::available().iter().map(ToString::to_string).collect();
    say(format_args!("\nCPU\n  SIMD levels  {}", levels.join(", ")));
    let device = device::open_device(flags.device)?;
    say(format_args!("\nchosen\n  {}", device.info()));
    Ok(())
}

fn show_adapters(adapters: &[AdapterSummary]) {
    say("adapters");
    if adapters.is_empty() {
        say("  none");
    }
    for adapter in adapters {
        say(format_args!("  {}", adapter.name));
        let rows = [
            ("backend", &adapter.backend),
            ("kind", &adapter.kind),
            ("driver", &adapter.driver),
            ("verdict", &adapter.verdict),
        ];
        for (label, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
            say(format_args!("    {label:<9}{value}"));
        }
    }
}
