//! The work: pictures through the device, several at a time, tensors out in order.

use image::RgbImage;
use swath::{
    Device, Error, HostTensor, ImageView, Normalize, OnError, Readback, Resize, Rgb8, StreamOptions, StreamStats,
};

use crate::flags::Flags;
use crate::pictures::{Log, Pictures};
use crate::progress::Progress;
use crate::source::Source;
use crate::tensors::TensorFile;
use crate::terminal::Outcome;

/// What came of the stream.
pub struct Summary {
    /// How pictures travelled, and why.
    pub plan: String,
    pub stats: StreamStats,
    /// Pictures that became tensors.
    pub tensors: usize,
    /// Bytes of the pictures, decoded, and of the tensors.
    pub bytes: (u64, u64),
    /// Pictures that were left out, and why.
    pub failures: Vec<String>,
}

/// Sends the pictures through the device, and the tensors into the file, if there is one.
///
/// # Errors
/// The first picture that fails, unless they are to be left out; where none is left over; whatever ends a stream.
pub fn run(device: &Device, sources: Vec<Source>, flags: &Flags, mut out: Option<&mut TensorFile>) -> Outcome<Summary> {
    let progress = Progress::new(sources.len());
    let log = Log::default();
    let options = StreamOptions {
        depth: flags.depth.map(usize::from),
        on_error: if flags.keep_going { OnError::Continue } else { OnError::Stop },
        ..StreamOptions::default()
    }
    .on_progress(progress.reporter());
    let mut results = device
        .stream(options)?
        .run(Pictures::new(sources, flags.keep_going, &log), |device, picture| tensor(device, picture, flags.size));
    let (mut tensors, mut bytes) = (0, 0);
    for result in results.by_ref() {
        match result {
            Ok(tensor) => {
                tensors += 1;
                bytes += size_of_val(tensor.as_slice()) as u64;
                out.as_mut().map_or(Ok(()), |out| out.append(tensor.as_slice()))?;
            }
            Err(Error::Item { index, error }) => log.fail_item(index, &error),
            Err(error) => return Err(error.into()),
        }
    }
    let failures = log.failures();
    if let Some(first) = failures.first().filter(|_| !flags.keep_going || tensors == 0) {
        return Err(first.clone().into());
    }
    Ok(Summary {
        plan: results.plan().map(ToString::to_string).unwrap_or_default(),
        stats: results.stats(),
        tensors,
        bytes: (log.bytes(), bytes),
        failures,
    })
}

/// One pass over the picture: each number of the tensor is computed from the pixels around it.
fn tensor(device: &Device, picture: &RgbImage, (width, height): (usize, usize)) -> Result<Readback<HostTensor>, Error> {
    let image = device.image(ImageView::<Rgb8>::from(picture))?;
    Ok(image.resize(width, height, Resize::Bilinear)?.normalize(&Normalize::imagenet())?.read())
}
