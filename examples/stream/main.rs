//! From a folder of pictures to the tensors that a model takes: a stream, with several pictures on their way at a time.

#[path = "../support/device.rs"]
mod device;
mod flags;
mod made_up;
#[path = "../support/npy_header.rs"]
mod npy_header;
mod pictures;
mod progress;
mod report;
#[path = "../support/size.rs"]
mod size;
mod source;
mod tensors;
#[path = "../support/terminal.rs"]
mod terminal;
mod work;

use std::process::ExitCode;

use flags::Flags;
use tensors::TensorFile;
use terminal::{Outcome, say};

fn main() -> ExitCode {
    terminal::start_logging();
    match terminal::parse_flags::<Flags>() {
        Ok(flags) => terminal::exit_code(run(&flags)),
        Err(code) => code,
    }
}

fn run(flags: &Flags) -> Outcome<()> {
    let sources = match &flags.folder {
        Some(folder) => source::in_folder(folder)?,
        None => source::made_up(),
    };
    let device = device::open_device(flags.device)?;
    let (width, height) = flags.size;
    let create = |path| TensorFile::create(path, sources.len(), [3, height, width]);
    let mut out = flags.out.as_deref().map(create).transpose()?;
    let summary = work::run(&device, sources, flags, out.as_mut())?;
    let written = out.map(TensorFile::finish).transpose()?;
    say(device.info());
    report::lines(&summary, flags, written).iter().for_each(say);
    if flags.stats {
        say(format_args!("\n{}", device.stats()));
    }
    Ok(())
}
