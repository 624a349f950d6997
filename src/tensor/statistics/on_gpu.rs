//! Sums on a GPU: chunks by a workgroup each, then the chunks of each record by a workgroup.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::moments::{Moments, Run, Samples};
use super::plan::{CHUNK, GpuPart, Plan};
use super::rescale::{Form, WORDS};
use crate::error::Error;
use crate::gpu::{Binding, Gpu, Kernel, Launch, Lease, Limits, Window};
#[cfg(test)]
use crate::shaders::{Subject, layout};
use crate::tensor::SampleKind;

/// Bytes of a chunk's sum and of a record.
const RECORD: u64 = 32;

/// `Params` of `interleaved.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct InterleavedParams {
    groups: u32,
    first_chunk: u32,
    runs: u32,
    base: u32,
    chunk_units: u32,
}

/// `Params` of `strided.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct StridedParams {
    groups: u32,
    first_chunk: u32,
    runs: u32,
    channels: u32,
    first_channel: u32,
    taken_channels: u32,
    inner: u32,
    round: u32,
}

/// `Params` of `records.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct RecordsParams {
    groups: u32,
    channels: u32,
}

/// `Params` of `rescale.wgsl`.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct RescaleParams {
    items: u32,
    channels: u32,
    kind: u32,
    epsilon: f32,
    spread: f32,
    low: f32,
}

/// Records both stages.
pub(super) fn record(gpu: &Gpu, samples: &Samples) -> Result<Arc<Lease>, Error> {
    let (sums, chunks) =
        if samples.are_interleaved() { interleaved_sums(gpu, samples)? } else { strided_sums(gpu, samples)? };
    let records = samples.runs.len() * samples.channels;
    let result = gpu.lease(records as u64 * RECORD)?;
    let runs: Vec<[u32; 4]> = samples
        .runs
        .iter()
        .zip(&chunks)
        .map(|(run, [first, count])| [*first as u32, *count as u32, samples.columns(run) as u32, 0])
        .collect();
    if records > 0 {
        let runs = gpu.upload(bytemuck::cast_slice(&runs))?;
        let params = RecordsParams { groups: records as u32, channels: samples.channels as u32 };
        gpu.launch(&Launch {
            kernel: &records_kernel(samples.kind),
            params: bytemuck::bytes_of(&params),
            windows: &[Window::all(&sums), Window::all(&runs), Window::all(&result)],
            groups: params.groups,
        })?;
    }
    Ok(result)
}

/// Sums of chunks, and the first chunk and the number of chunks of each run.
type Sums = (Arc<Lease>, Vec<[usize; 2]>);

fn interleaved_sums(gpu: &Gpu, samples: &Samples) -> Result<Sums, Error> {
    let bytes = samples.kind.bytes();
    let runs = samples.runs.iter().map(|run| ((run.first * bytes) as u64, samples.columns(run)));
    let plan = Plan::new(runs, samples.channels * bytes, gpu.limits());
    let sums = gpu.lease((plan.chunks * samples.channels) as u64 * RECORD)?;
    let table = gpu.upload(bytemuck::cast_slice(&plan.parts))?;
    let kernel = interleaved_kernel(samples.kind, samples.channels);
    for dispatch in plan.dispatches(gpu.limits()) {
        let params = InterleavedParams {
            groups: dispatch.chunks as u32,
            first_chunk: dispatch.first_chunk as u32,
            runs: plan.parts.len() as u32,
            base: dispatch.base(),
            chunk_units: (plan.chunk / unit_pixels(samples.kind)) as u32,
        };
        let source = Window::of(samples.storage.lease(), dispatch.offset, dispatch.bytes);
        gpu.launch(&Launch {
            kernel: &kernel,
            params: bytemuck::bytes_of(&params),
            windows: &[source, Window::all(&table), Window::all(&sums)],
            groups: params.groups,
        })?;
    }
    let chunks =
        plan.parts.iter().map(|part| [part.first_chunk as usize, (part.columns as usize).div_ceil(plan.chunk)]);
    Ok((sums, chunks.collect()))
}

