//! The command line.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use swath::{Convention, DeviceChoice};

use crate::coloring::{Coloring, parse_coloring};
use crate::device::choice_parser;
use crate::values::{parse_bytes, parse_point, parse_radius, parse_range};
use crate::wanted::Wanted;

/// Computes geometric features of every point of LiDAR files, and draws them.
///
/// Without INPUT it makes a synthetic town of 1,000,000 points, with colours, near infrared and classes. Several INPUTs
/// are one cloud: each is written by itself, with the points of the others as neighbours. Files are written where --out,
/// --picture and --timings ask for them.
#[derive(Debug, Parser)]
#[command(name = "lidar_features")]
pub struct Flags {
    /// Point clouds: .las, .laz or .ply
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Neighbours of each point, itself included, 1 to 256 [default: 16]; with --radius at most so many within it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub k: Option<u16>,
    /// All points within this distance, in units of the coordinates
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = parse_radius)]
    pub radius: Option<f64>,
    /// So many neighbours, point by point, that their shape is clearest: numbers from 3 to 256, such as 10:50
    #[arg(long, value_name = "MIN:MAX", value_parser = parse_range, conflicts_with_all = ["k", "radius"])]
    pub optimal_k: Option<RangeInclusive<usize>>,
    /// Features to compute: names and sets, separated by commas. Sets: eigen (14 of eigenvalues and normal), geometric
    /// (all that coordinates give), spectral (all of colours), lod2, lod3 (for building models), all. What a file has no
    /// colours, near infrared or ground points for is left out of sets, and told. An unknown name is answered with all
    /// names
    #[arg(long, value_name = "a,b|SET", default_value = "eigen", value_parser = Wanted::parse)]
    pub features: Wanted,
    /// Definitions to follow: swath, jakteristics, pgeof, cloudcompare or pdal
    #[arg(long, value_name = "NAME", default_value = "swath", value_parser = parse_convention)]
    pub convention: Convention,
    /// Point that normals look at, in the coordinates of the file; else they look up
    #[arg(long, value_name = "X,Y,Z", allow_hyphen_values = true, value_parser = parse_point)]
    pub viewpoint: Option<[f64; 3]>,
    /// Largest value of colours and near infrared [default: 65535, but 255 where none exceeds that]
    #[arg(long, value_name = "255|65535", value_parser = maximum_parser())]
    pub color_max: Option<u16>,
    /// Where to run [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = choice_parser())]
    pub device: Option<DeviceChoice>,
    /// Compute piece by piece, each in so many bytes besides the points and their features (1M or more; K, M and G are
    /// times 1024). The result is the same
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub memory_limit: Option<u64>,
    /// Write the points with one more 32-bit float dimension a feature, .las or .laz; of several INPUTs a folder, made
    /// if it is missing, with one file each
    #[arg(long, value_name = "OUT.laz|DIR")]
    pub out: Option<PathBuf>,
    /// Draw all points, .png or .jpg
    #[arg(long, value_name = "OUT.png")]
    pub picture: Option<PathBuf>,
    /// What colours the picture: a feature, or shape, which tells ground, roofs, walls, wires and vegetation apart
    #[arg(long, value_name = "FEATURE|shape", default_value = "verticality", value_parser = parse_coloring)]
    pub color: Coloring,
    /// Degrees by which the picture looks from the south instead of straight down, 0 to 80
    #[arg(long, value_name = "DEGREES", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=80))]
    pub tilt: u8,
    /// Write the seconds of every stage and repeat as JSON, after one warm-up run. Stages: upload, index, knn (neighbours
    /// alone, outside total; empty unless a number of neighbours was asked for), features, read, total; with several
    /// INPUTs or --memory-limit: features and total
    #[arg(long, value_name = "OUT.json")]
    pub timings: Option<PathBuf>,
    /// Timed runs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Print what the device did and the memory it holds
    #[arg(long)]
    pub stats: bool,
}

fn parse_convention(name: &str) -> Result<Convention, String> {
    name.parse().map_err(|error: swath::Error| error.to_string())
}

fn maximum_parser() -> impl TypedValueParser<Value = u16> {
    PossibleValuesParser::new(["255", "65535"]).try_map(|number| number.parse::<u16>())
}

/// The flags of a command line that is right.
#[cfg(test)]
pub fn parsed(arguments: &[&str]) -> Flags {
    Flags::try_parse_from(["lidar_features"].iter().chain(arguments)).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_flags_are_read() {
        let flags = parsed(&[
            "a.las",
            "b.laz",
            "--viewpoint",
            "-1,2,3",
            "--memory-limit",
            "512M",
            "--color-max",
            "255",
            "--convention",
            "pdal",
            "--color",
            "shape",
            "--tilt",
            "45",
        ]);
        assert_eq!(flags.inputs.len(), 2);
        assert_eq!(flags.viewpoint, Some([-1.0, 2.0, 3.0]));
        assert_eq!((flags.memory_limit, flags.color_max), (Some(512 << 20), Some(255)));
        assert_eq!((flags.convention, flags.color, flags.tilt), (Convention::Pdal, Coloring::Shape, 45));
    }

    #[test]
    fn bad_values_are_refused() {
        let cases = [
            &["--k", "0"][..],
            &["--k", "257"],
            &["--features", "color"],
            &["--radius", "-1"],
            &["--optimal-k", "10:50", "--k", "8"],
            &["--optimal-k", "10:50", "--radius", "1"],
            &["--color-max", "1023"],
            &["--convention", "pcl"],
            &["--viewpoint", "1,2"],
            &["--memory-limit", "much"],
            &["--tilt", "90"],
        ];
        for arguments in cases {
            assert!(Flags::try_parse_from(["lidar_features"].iter().chain(arguments)).is_err(), "{arguments:?}");
        }
    }
}
