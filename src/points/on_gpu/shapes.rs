//! The fused pass over shapes on a GPU: the search for neighbours, their moments, eigenvalues and formulas.

use std::borrow::Cow;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::features::{BYTES_PER_COUNT, Column, GpuTable, write_columns};
use super::index::{Array, Asking, GpuIndex, Params, Query};
use super::top_k;
use crate::error::Error;
use crate::gpu::{Binding, Kernel, Lease};
use crate::points::features::{Request, fixed_point_step};
use crate::points::neighborhood::Vicinity;
use crate::points::walk::Reach;
use crate::points::{Convention, Feature};

/// Parameters, points, boxes, the list of queries, the frame, columns and counts.
const BINDINGS: &[Binding] =
    &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Read, Binding::Read, Binding::Write, Binding::Write];
/// Normals too.
const BINDINGS_WITH_NORMALS: &[Binding] = &[
    Binding::Uniform,
    Binding::Read,
    Binding::Read,
    Binding::Read,
    Binding::Read,
    Binding::Write,
    Binding::Write,
    Binding::Write,
];
/// Bytes of a normal. A point takes more, so that where points fit a binding normals do.
const BYTES_PER_NORMAL: u64 = 12;

/// `Frame` of `shaders/points/features/shape.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Frame {
    unit: f32,
    squared_unit: f32,
    has_radius: u32,
    radius: f32,
    steps: f32,
    chooses_k: u32,
    smallest_k: u32,
    fewest_neighbors: u32,
    has_viewpoint: u32,
    viewpoint_x: f32,
    viewpoint_y: f32,
    viewpoint_z: f32,
}

impl Frame {
    fn of(request: &Request) -> Self {
        let frame = &request.frame;
        let [viewpoint_x, viewpoint_y, viewpoint_z] = frame.viewpoint.unwrap_or_default();
        let (steps, smallest_k) = match &request.vicinity {
            Vicinity::Nearest(_) => (1.0, 0),
            Vicinity::Optimal { min, .. } => (1.0, *min as u32),
            Vicinity::Inside(ball) => (1.0 / fixed_point_step(ball.limit.min(frame.span)), 0),
        };
        Self {
            unit: frame.unit,
            squared_unit: frame.squared_unit,
            has_radius: u32::from(frame.radius.is_some()),
            radius: frame.radius.unwrap_or_default(),
            steps,
            chooses_k: u32::from(frame.chooses_k),
            smallest_k,
            fewest_neighbors: request.convention.fewest_neighbors() as u32,
            has_viewpoint: u32::from(frame.viewpoint.is_some()),
            viewpoint_x,
            viewpoint_y,
            viewpoint_z,
        }
    }
}

/// How a kernel finds neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// The nearest, in a list of so many places.
    Nearest(usize),
    /// The nearest, of which an optimal number counts.
    Optimal(usize),
    /// All within a ball.
    Inside,
}

impl Search {
    pub(super) fn of(vicinity: &Vicinity) -> Self {
        match vicinity {
            Vicinity::Nearest(reach) => Self::Nearest(top_k::length_for(reach.k)),
            // A list of variables would be eigenvalues for each of them, in a text of their own.
            Vicinity::Optimal { reach, .. } => Self::Optimal(top_k::indexed_length_for(reach.k)),
            Vicinity::Inside(_) => Self::Inside,
        }
    }

    /// The text of the search; a list keeps places along the curve.
    pub(super) fn text(self) -> String {
        let tree = include_str!("../../../shaders/points/tree.wgsl");
        match self {
            Self::Nearest(length) | Self::Optimal(length) => {
                [tree, include_str!("../../../shaders/points/walk.wgsl"), &top_k::list(length, true)].concat()
            }
            Self::Inside => [tree, include_str!("../../../shaders/points/radius.wgsl")].concat(),
        }
    }

