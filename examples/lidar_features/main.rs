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
mod picture;
mod ply_file;
mod town;
mod unit;
fn main() {
    let t = std::time::Instant::now();
    let a: Vec<String> = std::env::args().collect();
    let (p, v): (Vec<[f64; 3]>, Vec<f32>) = if a.len() > 2 {
        let las = las_read::read_las(std::path::Path::new(&a[2])).unwrap();
        (las.points(), std::fs::read("/tmp/vals.f32").unwrap().chunks_exact(4).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect())
    } else {
        let p = town::town(town::POINTS);
        let v = p.iter().map(|p| p[2] as f32).collect();
        las_new::las_of(&p).unwrap().write(std::path::Path::new("/tmp/town0.laz")).unwrap();
        (p, v)
    };
    eprintln!("{:?}", t.elapsed());
    picture::draw(&p, &v, "planarity").save(&a[1]).unwrap();
    eprintln!("{:?}", t.elapsed());
}
