//! What moving bytes costs, beside `wgpu`'s own ways, on one device: `cargo bench -p swath-benches --bench transfers`.
//!
//! The contestants of a line run in turn, round after round; a line gives their medians. Everything ends when the device
//! has the bytes, or the host.

use std::hint::black_box;
use std::num::NonZero;
use std::time::Duration;

use swath::{Device, DeviceChoice, DeviceOptions, UnifiedMemory};
use swath_benches::{is_timed, turn};

const PIECES: usize = 1_000;
const PIECE: usize = 1 << 10;
const LARGE: usize = 32 << 20;

/// A name and what it does.
type Contestant<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn main() {
    let open = |unified| {
        Device::with_options(&DeviceOptions { choice: DeviceChoice::Gpu, unified, ..DeviceOptions::default() })
    };
    let (Ok(ring), Ok(direct)) = (open(UnifiedMemory::Off), open(UnifiedMemory::Force)) else {
        println!("transfers: no GPU, so nothing to compare");
        return;
    };
    println!("on {}", ring.info());
    let Some((device, queue)) = ring.as_wgpu() else { return };
    let wgpu = Wgpu { device, queue };
    let bytes: Vec<u8> = (0..LARGE).map(|index| (index % 251) as u8).collect();
    race("1,000 writes of 1 KiB side by side", small_writes(&ring, &direct, wgpu, &bytes));
    race("an upload of 32 MiB", large_upload(&ring, &direct, wgpu, &bytes));
    race("a readback of 32 MiB", large_readback(&ring, &direct, wgpu, &bytes));
    race("a buffer of 1 MiB, got and given back", buffers(&ring, wgpu, 1 << 20));
    race("a buffer of 64 MiB, got and given back", buffers(&ring, wgpu, 64 << 20));
    race(
        "the device up to date, nothing to do",
        vec![("swath::Device::synchronize", Box::new(|| ring.synchronize().expect("the device is there")))],
    );
    assert!(ring.leaks().is_empty(), "{}", ring.leaks());
}

/// Runs a line and prints it: how many times longer each takes than the first.
fn race(what: &str, mut contestants: Vec<Contestant<'_>>) {
    let rounds = if is_timed() { 15 } else { 1 };
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for ((_, run), times) in contestants.iter_mut().zip(&mut times) {
            times.push(if is_timed() { turn(&mut *run).median } else { once(run) });
        }
    }
    println!("\n{what}");
    let medians: Vec<_> = times.iter_mut().map(|times| median(times)).collect();
    for ((name, _), time) in contestants.iter().zip(&medians) {
        let ratio = time.as_secs_f64() / medians[0].as_secs_f64();
        println!("  {name:<32} {:>10.1} us  {ratio:>6.1}x", time.as_secs_f64() * 1e6);
    }
}

fn once(run: &mut dyn FnMut()) -> Duration {
    run();
    Duration::from_secs(1)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[derive(Clone, Copy)]
struct Wgpu<'a> {
    device: &'a wgpu::Device,
    queue: &'a wgpu::Queue,
}

impl Wgpu<'_> {
    fn buffer(self, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
    }

    fn encoder(self) -> wgpu::CommandEncoder {
        self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }

    fn wait(self) {
        self.device.poll(wgpu::PollType::wait_indefinitely()).expect("the device is there");
    }
}

fn storage() -> wgpu::BufferUsages {
    wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC
}

