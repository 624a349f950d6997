//! The command line.

use std::path::{Path, PathBuf};

use clap::Parser;
use swath::{DeviceChoice, Feature};

use crate::device::choice_parser;
use crate::terminal::Outcome;

/// The convention that is available: raw eigenvalues, divisor n, the point itself included.
const CONVENTION: &str = "swath";

/// Computes geometric features of every point of a LiDAR file, and draws it.
///
/// Without INPUT it makes a synthetic town of 1,000,000 points. Files are written where --out, --picture and --timings
/// ask for them.
#[derive(Debug, Parser)]
#[command(name = "lidar_features")]
pub struct Flags {
    /// Point cloud: .las, .laz or .ply
    pub input: Option<PathBuf>,
    /// Neighbours of each point, itself included, 1 to 32
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=32), conflicts_with = "radius")]
    pub k: u8,
    /// Neighbours within this distance instead; not available in this version
    #[arg(long, value_name = "R")]
    pub radius: Option<f64>,
    /// Features to compute, separated by commas, or all: linearity, planarity, sphericity, omnivariance, anisotropy,
    /// eigenentropy, eigenvalue_sum, surface_variation, verticality, normal_x, normal_y, normal_z, pca1, pca2
    #[arg(long, value_name = "a,b|all", default_value = "all", value_parser = parse_features)]
    pub features: FeatureList,
    /// Definitions to follow: swath; others are not available in this version
    #[arg(long, value_name = "NAME", default_value = CONVENTION)]
    pub convention: String,
    /// Where to run [default: what SWATH_DEVICE says, else auto]
    #[arg(long, value_parser = choice_parser())]
    pub device: Option<DeviceChoice>,
    /// Write the points with one more 32-bit float dimension a feature, .las or .laz
    #[arg(long, value_name = "OUT.laz")]
    pub out: Option<PathBuf>,
    /// Draw the points from above, .png or .jpg
    #[arg(long, value_name = "OUT.png")]
    pub picture: Option<PathBuf>,
    /// Feature that colours the picture
    #[arg(long, value_name = "FEATURE", default_value = "verticality", value_parser = parse_feature)]
    pub color: Feature,
    /// Write the seconds of every stage and repeat as JSON, after one warm-up run
    #[arg(long, value_name = "OUT.json")]
    pub timings: Option<PathBuf>,
    /// Timed runs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,
    /// Print what the device did and the memory it holds
    #[arg(long)]
    pub stats: bool,
}

/// Features in the order in which they are written.
#[derive(Debug, Clone)]
pub struct FeatureList(pub Vec<Feature>);

impl Flags {
    /// Complains about what could only fail later, before any work is done.
    pub fn check(&self) -> Outcome<()> {
        if self.radius.is_some() {
            return Err("--radius is not available in this version; use --k with 1 to 32 neighbours".into());
        }
        if self.convention != CONVENTION {
            let given = &self.convention;
            return Err(format!("--convention {given} is not available in this version; use {CONVENTION}").into());
        }
        if let Some(path) = &self.out {
            check_output(path, &["las", "laz"])?;
        }
        if let Some(path) = &self.picture {
            check_output(path, &["png", "jpg", "jpeg"])?;
        }
        if let Some(path) = &self.timings {
            check_folder(path)?;
        }
        Ok(())
    }

    /// The features to write, and that of the picture.
    pub fn computed_features(&self) -> Vec<Feature> {
        let mut features = self.features.0.clone();
        if self.picture.is_some() && !features.contains(&self.color) {
            features.push(self.color);
        }
        features
    }
}

fn parse_feature(name: &str) -> Result<Feature, swath::Error> {
    name.trim().parse()
}

/// A list without repetition.
fn parse_features(list: &str) -> Result<FeatureList, swath::Error> {
    if list.trim() == "all" {
        return Ok(FeatureList(Feature::ALL.to_vec()));
    }
    let mut features = Vec::new();
    for name in list.split(',') {
        let feature = parse_feature(name)?;
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    Ok(FeatureList(features))
}

fn check_output(path: &Path, endings: &[&str]) -> Outcome<()> {
    let is_known =
        path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)));
    if !is_known {
        return Err(format!("{}: its name must end in .{}", path.display(), endings.join(" or .")).into());
    }
    check_folder(path)
}

fn check_folder(path: &Path) -> Outcome<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(()) } else { Err(format!("{}: its folder does not exist", path.display()).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Flags {
        Flags::try_parse_from(["lidar_features"].iter().chain(arguments)).unwrap()
    }

    #[test]
    fn what_is_not_available_says_what_is() {
        let cases = [
            (&["--radius", "0.5"][..], "--radius is not available in this version; use --k with 1 to 32 neighbours"),
            (&["--convention", "pgeof"], "--convention pgeof is not available in this version; use swath"),
            (&["--out", "a.txt"], "a.txt: its name must end in .las or .laz"),
            (&["--picture", "missing/a.png"], "missing/a.png: its folder does not exist"),
        ];
        for (arguments, message) in cases {
            assert_eq!(parsed(arguments).check().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn the_feature_of_the_picture_is_computed_too() {
        let flags = parsed(&["--features", "planarity, linearity,planarity", "--picture", "a.png"]);
        assert_eq!(flags.computed_features(), [Feature::Planarity, Feature::Linearity, Feature::Verticality]);
        assert_eq!(flags.features.0.len(), 2);
    }

    #[test]
    fn bad_values_are_refused() {
        for arguments in [&["--k", "0"][..], &["--k", "33"], &["--features", "color"], &["--k", "8", "--radius", "1"]] {
            assert!(Flags::try_parse_from(["lidar_features"].iter().chain(arguments)).is_err(), "{arguments:?}");
        }
    }
}
