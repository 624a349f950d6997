//! Once a job has seen sizes like those to come, it makes no buffer any more.

use swath::{Device, DeviceStats, Feature, Neighborhood, Normalize, PoolStats, Rgb8, Threshold};

use crate::devices::computers;
use crate::support::executors::say;
use crate::support::random::Random;

/// What happened to a pool between two looks.
struct Between {
    created: u64,
    requests: u64,
    hits: u64,
    requested: u64,
    granted: u64,
}

impl Between {
    fn of(before: PoolStats, after: PoolStats) -> Self {
        Self {
            created: after.created - before.created,
            requests: after.requests - before.requests,
            hits: after.hits - before.hits,
            requested: after.requested_bytes - before.requested_bytes,
            granted: after.granted_bytes - before.granted_bytes,
        }
    }

    fn hit_rate(&self) -> f64 {
        self.hits as f64 / self.requests as f64
    }

    /// By how much buffers were larger than asked for.
    fn padding(&self) -> f64 {
        self.granted as f64 / self.requested as f64 - 1.0
    }
}

/// Holds both pools of a device to what a steady job may cost.
fn check(device: &Device, job: &str, before: &DeviceStats) {
    let after = device.stats();
    let pools = [("device", before.device_pool, after.device_pool), ("host", before.host_pool, after.host_pool)];
    for (space, before, after) in pools.into_iter().filter(|(_, before, after)| after.requests > before.requests) {
        let steady = Between::of(before, after);
        let line = format!(
            "{job}, {space} memory on {}: {} requests, {} buffers made, hit rate {:.4}, padding {:.4}, {} KiB a \
             request",
            device.info().name,
            steady.requests,
            steady.created,
            steady.hit_rate(),
            steady.padding(),
            steady.requested / steady.requests / 1_024,
        );
        say(&line);
        assert_eq!(steady.created, 0, "{line}\n{after}");
        assert!(steady.hit_rate() >= 0.99, "{line}");
        assert!(steady.padding() <= 0.1, "{line}");
    }
}

fn features_of(device: &Device, random: &mut Random, points: usize) {
    let xyz: Vec<_> = (0..points).map(|_| [100.0, 100.0, 10.0].map(|side| random.unit() * side)).collect();
    let cloud = device.points(&xyz).unwrap();
    let features = [Feature::Planarity, Feature::Verticality, Feature::SurfaceVariation];
    let table = cloud.features(Neighborhood::Knn(8), &features).unwrap().read().wait().unwrap();
    assert_eq!(table.len(), points);
}

#[test]
fn a_survey_in_chunks_of_any_size_makes_no_buffer_once_it_is_warm() {
    for device in computers() {
        let mut random = Random::new(1);
        // Every size class between the smallest chunk and the largest.
        let classes = (0..=60).map(|step| (2_000.0 * 10_f64.powf(f64::from(step) / 60.0)) as usize);
        classes.for_each(|points| features_of(&device, &mut random, points));
        let before = device.stats();
        for _ in 0..100 {
            let points = 2_000 + random.below(18_001) as usize;
            features_of(&device, &mut random, points);
        }
        check(&device, "100 chunks", &before);
    }
}

fn photo(device: &Device, bytes: &[u8], (width, height): (usize, usize), normalize: &Normalize) {
    let view = swath::ImageView::<Rgb8>::new(&bytes[..width * height * 3], width, height).unwrap();
    let image = device.image(view).unwrap();
    let mask = image.grayscale().unwrap().threshold(Threshold::otsu()).unwrap().read();
    let tensor = image.normalize(normalize).unwrap().read();
    assert_eq!(mask.wait().unwrap().as_slice().len(), width * height);
    assert_eq!(tensor.wait().unwrap().as_slice().len(), width * height * 3);
}

#[test]
fn photographs_of_fifty_sizes_make_no_buffer_once_each_was_seen() {
    for device in computers() {
        let mut random = Random::new(2);
        let mut bytes = vec![0; 32_768 * 3];
        random.fill(&mut bytes);
        // As many in each of three whole octaves: of sizes that crowd just above a class, more is padding.
        let size = |step: u32| {
            let (pixels, width) = (4_096.0 * 8_f64.powf(f64::from(step) / 49.0), 60 + random.below(141) as usize);
            (width, pixels as usize / width)
        };
        let sizes: Vec<_> = (0..50).map(size).collect();
        let normalize = Normalize::imagenet();
        sizes.iter().for_each(|size| photo(&device, &bytes, *size, &normalize));
        let before = device.stats();
        for _ in 0..1_000 {
            photo(&device, &bytes, sizes[random.below(50) as usize], &normalize);
        }
        check(&device, "1,000 photographs", &before);
    }
}