    /// The text of what makes moments of the neighbours found.
    fn moments(self) -> String {
        let length = match self {
            Self::Nearest(length) | Self::Optimal(length) => length,
            Self::Inside => return include_str!("../../../shaders/points/features/fixed_point.wgsl").into(),
        };
        let mut text = String::from(include_str!("../../../shaders/points/features/covariance.wgsl"));
        let for_each = |name, count: &str, statement: &dyn Fn(&top_k::Kept) -> String| {
            top_k::for_each(length, name, "count", count, statement)
        };
        text += &for_each("count_listed", "count", &|kept| format!("count_one({});", kept.index));
        text += &for_each("sum_offsets", "count", &|kept| {
            format!("add_offset({}, {}, {});", kept.rank, kept.slot, kept.distance)
        });
        text += &for_each("sum_products", "count", &|kept| format!("add_products({}, {});", kept.rank, kept.slot));
        if self == Self::Optimal(length) {
            text += include_str!("../../../shaders/points/features/optimal_k.wgsl");
            text += &for_each("consider_each", "count", &|kept| format!("consider({}, {});", kept.slot, kept.rank));
        } else {
            text += "\nfn chosen_of(there: u32) -> u32 {\n    return there;\n}\n";
        }
        text
    }
}

impl GpuIndex {
    /// Records the pass: the columns of shapes, the counts and, if they are to be kept, normals, which it returns.
    pub(super) fn shapes(
        &self,
        request: &Request,
        columns: &[Column],
        keeps_normals: bool,
        table: &GpuTable,
    ) -> Result<Option<Arc<Lease>>, Error> {
        let kernel = kernel(Search::of(&request.vicinity), request.convention, columns, keeps_normals);
        let frame = self.gpu().upload(bytemuck::bytes_of(&Frame::of(request)))?;
        let normals = keeps_normals.then(|| self.gpu().lease(self.len() as u64 * BYTES_PER_NORMAL)).transpose()?;
        let mut arrays = vec![
            Array::Whole(&frame),
            Array::Rows(&table.columns, table.bytes_per_row()),
            Array::Rows(&table.neighbor_counts, BYTES_PER_COUNT),
        ];
        arrays.extend(normals.iter().map(Array::Whole));
        let (params, rows_per_block) = (self.params_within(request), table.rows_per_block);
        self.launch(&Query { kernel: &kernel, params, arrays: &arrays, rows_per_block })?;
        Ok(normals)
    }

    /// Parameters of a search for the neighbours that features describe.
    pub(super) fn params_within(&self, request: &Request) -> Params {
        let reach = match &request.vicinity {
            Vicinity::Nearest(reach) | Vicinity::Optimal { reach, .. } => *reach,
            Vicinity::Inside(ball) => Reach { k: 0, limit: ball.limit, own: ball.own },
        };
        let params = self.params(&reach, Asking::own(reach.own), request.frame.squared_unit);
        // Sums cannot be taken up by another dispatch: the walk stays beneath the root. On llvmpipe it ends after 65,535
        // boxes, which a ball meets that holds most of a million points.
        params.beneath(self.levels.len().saturating_sub(1), 0)
    }
}

/// The kernel that writes these columns.
pub(super) fn kernel(search: Search, convention: Convention, columns: &[Column], keeps_normals: bool) -> Kernel {
    Kernel {
        label: "features of shapes",
        source: Cow::Owned(shader(search, convention, columns, keeps_normals)),
        bindings: if keeps_normals { BINDINGS_WITH_NORMALS } else { BINDINGS },
    }
}

fn shader(search: Search, convention: Convention, columns: &[Column], keeps_normals: bool) -> String {
    let mut text = search.text();
    text += include_str!("../../../shaders/points/features/moments.wgsl");
    text += &search.moments();
    text += include_str!("../../../shaders/points/features/jacobi.wgsl");
    text += include_str!("../../../shaders/points/features/math.wgsl");
    text += include_str!("../../../shaders/points/features/shape.wgsl");
    text += include_str!("../../../shaders/points/features/formulas.wgsl");
    text += include_str!("../../../shaders/points/features/formulas/swath.wgsl");
    let own = definitions(convention);
    text += own;
    text += include_str!("../../../shaders/points/features/columns.wgsl");
    text += match keeps_normals {
        true => include_str!("../../../shaders/points/features/normals.wgsl"),
        false => "\nfn keep_normal(index: u32, normal: vec3f, enough: bool) {\n}\n",
    };
    text + &write_columns("row: u32, shape: Shape, enough: bool", columns, |feature| {
        // Its own definition where the convention has one.
        let name = format!("{convention}_{feature}");
        let name = if own.contains(&format!("fn {name}(")) { name } else { format!("swath_{feature}") };
        match feature {
            Feature::NeighborCount => format!("{name}(shape)"),
            _ => format!("select(NAN, {name}(shape), enough)"),
        }
    })
}

