//! Eight threads share one device for a long time: every result is right, memory stays as it is, and nothing hangs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swath::{Device, ImageView, Rgb8, Threshold};

use crate::devices::{computers, holds_nothing};
use crate::support::clouds::{Cloud, scattered};
use crate::support::executors::say;
use crate::support::images::{gray, otsu, threshold};
use crate::support::neighbors::{self, List, Lists};
use crate::support::random::Random;
use crate::support::{equal, watchdog};

const THREADS: usize = 8;
/// Pictures, and as many clouds.
const INPUTS: usize = 12;
const WIDTH: usize = 64;
const HEIGHT: usize = 48;
const POINTS: usize = 300;
const K: usize = 8;

/// Inputs and what must come of them, by references that share no code with the library.
struct Work {
    pictures: Vec<(Vec<u8>, Vec<u8>)>,
    clouds: Vec<(Cloud, Vec<List>)>,
    queries: Vec<usize>,
}

impl Work {
    fn new() -> Self {
        let mut random = Random::new(11);
        let mut picture = || {
            let mut pixels = vec![0; WIDTH * HEIGHT * 3];
            random.fill(&mut pixels);
            let gray = gray(&pixels, 3);
            let mask = threshold::binary(&gray, otsu(&gray));
            (pixels, mask)
        };
        let queries: Vec<_> = (0..POINTS).collect();
        let cloud = |seed| {
            let cloud = Cloud::whole(&scattered(POINTS, [900, 700, 80], seed), 0.01, [4_000.0, -70.0, 3.0]);
            let lists = neighbors::nearest(&cloud.local, &queries, K);
            (cloud, lists)
        };
        Self {
            pictures: (0..INPUTS).map(|_| picture()).collect(),
            clouds: (0..INPUTS as u64).map(cloud).collect(),
            queries,
        }
    }

    /// One job, and whether its result is right.
    fn run(&self, device: &Device, job: usize) -> Result<(), String> {
        let input = job / 2 % INPUTS;
        if job.is_multiple_of(2) {
            let (pixels, mask) = &self.pictures[input];
            let view = ImageView::<Rgb8>::new(pixels, WIDTH, HEIGHT).unwrap();
            let masked = device
                .image(view)
                .and_then(|image| image.grayscale())
                .and_then(|gray| gray.threshold(Threshold::otsu()))
                .and_then(|mask| mask.read().wait())
                .map_err(|error| error.to_string())?;
            return equal(masked.as_slice(), mask).map_err(|wrong| format!("the mask of picture {input} {wrong}"));
        }
        let (cloud, expected) = &self.clouds[input];
        let lists = cloud
            .upload(device)
            .and_then(|cloud| cloud.knn(K))
            .and_then(|lists| lists.read().wait())
            .map_err(|error| error.to_string())?;
        let got = Lists { k: K, indices: lists.indices(), squared_distances: lists.squared_distances() };
        neighbors::check(&cloud.local, cloud.unit, &self.queries, expected, &got)
            .map_err(|wrong| format!("the lists of cloud {input} {wrong}"))
    }
}

/// Memory of this process that is in use, in KiB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

fn is_long() -> bool {
    match std::env::var("SWATH_TEST_LONG").as_deref() {
        Err(_) | Ok("" | "0") => false,
        Ok("1") => true,
        Ok(other) => panic!("SWATH_TEST_LONG={other} is not valid; use 0 or 1"),
    }
}

/// Runs so many jobs on all threads, and gives memory in use after each tenth.
fn soak(device: &Device, jobs: usize) -> Vec<u64> {
    let (work, next) = (Work::new(), AtomicUsize::new(0));
    let samples = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs {
                        return;
                    }
                    work.run(device, job).unwrap_or_else(|wrong| panic!("job {job} on {}: {wrong}", device.info()));
                    if (job + 1) % (jobs / 10) == 0 {
                        samples.lock().unwrap().extend(resident());
                    }
                }
            });
        }
    });
    samples.into_inner().unwrap()
}

#[test]
fn eight_threads_share_a_device_for_a_long_time() {
    let jobs = if is_long() { 100_000 } else { 2_000 };
    for device in computers() {
        let (name, shared, start) = (device.info().to_string(), device.clone(), Instant::now());
        let time = Duration::from_secs(300 + jobs as u64 / 20);
        let samples = watchdog::within(time, &format!("{jobs} jobs on {name}"), move || soak(&shared, jobs));
        holds_nothing(&device);
        let stats = device.stats();
        say(format_args!("{jobs} jobs on {name} in {:?}; KiB in use {samples:?}\n{stats}", start.elapsed()));
        for pool in [stats.device_pool, stats.host_pool] {
            assert_eq!(pool.created - pool.evicted, pool.idle_buffers, "{pool}");
            assert_eq!(pool.hits + pool.created, pool.requests, "{pool}");
        }
        assert_eq!((stats.transfers.up.failed_maps, stats.transfers.down.failed_maps), (0, 0), "{stats}");
        // Of a short run the first tenth is most of the warming up, and other tests run beside it.
        if let (true, [_, _, warm, later @ ..]) = (is_long(), &samples[..]) {
            let most = later.iter().max().copied().unwrap_or_default();
            assert!(most * 100 <= warm * 102, "memory in use grew from {warm} KiB to {most} KiB: {samples:?}");
        }
    }
}
