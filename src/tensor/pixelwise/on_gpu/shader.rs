//! The text of a chain's kernel.

use std::fmt::Write;

use super::form::{Form, From, To, WORD};
use super::tables::{Place, Places};
use crate::tensor::pixelwise::step::{Chain, Number, Output};
use crate::tensor::{SampleKind, resample};

macro_rules! shader {
    ($path:literal) => {
        include_str!(concat!("../../../../shaders/", $path, ".wgsl"))
    };
}

/// Constants, prelude, source, snippets, their sequence, and the main of the output.
pub(super) fn text(chain: &Chain, output: &Output, form: &Form, places: &Places) -> String {
    let mut text = constants(chain, form, places);
    text.push_str(shader!("shared/grid"));
    text.push_str(shader!("tensor/pixelwise"));
    text.push_str(match form.source {
        From::InPlace => shader!("tensor/pixelwise/source/in_place"),
        From::Gathered { .. } => shader!("tensor/pixelwise/source/gathered"),
    });
    text.push_str(match chain.source.kind {
        SampleKind::U8 => shader!("tensor/pixelwise/samples/bytes"),
        SampleKind::U16 => shader!("tensor/pixelwise/samples/halfwords"),
        SampleKind::F32 => shader!("tensor/pixelwise/samples/floats"),
    });
    let mut included: Vec<&str> = Vec::new();
    for step in &chain.steps {
        if !included.contains(&step.shader) {
            included.push(step.shader);
            text.push_str(step.shader);
        }
    }
    source_pixel(&mut text, chain);
    sequence(&mut text, chain, places);
    match output {
        Output::Pixels => pixels(&mut text, chain),
        Output::Planes(_) => planes(&mut text, form, places),
    }
    text
}

fn constants(chain: &Chain, form: &Form, places: &Places) -> String {
    let is_flipped = form.source == From::Gathered { is_flipped: true };
    let pixels = form.per_invocation;
    let source_words = pixels * chain.source.channels * chain.source.kind.bytes() / 4;
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "const PIXELS = {pixels}u;\nconst CHANNELS = {}u;", chain.source.channels);
    let _ = writeln!(text, "const SOURCE_WORDS = {source_words}u;\nconst IS_FLIPPED = {is_flipped};");
    if chain.resize.is_some() {
        let _ = writeln!(text, "const GEOMETRY = {}u;", places.geometry);
    }
    if form.result == To::Pixels {
        let _ = writeln!(text, "const RESULT_WORDS = {}u;", (pixels * chain.bytes_per_pixel() / WORD).max(1) * 4);
    }
    text
}

/// The vector that a pixel of such samples is.
fn vector(kind: SampleKind) -> &'static str {
    if kind == SampleKind::F32 { "vec4f" } else { "vec4u" }
}

/// `channels_at` and `source_pixel`.
fn source_pixel(text: &mut String, chain: &Chain) {
    let of_source = vector(chain.source.kind);
    let samples: Vec<_> = (0..4)
        .map(|channel| match channel < chain.source.channels {
            true => format!("sample(place + {channel}u)"),
            false => "0".into(),
        })
        .collect();
    let samples = samples.join(", ");
    let _ = writeln!(text, "fn channels_at(place: u32) -> {of_source} {{\n    return {of_source}({samples});\n}}");
    let Some(resize) = &chain.resize else {
        let _ = writeln!(
            text,
            "fn source_pixel(loaded: u32, pixel: u32, frame: u32) -> {of_source} {{\n    \
             return channels_at(place_of(loaded, pixel, frame));\n}}"
        );
        return;
    };
    text.push_str(resample::SHADER);
    text.push_str(shader!("tensor/pixelwise/source/resized"));
    let function = resize.samplings.first().map_or("resampled_nearest", |sampling| sampling.function());
    let vector = vector(resize.kind);
    let value = match resize.kind {
        SampleKind::F32 => "value".into(),
        whole => format!("vec4u(whole_numbers(value, {:?}))", whole.white()),
    };
    let _ = writeln!(
        text,
        "fn source_pixel(loaded: u32, pixel: u32, frame: u32) -> {vector} {{\n    resized_frame = frame;\n    \
         let value = {function}(column_of(pixel, frame), row_of(pixel, frame), resampling_of(frame));\n    \
         return {value};\n}}"
    );
}

/// `transformed`: all steps, one after the other.
fn sequence(text: &mut String, chain: &Chain, places: &Places) {
    let vector = vector(chain.kind());
    let _ = writeln!(text, "fn transformed(pixel: {vector}, frame: u32) -> {vector} {{\n    var result = pixel;");
    for (step, place) in chain.steps.iter().zip(&places.steps) {
        let Place { shared, own, each } = place;
        let _ = writeln!(text, "    result = {}(result, {shared}u, {own}u + {each}u * frame);", step.name);
    }
    text.push_str("    return result;\n}\n");
}

/// `pack` and the main that calls it.
fn pixels(text: &mut String, chain: &Chain) {
    let channels = chain.channels();
    let vector = vector(chain.kind());
    let _ = writeln!(
        text,
        "fn pack(index: u32, pixel: {vector}) {{\n    for (var channel = 0u; channel < {channels}u; channel++) {{\n        \
         pack_sample({channels}u * index + channel, pixel[channel]);\n    }}\n}}"
    );
    text.push_str(match chain.kind() {
        SampleKind::U8 => shader!("tensor/pixelwise/result/pack_bytes"),
        SampleKind::U16 => shader!("tensor/pixelwise/result/pack_halfwords"),
        SampleKind::F32 => shader!("tensor/pixelwise/result/pack_floats"),
    });
    text.push_str(shader!("tensor/pixelwise/result/pixels"));
}

/// `rescale_of`, what makes numbers, and the main that writes them.
fn planes(text: &mut String, form: &Form, places: &Places) {
    if let Some(Place { own, each, .. }) = places.steps.last() {
        let _ = writeln!(text, "fn rescale_of(frame: u32) -> u32 {{\n    return {own}u + {each}u * frame;\n}}");
    }
    text.push_str(shader!("tensor/pixelwise/result/numbers"));
    match form.result {
        To::WholeWords(number) => {
            text.push_str(shader!("tensor/pixelwise/result/whole_words"));
            text.push_str(match number {
                Number::F32 => shader!("tensor/pixelwise/result/floats"),
                Number::F16 => concat!(shader!("shared/half"), shader!("tensor/pixelwise/result/halves")),
            });
        }
        To::SharedHalves => {
            text.push_str(shader!("shared/half"));
            text.push_str(shader!("tensor/pixelwise/result/shared_halves"));
        }
        To::SingleFloats | To::Pixels => text.push_str(shader!("tensor/pixelwise/result/single_floats")),
    }
}
