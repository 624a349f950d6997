//! stub
#![allow(dead_code)]
#[path = "../support/terminal.rs"]
mod terminal;
#[path = "../support/timings.rs"]
mod timings;
mod extra_dimensions;
mod las_file;
mod las_new;
mod las_read;
mod las_write;
mod ply_file;
mod town;
mod unit;
fn main() {
    let t = std::time::Instant::now();
    let p = town::town(town::POINTS);
    eprintln!("town {:?}", t.elapsed());
    let las = las_new::las_of(&p).unwrap();
    las.write(std::path::Path::new("/tmp/town0.laz")).unwrap();
    eprintln!("{:?}", t.elapsed());
}
