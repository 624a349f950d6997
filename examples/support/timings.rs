//! Stage timings and the file that `--timings` writes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Instant;

use swath::Device;

use crate::terminal::Outcome;

/// Seconds of each stage, one value a repeat.
#[derive(Debug)]
pub struct Timings {
    stages: Vec<(&'static str, Vec<f64>)>,
}

/// What the timings were taken on.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The device, in words.
    pub device: String,
    /// Worker threads of the device.
    pub threads: usize,
    /// What is counted: `"points"` or `"pixels"`.
    pub unit: &'a str,
    /// How many of them there are.
    pub count: usize,
}

impl<'a> Subject<'a> {
    /// So many points or pixels on this device.
    #[must_use]
    pub fn of(device: &Device, unit: &'a str, count: usize) -> Self {
        let info = device.info();
        let name =
            if info.is_gpu { format!("{} ({})", info.name, info.backend) } else { format!("CPU ({})", info.simd) };
        Self { device: name, threads: info.threads, unit, count }
    }
}

impl Timings {
    /// No repeats yet, of the stages in this order.
    #[must_use]
    pub fn new(stages: &[&'static str]) -> Self {
        Self { stages: stages.iter().map(|&name| (name, Vec::new())).collect() }
    }

    /// Runs a stage and keeps its seconds; the stage waits for the device itself.
    pub fn stage<T, E>(&mut self, name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let start = Instant::now();
        let result = work()?;
        let seconds = start.elapsed().as_secs_f64();
        self.record(name, seconds);
        Ok(result)
    }

    /// Keeps seconds of a stage that was timed elsewhere.
    pub fn record(&mut self, name: &str, seconds: f64) {
        if let Some((_, values)) = self.stages.iter_mut().find(|(stage, _)| *stage == name) {
            values.push(seconds);
        }
    }

    /// Forgets all repeats: the warm-up has ended.
    pub fn clear(&mut self) {
        self.stages.iter_mut().for_each(|(_, values)| values.clear());
    }

    /// The shortest time of a stage, if it ran.
    #[must_use]
    pub fn best(&self, name: &str) -> Option<f64> {
        let (_, values) = self.stages.iter().find(|(stage, _)| *stage == name)?;
        values.iter().copied().reduce(f64::min)
    }

    /// Writes `{"device": .., "threads": .., "points": .., "stages": {"upload": [s, ..], ..}}`.
    pub fn write(&self, path: &Path, subject: &Subject) -> Outcome<()> {
        fs::write(path, self.to_json(subject)).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    fn to_json(&self, subject: &Subject) -> String {
        let stages: Vec<String> = self.stages.iter().map(|(name, values)| stage_json(name, values)).collect();
        format!(
            "{{\"device\": {}, \"threads\": {}, {}: {}, \"stages\": {{{}}}}}\n",
            quoted(&subject.device),
            subject.threads,
            quoted(subject.unit),
            subject.count,
            stages.join(", ")
        )
    }
}

fn stage_json(name: &str, values: &[f64]) -> String {
    let seconds: Vec<String> = values.iter().map(|value| format!("{value:.9}")).collect();
    format!("{}: [{}]", quoted(name), seconds.join(", "))
}

/// A JSON string (RFC 8259, section 7): quotes, backslashes and control characters escaped, all else as it is.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_strings_escape_what_they_must() {
        let cases = [
            ("llvmpipe (LLVM 15)", r#""llvmpipe (LLVM 15)""#),
            ("a \"b\" \\c", r#""a \"b\" \\c""#),
            ("line\nend\u{1}", r#""line\u000aend\u0001""#),
            ("Grün ™", "\"Grün ™\""),
        ];
        for (text, json) in cases {
            assert_eq!(quoted(text), json);
        }
    }

    #[test]
    fn the_file_has_one_number_a_repeat() {
        let mut timings = Timings::new(&["upload", "total"]);
        timings.record("upload", 0.5);
        timings.record("upload", 0.25);
        let subject = Subject { device: "CPU".to_owned(), threads: 2, unit: "points", count: 7 };
        assert_eq!(
            timings.to_json(&subject),
            "{\"device\": \"CPU\", \"threads\": 2, \"points\": 7, \
             \"stages\": {\"upload\": [0.500000000, 0.250000000], \"total\": []}}\n"
        );
        assert_eq!(timings.best("upload"), Some(0.25));
    }

    #[test]
    fn thousands_are_grouped_from_the_right() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_816_300, "1,816,300")];
        for (count, expected) in cases {
            assert_eq!(thousands(count), expected);
        }
    }
}
