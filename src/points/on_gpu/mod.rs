//! The index on a GPU: building it there (`build`, with the sort in `sort`), and the kernels in `shaders/points` that walk
//! it.
//!
//! An invocation answers one query, and queries follow the curve, so that neighbouring invocations read neighbouring
//! points; queries from elsewhere are sorted along it first (`queries`). Answers are rows in the order of the input. Where
//! they exceed a binding they are written block by block of rows, each by a dispatch over just the queries whose rows lie
//! in it.

mod blocks;
mod build;
mod features;
mod heap;
mod index;
mod knn;
mod queries;
mod rows;
mod shapes;
mod sort;
mod spectral;
#[cfg(test)]
mod tests;
mod top_k;
mod variation;
mod within;

pub(super) use index::GpuIndex;

/// Every kernel, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subjects() -> Vec<crate::shaders::Subject> {
    let mut kernels: Vec<_> = top_k::LENGTHS.map(|length| knn::kernel(knn::shader(length))).into();
    kernels.extend(shapes::variants());
    kernels.extend(variation::variants());
    let subject = |kernel| crate::shaders::Subject { kernel, params: Some(index::params_layout()) };
    let mut subjects: Vec<_> = kernels.into_iter().map(subject).collect();
    subjects.extend(within::subjects());
    subjects.extend(rows::subjects());
    subjects.extend(sort::subjects());
    subjects.extend(build::subjects());
    subjects.push(blocks::subject());
    subjects.push(spectral::subject());
    subjects
}
