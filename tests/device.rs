//! Devices: how they are chosen and described, and how results come back.

#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

use futures::executor::{LocalPool, ThreadPool};
use futures::task::{LocalSpawnExt, SpawnExt};
use swath::{
    Device, DeviceChoice, DeviceOptions, Error, Feature, Gray8, Image, ImageView, Neighborhood, Readback, Rgb8,
    SimdLevel, Threshold,
};

use support::executors;

/// The CPU, and the GPU where it is tested.
fn devices() -> Vec<Device> {
    let mut devices = vec![executors::the_cpu()];
    devices.extend(executors::the_gpu());
    devices
}

fn gray(device: &Device, bytes: &[u8]) -> Image<Gray8> {
    device.image(ImageView::<Gray8>::new(bytes, bytes.len(), 1).unwrap()).unwrap()
}

fn color(device: &Device, width: usize, height: usize) -> Image<Rgb8> {
    let bytes: Vec<u8> = (0..width * height * 3).map(|index| (index * 7 % 251) as u8).collect();
    device.image(ImageView::<Rgb8>::new(&bytes, width, height).unwrap()).unwrap()
}

#[test]
fn handles_go_anywhere() {
    fn is<T: Clone + Send + Sync + 'static>() {}
    fn moves<T: Send + 'static>() {}
    is::<Device>();
    is::<Image<Gray8>>();
    is::<swath::Tensor>();
    is::<swath::Array<u32>>();
    is::<swath::PointCloud>();
    is::<swath::Neighbors>();
    is::<swath::FeatureTable>();
    is::<swath::HostImage<Rgb8>>();
    is::<swath::HostNeighbors>();
    is::<swath::HostFeatures>();
    is::<Error>();
    moves::<Readback<swath::HostImage<Gray8>>>();
}

#[test]
fn the_cpu_says_what_it_is_and_why() {
    let options = |simd, threads| DeviceOptions { simd, threads, ..DeviceOptions::default() };
    let plain = Device::cpu_with(&options(Some(SimdLevel::None), Some(1))).unwrap();
    assert_eq!(plain.info().to_string(), "CPU with no SIMD and 1 thread, because the CPU was asked for");
    assert_eq!((plain.info().threads, plain.info().simd, plain.info().is_gpu), (1, SimdLevel::None, false));
    let best = *SimdLevel::available().last().unwrap();
    let full = Device::with_options(&DeviceOptions { choice: DeviceChoice::Cpu, ..options(None, Some(3)) }).unwrap();
    assert_eq!(full.info().simd, best);
    if best != SimdLevel::None {
        let threads = if cfg!(feature = "parallel") { "3 threads" } else { "1 thread" };
        let expected = format!("CPU with {best} SIMD and {threads}, because the CPU was asked for");
        assert_eq!(full.info().to_string(), expected);
    }
    for level in SimdLevel::available() {
        let capped = Device::cpu_with(&options(Some(level), Some(1))).unwrap();
        assert_eq!(capped.info().simd, level, "a cap is kept to");
    }
}

#[test]
fn the_gpu_says_what_it_is_and_why() {
    let Some(device) = executors::the_gpu() else { return };
    let info = device.info();
    assert!(info.is_gpu && !info.name.is_empty() && !info.backend.is_empty(), "{info:?}");
    let text = info.to_string();
    let start = format!("{} through {}", info.name, info.backend);
    assert!(text.starts_with(&start) && text.contains("because a GPU was asked for"), "{text}");
    let listed = swath::adapters();
    let own = listed.iter().find(|adapter| adapter.name == info.name && adapter.backend == info.backend);
    let own = own.unwrap_or_else(|| panic!("{listed:?}"));
    assert!(own.verdict.starts_with("used"), "{own}");
}

#[test]
fn an_adapter_is_found_by_a_part_of_its_name_in_any_case() {
    let Some(device) = executors::the_gpu() else { return };
    let part = device.info().name.chars().take(4).collect::<String>().to_uppercase();
    let options = DeviceOptions { adapter: Some(part.clone()), ..DeviceOptions::default() };
    let found = Device::with_options(&options).unwrap();
    assert!(found.info().is_gpu);
    let reason = format!("it matches the adapter name {part:?} that was asked for");
    assert_eq!(found.info().reason, reason);
}

#[test]
fn auto_never_takes_a_software_rasteriser() {
    let device = Device::with_options(&DeviceOptions::default()).unwrap();
    let hardware = swath::adapters().iter().any(|adapter| adapter.verdict == "used under auto and gpu");
    assert_eq!(device.info().is_gpu, hardware, "{}", device.info());
    assert!(!device.info().reason.is_empty());
}

