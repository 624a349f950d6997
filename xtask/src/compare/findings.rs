//! What one run found out, and how the documentation shows it.

use super::contestant::Contestant;

/// Everything that one run found out.
#[derive(Default)]
pub struct Findings {
    /// What each contestant said of itself, once each.
    pub versions: Vec<String>,
    /// Lines of the table.
    pub rows: Vec<String>,
    /// Who did not take part, where, and why.
    pub left_out: Vec<String>,
}

impl Findings {
    /// Takes down what a contestant is.
    pub fn met(&mut self, contestant: &Contestant) {
        if !self.versions.contains(&contestant.versions) {
            self.versions.push(contestant.versions.clone());
        }
    }

    /// Versions and `how` it was measured, the table under its `head`, and who was left out.
    pub fn to_markdown(&self, how: &str, head: &str) -> String {
        let versions = self.versions.join("; ");
        let left_out = self.left_out.iter().map(|reason| format!("\n* Left out: {reason}"));
        let left_out: String = left_out.collect();
        let gap = if left_out.is_empty() { "" } else { "\n" };
        format!("{versions}; {how}.\n\n{head}\n{}{gap}{left_out}", self.rows.join("\n"))
    }
}

/// A time in milliseconds, with so many digits behind the point.
pub fn millis(seconds: f64, digits: usize) -> String {
    format!("{:.digits$} ms", seconds * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_who_was_left_out_and_why() {
        let findings = Findings {
            versions: vec!["swath 0.1.0".into(), "pgeof 0.3.4".into()],
            rows: vec!["| ign | ..".into()],
            left_out: vec!["PDAL: there is no program `pdal`".into()],
        };
        assert_eq!(
            findings.to_markdown("medians of 5 rounds", "| cloud |\n|---|"),
            "swath 0.1.0; pgeof 0.3.4; medians of 5 rounds.\n\n| cloud |\n|---|\n| ign | ..\n\n\
             * Left out: PDAL: there is no program `pdal`"
        );
    }
}