fn strided_sums(gpu: &Gpu, samples: &Samples) -> Result<Sums, Error> {
    let limits = gpu.limits();
    let (tasks, chunks) = strided_tasks(samples, limits);
    let all = chunks.last().map_or(0, |[first, count]| first + count);
    let sums = gpu.lease((all * samples.channels) as u64 * RECORD)?;
    let kernel = strided_kernel(samples.kind);
    for task in tasks {
        let table = gpu.upload(bytemuck::cast_slice(&task.parts))?;
        let params = StridedParams {
            groups: (task.chunks * task.taken_channels) as u32,
            first_chunk: task.parts[0].first_chunk,
            runs: task.parts.len() as u32,
            channels: samples.channels as u32,
            first_channel: task.first_channel as u32,
            taken_channels: task.taken_channels as u32,
            inner: samples.inner as u32,
            round: (samples.inner * samples.channels) as u32,
        };
        if params.groups > 0 {
            gpu.launch(&Launch {
                kernel: &kernel,
                params: bytemuck::bytes_of(&params),
                windows: &[
                    Window::of(samples.storage.lease(), task.offset, task.bytes),
                    Window::all(&table),
                    Window::all(&sums),
                ],
                groups: params.groups,
            })?;
        }
    }
    Ok((sums, chunks))
}

/// One dispatch of `strided.wgsl`.
struct Strided {
    parts: Vec<GpuPart>,
    chunks: usize,
    first_channel: usize,
    taken_channels: usize,
    offset: u64,
    bytes: u64,
}

/// One dispatch for all runs where one binding holds them; else dispatches of as many rounds through all channels, or
/// else channels of one round, or else samples of one channel, as it holds.
fn strided_tasks(samples: &Samples, limits: Limits) -> (Vec<Strided>, Vec<[usize; 2]>) {
    let bytes = samples.kind.bytes();
    let end = samples.runs.iter().map(|run| run.first + run.len).max().unwrap_or(0);
    let mut next = 0;
    let mut chunks = Vec::with_capacity(samples.runs.len());
    if (end * bytes) as u64 <= limits.max_binding {
        let parts = samples.runs.iter().map(|run| {
            let columns = samples.columns(run);
            let first_chunk = next;
            next += columns.div_ceil(CHUNK);
            chunks.push([first_chunk, next - first_chunk]);
            GpuPart {
                first: run.first as u32,
                columns: columns as u32,
                width: samples.inner as u32,
                first_chunk: first_chunk as u32,
            }
        });
        let parts: Vec<_> = parts.collect();
        let taken_channels = samples.channels;
        let all =
            Strided { parts, chunks: next, first_channel: 0, taken_channels, offset: 0, bytes: (end * bytes) as u64 };
        return (if next > 0 { vec![all] } else { Vec::new() }, chunks);
    }
    let room = ((limits.max_binding - limits.alignment) as usize / bytes).max(1);
    let mut tasks = Vec::new();
    for run in samples.runs.iter() {
        let first_chunk = next;
        for block in blocks(samples, run, room) {
            let first_byte = (block.first * bytes) as u64;
            let offset = first_byte / limits.alignment * limits.alignment;
            let part = GpuPart {
                first: ((first_byte - offset) as usize / bytes) as u32,
                columns: block.columns as u32,
                width: block.width as u32,
                first_chunk: next as u32,
            };
            let count = block.columns.div_ceil(CHUNK);
            tasks.push(Strided {
                parts: vec![part],
                chunks: count,
                first_channel: block.first_channel,
                taken_channels: block.taken_channels,
                offset,
                bytes: first_byte - offset + (block.len * bytes) as u64,
            });
            // Blocks of other channels share the numbers of their chunks.
            if block.first_channel + block.taken_channels == samples.channels {
                next += count;
            }
        }
        chunks.push([first_chunk, next - first_chunk]);
    }
    (tasks, chunks)
}

/// Consecutive samples: of whole rounds, or of whole channels in a round, or of one channel in a round.
struct Block {
    first: usize,
    len: usize,
    columns: usize,
    width: usize,
    first_channel: usize,
    taken_channels: usize,
}

