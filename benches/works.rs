//! What Swath does with an image that is on its device: the work is recorded, done and read. On the CPU reading copies
//! nothing, and the memory of a result that was dropped is that of the next one.

use swath::{
    Color, Gray8, HostImage, HostStatistics, HostTensor, Image, Normalize, Quantize, Resize, Rgb8, Tensor, Threshold,
};

/// What is black and what is white, where the work is told.
pub const LEVEL: u8 = 127;

/// How many times shorter the sides of a smaller picture are.
pub const REDUCTION: usize = 4;

/// Gray from colours.
pub fn gray<P: Color>(image: &Image<P>) -> HostImage<P::Gray> {
    image.grayscale().and_then(|gray| gray.read().wait()).expect("a gray image")
}

/// Black and white from gray, at [`LEVEL`].
pub fn threshold(image: &Image<Gray8>) -> HostImage<Gray8> {
    image.threshold(Threshold::binary(LEVEL)).and_then(|mask| mask.read().wait()).expect("a mask")
}

/// Black and white from colours, at the level that Otsu's method finds.
pub fn gray_otsu(image: &Image<Rgb8>) -> HostImage<Gray8> {
    let mask = image.grayscale().and_then(|gray| gray.threshold(Threshold::otsu()));
    mask.and_then(|mask| mask.read().wait()).expect("a mask")
}

/// Planes of `f32`, with the mean and the standard deviation of ImageNet.
pub fn normalize(image: &Image<Rgb8>) -> HostTensor {
    image.normalize(&Normalize::imagenet()).and_then(|tensor| tensor.read().wait()).expect("a tensor")
}

/// Mean and standard deviation of each channel, and its extremes.
pub fn statistics(image: &Image<Rgb8>) -> HostStatistics {
    image.statistics().and_then(|statistics| statistics.read().wait()).expect("statistics")
}

/// Numbers of mean 0 and deviation 1.
pub fn standardize(tensor: &Tensor) -> HostTensor {
    tensor.standardize(0.0).and_then(|tensor| tensor.read().wait()).expect("a tensor")
}

/// Bytes that cover the range of the numbers.
pub fn quantize(tensor: &Tensor) -> HostTensor<i8> {
    let quantized = tensor.quantize(&Quantize::asymmetric());
    quantized.and_then(|quantized| quantized.values().read().wait()).expect("bytes")
}

/// A smaller picture.
pub fn reduce(image: &Image<Rgb8>, resize: Resize) -> HostImage<Rgb8> {
    let smaller = image.resize(image.width() / REDUCTION, image.height() / REDUCTION, resize);
    smaller.and_then(|smaller| smaller.read().wait()).expect("a smaller image")
}
