//! The point-cloud engines outside Rust: what each needs, and how it is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::setup::{self, sources, succeed};
use crate::{packages, process};

/// Header-only libraries, as Debian packages them; a package of a release stays where it is. The newest nanoflann, for
/// many distributions have one that cannot yet build its index on several threads.
const HEADERS: [Package; 2] = [
    Package {
        url: "https://deb.debian.org/debian/pool/main/n/nanoflann/libnanoflann-dev_1.7.1+ds-1_all.deb",
        sha256: "5a21155e30047aba62adbb4fb5f27156d28ad5bc26bb9e7d97db770735363dfc",
    },
    Package {
        url: "https://deb.debian.org/debian/pool/main/e/eigen3/libeigen3-dev_3.4.0-4_all.deb",
        sha256: "1a167bb381acb90c1d8450a8f3e66a09d216dbc64b33ac8a082a0912513ef939",
    },
];

const PYTHON_PACKAGES: [&str; 2] = ["pgeof==0.3.4", "jakteristics==0.6.2"];

const EVERYWHERE: &[&str] = &["autzen", "ign", "uniform_1m"];
const REAL: &[&str] = &["autzen", "ign"];

struct Package {
    url: &'static str,
    sha256: &'static str,
}

/// An engine that is ready to be started.
pub struct Peer {
    /// What the table calls it.
    pub name: &'static str,
    /// Requests that it takes.
    pub requests: &'static [&'static str],
    /// Clouds that it races on. The slow ones are spared the cloud in no order, where they need minutes.
    pub clouds: &'static [&'static str],
    program: PathBuf,
    args: Vec<PathBuf>,
}

impl Peer {
    /// The program on one cloud, with so many threads.
    pub fn command(&self, points: &Path, threads: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).arg(points).arg(threads.to_string());
        command
    }
}

/// Every peer that can be had here, and for each other one the reason why not.
pub fn prepare(folder: &Path) -> (Vec<Peer>, Vec<String>) {
    let python = setup::python(folder, "python-points", &PYTHON_PACKAGES);
    let script = |name, clouds| python.clone().map(|python| python_peer(name, clouds, python));
    let made = [
        ("nanoflann", nanoflann(folder)),
        ("pgeof", script("pgeof", EVERYWHERE)),
        ("jakteristics", script("jakteristics", REAL)),
        ("PDAL", python.clone().and_then(pdal)),
    ];
    let (mut peers, mut left_out) = (Vec::new(), Vec::new());
    for (name, peer) in made {
        match peer {
            Ok(peer) => peers.push(peer),
            Err(reason) => left_out.push(format!("{name}: {reason}")),
        }
    }
    (peers, left_out)
}

fn nanoflann(folder: &Path) -> Result<Peer, String> {
    let headers = folder.join("headers");
    if !headers.join("usr/include/nanoflann.hpp").exists() || !headers.join("usr/include/eigen3/Eigen/Dense").exists() {
        HEADERS.iter().try_for_each(|package| package.unpack(folder, &headers))?;
    }
    let (source, program) = (sources().join("nanoflann_loop.cpp"), folder.join("nanoflann_loop"));
    if !is_newer(&program, &source) {
        if process::output(Command::new("g++").arg("--version")).is_none() {
            packages::install(&["g++"])?;
        }
        let mut compiler = Command::new("g++");
        compiler.args(["-std=c++17", "-O3", "-march=native", "-pthread"]);
        compiler.arg("-isystem").arg(headers.join("usr/include"));
        compiler.arg("-isystem").arg(headers.join("usr/include/eigen3"));
        succeed(compiler.arg(source).arg("-o").arg(&program))?;
    }
    let requests = &["knn 8", "knn 16", "knn 32", "features 16"];
    Ok(Peer { name: "nanoflann + Eigen, C++", requests, clouds: EVERYWHERE, program, args: Vec::new() })
}

impl Package {
    /// Downloads the package and puts its files into `root`.
    fn unpack(&self, folder: &Path, root: &Path) -> Result<(), String> {
        let file = folder.join("package.deb");
        succeed(Command::new("curl").args(["-sSfL", "--max-time", "120", "-o"]).arg(&file).arg(self.url))?;
        let sum = process::output(Command::new("sha256sum").arg(&file));
        if sum.as_deref().and_then(|sum| sum.split_whitespace().next()) != Some(self.sha256) {
            return Err(format!("{} is not the file that it was", self.url));
        }
        succeed(Command::new("dpkg-deb").arg("-x").arg(&file).arg(root))
    }
}

fn python_peer(name: &'static str, clouds: &'static [&'static str], python: PathBuf) -> Peer {
    let args = vec![sources().join("point_peers.py"), name.into()];
    Peer { name, requests: &["features 16"], clouds, program: python, args }
}

/// PDAL where it is installed or can be: not every release of Debian has it, and PyPI has only its source.
fn pdal(python: PathBuf) -> Result<Peer, String> {
    let is_here = || process::output(Command::new("pdal").arg("--version")).is_some();
    if !is_here() {
        packages::install(&["pdal"]).map_err(|reason| format!("there is no program `pdal`, and {reason}"))?;
    }
    let args = vec![sources().join("pdal_peer.py")];
    Ok(Peer { name: "PDAL", requests: &["features 16"], clouds: REAL, program: python, args })
}

/// Whether `made` is there and was written after `source`.
fn is_newer(made: &Path, source: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    written(made).is_some_and(|made| Some(made) > written(source))
}
