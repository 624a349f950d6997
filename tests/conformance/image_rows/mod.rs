//! The rows of the table for images and their tensors, one file a subject.

mod adaptive;
mod batches;
mod chains;
mod gray;
mod launches;
mod measured;
mod normalize;
mod otsu;
mod properties;
mod resize;
mod statistics;
mod threshold;
mod upload;

use swath::{Error, Image, Pixel};

/// A row for each type of pixel: the test's name, the type, the cases, the executors.
macro_rules! rows {
    ($row:ident: $($test:ident, $pixel:ident, $cases:expr, $executors:ident;)*) => {$(
        #[test]
        fn $test() {
            $row::<swath::$pixel>(stringify!($test), || $cases).run_on(crate::support::executors::$executors());
        }
    )*};
}
use rows;

/// The samples of an image.
fn samples<P: Pixel>(image: &Image<P>) -> Result<Vec<P::Sample>, Error> {
    Ok(image.read().wait()?.as_slice().to_vec())
}
