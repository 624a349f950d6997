//! The pool's account of itself, after every step of a random sequence, held to what the test holds and what `wgpu`
//! counts.

use swath::{
    Allocation, Device, DeviceOptions, Error, Gray8, HostTensor, Image, ImageView, PoolStats, Readback, Tensor,
    Threshold, TrimLevel,
};

use crate::devices::{eventually, gpu_with, noop_with, on_gpu};
use crate::support::executors::say;
use crate::support::random::Random;

/// Steps of a sequence.
const STEPS: u64 = 1_500;
/// The cap of the sequences that have one.
const CAP: u64 = 6 << 20;

/// Buffers and bytes that `wgpu` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    buffers: i64,
    bytes: i64,
}

impl Counted {
    /// What there is now.
    fn now(device: &Device) -> Self {
        let counters = device.as_wgpu().unwrap().0.get_internal_counters().hal;
        Self { buffers: counters.buffers.read() as i64, bytes: counters.buffer_memory.read() as i64 }
    }

    /// What the device says that it has made.
    fn told(device: &Device) -> Self {
        let stats = device.stats();
        let slots = stats.transfers.up.slots + stats.transfers.down.slots;
        Self {
            buffers: (stats.device_pool.resident_buffers() + slots) as i64,
            bytes: (stats.device_pool.reserved_bytes() + stats.transfers.ring_bytes()) as i64,
        }
    }

    fn without(self, other: Self) -> Self {
        Self { buffers: self.buffers - other.buffers, bytes: self.bytes - other.bytes }
    }
}

/// The size classes, counted out: powers of two from 64 bytes to 4 KiB, then four an octave.
fn class(bytes: u64) -> u64 {
    let small = (6..12).map(|power| 1 << power);
    let large = (12..26).flat_map(|power| (0..4).map(move |quarter| (1 << power) + quarter * (1 << (power - 2))));
    small.chain(large).find(|class| *class >= bytes).expect("the test asks for less")
}

/// What the test holds, and nobody else.
#[derive(Default)]
struct Held {
    tensors: Vec<Tensor<u8>>,
    images: Vec<Image<Gray8>>,
    reads: Vec<(Vec<u8>, Readback<HostTensor<u8>>)>,
}

/// Mostly small, some of several megabytes, and now and then nothing.
fn some_bytes(random: &mut Random) -> Vec<u8> {
    let most = [1, 300, 5_000, 70_000, 300_000, 2_000_000][random.below(6) as usize];
    let mut bytes = vec![0; random.below(most + 1) as usize];
    random.fill(&mut bytes);
    bytes
}

/// Does one thing. Out of memory, where there is a cap, is an outcome like any other.
fn step(device: &Device, random: &mut Random, held: &mut Held) -> Result<(), Error> {
    match random.below(12) {
        0..4 => {
            let bytes = some_bytes(random);
            held.tensors.push(device.tensor(&bytes, &[bytes.len()])?);
        }
        4..6 => {
            let pixels = some_bytes(random);
            held.images.push(device.image(ImageView::<Gray8>::new(&pixels, pixels.len(), 1)?)?);
        }
        6 if !held.images.is_empty() => {
            let image = &held.images[random.below(held.images.len() as u64) as usize];
            // An empty image has no level.
            let threshold = if image.width() > 0 { Threshold::otsu() } else { Threshold::binary(7) };
            held.images.push(image.threshold(threshold)?);
        }
        7 => {
            let bytes = some_bytes(random);
            held.reads.push((bytes.clone(), device.tensor(&bytes, &[bytes.len()])?.read()));
        }
        8 if !held.reads.is_empty() => {
            let (expected, read) = held.reads.swap_remove(random.below(held.reads.len() as u64) as usize);
            assert!(read.wait()?.as_slice() == expected, "what was read is not what was uploaded");
        }
        9 => {
            let held_by = [held.tensors.len(), held.images.len(), held.reads.len()];
            match random.below(3) as usize {
                0 if held_by[0] > 0 => drop(held.tensors.swap_remove(random.below(held_by[0] as u64) as usize)),
                1 if held_by[1] > 0 => drop(held.images.swap_remove(random.below(held_by[1] as u64) as usize)),
                2 if held_by[2] > 0 => drop(held.reads.swap_remove(random.below(held_by[2] as u64) as usize)),
                _ => *held = Held::default(),
            }
        }
        10 if random.below(8) == 0 => *held = Held::default(),
        11 if random.below(8) == 0 => device.trim([TrimLevel::Idle, TrimLevel::Stale][random.below(2) as usize]),
        _ => device.synchronize()?,
    }
    Ok(())
}

