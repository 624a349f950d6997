//! Devices that belong to an application, and devices that go away: every waiter hears of it, and nothing hangs.
#![cfg(feature = "gpu")]

#[path = "support/mod.rs"]
mod support;

use swath::{Device, Error, Gray8, Image, ImageView, Readback, Threshold};

use support::executors;
use support::watchdog::in_time;

/// A `wgpu` device as an application makes one, and Swath within it.
fn application() -> Option<(wgpu::Device, wgpu::Queue, Device)> {
    if !executors::gpu_is_tested() {
        return None;
    }
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::PRIMARY,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY));
    let fits = |adapter: &&wgpu::Adapter| {
        adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS)
    };
    let adapter = adapters.iter().find(fits).expect("an adapter; apt-get install mesa-vulkan-drivers libvulkan1");
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).unwrap();
    let swath = Device::from_wgpu(device.clone(), queue.clone()).unwrap();
    Some((device, queue, swath))
}

fn gray(device: &Device, bytes: &[u8]) -> Result<Image<Gray8>, Error> {
    device.image(ImageView::<Gray8>::new(bytes, bytes.len(), 1)?)
}

fn is_lost<T>(outcome: Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::DeviceLost { .. }))
}

#[test]
fn swath_runs_inside_an_application_and_beside_its_own_work() {
    let Some((device, queue, swath)) = application() else { return };
    assert_eq!(swath.info().reason, "the application handed over its own device");
    assert!(swath.info().is_gpu);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 64,
        usage: wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    queue.write_buffer(&buffer, 0, &[1; 64]);
    let image = gray(&swath, &[1, 50, 200, 201]).unwrap();
    assert_eq!(image.threshold(Threshold::otsu()).unwrap().read().wait().unwrap().as_slice(), [0, 0, 255, 255]);
    let level = image.otsu_level().unwrap();
    assert_eq!(level.as_wgpu_buffer().map(|buffer| buffer.size() >= 4), Some(true));
    // The application's own errors stay the application's.
    let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let oversize = wgpu::BufferDescriptor {
        label: None,
        size: u64::MAX / 4,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    };
    drop(device.create_buffer(&oversize));
    assert!(pollster::block_on(scope.pop()).is_some());
    assert_eq!(pollster::block_on(image.read()).unwrap().as_slice(), [1, 50, 200, 201]);
}

#[test]
fn every_waiter_of_a_lost_device_gets_an_error() {
    let Some((device, _queue, swath)) = application() else { return };
    let image = gray(&swath, &[7; 10_000]).unwrap();
    image.read().wait().unwrap();
    let pending = image.threshold(Threshold::otsu()).unwrap();
    device.destroy();
    in_time("waiting", {
        let image = image.clone();
        move || assert!(is_lost(image.read().wait()), "a read that is waited for")
    });
    in_time("awaiting", {
        let image = image.clone();
        move || assert!(is_lost(pollster::block_on(image.read())), "a read that is awaited")
    });
    in_time("reading what was pending", move || assert!(pending.read().wait().is_err()));
    in_time("synchronizing", {
        let swath = swath.clone();
        move || assert!(is_lost(swath.synchronize()))
    });
    in_time("uploading", {
        let swath = swath.clone();
        move || {
            let outcome = gray(&swath, &[1, 2, 3]).and_then(|image| image.read().wait());
            assert!(is_lost(outcome));
        }
    });
    let text = in_time("one more read", move || image.read().wait().unwrap_err().to_string());
    assert!(
        text.starts_with("the device was lost: ") && text.ends_with("make a new Device and upload again"),
        "{text}"
    );
    in_time("dropping", move || drop(swath));
}

#[test]
fn readbacks_in_flight_when_the_device_goes_all_end() {
    let Some((device, _queue, swath)) = application() else { return };
    let images: Vec<_> = (0..40).map(|index| gray(&swath, &vec![index; 50_000]).unwrap()).collect();
    let reads: Vec<Readback<_>> = images.iter().map(|image| image.read()).collect();
    device.destroy();
    let outcomes = in_time("waiting for readbacks in flight", move || {
        let wait = |(index, read): (usize, Readback<_>)| match index % 2 {
            0 => read.wait(),
            _ => pollster::block_on(read),
        };
        reads.into_iter().enumerate().map(wait).collect::<Vec<_>>()
    });
    for (outcome, index) in outcomes.iter().zip(0_u8..) {
        match outcome {
            // Those that had arrived before are right.
            Ok(host) => {
                support::equal(host.as_slice(), &[index; 50_000]).unwrap_or_else(|wrong| panic!("{index}: {wrong}"))
            }
            Err(Error::DeviceLost { .. }) => {}
            Err(other) => panic!("{index}: {other}"),
        }
    }
    in_time("dropping", move || drop((images, swath)));
}

#[test]
fn another_device_is_not_touched_by_the_loss() {
    let (Some((device, _, lost)), Some((_keep, _, other))) = (application(), application()) else { return };
    device.destroy();
    assert!(in_time("reading", move || gray(&lost, &[1]).and_then(|image| image.read().wait())).is_err());
    assert_eq!(gray(&other, &[9]).unwrap().read().wait().unwrap().as_slice(), [9]);
}
