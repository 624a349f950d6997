//! What has been asked for but not computed, because it may be fused with what comes next or never be needed.

use crate::error::Error;

/// Something that [`Device::synchronize`](super::Device::synchronize) computes if it is still held.
pub(crate) trait Pending: Send + Sync {
    /// Records its computation, once.
    fn materialize(&self) -> Result<(), Error>;
}
