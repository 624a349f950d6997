//! What is printed at the end.

use crate::flags::Flags;
use crate::tensors::Written;
use crate::work::Summary;

/// A few lines on how it went.
pub fn lines(summary: &Summary, flags: &Flags, written: Option<Written>) -> Vec<String> {
    let mut lines = vec![format!("plan: {}", plan(summary, flags)), speed(summary, flags)];
    lines.push(match written {
        Some(Written { path, shape }) => format!("wrote {}: f32 of shape {}", path.display(), shape_in_words(&shape)),
        None => "no file was asked for; --out tensors.npy keeps the tensors".into(),
    });
    let failed = summary.failures.len();
    if failed > 0 {
        lines.push(format!("left out {failed} of {}:", counted(summary.tensors + failed)));
        lines.extend(summary.failures.iter().map(|failure| format!("  {failure}")));
    }
    lines
}

fn plan(summary: &Summary, flags: &Flags) -> String {
    match flags.depth {
        Some(depth) => format!("{}; but --depth {depth} was asked for", summary.plan),
        None => summary.plan.clone(),
    }
}

fn speed(summary: &Summary, flags: &Flags) -> String {
    let seconds = summary.stats.elapsed.as_secs_f64().max(1e-9);
    let megabytes = |bytes: u64| bytes as f64 / seconds / 1e6;
    let (width, height) = flags.size;
    format!(
        "{} to {width}x{height} in {seconds:.2} s: {:.0} a second, {:.0} MB/s of pixels in, {:.0} MB/s of numbers out, \
         {:.1} in flight on average",
        counted(summary.tensors),
        summary.tensors as f64 / seconds,
        megabytes(summary.bytes.0),
        megabytes(summary.bytes.1),
        summary.stats.overlap()
    )
}

fn counted(pictures: usize) -> String {
    format!("{pictures} picture{}", if pictures == 1 { "" } else { "s" })
}

fn shape_in_words(shape: &[usize]) -> String {
    let axes: Vec<_> = shape.iter().map(ToString::to_string).collect();
    format!("({})", axes.join(", "))
}
