//! The progress that a person sees: a bar on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal, nothing elsewhere.
pub struct Progress(ProgressBar);

impl Progress {
    /// Room for so many pictures.
    pub fn new(pictures: usize) -> Self {
        let bar = ProgressBar::new(pictures as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} pictures, {eta} left");
        bar.set_style(style.unwrap_or(ProgressStyle::default_bar()));
        Self(bar)
    }

    /// What a stream reports its progress to.
    pub fn reporter(&self) -> impl Fn(swath::Progress) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |progress| {
            // Pictures that are left out are none of the stream's.
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        }
    }
}

/// Takes the bar off the terminal.
impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
