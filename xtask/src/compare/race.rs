//! One piece of work, done by all in turn.

use super::contestant::{Contestant, Reply};

/// Whoever needs longer than this for the untimed run takes part in every other round only.
pub const SLOW_SECONDS: f64 = 3.0;

/// How the races of one table are run.
pub struct Rules {
    /// Timed rounds. One untimed run each comes first.
    pub rounds: usize,
    /// Names of the times in a reply.
    pub times: &'static [&'static str],
    /// Names of what a reply tells of the answer, and how far a peer's may lie from Swath's, relative.
    pub checks: &'static [(&'static str, f64)],
}

/// One who does the work. A contestant can enter several times, each time with another way to do it.
pub struct Entrant {
    /// What the table calls it.
    pub name: String,
    /// Which of the contestants does it.
    pub contestant: usize,
    /// The request of the untimed run, whose answer is checked.
    pub first: String,
    /// The request of every round.
    pub request: String,
}

/// An entrant that went all the way, and what it replied round after round.
pub struct Timed {
    /// What the table calls it.
    pub name: String,
    replies: Vec<Reply>,
}

impl Timed {
    /// An entrant with what it replied.
    pub fn new(name: impl Into<String>, replies: Vec<Reply>) -> Self {
        Self { name: name.into(), replies }
    }

    /// The median of the number of this name; the upper one of two. None where no reply has it.
    pub fn median(&self, name: &str) -> Option<f64> {
        let sorted = self.sorted(name);
        sorted.get(sorted.len() / 2).copied()
    }

    /// The least number of this name. None where no reply has it.
    pub fn least(&self, name: &str) -> Option<f64> {
        self.sorted(name).first().copied()
    }

    fn sorted(&self, name: &str) -> Vec<f64> {
        let mut numbers: Vec<f64> = self.replies.iter().filter_map(|reply| reply.get(name)).collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers
    }
}

/// Has all entrants do the work in turn, round after round. Swath is the first, here as in the result.
///
/// Answers are compared before any clock starts. A peer that fails is out of the race, and `left_out` hears why.
pub fn run(
    rules: &Rules,
    contestants: &mut [Contestant],
    entrants: Vec<Entrant>,
    left_out: &mut Vec<String>,
) -> Result<Vec<Timed>, String> {
    let mut runners = Vec::new();
    let mut expected = None;
    for entrant in entrants {
        let reply = match (contestants[entrant.contestant].ask(&entrant.first), &expected) {
            (Ok(reply), _) => reply,
            (Err(reason), None) => return Err(format!("swath, {}: {reason}", entrant.first)),
            (Err(reason), Some(_)) => {
                left_out.push(format!("{}, {}: {reason}", entrant.name, entrant.first));
                continue;
            }
        };
        let expected = expected.get_or_insert_with(|| reply.clone());
        rules.check(expected, &reply).map_err(|what| format!("{}, {}: {what}", entrant.name, entrant.first))?;
        let is_slow = rules.times.iter().filter_map(|name| reply.get(name)).any(|seconds| seconds > SLOW_SECONDS);
        runners.push((entrant, is_slow, Vec::new()));
    }
    for round in 0..rules.rounds {
        for turn in 0..runners.len() {
            let at = (round + turn) % runners.len();
            let (entrant, is_slow, replies) = &mut runners[at];
            if round % 2 == 0 || !*is_slow {
                let reply = contestants[entrant.contestant].ask(&entrant.request);
                replies.push(reply.map_err(|reason| format!("{}, {}: {reason}", entrant.name, entrant.request))?);
            }
        }
    }
    Ok(runners.into_iter().map(|(entrant, _, replies)| Timed::new(entrant.name, replies)).collect())
}

impl Rules {
    /// Whether everything that both tell of their answers agrees.
    fn check(&self, swath: &Reply, peer: &Reply) -> Result<(), String> {
        for (name, bound) in self.checks {
            let (Some(swath), Some(peer)) = (swath.get(name), peer.get(name)) else { continue };
            // What is not a number is within no bound.
            let agrees = (peer - swath).abs() <= bound * swath.abs();
            if !agrees {
                return Err(format!("{name} is {peer}, Swath's is {swath}: they did different work"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules =
        Rules { rounds: 5, times: &["knn"], checks: &[("kth_squared_distance", 1e-6), ("linearity", 1e-3)] };

    fn timed(lines: &[&str]) -> Timed {
        Timed::new("swath", lines.iter().map(|line| line.parse().unwrap()).collect())
    }

    #[test]
    fn numbers_are_those_of_the_replies_that_have_them() {
        let swath = timed(&["knn=0.9 index+knn=1", "knn=0.1", "knn=0.2 index+knn=0.25"]);
        assert_eq!((swath.median("knn"), swath.least("knn")), (Some(0.2), Some(0.1)));
        assert_eq!((swath.median("index+knn"), swath.median("features")), (Some(1.0), None));
    }

    #[test]
    fn answers_agree_within_the_bound_of_each_number() {
        let swath = "knn=1 kth_squared_distance=100 linearity=0.5".parse().unwrap();
        let checked = |line: &str| RULES.check(&swath, &line.parse().unwrap());
        assert_eq!(checked("knn=9 kth_squared_distance=100.00009 linearity=0.5004 normal_z=7"), Ok(()));
        assert!(checked("kth_squared_distance=100.0002").unwrap_err().contains("kth_squared_distance is 100.0002"));
        assert!(checked("linearity=0.51").is_err());
        assert!(checked("linearity=NaN").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn all_take_turns_and_one_that_fails_is_out() {
        let shell = |name, loop_body: &str| {
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &format!("echo ready {name}; while read request; do {loop_body}; done")]);
            Contestant::start(name, shell).unwrap()
        };
        let mut contestants =
            [shell("swath", "echo knn=1"), shell("fast", "echo knn=4"), shell("late", "echo error no")];
        let entrant = |(contestant, name): (usize, &str)| {
            let request = || "knn 16".to_owned();
            Entrant { name: name.into(), contestant, first: request(), request: request() }
        };
        let entrants = ["swath", "fast", "late"].into_iter().enumerate().map(entrant).collect();
        let mut left_out = Vec::new();
        let timed = run(&RULES, &mut contestants, entrants, &mut left_out).unwrap();
        let medians: Vec<_> = timed.iter().map(|timed| (timed.name.as_str(), timed.median("knn"))).collect();
        // The one of 4 seconds is slow, so it ran in the first, third and fifth round.
        assert_eq!(medians, [("swath", Some(1.0)), ("fast", Some(4.0))]);
        assert_eq!((timed[0].replies.len(), timed[1].replies.len()), (5, 3));
        assert_eq!(left_out, ["late, knn 16: no"]);
    }
}
