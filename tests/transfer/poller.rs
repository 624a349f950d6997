//! The thread that polls a GPU while somebody awaits a readback: it sleeps when nobody does, and goes with the device.
//!
//! It is known by the waker, which runs on it.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

use swath::{Device, DeviceOptions, HostTensor, Neighborhood, Readback};

use crate::devices::{gpu_with, noop_with, on_gpu};
use crate::support::{executors::say, watchdog};

/// How long an idle thread is watched.
const IDLE: Duration = Duration::from_millis(300);

/// Devices that nobody but the test holds.
fn devices() -> Vec<Device> {
    gpu_with(on_gpu()).into_iter().chain([noop_with(&DeviceOptions::default())]).collect()
}

/// A waker that says on which thread it ran.
struct Where(Mutex<Sender<String>>);

impl Wake for Where {
    fn wake(self: Arc<Self>) {
        // A second call finds nobody listening.
        let _ = self.0.lock().unwrap().send(this_thread());
    }
}

/// The thread's folder below `/proc`.
fn this_thread() -> String {
    let link = std::fs::read_link("/proc/thread-self").expect("Linux has /proc");
    format!("/proc/{}", link.display())
}

/// CPU time of a thread so far; none once it is gone.
fn cpu_time(thread: &str) -> Option<Duration> {
    let line = std::fs::read_to_string(format!("{thread}/schedstat")).ok()?;
    line.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Reads back more than arrives at once, so that the first look never finds it ready.
fn slow_read(device: &Device) -> Readback<HostTensor<u8>> {
    device.tensor(&vec![7; 30 << 20], &[30 << 20]).unwrap().read()
}

/// Awaits a readback once, and returns the folder of the thread that woke it.
fn awaken(device: &Device) -> String {
    for _ in 0..100 {
        let (sender, receiver) = channel();
        let waker = Waker::from(Arc::new(Where(Mutex::new(sender))));
        let mut read = slow_read(device);
        let mut read = Pin::new(&mut read);
        if read.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            continue;
        }
        let thread = receiver.recv_timeout(Duration::from_secs(60)).expect("the waker was never called");
        assert_ne!(thread, this_thread(), "nobody polled here");
        let Some(result) = (0..60_000).find_map(|_| match read.as_mut().poll(&mut Context::from_waker(&waker)) {
            std::task::Poll::Ready(result) => Some(result),
            std::task::Poll::Pending => {
                std::thread::sleep(Duration::from_millis(1));
                None
            }
        }) else {
            panic!("woken, it is not ready");
        };
        assert!(result.unwrap().as_slice().iter().all(|byte| *byte == 7));
        return thread;
    }
    panic!("every readback was there at the first look");
}

#[cfg(target_os = "linux")]
#[test]
fn it_sleeps_while_nobody_awaits_anything() {
    for device in devices() {
        let thread = awaken(&device);
        assert_eq!(awaken(&device), thread, "one thread serves all");
        // It may be at its last look.
        std::thread::sleep(Duration::from_millis(50));
        let before = cpu_time(&thread).expect("the thread stays");
        std::thread::sleep(IDLE);
        let used = cpu_time(&thread).expect("the thread stays") - before;
        say(format_args!("the poller of {} used {used:?} of {IDLE:?} idle", device.info()));
        assert!(used < IDLE / 6, "{used:?} of {IDLE:?}");
        // A readback that was polled and dropped keeps nobody awake either.
        let mut read = slow_read(&device);
        let _ = Pin::new(&mut read).poll(&mut Context::from_waker(Waker::noop()));
        drop(read);
        device.synchronize().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        let before = cpu_time(&thread).expect("the thread stays");
        std::thread::sleep(IDLE);
        let used = cpu_time(&thread).expect("the thread stays") - before;
        assert!(used < IDLE / 6, "{used:?} of {IDLE:?} after a readback was dropped");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_waits_without_spinning_while_the_device_works() {
    let Some(device) = gpu_with(on_gpu()) else { return };
    let thread = awaken(&device);
    let xyz: Vec<_> = (0..40_000).map(|i| [f64::from(i % 200), f64::from(i / 200), f64::from(i * 7 % 11)]).collect();
    let cloud = device.points(&xyz).unwrap();
    cloud.build_index().unwrap();
    device.synchronize().unwrap();
    let (start, before) = (Instant::now(), cpu_time(&thread).unwrap());
    let features = swath::Features::eigen();
    let read = cloud.features(Neighborhood::Knn(64), &features).unwrap().read();
    assert_eq!(pollster::block_on(read).unwrap().len(), 40_000);
    let (took, used) = (start.elapsed(), cpu_time(&thread).unwrap() - before);
    say(format_args!("the poller used {used:?} of a wait of {took:?}"));
    assert!(used < took / 2 + Duration::from_millis(20), "{used:?} of {took:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn it_ends_with_the_device() {
    for device in devices() {
        let name = device.info().to_string();
        let thread = awaken(&device);
        let clone = device.clone();
        drop(device);
        assert!(cpu_time(&thread).is_some(), "a clone still needs it");
        watchdog::in_time("dropping the device", move || drop(clone));
        // It was joined, and the system forgets it a moment later.
        let is_gone = (0..2_000).any(|_| {
            std::thread::sleep(Duration::from_millis(1));
            cpu_time(&thread).is_none()
        });
        assert!(is_gone, "{name}: the thread is still there");
    }
}

/// A waker that drops the last handles of a device.
struct Last {
    handles: Mutex<Option<(Device, Readback<HostTensor<u8>>)>>,
    gone: Mutex<Sender<String>>,
}

impl Wake for Last {
    fn wake(self: Arc<Self>) {
        let handles = self.handles.lock().unwrap().take();
        if handles.is_some() {
            drop(handles);
            self.gone.lock().unwrap().send(this_thread()).unwrap();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_last_handle_may_go_inside_a_waker() {
    for open in [|| gpu_with(on_gpu()), || Some(noop_with(&DeviceOptions::default()))] {
        for _ in 0..5 {
            let Some(device) = open() else { continue };
            let thread = awaken(&device);
            let (sender, receiver) = channel();
            let last = Arc::new(Last { handles: Mutex::new(None), gone: Mutex::new(sender) });
            let waker = Waker::from(last.clone());
            let mut handles = last.handles.lock().unwrap();
            let mut read = slow_read(&device);
            let polled = Pin::new(&mut read).poll(&mut Context::from_waker(&waker));
            if polled.is_ready() {
                continue;
            }
            *handles = Some((device, read));
            drop(handles);
            let there = receiver.recv_timeout(Duration::from_secs(60)).expect("dropping in the waker hangs");
            assert_eq!(there, thread);
            let is_gone = (0..10_000).any(|_| {
                std::thread::sleep(Duration::from_millis(1));
                cpu_time(&thread).is_none()
            });
            assert!(is_gone, "the thread that dropped its own device is still there");
        }
    }
}
