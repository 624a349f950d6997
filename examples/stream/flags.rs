//! The command line.

use std::path::PathBuf;

use clap::Parser;
use swath::DeviceChoice;

use crate::device::choice_parser;
use crate::size::parse_size;

/// Turns a folder of pictures into one array of tensors, as a neural network takes them.
///
/// Each .png, .jpg and .jpeg of FOLDER, by name, folders inside it left alone, is decoded, resized and normalized with
/// ImageNet's mean and standard deviation to 32-bit floats, channels x height x width. Several are on their way through
/// the device at a time. Without FOLDER, 200 pictures of 20 sizes are made up.
#[derive(Debug, Parser)]
#[command(name = "stream")]
pub struct Flags {
    /// Folder with the pictures
    pub folder: Option<PathBuf>,
    /// Where to run [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = choice_parser())]
    pub device: Option<DeviceChoice>,
    /// Pictures on their way at a time, at least 1 [default: as the plan of transfers has it, 1 to 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub depth: Option<u16>,
    /// Size of every tensor
    #[arg(long, value_name = "WxH", default_value = "224x224", value_parser = parse_size)]
    pub size: (usize, usize),
    /// Write all tensors as one array of shape (pictures, 3, H, W), while they arrive
    #[arg(long, value_name = "FILE.npy", value_parser = parse_out)]
    pub out: Option<PathBuf>,
    /// Leave out pictures that cannot be read, and name them at the end, instead of stopping at the first
    #[arg(long)]
    pub keep_going: bool,
    /// Print what the device did and the memory it holds
    #[arg(long)]
    pub stats: bool,
}

/// A file that is no .npy may be one of the pictures.
fn parse_out(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_npy = path.extension().is_some_and(|extension| extension == "npy");
    if is_npy { Ok(path) } else { Err("it does not end in .npy".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Flags, clap::Error> {
        Flags::try_parse_from(["stream"].iter().chain(arguments))
    }

    #[test]
    fn all_flags_are_read() {
        let flags = parse(&["photos", "--depth", "3", "--size", "320x240", "--out", "a.npy", "--keep-going"]).unwrap();
        assert_eq!((flags.folder, flags.out), (Some("photos".into()), Some("a.npy".into())));
        assert_eq!((flags.depth, flags.size, flags.keep_going, flags.stats), (Some(3), (320, 240), true, false));
        assert_eq!(parse(&[]).unwrap().size, (224, 224));
    }

    #[test]
    fn bad_values_are_refused() {
        let cases =
            [["--depth", "0"], ["--depth", "many"], ["--size", "0x0"], ["--out", "picture.jpg"], ["--out", "npy"]];
        for arguments in cases {
            assert!(parse(&arguments).is_err(), "{arguments:?}");
        }
    }
}
