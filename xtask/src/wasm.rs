//! `cargo xtask check wasm`: the library must type-check for the browser, where nothing may block or spawn a thread.
//!
//! A toolchain that has the target is used as it is. Else, on Debian, the `rustc-web` packages come with the source of
//! their own standard library, which `-Zbuild-std` checks along with the library.

use std::path::Path;
use std::process::Command;

use crate::{Outcome, packages, process};

const TARGET: &str = "wasm32-unknown-unknown";

/// Feature sets that a web page may pick: everything, the bare CPU executor, and the GPU alone.
const FEATURE_SETS: [&[&str]; 3] = [&[], &["--no-default-features"], &["--no-default-features", "--features", "gpu"]];

const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/src/lib.rs";

/// A toolchain that can compile for the target.
#[derive(Clone, Copy)]
enum Route {
    /// The one that runs this task: it has the target's standard library.
    Installed,
    /// Debian's, which builds the standard library from source.
    Debian,
}

/// Checks every feature set; warnings are errors.
pub fn run() -> Outcome {
    let route = route()?;
    process::run_all(FEATURE_SETS.map(|features| check(route, features)))
}

fn route() -> Result<Route, String> {
    if has_target() {
        println!("Using the installed {TARGET} target");
        return Ok(Route::Installed);
    }
    if !debian_is_ready() {
        packages::install(&DEBIAN_PACKAGES)
            .map_err(|why| format!("{why}; install the target with `rustup target add {TARGET}`"))?;
    }
    if !debian_is_ready() {
        return Err(format!("{} are installed, and still no rustc of 1.{} or later", packages_line(), minimum_minor()));
    }
    println!("Using Debian's rustc and its standard library source");
    Ok(Route::Debian)
}

/// `cargo rustc --profile check` is `cargo check` with arguments for the library alone: dependencies and the standard
/// library may warn.
fn check(route: Route, features: &[&str]) -> Command {
    let args = ["rustc", "--package", "swath", "--lib", "--profile", "check", "--target", TARGET];
    let mut command = match route {
        Route::Installed => process::cargo(&args),
        Route::Debian => debian_cargo(&args),
    };
    command.args(features).args(["--", "-Dwarnings"]).env("CARGO_TARGET_DIR", target_dir());
    command
}

/// Debian's cargo and rustc, free of what rustup and cargo tell the programs that they start.
fn debian_cargo(args: &[&str]) -> Command {
    let mut command = Command::new(DEBIAN_CARGO);
    command.args(args).arg("-Zbuild-std=std,panic_abort");
    for name in ["RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "CARGO", "RUSTDOC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    // -Zbuild-std is unstable, and this is a stable compiler with its own source.
    command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
    command
}

/// A folder apart: two compilers in one folder would rebuild each other's work.
fn target_dir() -> std::path::PathBuf {
    process::target().join("wasm")
}

fn has_target() -> bool {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let folder = process::output(rustc.args(["--print", "target-libdir", "--target", TARGET]));
    folder.is_some_and(|folder| Path::new(&folder).is_dir())
}

fn debian_is_ready() -> bool {
    let version = process::output(Command::new(DEBIAN_RUSTC).arg("--version"));
    let minor = version.as_deref().and_then(minor_of);
    minor.is_some_and(|minor| minor >= minimum_minor())
        && Path::new(DEBIAN_CARGO).exists()
        && Path::new(DEBIAN_SOURCE).exists()
}

/// The 95 of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn minor_of(version: &str) -> Option<u32> {
    version.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()
}

/// The 89 of the workspace's `rust-version = "1.89"`.
fn minimum_minor() -> u32 {
    let minor = env!("CARGO_PKG_RUST_VERSION").split('.').nth(1);
    minor.and_then(|minor| minor.parse().ok()).expect("rust-version has two numbers")
}

fn packages_line() -> String {
    DEBIAN_PACKAGES.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_read_from_what_rustc_prints() {
        assert_eq!(minor_of("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"), Some(96));
        assert_eq!(minor_of("rustc 1.63.0"), Some(63));
        assert_eq!(minor_of("clang 16"), None);
    }
}
