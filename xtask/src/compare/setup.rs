//! Getting the programs that race: Swath's own, and a Python environment. All of it lies in `target/compare`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::{packages, process};

/// The folder that everything is fetched and built into.
pub fn folder() -> Result<PathBuf, String> {
    let folder = process::target().join("compare");
    std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    Ok(folder)
}

/// Where the sources of the programs lie.
pub fn sources() -> PathBuf {
    process::root().join("benches/compare")
}

/// Swath's own program of this name.
pub fn swath(name: &str) -> Result<PathBuf, String> {
    let build = ["build", "--quiet", "--release", "--package", "swath-benches", "--bin", name];
    match process::run(&mut process::cargo(&build))? {
        ExitCode::SUCCESS => Ok(process::target().join("release").join(name)),
        _ => Err("Swath's contestant could not be built".into()),
    }
}

/// The interpreter of the environment `name`, with these packages.
pub fn python(folder: &Path, name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let environment = folder.join(name);
    let python = environment.join("bin/python");
    let make = || succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    if !python.exists() && make().is_err() {
        packages::install(&["python3-venv"])?;
        make()?;
    }
    // pip leaves what is there as it is. Never from source: that may build for an hour.
    let args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
    succeed(Command::new(&python).args(args).args(packages))?;
    Ok(python)
}

/// Runs `command`; an error names it where it fails.
pub fn succeed(command: &mut Command) -> Result<(), String> {
    match process::run(command)? {
        ExitCode::SUCCESS => Ok(()),
        _ => Err(format!("`{}` failed", command.get_program().display())),
    }
}
