//! Host memory by the piece: zeroed, 64-byte aligned, in huge pages where it is large and the system has them.

use bytemuck::{Pod, Zeroable};

/// From this size on a buffer asks for huge pages: a picture is then reached through a few entries of the translation
/// cache, not thousands. Smaller ones would mostly lie between two huge pages.
#[cfg(target_os = "linux")]
const HUGE_FROM: usize = 4 << 20;

/// One cache line, which is also the widest vector: what gives buffers their alignment.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A piece of memory.
#[derive(Default)]
pub(super) struct HostMemory(Origin);

/// Where it comes from.
enum Origin {
    /// From the allocator.
    Lines(Box<[Line]>),
    /// From the system, in whole pages.
    #[cfg(target_os = "linux")]
    Pages(memmap2::MmapMut),
}

impl HostMemory {
    /// So many bytes, a multiple of 64; none where there is no such memory.
    pub(super) fn zeroed(bytes: usize) -> Option<Self> {
        #[cfg(target_os = "linux")]
        if bytes >= HUGE_FROM {
            let pages = memmap2::MmapMut::map_anon(bytes).ok()?;
            // Advice that the system does not take changes nothing but the speed.
            let _ = pages.advise(memmap2::Advice::HugePage);
            return Some(Self(Origin::Pages(pages)));
        }
        bytemuck::allocation::try_zeroed_slice_box(bytes / size_of::<Line>())
            .ok()
            .map(|lines| Self(Origin::Lines(lines)))
    }

    /// All bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Origin::Lines(lines) => bytemuck::cast_slice(lines),
            #[cfg(target_os = "linux")]
            Origin::Pages(pages) => pages,
        }
    }

    /// All bytes, to be written.
    pub(super) fn as_bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Origin::Lines(lines) => bytemuck::cast_slice_mut(lines),
            #[cfg(target_os = "linux")]
            Origin::Pages(pages) => pages,
        }
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self::Lines(Box::default())
    }
}
