//! Running other programs from the repository's root, each announced by one line.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::Outcome;

/// The repository's root, whatever folder the task was started in.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in a folder of the repository")
}

/// Cargo's folder for everything that is built.
pub fn target() -> PathBuf {
    // Commands run in the root, so a relative folder lies there.
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The cargo that runs this task, with `args`.
pub fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    command
}

/// Prints `command`, runs it in the root and gives its exit code.
pub fn run(command: &mut Command) -> Outcome {
    println!("+ {}", line(command));
    let status = command
        .current_dir(root())
        .status()
        .map_err(|error| format!("cannot start {}: {error}", command.get_program().display()))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs `commands` one after the other and stops at the first that fails.
pub fn run_all(commands: impl IntoIterator<Item = Command>) -> Outcome {
    for mut command in commands {
        let code = run(&mut command)?;
        if code != ExitCode::SUCCESS {
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Standard output of `command`, trimmed; none if it cannot start or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.current_dir(root()).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// `command` as a person would type it, without the folder of the program.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).display();
    let args = command.get_args().map(|arg| format!(" {}", arg.display()));
    format!("{name}{}", args.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = Command::new("/opt/rust/bin/cargo");
        command.args(["test", "--doc"]);
        assert_eq!(line(&command), "cargo test --doc");
    }

    #[test]
    fn the_root_is_the_folder_of_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
