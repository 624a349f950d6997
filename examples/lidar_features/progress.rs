//! The progress that a person sees: a bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal, nothing elsewhere.
pub struct Progress(ProgressBar);

impl Progress {
    /// Room for so many steps.
    pub fn new(steps: u64) -> Self {
        let bar = ProgressBar::new(steps);
        let style = ProgressStyle::with_template("{spinner} {bar:30} {msg}").unwrap_or(ProgressStyle::default_bar());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// The next step begins.
    pub fn step(&self, name: &'static str) {
        self.0.set_message(name);
        self.0.inc(1);
    }

    /// A step begins that tells how many of these points are done.
    pub fn of_points(&self, name: &'static str, points: usize) {
        self.0.set_message(name);
        self.0.set_length(points as u64);
        self.0.set_position(0);
    }

    /// So many points are done.
    pub fn done(&self, points: u64) {
        self.0.set_position(points);
    }

    /// Takes the bar off the terminal.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
