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
mod sort;
#[cfg(test)]
mod tests;
mod top_k;
mod within;

pub(super) use index::GpuIndex;

/// Every kernel of this room, by name: one for each length of the kept list, with and without features.
#[cfg(test)]
pub(crate) fn variants() -> Vec<(String, String)> {
    let lengths = top_k::LENGTHS.into_iter();
    lengths
        .flat_map(|length| {
            [
                (format!("knn of {length}"), knn::shader(length)),
                (format!("features of {length}"), features::shader(length, &super::Features::eigen())),
            ]
        })
        .collect()
}

/// Every kernel, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subjects() -> Vec<crate::shaders::Subject> {
    use super::Feature;

    let eigen = super::Features::eigen();
    let mut texts: Vec<_> = top_k::LENGTHS.map(|length| features::shader(length, &eigen)).into();
    texts.extend(eigen.iter().map(|feature| features::shader(top_k::LENGTHS[0], &[*feature])));
    texts.push(features::shader(top_k::LENGTHS[1], &[Feature::NormalZ, Feature::NormalZ]));
    let mut kernels: Vec<_> = texts.into_iter().map(|text| index::kernel("features of neighbours", text)).collect();
    kernels.extend(top_k::LENGTHS.map(|length| knn::kernel(knn::shader(length))));
    let subject = |kernel| crate::shaders::Subject { kernel, params: Some(index::params_layout()) };
    let mut subjects: Vec<_> = kernels.into_iter().map(subject).collect();
    subjects.extend(within::subjects());
    subjects.extend(rows::subjects());
    subjects.extend(sort::subjects());
    subjects.extend(build::subjects());
    subjects.push(blocks::subject());
    subjects
}
