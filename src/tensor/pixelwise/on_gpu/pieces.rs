//! The launches of a chain: one, where the device can bind everything at once, else one for each part that it can.

use std::ops::Range;

use super::Params;
use super::form::{Form, From, To, WORD};
use crate::error::Error;
use crate::gpu::Limits;
use crate::tensor::pixelwise::step::{Chain, Output};
use crate::tensor::{FRAME_PIXELS, Frames};

/// Invocations of one launch, so that none runs for long on a slow device.
const UNITS_PER_LAUNCH: usize = 1 << 22;

/// What a chain ends in.
pub(super) struct Ends {
    /// The frames at its end, canvas included.
    pub(super) frames: Frames,
    /// For each frame the index of the first number of its planes.
    pub(super) first_numbers: Vec<usize>,
    planes: usize,
    bytes: usize,
    number_bytes: usize,
}

impl Ends {
    pub(super) fn new(chain: &Chain, output: &Output) -> Result<Self, Error> {
        let frames = chain.frames();
        match output {
            Output::Pixels => Ok(Self {
                frames: frames.clone(),
                first_numbers: vec![0; frames.len()],
                planes: 0,
                bytes: frames.capacity() * chain.bytes_per_pixel(),
                number_bytes: chain.bytes_per_pixel(),
            }),
            Output::Planes(planes) => {
                let (first_numbers, numbers) = planes.firsts(frames);
                let sizes = frames.iter().map(|frame| planes.size_of(frame.width, frame.height));
                let number_bytes = planes.number.bytes();
                Ok(Self {
                    frames: Frames::new(sizes)?,
                    first_numbers,
                    planes: planes.channel_of.len(),
                    bytes: numbers * number_bytes,
                    number_bytes,
                })
            }
        }
    }

    /// Bytes of the result.
    pub(super) fn result_bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is nothing to compute.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }
}

/// One launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Pixels at the end of the chain, by index in the whole array; numbers for [`To::SharedHalves`].
    items: Range<usize>,
    planes: Range<usize>,
    /// Bytes of the source that are bound, from an aligned offset.
    pub(super) source: Range<u64>,
    /// The same of the result.
    pub(super) result: Range<u64>,
    source_start: u32,
    result_start: u32,
}

impl Piece {
    /// Its parameters, but for the number of frames.
    pub(super) fn params(&self, form: &Form, output: &Output) -> Params {
        let mut params = Params {
            units: self.items.len().div_ceil(form.per_invocation) as u32,
            first_pixel: self.items.start as u32,
            source_start: self.source_start,
            result_start: self.result_start,
            first_plane: self.planes.start as u32,
            planes: self.planes.len() as u32,
            ..Params::default()
        };
        if let Output::Planes(planes) = output {
            params.fill = planes.placement.canvas.map_or(0.0, |(.., value)| value);
            params.channel_of.iter_mut().zip(&planes.channel_of).for_each(|(to, channel)| *to = *channel as u32);
        }
        params
    }
}

/// All launches of a chain.
///
/// # Errors
/// [`Error::TooLarge`] where not even a few pixels can be bound.
pub(super) fn pieces(chain: &Chain, form: &Form, ends: &Ends, limits: Limits) -> Result<Vec<Piece>, Error> {
    let cutter = Cutter { chain, form, ends, limits };
    let mut pieces = Vec::new();
    let whole = match form.result {
        To::SharedHalves => 0..ends.bytes / ends.number_bytes,
        _ => 0..ends.frames.capacity(),
    };
    if let Some(piece) = cutter.whole(whole.clone()) {
        pieces.push(piece);
    } else if form.result == To::Pixels && form.source == From::InPlace {
        cutter.cut(None, whole, 0..0, &mut pieces)?;
    } else if form.result == To::SharedHalves {
        cutter.cut_halves(whole, &mut pieces)?;
    } else {
        for (index, frame) in ends.frames.iter().enumerate().filter(|(_, frame)| frame.pixels() > 0) {
            let pixels = frame.first..frame.first + frame.pixels();
            cutter.cut(Some(index), pixels, 0..ends.planes, &mut pieces)?;
        }
    }
    Ok(pieces)
}

struct Cutter<'a> {
    chain: &'a Chain,
    form: &'a Form,
    ends: &'a Ends,
    limits: Limits,
}