fn blocks(samples: &Samples, run: &Run, room: usize) -> Vec<Block> {
    let (channels, inner) = (samples.channels, samples.inner);
    let round = channels * inner;
    let rounds = run.len / round;
    let mut blocks = Vec::new();
    if round <= room {
        let most = room / round;
        for start in (0..rounds).step_by(most) {
            let count = most.min(rounds - start);
            blocks.push(Block {
                first: run.first + start * round,
                len: count * round,
                columns: count * inner,
                width: inner,
                first_channel: 0,
                taken_channels: channels,
            });
        }
        return blocks;
    }
    // Parts of a channel in the outer loop, so that the last of the inner one is the one with the last channel.
    let (most_channels, most_columns) = if inner <= room { (room / inner, inner) } else { (1, room) };
    for start in 0..rounds {
        for place in (0..inner).step_by(most_columns) {
            let columns = most_columns.min(inner - place);
            for first_channel in (0..channels).step_by(most_channels) {
                let taken_channels = most_channels.min(channels - first_channel);
                blocks.push(Block {
                    first: run.first + start * round + first_channel * inner + place,
                    len: (taken_channels - 1) * inner + columns,
                    columns,
                    width: columns,
                    first_channel,
                    taken_channels,
                });
            }
        }
    }
    blocks
}

/// Records the stage after all others: parameters of a rescale step.
pub(super) fn rescale_parameters(gpu: &Gpu, moments: &Moments, form: Form) -> Result<Arc<Lease>, Error> {
    let result = gpu.lease((moments.runs * WORDS * 4) as u64)?;
    let Form { kind, epsilon, spread, low } = form;
    let params =
        RescaleParams { items: 4 * moments.runs as u32, channels: moments.channels as u32, kind, epsilon, spread, low };
    if params.items > 0 {
        gpu.launch(&Launch {
            kernel: &rescale_kernel(moments.kind),
            params: bytemuck::bytes_of(&params),
            windows: &[Window::all(moments.records.lease()), Window::all(&result)],
            groups: params.items.div_ceil(256),
        })?;
    }
    Ok(result)
}

const GRID: &str = include_str!("../../../shaders/shared/grid.wgsl");
const TABLE: &str = include_str!("../../../shaders/tensor/statistics/table.wgsl");
const REDUCE: &str = include_str!("../../../shaders/tensor/statistics/reduce.wgsl");
const WHOLE: &str = include_str!("../../../shaders/tensor/statistics/whole.wgsl");
const WHOLE_RECORDS: &str = include_str!("../../../shaders/tensor/statistics/whole_records.wgsl");
const REAL: &str = include_str!("../../../shaders/tensor/statistics/real.wgsl");
const REAL_SUMS: &str = include_str!("../../../shaders/tensor/statistics/real_sums.wgsl");
const REAL_RECORDS: &str = include_str!("../../../shaders/tensor/statistics/real_records.wgsl");
const INTERLEAVED: &str = include_str!("../../../shaders/tensor/statistics/interleaved.wgsl");
const STRIDED: &str = include_str!("../../../shaders/tensor/statistics/strided.wgsl");
const RECORDS: &str = include_str!("../../../shaders/tensor/statistics/records.wgsl");
const EXACT: &str = include_str!("../../../shaders/tensor/statistics/exact.wgsl");
const RESCALE: &str = include_str!("../../../shaders/tensor/statistics/rescale.wgsl");
const RESCALE_WHOLE: &str = include_str!("../../../shaders/tensor/statistics/rescale_whole.wgsl");
const RESCALE_REAL: &str = include_str!("../../../shaders/tensor/statistics/rescale_real.wgsl");

const BINDINGS: &[Binding] = &[Binding::Uniform, Binding::Read, Binding::Read, Binding::Write];

/// Pixels of a unit: a word of 16 bytes a channel.
fn unit_pixels(kind: SampleKind) -> usize {
    16 / kind.bytes()
}

fn kernel(label: &'static str, parts: &[&str], bindings: &'static [Binding]) -> Kernel {
    Kernel { label, source: Cow::Owned(parts.concat()), bindings }
}

/// What chunks of a kind are summed with.
fn sums_of(kind: SampleKind) -> [&'static str; 2] {
    match kind {
        SampleKind::F32 => [REAL, REAL_SUMS],
        _ => [WHOLE, ""],
    }
}

/// The sample at a place within a word of 32 bits.
fn extract(kind: SampleKind, word: &str, place: usize) -> String {
    match kind {
        SampleKind::U8 => format!("({word} >> {}u) & 255u", 8 * place),
        SampleKind::U16 => format!("({word} >> {}u) & 65535u", 16 * place),
        SampleKind::F32 => word.to_owned(),
    }
}

fn interleaved_kernel(kind: SampleKind, channels: usize) -> Kernel {
    let [state, sums] = sums_of(kind);
    let generated = interleaved_text(kind, channels);
    let parts = [GRID, TABLE, REDUCE, state, sums, INTERLEAVED, &generated];
    kernel("sums of interleaved samples", &parts, BINDINGS)
}

