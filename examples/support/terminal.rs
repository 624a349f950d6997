//! What every example does at its edges: quiet logging, flags, output that survives a closed pipe, one-line errors.

use std::error::Error;
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// Result of anything an example does; the error ends the program with its text on one line.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Shows Swath's own warnings. Graphics drivers and their loaders stay silent unless `RUST_LOG` asks for them.
pub fn start_logging() {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("off,swath=warn")).init();
}

/// Flags of the command line, or the exit code once help or a complaint has been printed.
pub fn parse_flags<F: clap::Parser>() -> Result<F, ExitCode> {
    F::try_parse().map_err(|message| {
        // Nothing is left to report to when the terminal itself is gone.
        if message.use_stderr() {
            let _ =
                writeln!(std::io::stderr().lock(), "{}; --help tells what is allowed", complaint(&message.to_string()));
            ExitCode::FAILURE
        } else {
            let _ = message.print();
            ExitCode::SUCCESS
        }
    })
}

/// Prints one line; `println!` would panic where the reader of a pipe has gone, as with `| head`.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Success, or the error as one line on stderr and exit code 1.
pub fn exit_code(outcome: Outcome<()>) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    let _ = writeln!(std::io::stderr().lock(), "error: {}", one_line(&error.to_string()));
    ExitCode::FAILURE
}

/// What is wrong, in one line, without the usage that follows a blank one.
fn complaint(message: &str) -> String {
    one_line(message.split("\n\n").next().unwrap_or_default())
}

/// The text with every run of white space, line ends above all, as one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_one_line() {
        assert_eq!(one_line("Couldn't read.\n\tString: 'a'\n"), "Couldn't read. String: 'a'");
    }

    #[test]
    fn complaints_about_flags_are_one_line() {
        let message = "error: the argument '--k' cannot be used with:\n  --radius\n\nUsage: lidar_features\n";
        assert_eq!(complaint(message), "error: the argument '--k' cannot be used with: --radius");
    }
}