/// What must hold after every step.
fn check_account(device: &Device, pool: PoolStats) {
    let on_device = |one: &&Allocation| one.space == "device";
    let leaks = device.leaks();
    let lent: Vec<_> = leaks.as_slice().iter().filter(on_device).collect();
    assert_eq!(lent.len() as u64, pool.live_buffers, "{pool}");
    assert_eq!(lent.iter().map(|one| class(one.bytes)).sum::<u64>(), pool.live_bytes, "{pool}");
    assert_eq!(pool.reserved_bytes(), pool.live_bytes + pool.pending_bytes + pool.idle_bytes);
    assert_eq!(pool.created - pool.evicted, pool.resident_buffers(), "{pool}");
    assert!(pool.peak_bytes >= pool.reserved_bytes() && pool.hits <= pool.requests, "{pool}");
}

/// What must hold once the device has come to rest: of what the test made it has what the test holds, and no more.
fn check_rest(device: &Device, held: &Held, is_capped: bool) {
    eventually(device, "what is in use", || {
        let leaks = device.leaks();
        let in_use = || leaks.as_slice().iter().filter(|one| one.space == "device");
        let mut sizes: Vec<_> = in_use().map(|one| one.bytes).collect();
        sizes.sort_unstable();
        let has =
            |tensor: &Tensor<u8>| sizes.binary_search(&(tensor.len() as u64).next_multiple_of(16).max(16)).is_ok();
        let expected = held.tensors.len() + held.images.len();
        // Where memory ran out an image may not be computed yet, and then its source is still needed.
        let is_expected = if is_capped { sizes.len() >= held.tensors.len() } else { sizes.len() == expected };
        let is_right = is_expected && held.tensors.iter().all(has);
        if is_right { Ok(()) } else { Err(format!("{expected} arrays are held, and in use is\n{leaks}")) }
    });
}

/// Runs a sequence; `oracle` is looked at where the device has come to rest.
fn run(device: &Device, seed: u64, cap: Option<u64>, mut oracle: impl FnMut(&Device)) {
    let mut random = Random::new(seed);
    let (mut held, mut refused) = (Held::default(), 0);
    for number in 0..STEPS {
        match step(device, &mut random, &mut held) {
            Ok(()) => {}
            Err(Error::OutOfMemory { space: "device", .. }) if cap.is_some() => refused += 1,
            Err(error) => panic!("step {number} of seed {seed}: {error}"),
        }
        let pool = device.stats().device_pool;
        check_account(device, pool);
        assert!(cap.is_none_or(|cap| pool.reserved_bytes() <= cap), "step {number} of seed {seed}: {pool}");
        if number % 10 == 0 {
            check_rest(device, &held, cap.is_some());
            oracle(device);
        }
    }
    drop(held);
    check_rest(device, &Held::default(), false);
    oracle(device);
    device.trim(TrimLevel::Idle);
    oracle(device);
    let pool = device.stats().device_pool;
    assert_eq!((pool.reserved_bytes(), pool.resident_buffers(), pool.created), (0, 0, pool.evicted), "{pool}");
    assert_eq!(refused > 0, cap.is_some(), "a cap of {cap:?} bytes refused {refused} steps");
    say(format_args!(
        "pool on {}: {STEPS} steps, {} buffers made, {refused} refused, {pool}",
        device.info(),
        pool.created
    ));
}

#[test]
fn the_gpu_has_exactly_the_buffers_that_wgpu_counts() {
    for (seed, cap) in [(1, None), (2, Some(CAP))] {
        let Some(device) = gpu_with(DeviceOptions { memory_limit: cap, ..on_gpu() }) else { return };
        // Buffers of wgpu's own go with the first submission.
        device.tensor(&[1_u8], &[1]).unwrap().read().wait().unwrap();
        let start = Counted::now(&device).without(Counted::told(&device));
        run(&device, seed, cap, |device| {
            eventually(device, "the account", || {
                let (counted, told) = (Counted::now(device).without(start), Counted::told(device));
                if counted == told { Ok(()) } else { Err(format!("wgpu counts {counted:?}, and told is {told:?}")) }
            });
        });
    }
}

#[test]
fn a_device_without_kernels_keeps_the_same_account() {
    for (seed, cap) in [(3, None), (4, Some(CAP))] {
        let device = noop_with(&DeviceOptions { memory_limit: cap, ..DeviceOptions::default() });
        run(&device, seed, cap, |_| {});
    }
}
