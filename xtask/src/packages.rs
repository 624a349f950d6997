//! Installing Debian packages, where that is possible without asking anyone.

use std::path::Path;
use std::process::{Command, ExitCode};

use crate::process;

/// How `apt-get` can be run here: as it is, or through `sudo`. The reason why not is in words.
enum Right {
    Root,
    Sudo,
}

/// Installs `names` with `apt-get`; says why where it cannot.
pub fn install(names: &[&str]) -> Result<(), String> {
    let right = right()?;
    println!("Installing {}", names.join(" "));
    // Old or broken lists need not stop an install, so only the install decides.
    process::run(&mut apt_get(&right, &["update", "--quiet"]))?;
    let args = [&["install", "--yes", "--quiet", "--no-install-recommends"], names].concat();
    match process::run(&mut apt_get(&right, &args))? {
        ExitCode::SUCCESS => Ok(()),
        _ => Err(format!("apt-get could not install {}", names.join(" "))),
    }
}

fn right() -> Result<Right, String> {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err("this system has no apt-get".into());
    }
    if process::output(Command::new("id").arg("-u")).as_deref() == Some("0") {
        return Ok(Right::Root);
    }
    match process::output(Command::new("sudo").args(["-n", "true"])) {
        Some(_) => Ok(Right::Sudo),
        None => Err("apt-get needs root, and sudo asks for a password".into()),
    }
}

fn apt_get(right: &Right, args: &[&str]) -> Command {
    let mut command = match right {
        Right::Root => Command::new("env"),
        Right::Sudo => Command::new("sudo"),
    };
    if matches!(right, Right::Sudo) {
        command.args(["-n", "env"]);
    }
    // Another package manager may hold the lock for a while: wait, it will be done soon.
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600"]).args(args);
    command
}
