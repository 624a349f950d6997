//! One piece of work, done by all in turn, and the rows of the table that come of it.

use super::contestant::{Contestant, Reply};

/// Timed rounds. One untimed run each comes first.
pub const ROUNDS: usize = 5;

/// Whoever needs longer than this for the untimed run takes part in every other round only.
pub const SLOW_SECONDS: f64 = 3.0;

/// Times that a reply may have, and what each covers.
const TIMES: [(&str, &str); 4] = [
    ("knn", "neighbours, index ready"),
    ("index+knn", "index, neighbours"),
    ("index+knn+features", "index, neighbours, features"),
    ("features", "features, neighbours given"),
];

/// Means of the answer, and how far a peer's may lie from Swath's, relative.
const CHECKS: [(&str, f64); 4] =
    [("kth_squared_distance", 1e-6), ("linearity", 1e-3), ("normal_z", 1e-3), ("neighbors", 1e-2)];

/// A contestant in one race.
struct Runner<'a> {
    contestant: &'a mut Contestant,
    is_slow: bool,
    replies: Vec<Reply>,
}

/// Has all do the work of `request` in turn, round after round, and gives the rows of the table: one for each peer and
/// each time that both it and Swath took. Swath is the first contestant.
///
/// Answers are compared before any clock starts. A peer that fails is out of the race, and `left_out` hears why.
pub fn run(
    contestants: Vec<&mut Contestant>,
    request: &str,
    left_out: &mut Vec<String>,
) -> Result<Vec<[String; 5]>, String> {
    let mut contestants = contestants.into_iter();
    let swath = warmed_up(contestants.next().ok_or("nobody races")?, request);
    let (swath, expected) = swath.map_err(|reason| format!("swath, {request}: {reason}"))?;
    let mut runners = vec![swath];
    for contestant in contestants {
        let name = contestant.name;
        match warmed_up(contestant, request) {
            Ok((runner, reply)) => {
                check(&expected, &reply).map_err(|what| format!("{name}, {request}: {what}"))?;
                runners.push(runner);
            }
            Err(reason) => left_out.push(format!("{name}, {request}: {reason}")),
        }
    }
    for round in 0..ROUNDS {
        for turn in 0..runners.len() {
            let at = (round + turn) % runners.len();
            let runner = &mut runners[at];
            if round % 2 == 0 || !runner.is_slow {
                let reply = runner.contestant.ask(request);
                let reply = reply.map_err(|reason| format!("{}, {request}: {reason}", runner.contestant.name))?;
                runner.replies.push(reply);
            }
        }
    }
    let (swath, peers) = runners.split_first().ok_or("nobody races")?;
    Ok(peers.iter().flat_map(|peer| rows(&swath.replies, peer.contestant.name, &peer.replies)).collect())
}

/// A runner after its untimed run, and what it answered.
fn warmed_up<'a>(contestant: &'a mut Contestant, request: &str) -> Result<(Runner<'a>, Reply), String> {
    let reply = contestant.ask(request)?;
    let is_slow = TIMES.iter().filter_map(|(name, _)| reply.get(name)).any(|seconds| seconds > SLOW_SECONDS);
    Ok((Runner { contestant, is_slow, replies: Vec::new() }, reply))
}

/// Whether every mean that both know agrees.
fn check(swath: &Reply, peer: &Reply) -> Result<(), String> {
    for (name, bound) in CHECKS {
        let (Some(swath), Some(peer)) = (swath.get(name), peer.get(name)) else { continue };
        // A mean that is not a number is within no bound.
        let agrees = (peer - swath).abs() <= bound * swath.abs();
        if !agrees {
            return Err(format!("mean {name} is {peer}, Swath's is {swath}: they did different work"));
        }
    }
    Ok(())
}

/// What was timed, Swath's median, the peer's name, its median, and their ratio.
fn rows(swath: &[Reply], name: &str, peer: &[Reply]) -> Vec<[String; 5]> {
    let row = |&(time, covers): &(&str, &str)| {
        let (swath, peer) = (median(swath, time)?, median(peer, time)?);
        Some([covers.into(), millis(swath), name.into(), millis(peer), format!("{:.2}x", peer / swath)])
    };
    TIMES.iter().filter_map(row).collect()
}

/// The median of the time of this name; the upper one of two. None where no reply has it.
fn median(replies: &[Reply], time: &str) -> Option<f64> {
    let mut seconds: Vec<f64> = replies.iter().filter_map(|reply| reply.get(time)).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied()
}

fn millis(seconds: f64) -> String {
    format!("{:.0} ms", seconds * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(lines: &[&str]) -> Vec<Reply> {
        lines.iter().map(|line| line.parse().unwrap()).collect()
    }

    #[test]
    fn a_row_compares_medians_of_what_both_timed() {
        let swath = replies(&["knn=0.9 index+knn=1", "knn=0.1 index+knn=0.2", "knn=0.2 index+knn=0.25"]);
        let peer = replies(&["index+knn=3", "index+knn=0.5", "index+knn=0.4"]);
        let expected = ["index, neighbours", "250 ms", "pgeof", "500 ms", "2.00x"].map(String::from);
        assert_eq!(rows(&swath, "pgeof", &peer), [expected]);
    }

    #[test]
    fn answers_agree_within_the_bound_of_each_mean() {
        let swath = "knn=1 kth_squared_distance=100 linearity=0.5".parse().unwrap();
        let checked = |line: &str| check(&swath, &line.parse().unwrap());
        assert_eq!(checked("knn=9 kth_squared_distance=100.00009 linearity=0.5004 normal_z=7"), Ok(()));
        assert!(
            checked("kth_squared_distance=100.0002").unwrap_err().contains("mean kth_squared_distance is 100.0002")
        );
        assert!(checked("linearity=0.51").is_err());
        assert!(checked("linearity=NaN").is_err());
    }
}
