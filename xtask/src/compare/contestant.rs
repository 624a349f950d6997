//! Programs that do the work, and wait for the next request meanwhile.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::str::FromStr;

/// A running program. It says `ready` and what it is, then answers each line of its input by one line.
pub struct Contestant {
    /// What the table calls it.
    pub name: &'static str,
    /// The versions that it gave when it was ready.
    pub versions: String,
    child: Child,
    /// None once the program has been told that there is no more to do.
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Contestant {
    /// Starts `command` and waits until it is ready.
    pub fn start(name: &'static str, mut command: Command) -> Result<Self, String> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().map_err(|error| format!("cannot start it: {error}"))?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("it has no pipes".into());
        };
        let (requests, replies) = (Some(requests), BufReader::new(replies));
        let mut contestant = Self { name, versions: String::new(), child, requests, replies };
        let line = contestant.next_line()?;
        contestant.versions = line.strip_prefix("ready ").ok_or(format!("it said `{line}`, not `ready`"))?.into();
        Ok(contestant)
    }

    /// Has it do the work once.
    pub fn ask(&mut self, request: &str) -> Result<Reply, String> {
        let requests = self.requests.as_mut().ok_or("it has been told to end")?;
        writeln!(requests, "{request}").map_err(|error| format!("it does not listen: {error}"))?;
        self.next_line()?.parse()
    }

    fn next_line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.replies.read_line(&mut line) {
            Ok(0) => Err("it ended".into()),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(format!("cannot read from it: {error}")),
        }
    }
}

impl Drop for Contestant {
    fn drop(&mut self) {
        // A program ends at the end of its input. How it ends no longer matters.
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// Named numbers: seconds, and means of the answer by which it is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply(BTreeMap<String, f64>);

impl Reply {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

impl FromStr for Reply {
    type Err = String;

    /// Parses `knn=0.5 index+knn=0.75`; the line `error REASON` is that error.
    fn from_str(line: &str) -> Result<Self, String> {
        if let Some(reason) = line.strip_prefix("error ") {
            return Err(reason.into());
        }
        let number = |word: &str| {
            let (name, value) = word.split_once('=')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        let numbers: Option<BTreeMap<_, _>> = line.split_whitespace().map(number).collect();
        numbers.filter(|numbers| !numbers.is_empty()).map(Self).ok_or(format!("it said `{line}`, not `name=value ..`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_a_line_of_named_numbers() {
        let reply: Reply = "knn=0.5 index+knn=0.75 kth_squared_distance=6.1e3".parse().unwrap();
        assert_eq!((reply.get("knn"), reply.get("kth_squared_distance")), (Some(0.5), Some(6100.0)));
        assert_eq!(reply.get("features"), None);
    }

    #[test]
    fn any_other_line_is_an_error_that_says_what_came() {
        let error = |line: &str| line.parse::<Reply>().unwrap_err();
        assert_eq!(error("error k is too large"), "k is too large");
        assert_eq!(error("knn=fast"), "it said `knn=fast`, not `name=value ..`");
        assert_eq!(error(""), "it said ``, not `name=value ..`");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_is_asked_until_it_ends() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo ready sh 1; read line; echo seconds=1 line=${#line}"]);
        let mut contestant = Contestant::start("sh", shell).unwrap();
        assert_eq!(contestant.versions, "sh 1");
        assert_eq!(contestant.ask("knn 16").unwrap().get("line"), Some(6.0));
        assert!(contestant.ask("knn 16").is_err(), "it has ended");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_is_never_ready_is_an_error() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo no module named pgeof"]);
        let error = Contestant::start("sh", shell).err();
        assert_eq!(error.as_deref(), Some("it said `no module named pgeof`, not `ready`"));
    }
}
