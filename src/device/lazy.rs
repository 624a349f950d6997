//! What has been asked for but not computed, because it may be fused with what comes next or never be needed.

use crate::error::Error;

/// Something that [`Device::synchronize`](super::Device::synchronize) computes if it is still held.
pub(crate) trait Pending: Send + Sync {
    /// Records its computation, once.
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "the browser cannot wait, so nothing there asks"))]
    fn materialize(&self) -> Result<(), Error>;
}