impl Cutter<'_> {
    fn source_pixel_bytes(&self) -> u64 {
        (self.chain.source.channels * self.chain.source.kind.bytes()) as u64
    }

    /// Everything in one launch, if it can be bound.
    fn whole(&self, items: Range<usize>) -> Option<Piece> {
        let source = 0..self.chain.source.frames.capacity() as u64 * self.source_pixel_bytes();
        let result = 0..(self.ends.bytes as u64).next_multiple_of(WORD as u64);
        self.piece(items, 0..self.ends.planes, source, result)
    }

    /// Launches for numbers that share words: the pixels of each may be anywhere, so the source is bound whole.
    fn cut_halves(&self, numbers: Range<usize>, pieces: &mut Vec<Piece>) -> Result<(), Error> {
        let source = 0..self.chain.source.frames.capacity() as u64 * self.source_pixel_bytes();
        let alignment = self.limits.alignment.max(WORD as u64);
        let most = (self.limits.max_binding / alignment * alignment) as usize / self.ends.number_bytes;
        let most = most.min(UNITS_PER_LAUNCH * self.form.per_invocation);
        for start in numbers.clone().step_by(most) {
            let items = start..numbers.end.min(start + most);
            let result = (items.start * self.ends.number_bytes) as u64..(items.end * self.ends.number_bytes) as u64;
            let piece = self.piece(items, 0..self.ends.planes, source.clone(), result);
            pieces.push(piece.ok_or_else(|| self.too_large(source.end))?);
        }
        Ok(())
    }

    /// Launches for `items` of one frame, or of all, with these planes.
    fn cut(
        &self,
        frame: Option<usize>,
        items: Range<usize>,
        planes: Range<usize>,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), Error> {
        let source = self.source(frame, &items);
        let result = self.result(frame, &items, &planes);
        let needed = (source.end - source.start).max(result.end - result.start);
        if let Some(piece) = self.piece(items.clone(), planes.clone(), source, result) {
            pieces.push(piece);
        } else if planes.len() > 1 {
            for plane in planes {
                self.cut(frame, items.clone(), plane..plane + 1, pieces)?;
            }
        } else if items.len() > FRAME_PIXELS {
            let middle = items.start + (items.len() / 2).next_multiple_of(FRAME_PIXELS);
            self.cut(frame, items.start..middle, planes.clone(), pieces)?;
            self.cut(frame, middle..items.end, planes, pieces)?;
        } else {
            return Err(self.too_large(needed));
        }
        Ok(())
    }

    /// Bytes of the source that these pixels need.
    fn source(&self, frame: Option<usize>, items: &Range<usize>) -> Range<u64> {
        let bytes = self.source_pixel_bytes();
        let pixels = match frame {
            Some(index) if self.form.source != From::InPlace => self.gathered(index, items).unwrap_or_default(),
            _ => items.clone(),
        };
        pixels.start as u64 * bytes..pixels.end as u64 * bytes
    }

    /// Source pixels of a frame, in whole rows, that these pixels need.
    fn gathered(&self, index: usize, items: &Range<usize>) -> Option<Range<usize>> {
        let (source, end) = (self.chain.source.frames.get(index)?, self.ends.frames.get(index)?);
        let inside = self.chain.frames().get(index)?.height;
        let row = |item: usize| (item - end.first) / end.width;
        let rows = row(items.start).min(inside)..(row(items.end - 1) + 1).min(inside);
        let rows = match &self.chain.resize {
            Some(resize) => resize.samplings.get(index)?.source_rows(rows),
            None => rows,
        };
        Some(source.first + rows.start * source.width..source.first + rows.end * source.width)
    }

    /// Bytes of the result that these pixels make.
    fn result(&self, frame: Option<usize>, items: &Range<usize>, planes: &Range<usize>) -> Range<u64> {
        let bytes = self.ends.number_bytes as u64;
        let numbers = match frame.and_then(|index| self.ends.frames.get(index).zip(self.ends.first_numbers.get(index)))
        {
            Some((frame, first)) if self.form.result != To::Pixels => {
                let start = first + planes.start * frame.pixels() + items.start - frame.first;
                start..start + planes.len().saturating_sub(1) * frame.pixels() + items.len()
            }
            _ => items.clone(),
        };
        numbers.start as u64 * bytes..numbers.end as u64 * bytes
    }

    /// The launch, if both bindings fit.
    fn piece(
        &self,
        items: Range<usize>,
        planes: Range<usize>,
        source: Range<u64>,
        result: Range<u64>,
    ) -> Option<Piece> {
        // An invocation reads and writes whole words.
        let align = |range: Range<u64>| {
            let (word, alignment) = (WORD as u64, self.limits.alignment.max(WORD as u64));
            let start = range.start / alignment * alignment;
            // Where nothing is needed, as beside a frame on its canvas, there is still something to bind.
            start..range.end.next_multiple_of(word).max(start + word)
        };
        let (source, result) = (align(source), align(result));
        let fits = |range: &Range<u64>| range.end - range.start <= self.limits.max_binding;
        if !fits(&source) || !fits(&result) || items.len() / self.form.per_invocation > UNITS_PER_LAUNCH {
            return None;
        }
        let source_unit = match self.form.source {
            From::InPlace => WORD,
            From::Gathered { .. } => self.chain.source.kind.bytes(),
        };
        let result_unit = if self.form.result == To::Pixels { WORD } else { self.ends.number_bytes };
        Some(Piece {
            source_start: (source.start / source_unit as u64) as u32,
            result_start: (result.start / result_unit as u64) as u32,
            items,
            planes,
            source,
            result,
        })
    }

    fn too_large(&self, requested: u64) -> Error {
        Error::TooLarge {
            what: "an image operation that looks at pixels anywhere".into(),
            requested,
            unit: "bytes",
            limit_name: "the most that the device binds at once",
            limit: self.limits.max_binding,
            advice: "work on parts of the image, or use the CPU executor",
        }
    }
}
