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
    let a: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    let result = (|| -> terminal::Outcome<()> {
        let mut las = las_read::read_las(std::path::Path::new(&a[1]))?;
        let n = las.len();
        let v: Vec<f32> = (0..n).map(|i| i as f32).collect();
        println!("{n} unit {:?} {:?}", unit::common_unit(las.scales()), t.elapsed());
        println!("{}", las.extra.push_float("planarity", "k = 16"));
        println!("{}", las.extra.push_float("normal_z", "k = 16"));
        las.append(&[&v, &v])?;
        las.write(std::path::Path::new(&a[2]))?;
        println!("{:?}", t.elapsed());
        Ok(())
    })();
    std::process::exit(if terminal::exit_code(result) == std::process::ExitCode::SUCCESS { 0 } else { 1 });
}