#[test]
fn a_readback_can_be_awaited_on_any_executor() {
    for device in devices() {
        let image = gray(&device, &[1, 2, 3]);
        assert_eq!(pollster::block_on(image.read()).unwrap().as_slice(), [1, 2, 3]);

        let mut local = LocalPool::new();
        let task = image.threshold(Threshold::binary(1)).unwrap().read();
        let handle = local.spawner().spawn_local_with_handle(task).unwrap();
        assert_eq!(local.run_until(handle).unwrap().as_slice(), [0, 255, 255]);

        let pool = ThreadPool::builder().pool_size(2).create().unwrap();
        let tasks: Vec<_> =
            (0..20_u8).map(|index| pool.spawn_with_handle(gray(&device, &[index, 7]).read()).unwrap()).collect();
        for (index, task) in (0..).zip(tasks) {
            assert_eq!(pollster::block_on(task).unwrap().as_slice(), [index, 7]);
        }
    }
}

#[test]
fn many_readbacks_may_be_outstanding_and_taken_in_any_order() {
    for device in devices() {
        let mut reads: Vec<_> = (0..200_u8).map(|index| (index, gray(&device, &[index; 1_000]).read())).collect();
        support::clouds::shuffle(&mut reads, 1);
        for (index, read) in reads {
            assert_eq!(read.wait().unwrap().as_slice(), [index; 1_000], "{}", device.info());
        }
    }
}

#[test]
fn threads_may_share_a_device() {
    for device in devices() {
        std::thread::scope(|scope| {
            for thread in 0..6_u8 {
                let device = &device;
                scope.spawn(move || {
                    for round in 0..10_u8 {
                        let image = gray(device, &[thread, round, 100, 200]);
                        let mask = image.threshold(Threshold::otsu()).unwrap();
                        assert_eq!(mask.read().wait().unwrap().as_slice()[3], 255);
                        assert_eq!(image.read().wait().unwrap().as_slice(), [thread, round, 100, 200]);
                    }
                });
            }
        });
    }
}

#[test]
fn a_chain_is_one_launch_and_an_unread_intermediate_none() {
    for device in devices() {
        let image = color(&device, 300, 200);
        let launches = || device.stats().launches;
        let start = launches();
        let gray = image.grayscale().unwrap();
        let mask = gray.threshold(Threshold::binary(100)).unwrap();
        assert_eq!(launches(), start, "recording a chain launches nothing on {}", device.info());
        let expected = mask.read().wait().unwrap();
        assert_eq!(launches(), start + 1, "the chain is one launch on {}", device.info());
        // Read again: it was kept.
        assert_eq!(mask.read().wait().unwrap().as_slice(), expected.as_slice());
        assert_eq!(launches(), start + 1);
        drop(gray);
        drop(image.grayscale().unwrap().threshold(Threshold::binary(3)).unwrap());
        device.synchronize().unwrap();
        assert_eq!(launches(), start + 1, "what was dropped unread costs nothing on {}", device.info());
    }
}

#[test]
fn synchronize_computes_what_is_still_held() {
    for device in devices() {
        let image = color(&device, 64, 64);
        let start = device.stats().launches;
        let held = image.grayscale().unwrap();
        let tensor = image.normalize(&swath::Normalize::imagenet()).unwrap();
        device.synchronize().unwrap();
        assert_eq!(device.stats().launches, start + 2);
        let (held, tensor) = (held.read().wait().unwrap(), tensor.read().wait().unwrap());
        assert_eq!((held.as_slice().len(), tensor.as_slice().len()), (64 * 64, 3 * 64 * 64));
        device.synchronize().unwrap();
        assert_eq!(device.stats().launches, start + 2, "nothing was left");
    }
}

#[test]
fn several_operations_share_one_submission() {
    let Some(device) = executors::the_gpu() else { return };
    let image = color(&device, 64, 64);
    device.synchronize().unwrap();
    let before = device.stats();
    let gray = image.grayscale().unwrap();
    let mask = gray.threshold(Threshold::otsu()).unwrap().read();
    let after = device.stats();
    assert!(after.launches >= before.launches + 4, "gray, histogram, level, mask");
    assert_eq!(after.submissions, before.submissions + 1);
    mask.wait().unwrap();
    assert_eq!(device.stats().submissions, before.submissions + 1);
}

