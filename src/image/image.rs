//! Pixels on a device, and the host memory that they are read into.

use std::marker::PhantomData;
use std::sync::Arc;

use super::pixel::Pixel;
use super::view::ImageView;
use crate::cpu::Deferred;
use crate::device::{Device, Executor, HostArray, Readback, Storage};
use crate::error::Error;
use crate::tensor::pixelwise::{Chain, Lazy, Output, Step};

/// Pixels on a device.
///
/// The result of a per-pixel operation is computed when it is first needed, in one pass with the operations before it,
/// and kept. Cheap to clone; clones share the pixels.
pub struct Image<P> {
    lazy: Arc<Lazy>,
    width: usize,
    height: usize,
    pixel: PhantomData<P>,
}

impl Device {
    /// Sends pixels to the device. On the CPU they are copied once into its memory.
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
    pub fn image<'a, P: Pixel>(&self, view: impl Into<ImageView<'a, P>>) -> Result<Image<P>, Error> {
        let view = view.into();
        let (width, height) = (view.width(), view.height());
        let pixels = width * height;
        let storage = match self.executor() {
            Executor::Cpu => {
                let mut buffer = self.queue().cpu().pool.lease::<u8>(pixels * P::CHANNELS)?;
                let rows = buffer.as_mut_slice::<u8>().chunks_exact_mut(width.saturating_mul(P::CHANNELS).max(1));
                rows.zip(view.rows()).for_each(|(to, from)| to.copy_from_slice(from));
                Storage::Cpu(Deferred::ready(buffer))
            }
            #[cfg(feature = "gpu")]
            Executor::Gpu(gpu) => {
                const MOST: u64 = u32::MAX as u64;
                if pixels as u64 > MOST {
                    return Err(Error::TooLarge {
                        what: format!("a {width}x{height} image"),
                        requested: pixels as u64,
                        unit: "pixels",
                        limit_name: "the most that a GPU can index",
                        limit: MOST,
                        advice: "upload it in parts",
                    });
                }
                let bytes = crate::tensor::pixelwise::padded_bytes(pixels, P::CHANNELS);
                Storage::Gpu(gpu.upload_rows(bytes, pixels * P::CHANNELS, view.rows())?)
            }
        };
        Ok(Image::from_lazy(Lazy::ready(self.clone(), storage), width, height))
    }
}

impl<P: Pixel> Image<P> {
    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Reads the pixels back.
    ///
    /// # Errors
    /// When waited for: [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn read(&self) -> Readback<HostImage<P>> {
        let (width, height) = (self.width, self.height);
        match self.lazy.storage() {
            Ok(storage) => self.device().read(vec![(storage, self.pixels() * P::CHANNELS)], move |buffers| {
                Ok(HostImage { bytes: HostArray::first_of(buffers), width, height, pixel: PhantomData })
            }),
            Err(error) => Readback::failed(error),
        }
    }

    pub(super) fn from_lazy(lazy: Arc<Lazy>, width: usize, height: usize) -> Self {
        Self { lazy, width, height, pixel: PhantomData }
    }

    pub(super) fn device(&self) -> &Device {
        self.lazy.device()
    }

    pub(super) fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// The pixels themselves, computed now if they were not yet.
    pub(super) fn storage(&self) -> Result<Storage, Error> {
        self.lazy.storage()
    }

    /// The chain that makes these pixels.
    pub(crate) fn chain(&self) -> Result<Chain, Error> {
        self.lazy.chain(P::CHANNELS, self.pixels())
    }

    /// The gray image that one more step makes.
    pub(super) fn then(&self, step: Step) -> Result<Image<super::Gray8>, Error> {
        let lazy = Lazy::waiting(self.device().clone(), self.chain()?.then(step), Output::Gray);
        Ok(Image::from_lazy(lazy, self.width, self.height))
    }
}

impl<P> Clone for Image<P> {
    fn clone(&self) -> Self {
        Self { lazy: self.lazy.clone(), width: self.width, height: self.height, pixel: PhantomData }
    }
}

impl<P: Pixel> std::fmt::Debug for Image<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image<{}>({}x{} on {})", P::NAME, self.width, self.height, self.device().info().name)
    }
}

/// Pixels in host memory, tightly packed.
#[derive(Debug, Clone)]
pub struct HostImage<P> {
    bytes: HostArray<u8>,
    width: usize,
    height: usize,
    pixel: PhantomData<P>,
}

impl<P: Pixel> HostImage<P> {
    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All bytes, row by row.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}