fn small_writes<'a>(ring: &'a Device, direct: &'a Device, wgpu: Wgpu<'a>, bytes: &'a [u8]) -> Vec<Contestant<'a>> {
    let write = move |device: &'a Device| {
        move || {
            let mut writer = device.array_writer::<u8>(PIECES * PIECE).expect("memory");
            bytes.chunks(PIECE).take(PIECES).for_each(|piece| writer.write(piece).expect("room"));
            let array = writer.finish().expect("memory");
            device.synchronize().expect("the device is there");
            drop(array);
        }
    };
    let target = wgpu.buffer((PIECES * PIECE) as u64, storage());
    let (belt_target, queue_target) = (target.clone(), target);
    let mut belt = wgpu::util::StagingBelt::new(wgpu.device.clone(), (PIECES * PIECE) as u64);
    vec![
        ("swath, staging ring", Box::new(write(ring))),
        ("swath, shared memory", Box::new(write(direct))),
        (
            "wgpu::util::StagingBelt",
            Box::new(move || {
                let mut encoder = wgpu.encoder();
                for (index, piece) in bytes.chunks(PIECE).take(PIECES).enumerate() {
                    let size = NonZero::new(PIECE as u64).expect("pieces are not empty");
                    let offset = (index * PIECE) as u64;
                    belt.write_buffer(&mut encoder, &belt_target, offset, size).copy_from_slice(piece);
                }
                belt.finish();
                wgpu.queue.submit([encoder.finish()]);
                belt.recall();
                wgpu.wait();
            }),
        ),
        (
            "wgpu::Queue::write_buffer",
            Box::new(move || {
                for (index, piece) in bytes.chunks(PIECE).take(PIECES).enumerate() {
                    wgpu.queue.write_buffer(&queue_target, (index * PIECE) as u64, piece);
                }
                wgpu.queue.submit([]);
                wgpu.wait();
            }),
        ),
    ]
}

fn large_upload<'a>(ring: &'a Device, direct: &'a Device, wgpu: Wgpu<'a>, bytes: &'a [u8]) -> Vec<Contestant<'a>> {
    let upload = move |device: &'a Device| {
        move || {
            let array = device.array(bytes).expect("memory");
            device.synchronize().expect("the device is there");
            drop(array);
        }
    };
    let target = wgpu.buffer(LARGE as u64, storage());
    vec![
        ("swath, staging ring", Box::new(upload(ring))),
        ("swath, shared memory", Box::new(upload(direct))),
        (
            "wgpu::Queue::write_buffer",
            Box::new(move || {
                wgpu.queue.write_buffer(&target, 0, bytes);
                wgpu.queue.submit([]);
                wgpu.wait();
            }),
        ),
    ]
}

fn large_readback<'a>(ring: &'a Device, direct: &'a Device, wgpu: Wgpu<'a>, bytes: &'a [u8]) -> Vec<Contestant<'a>> {
    let read = move |device: &'a Device| {
        let array = device.array(bytes).expect("memory");
        move || drop(array.read().wait().expect("the device is there"))
    };
    let source = wgpu.buffer(LARGE as u64, storage());
    wgpu.queue.write_buffer(&source, 0, bytes);
    let mut kept = vec![0; LARGE];
    vec![
        ("swath, staging ring", Box::new(read(ring))),
        ("swath, shared memory", Box::new(read(direct))),
        (
            "a fresh staging buffer",
            Box::new({
                let source = source.clone();
                // Seen by `black_box`: an allocation that nobody looks at would be optimised away, and its copy with it.
                move || drop(black_box(fresh(wgpu, &source, |view| view.to_vec())))
            }),
        ),
        (
            "the same, to a vector that is kept",
            Box::new(move || {
                fresh(wgpu, &source, |view| kept.copy_from_slice(view));
                black_box(&kept);
            }),
        ),
    ]
}

/// Reads a buffer back by a staging buffer that is made for it.
fn fresh<R>(wgpu: Wgpu<'_>, source: &wgpu::Buffer, take: impl FnOnce(&[u8]) -> R) -> R {
    let size = source.size();
    let staging = wgpu.buffer(size, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
    let mut encoder = wgpu.encoder();
    encoder.copy_buffer_to_buffer(source, 0, &staging, 0, size);
    wgpu.queue.submit([encoder.finish()]);
    staging.slice(..).map_async(wgpu::MapMode::Read, |mapped| mapped.expect("it can be mapped"));
    wgpu.wait();
    let view = staging.slice(..).get_mapped_range().expect("it is mapped");
    take(&view)
}

fn buffers<'a>(swath: &'a Device, wgpu: Wgpu<'a>, bytes: u64) -> Vec<Contestant<'a>> {
    vec![
        ("swath's pool", Box::new(move || drop(swath.array_writer::<u8>(bytes as usize).expect("memory")))),
        (
            "wgpu::Device::create_buffer",
            Box::new(move || {
                drop(wgpu.buffer(bytes, storage()));
                // What is dropped is freed when somebody looks.
                let _ = wgpu.device.poll(wgpu::PollType::Poll);
            }),
        ),
    ]
}