/// The functions that depend on the number of channels. Writing to a `String` cannot fail.
fn interleaved_text(kind: SampleKind, channels: usize) -> String {
    let pixels = unit_pixels(kind);
    let per_word = 4 / kind.bytes();
    let mut text = format!("const CHANNELS = {channels}u;\nconst UNIT_PIXELS = {pixels}u;\n");
    for channel in 0..channels {
        let _ = writeln!(text, "var<private> state_{channel}: State;");
    }
    text.push_str("fn begin() {\n");
    for channel in 0..channels {
        let _ = writeln!(text, "    state_{channel} = nothing();");
    }
    text.push_str("}\nfn take_unit(first: u32, pixels: u32) {\n");
    for word in 0..channels {
        let _ = writeln!(text, "    let word_{word} = source[first + {word}u];");
    }
    for group in 0..pixels / 4 {
        let places = std::array::from_fn::<_, 4, _>(|lane| format!("{}u", 4 * group + lane)).join(", ");
        let _ = writeln!(text, "    let taken_{group} = vec4u({places}) < vec4u(pixels);");
        for channel in 0..channels {
            let samples = std::array::from_fn::<_, 4, _>(|lane| {
                let sample = (4 * group + lane) * channels + channel;
                let (word, place) = (sample / per_word, sample % per_word);
                extract(kind, &format!("word_{}.{}", word / 4, ["x", "y", "z", "w"][word % 4]), place)
            });
            let samples = samples.join(", ");
            let _ =
                writeln!(text, "    state_{channel} = with_four(state_{channel}, vec4u({samples}), taken_{group});");
        }
    }
    text.push_str("}\nfn finish(local: u32, place: u32) {\n");
    for channel in 0..channels {
        let _ = writeln!(
            text,
            "    state_{channel} = reduced(local, state_{channel});\n    if local == 0u {{\n        \
             store(place + {channel}u, state_{channel});\n    }}"
        );
    }
    text.push_str("}\n");
    text
}

fn strided_kernel(kind: SampleKind) -> Kernel {
    let [state, sums] = sums_of(kind);
    let sample = match kind {
        SampleKind::U8 => {
            "fn sample(index: u32) -> u32 { return (source[index / 4u] >> (8u * (index % 4u))) & 255u; }\n"
        }
        SampleKind::U16 => {
            "fn sample(index: u32) -> u32 { return (source[index / 2u] >> (16u * (index % 2u))) & 65535u; }\n"
        }
        SampleKind::F32 => "fn sample(index: u32) -> u32 { return source[index]; }\n",
    };
    kernel("sums of strided samples", &[GRID, TABLE, REDUCE, state, sums, STRIDED, sample], BINDINGS)
}

fn records_kernel(kind: SampleKind) -> Kernel {
    let state = match kind {
        SampleKind::F32 => [REAL, REAL_RECORDS],
        _ => [WHOLE_RECORDS, ""],
    };
    kernel("records of sums", &[GRID, REDUCE, state[0], state[1], RECORDS], BINDINGS)
}

fn rescale_kernel(kind: SampleKind) -> Kernel {
    let of_kind = if kind == SampleKind::F32 { RESCALE_REAL } else { RESCALE_WHOLE };
    let bindings = &[Binding::Uniform, Binding::Read, Binding::Write];
    kernel("parameters of a rescale step", &[GRID, EXACT, RESCALE, of_kind], bindings)
}

/// All kernels, for the test of all shaders.
#[cfg(test)]
pub(crate) fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for kind in [SampleKind::U8, SampleKind::U16, SampleKind::F32] {
        for channels in [1, 3, 4] {
            let params = Some(layout!(InterleavedParams { groups, first_chunk, runs, base, chunk_units }));
            subjects.push(Subject { kernel: interleaved_kernel(kind, channels), params });
        }
        let params =
            layout!(StridedParams { groups, first_chunk, runs, channels, first_channel, taken_channels, inner, round });
        subjects.push(Subject { kernel: strided_kernel(kind), params: Some(params) });
        let params = Some(layout!(RecordsParams { groups, channels }));
        subjects.push(Subject { kernel: records_kernel(kind), params });
        let params = Some(layout!(RescaleParams { items, channels, kind, epsilon, spread, low }));
        subjects.push(Subject { kernel: rescale_kernel(kind), params });
    }
    subjects
}
