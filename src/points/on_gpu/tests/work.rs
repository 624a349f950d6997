//! How much a query looks at: boxes, leaves and points, counted by the kernel of the search itself with counters written
//! into its text. The numbers depend on the walk alone, so that a software device tells those of any other.
//!
//! `docs/gpu-work.md` has the table and the command that prints it.

use std::path::PathBuf;

use super::*;
use crate::points::on_gpu::{knn, top_k};

/// What the queries of one run looked at.
struct Work {
    /// Boxes, points, leaves and points kept: the mean of each, and the most of any query.
    mean: [f64; 4],
    most: [u32; 4],
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (mean, most) in self.mean.iter().zip(self.most) {
            write!(f, " {mean:.0} ({most}) |")?;
        }
        Ok(())
    }
}

/// The text of the search with a line put behind each of these, which occurs once.
fn counting_shader(length: usize) -> String {
    let mut text = knn::shader(length);
    for (line, counter) in [
        ("fn squared_distance_to(box: u32, query: vec3f) -> f32 {\n", "work.x += 1u;\n"),
        (
            "fn scan(leaf: u32, query: vec3f, left_out: u32) {\n",
            "work.y += min(LEAF, params.points - leaf * LEAF);\nwork.z += 1u;\n",
        ),
        ("fn insert(distance: f32, index: u32, slot: u32) {\n", "work.w += 1u;\n"),
        (
            "fn write_list(start: u32) {\n",
            "indices[start] = work.x;\nindices[start + 1u] = work.y;\nindices[start + 2u] = work.z;\n\
             indices[start + 3u] = work.w;\nreturn;\n",
        ),
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line}");
        text = text.replace(line, &format!("{line}{counter}"));
    }
    text + "\nvar<private> work: vec4u;\n"
}

fn work(index: &GpuIndex, queries: Option<&[[f32; 3]]>, k: usize) -> Work {
    assert!(k >= 4, "a row holds the counters");
    let kernel = knn::kernel(counting_shader(top_k::length_for(k)));
    let len = queries.map_or(index.len(), <[_]>::len);
    let [counts, _] = index.nearest_by(&kernel, queries, &Reach::nearest(k), 1.0).unwrap();
    let read = index.gpu().read(&[(counts, 4 * len * k)]).unwrap().wait().unwrap();
    let (mut sums, mut most) = ([0_u64; 4], [0; 4]);
    for row in read[0].as_slice::<u32>().chunks(k) {
        for counter in 0..4 {
            sums[counter] += u64::from(row[counter]);
            most[counter] = most[counter].max(row[counter]);
        }
    }
    Work { mean: sums.map(|sum| sum as f64 / len as f64), most }
}

fn print(name: &str, asking: &str, k: usize, work: &Work) {
    println!("| {name} | {asking} | {k} |{work}");
}

#[test]
fn queries_look_at_few_boxes_and_points() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let points = samples::town(60_000, 41);
    let queries: Vec<_> = samples::town(60_000, 42).into_iter().step_by(6).collect();
    let index = index(gpu_of(&device), &tree(&points), false).unwrap();
    // Boxes and points of the table in `docs/gpu-work.md`, and half as much again.
    for (k, boxes, seen) in
        [(8, 120.0, 150.0), (16, 130.0, 200.0), (30, 145.0, 280.0), (64, 170.0, 475.0), (256, 250.0, 1_250.0)]
    {
        let work = work(&index, None, k);
        print("a town of 60,000", "its points", k, &work);
        assert!(work.mean[0] <= boxes && work.mean[1] <= seen && work.most[0] < 2_000, "k = {k}:{work}");
    }
    for (k, boxes, seen) in [(8, 210.0, 350.0), (16, 225.0, 435.0), (64, 265.0, 790.0)] {
        let work = work(&index, Some(&queries), k);
        print("a town of 60,000", "others", k, &work);
        assert!(work.mean[0] <= boxes && work.mean[1] <= seen && work.most[0] < 2_000, "k = {k}:{work}");
    }
}

#[test]
fn points_at_one_place_end_the_search_among_them() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let mut points = samples::town(40_000, 43);
    points[7_000..33_000].fill([20.0, 30.0, 1.0]);
    let queries: Vec<_> = points[6_000..8_000].to_vec();
    let index = index(gpu_of(&device), &tree(&points), false).unwrap();
    for queries in [None, Some(&queries[..])] {
        for k in [8, 64] {
            let work = work(&index, queries, k);
            print(
                "26,000 of 40,000 points at one place",
                if queries.is_some() { "others" } else { "its points" },
                k,
                &work,
            );
            assert!(work.most[0] < 2_000 && work.most[1] < 5_000, "k = {k}:{work}");
        }
    }
}

/// The first point file of the test data, where there is any: its coordinates as whole multiples of its scale.
fn real_points() -> Option<(String, Vec<[f32; 3]>)> {
    let folder = PathBuf::from(std::env::var_os("SWATH_TEST_DATA")?).join("points");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "laz"));
    files.sort();
    let path = files.first().unwrap_or_else(|| panic!("{} has no .laz file", folder.display()));
    let cloud = las::Reader::from_path(path).unwrap().read_all().unwrap();
    let raw = || cloud.x_raw().zip(cloud.y_raw()).zip(cloud.z_raw()).map(|((x, y), z)| [x, y, z]);
    let least = raw().fold([i32::MAX; 3], |least, point| std::array::from_fn(|axis| least[axis].min(point[axis])));
    let points = raw().map(|point| std::array::from_fn(|axis| (point[axis] - least[axis]) as f32)).collect();
    Some((path.file_name().unwrap().to_string_lossy().into_owned(), points))
}

#[test]
fn queries_of_a_real_cloud_look_at_few_boxes_and_points() {
    let Some(device) = device(DispatchLimits::default()) else { return };
    let Some((name, points)) = real_points() else {
        println!("SWATH_TEST_DATA is not set: real clouds are left out");
        return;
    };
    let scale = CurveScale::of(&points, &workers());
    let index = GpuIndex::build(gpu_of(&device), &points, scale, true).unwrap();
    let work = work(&index, None, 16);
    print(&name, "its points", 16, &work);
    assert!(work.mean[0] <= 160.0 && work.mean[1] <= 180.0 && work.most[0] < 2_000, "{work}");
}
