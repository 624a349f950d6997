//! The index on a GPU: building it there (`build`, with the sort in `sort`), and the kernels in `shaders/points` that walk
//! it.
//!
//! An invocation answers one query, and queries follow the curve, so that neighbouring invocations read neighbouring
//! points. Answers are rows in the order of the input. Where they exceed a binding they are written block by block of
//! rows, each by a dispatch over just the queries whose rows lie in it.

mod blocks;
mod build;
mod features;
mod index;
mod knn;
mod sort;
#[cfg(test)]
mod tests;
mod top_k;

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

    let mut texts = Vec::new();
    for length in top_k::LENGTHS {
        texts.push(knn::shader(length));
        texts.push(features::shader(length, &super::Features::eigen()));
    }
    texts.extend(super::Features::eigen().iter().map(|feature| features::shader(top_k::LENGTHS[0], &[*feature])));
    texts.push(features::shader(top_k::LENGTHS[1], &[Feature::NormalZ, Feature::NormalZ]));
    let subject = |text| crate::shaders::Subject {
        kernel: index::kernel("a query of points", text),
        params: Some(index::params_layout()),
    };
    let mut subjects: Vec<_> = texts.into_iter().map(subject).collect();
    subjects.extend(sort::subjects());
    subjects.extend(build::subjects());
    subjects.push(blocks::subject());
    subjects
}