#[test]
fn a_cloud_is_indexed_once_whatever_is_asked_of_it() {
    let xyz: Vec<_> = (0..3_000).map(|i| [f64::from(i % 50), f64::from(i / 50), f64::from(i * 7 % 11)]).collect();
    for device in devices() {
        let cloud = device.points(&xyz).unwrap();
        assert_eq!(device.stats().indexes_built, 0, "nothing was asked yet of {}", device.info());
        let lists = cloud.knn(8).unwrap();
        let first = device.stats();
        let table = cloud.clone().features(Neighborhood::Knn(12), &[Feature::Planarity]).unwrap();
        let more = cloud.knn(20).unwrap();
        cloud.build_index().unwrap();
        let all = device.stats();
        assert_eq!((first.indexes_built, all.indexes_built), (1, 1), "{}", device.info());
        // A table's kernel has parameters of its own; coordinates are not sent again.
        let sent = all.bytes_uploaded - first.bytes_uploaded;
        assert!(sent < 64, "{sent} bytes more are sent to {}", device.info());
        assert!(all.launches <= first.launches + 2, "a query of 3,000 points is one launch on {}", device.info());
        assert_eq!(all.bytes_read, 0, "nothing is read back to build or query on {}", device.info());
        lists.read().wait().unwrap();
        table.read().wait().unwrap();
        more.read().wait().unwrap();
        assert_eq!(device.points(&xyz).unwrap().knn(1).unwrap().read().wait().unwrap().indices().len(), 3_000);
        assert_eq!(device.stats().indexes_built, 2, "another cloud has its own on {}", device.info());
    }
}

#[test]
fn dropped_results_give_their_memory_back() {
    for device in devices() {
        for round in 0..50_u8 {
            let image = gray(&device, &vec![round; 100_000]);
            drop(image.read());
            drop(image.threshold(Threshold::otsu()).unwrap().read());
            drop(image.threshold(Threshold::binary(3)).unwrap());
        }
        device.synchronize().unwrap();
        // What is on its way when its reader goes comes back when it arrives.
        let held = || device.stats().host_pool.live_bytes + device.stats().device_pool.live_bytes;
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while held() > 0 && std::time::Instant::now() < deadline {
            device.synchronize().unwrap();
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(held(), 0, "{}\n{}", device.info(), device.stats());
        device.trim(swath::TrimLevel::Idle);
        let stats = device.stats();
        assert_eq!(stats.host_pool.idle_bytes + stats.device_pool.idle_bytes, 0, "{stats}");
        assert_eq!(gray(&device, &[5]).read().wait().unwrap().as_slice(), [5]);
    }
}

#[test]
fn results_outlive_the_device() {
    // Opened here, so that nobody else holds them.
    let gpu = executors::open_gpu("GPU", DeviceOptions { choice: DeviceChoice::Gpu, ..DeviceOptions::default() });
    for device in std::iter::once(Device::cpu().unwrap()).chain(gpu.map(|executor| executor.device)) {
        let image = color(&device, 40, 30);
        let read = image.grayscale().unwrap().read();
        drop((image, device));
        let host = read.wait().unwrap();
        assert_eq!(host.as_slice().len(), 1_200);
    }
}

#[cfg(feature = "parallel")]
#[test]
fn an_injected_pool_is_the_one_that_works() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let started = Arc::new(AtomicUsize::new(0));
    let count = started.clone();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .start_handler(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        })
        .build()
        .map(Arc::new)
        .unwrap();
    let options = DeviceOptions { pool: Some(pool.clone()), threads: Some(7), ..DeviceOptions::default() };
    let device = Device::cpu_with(&options).unwrap();
    assert_eq!(device.info().threads, 3, "the pool decides, not `threads`");
    let others = || std::fs::read_dir("/proc/self/task").map_or(0, |tasks| tasks.filter(is_swath_worker).count());
    // Other tests have devices of their own that come and go, so only a large difference tells, and only if it is there
    // whenever one looks: a pool a call would leave 60 threads.
    let is_left_alone = (0..10).any(|_| {
        let before = others();
        for _ in 0..20 {
            color(&device, 500, 300).grayscale().unwrap().read().wait().unwrap();
        }
        others() < before + 40
    });
    assert!(is_left_alone, "no call makes threads of its own");
    assert_eq!(started.load(Ordering::SeqCst), 3);
    // Waiting on the pool's own threads would wait for itself.
    let image = color(&device, 2_000, 1_000);
    let outcome = pool.install(|| image.grayscale().unwrap().read().wait());
    match outcome {
        Ok(host) => assert_eq!(host.as_slice().len(), 2_000_000),
        Err(error) => assert!(matches!(error, Error::WouldBlock { .. }), "{error}"),
    }
    assert!(image.grayscale().unwrap().read().wait().is_ok(), "and it still works");
}

#[cfg(feature = "parallel")]
fn is_swath_worker(task: &std::io::Result<std::fs::DirEntry>) -> bool {
    let name = task.as_ref().ok().and_then(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    name.is_some_and(|name| name.starts_with("swath-"))
}
