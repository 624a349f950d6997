//! Pixels on a device.

use std::marker::PhantomData;
use std::sync::Arc;

use super::host::{HostImage, HostImages};
use super::pixel::{Gray, Pixel};
use super::view::ImageView;
use crate::cpu::Deferred;
use crate::device::{Device, Executor, HostArray, Readback, Storage};
use crate::error::Error;
use crate::tensor::pixelwise::{Chain, Lazy, Output, Step};
use crate::tensor::{Arity, Batch, Frame, Frames, Sample, Single};

/// Pixels on a device: one image, or a batch of them; see [`ImageBatch`].
///
/// The result of a per-pixel operation is computed when it is first needed, in one pass with the operations before it,
/// and kept. Cheap to clone; clones share the pixels.
pub struct Image<P, A = Single> {
    lazy: Arc<Lazy>,
    frames: Frames,
    kind: PhantomData<(P, A)>,
}

/// Any number of images on a device, of one size or of several. Every operation takes all of them in one launch.
///
/// # Examples
///
/// ```
/// use swath::{Device, Gray8, ImageView, Threshold};
///
/// let device = Device::cpu()?;
/// let (small, wide) = (ImageView::<Gray8>::new(&[9, 200], 1, 2)?, ImageView::new(&[0, 99, 100, 255], 4, 1)?);
/// let masks = device.images(&[small, wide])?.threshold(Threshold::binary(99))?.read().wait()?;
/// assert_eq!(masks.len(), 2);
/// assert_eq!(masks.get(1).unwrap().row(0), [0, 0, 255, 255]);
/// # Ok::<(), swath::Error>(())
/// ```
pub type ImageBatch<P> = Image<P, Batch>;

impl Device {
    /// Sends pixels to the device, row by row from where they are. On the CPU they are copied once into its memory.
    ///
    /// Empty images (width or height 0) are kept as such.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the device cannot hold them, [`Error::OutOfMemory`], [`Error::DeviceLost`].
    ///
    /// # Examples
    ///
    /// ```
    /// use swath::{Device, Gray8, ImageView};
    ///
    /// let device = Device::cpu()?;
    /// let image = device.image(ImageView::<Gray8>::new(&[1, 2, 3, 4, 5, 6], 3, 2)?)?;
    /// assert_eq!((image.width(), image.height()), (3, 2));
    /// assert_eq!(image.read().wait()?.as_slice(), [1, 2, 3, 4, 5, 6]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    #[track_caller]
    pub fn image<'a, P: Pixel>(&self, view: impl Into<ImageView<'a, P>>) -> Result<Image<P>, Error> {
        upload(self, &[view.into()])
    }

    /// Sends any number of images to the device, as one array. They may differ in size, and be empty.
    ///
    /// # Errors
    /// As [`Device::image`].
    #[track_caller]
    pub fn images<P: Pixel>(&self, views: &[ImageView<'_, P>]) -> Result<ImageBatch<P>, Error> {
        upload(self, views)
    }
}

#[track_caller]
fn upload<P: Pixel, A: Arity>(device: &Device, views: &[ImageView<'_, P>]) -> Result<Image<P, A>, Error> {
    let frames = Frames::new(views.iter().map(|view| (view.width(), view.height())))?;
    let samples = frames.capacity() * P::CHANNELS;
    let storage = match device.executor() {
        Executor::Cpu => {
            let mut buffer = device.queue().lease::<P::Sample>(samples)?;
            let all = buffer.as_mut_slice::<P::Sample>();
            // Rows without pixels are no chunks.
            for (frame, view) in frames.iter().zip(views).filter(|(frame, _)| frame.pixels() > 0) {
                let row = frame.width * P::CHANNELS;
                let own = &mut all[frame.first * P::CHANNELS..];
                own.chunks_exact_mut(row).zip(view.rows()).for_each(|(to, from)| to.copy_from_slice(from));
            }
            Storage::Cpu(Deferred::ready(buffer))
        }
        #[cfg(feature = "gpu")]
        Executor::Gpu(gpu) => {
            check_pixels(&frames)?;
            let bytes = P::CHANNELS * size_of::<P::Sample>();
            // There may be any number of rows without pixels.
            let places = frames.iter().zip(views).filter(|(frame, _)| frame.pixels() > 0).flat_map(|(frame, view)| {
                let first = frame.first * bytes;
                let row = frame.width * bytes;
                view.rows().enumerate().map(move |(y, samples)| (first + y * row, bytemuck::cast_slice(samples)))
            });
            Storage::Gpu(gpu.upload_parts((frames.capacity() * bytes) as u64, places)?)
        }
    };
    Ok(Image::from_lazy(Lazy::ready(device.clone(), storage), frames))
}

/// Shaders count pixels in 32 bits.
#[cfg(feature = "gpu")]
fn check_pixels(frames: &Frames) -> Result<(), Error> {
    const MOST: u64 = u32::MAX as u64;
    if frames.capacity() as u64 <= MOST {
        return Ok(());
    }
    let what = match (frames.len(), frames.common_size()) {
        (1, Some((width, height))) => format!("a {width}x{height} image"),
        (images, _) => format!("a batch of {images} images"),
    };
    Err(Error::TooLarge {
        what,
        requested: frames.capacity() as u64,
        unit: "pixels",
        limit_name: "the most that a GPU can index",
        limit: MOST,
        advice: "upload it in parts",
    })
}

impl<P: Pixel> Image<P> {
    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.frame().width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.frame().height
    }

    /// Reads the pixels back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostImage<P>> {
        let frame = self.frame();
        let samples = frame.pixels() * P::CHANNELS;
        self.read_samples(samples, move |samples| HostImage::new(samples, frame.width, frame.height))
    }

    fn frame(&self) -> Frame {
        // A single image has exactly one frame.
        self.frames.get(0).copied().unwrap_or(Frame { width: 0, height: 0, first: 0 })
    }
}