/// The definitions of a convention that are not Swath's.
fn definitions(convention: Convention) -> &'static str {
    match convention {
        Convention::Swath => "",
        Convention::Jakteristics => include_str!("../../../shaders/points/features/formulas/jakteristics.wgsl"),
        Convention::Pgeof => include_str!("../../../shaders/points/features/formulas/pgeof.wgsl"),
        Convention::CloudCompare => include_str!("../../../shaders/points/features/formulas/cloudcompare.wgsl"),
        Convention::Pdal => include_str!("../../../shaders/points/features/formulas/pdal.wgsl"),
    }
}

#[cfg(test)]
impl Search {
    /// Every search that has a text of its own.
    pub(super) fn variants() -> Vec<Self> {
        let lengths = top_k::LENGTHS.into_iter();
        let longer = lengths.clone().filter(|length| top_k::indexed_length_for(*length) == *length);
        lengths.map(Self::Nearest).chain(longer.map(Self::Optimal)).chain([Self::Inside]).collect()
    }
}

/// The kernels of all searches and of all conventions, each feature in a kernel of its own too, for the test of all
/// shaders.
#[cfg(test)]
pub(super) fn variants() -> Vec<Kernel> {
    use crate::points::feature::Needs;

    let shapes = || Feature::ALL.iter().copied().filter(|feature| feature.needs() == Needs::Shape);
    let all: Vec<_> = (0..).zip(shapes()).collect();
    let searches = Search::variants().into_iter();
    let mut kernels: Vec<_> =
        searches.flat_map(|search| [true, false].map(|kept| kernel(search, Convention::Swath, &all, kept))).collect();
    for convention in Convention::ALL {
        kernels.push(kernel(Search::Nearest(8), *convention, &all, false));
        kernels.extend(shapes().map(|feature| kernel(Search::Inside, *convention, &[(0, feature)], false)));
    }
    kernels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaders::layout;

    #[test]
    fn the_shaders_frame_is_the_hosts() {
        let source = kernel(Search::Inside, Convention::Swath, &[], false).source;
        let module = naga::front::wgsl::parse_str(&source).unwrap();
        let frame = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Frame")).unwrap().1;
        let naga::TypeInner::Struct { members, span } = &frame.inner else { panic!("Frame is a struct") };
        let members = members.iter().map(|member| (member.name.clone().unwrap(), member.offset as usize));
        let got = crate::shaders::Layout { size: *span as usize, members: members.collect() };
        let expected = layout!(Frame {
            unit,
            squared_unit,
            has_radius,
            radius,
            steps,
            chooses_k,
            smallest_k,
            fewest_neighbors,
            has_viewpoint,
            viewpoint_x,
            viewpoint_y,
            viewpoint_z
        });
        assert_eq!(got, expected);
    }

    #[test]
    fn conventions_call_their_own_definitions_where_they_have_them() {
        let columns = [(3, Feature::Eigenentropy), (0, Feature::Linearity), (1, Feature::NeighborCount)];
        let text = shader(Search::Inside, Convention::CloudCompare, &columns, false);
        for call in [
            "3u, row, select(NAN, cloudcompare_eigenentropy(shape), enough)",
            "0u, row, select(NAN, swath_linearity(shape), enough)",
            "1u, row, swath_neighbor_count(shape)",
        ] {
            assert!(text.contains(&format!("write_column({call});")), "{call}");
        }
    }
}