impl<P: Pixel> ImageBatch<P> {
    /// How many images there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Width and height of an image in pixels, if there are so many.
    pub fn size(&self, index: usize) -> Option<(usize, usize)> {
        self.frames.get(index).map(|frame| (frame.width, frame.height))
    }

    /// Reads the pixels of all images back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostImages<P>> {
        let frames = self.frames.clone();
        self.read_samples(frames.capacity() * P::CHANNELS, move |samples| HostImages::new(samples, frames))
    }
}

impl<P: Pixel, A: Arity> Image<P, A> {
    pub(super) fn from_lazy(lazy: Arc<Lazy>, frames: Frames) -> Self {
        Self { lazy, frames, kind: PhantomData }
    }

    pub(super) fn device(&self) -> &Device {
        self.lazy.device()
    }

    pub(super) fn frames(&self) -> &Frames {
        &self.frames
    }

    /// The pixels themselves, computed now if they were not yet.
    pub(super) fn storage(&self) -> Result<Storage, Error> {
        self.lazy.storage()
    }

    /// 256 counts an image, if they can be had while the pixels are computed.
    pub(super) fn counted(&self) -> Option<Storage> {
        self.lazy.counted()
    }

    /// The chain that makes these pixels.
    pub(crate) fn chain(&self) -> Result<Chain, Error> {
        self.lazy.chain(<P::Sample as Sample>::KIND, P::CHANNELS, &self.frames)
    }

    /// A chain that begins with these pixels, computed now if they are the end of another one.
    pub(super) fn source_chain(&self) -> Result<Chain, Error> {
        let chain = self.chain()?;
        if chain.steps.is_empty() && chain.resize.is_none() {
            return Ok(chain);
        }
        self.storage()?;
        self.chain()
    }

    /// The gray images that one more step makes.
    pub(super) fn then<G: Gray>(&self, step: Step) -> Result<Image<G, A>, Error> {
        let lazy = Lazy::waiting(self.device().clone(), self.chain()?.then(step), Output::Pixels);
        Ok(Image::from_lazy(lazy, self.frames.clone()))
    }

    fn read_samples<T>(
        &self,
        samples: usize,
        finish: impl FnOnce(HostArray<P::Sample>) -> T + Send + 'static,
    ) -> Readback<T> {
        match self.lazy.storage() {
            Ok(storage) => self.device().read(vec![(storage, samples * size_of::<P::Sample>())], move |buffers| {
                Ok(finish(HostArray::first_of(buffers).truncated(samples)))
            }),
            Err(error) => Readback::failed(error),
        }
    }
}

impl<P, A> Clone for Image<P, A> {
    fn clone(&self) -> Self {
        Self { lazy: self.lazy.clone(), frames: self.frames.clone(), kind: PhantomData }
    }
}

impl<P: Pixel, A: Arity> std::fmt::Debug for Image<P, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image<{}>(", P::NAME)?;
        for (index, frame) in self.frames.iter().enumerate() {
            write!(f, "{}{}x{}", if index == 0 { "" } else { ", " }, frame.width, frame.height)?;
        }
        write!(f, " on {})", self.device().info().name)
    }
}
