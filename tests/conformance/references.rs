//! The references themselves: textbook answers are known, and wrong answers are found.

use swath::{Device, Neighborhood};

use crate::support::neighbors::{Lists, check, nearest};
use crate::support::{Mismatch, equal, features};

#[test]
fn the_reference_for_neighbors_keeps_the_lower_index_of_equals() {
    let points = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]];
    assert_eq!(nearest(&points, &[3, 0], 3), [[(0.0, 0), (0.0, 3), (1.0, 1)], [(0.0, 0), (0.0, 3), (1.0, 1)]]);
    assert_eq!(nearest(&points, &[1], 9)[0].len(), 4);
}

#[test]
fn a_swap_of_ties_a_repeated_index_and_a_wrong_distance_are_found() {
    let local = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let expected = nearest(&local, &[0], 3);
    let verdict = |indices: [u32; 3], distance: f32| {
        let (mut rows, mut distances) = ([0; 9], [0.0; 9]);
        rows[..3].copy_from_slice(&indices);
        distances[..3].copy_from_slice(&[0.0, 1.0, distance]);
        check(&local, 1.0, &[0], &expected, &Lists { k: 3, indices: &rows, squared_distances: &distances })
    };
    assert_eq!(verdict([0, 1, 2], 1.0), Ok(()));
    for wrong in
        [verdict([0, 2, 1], 1.0), verdict([0, 1, 1], 1.0), verdict([0, 1, 7], 1.0), verdict([0, 1, 2], 1.00001)]
    {
        assert!(wrong.is_err());
    }
}

#[test]
fn features_of_other_points_are_found_to_be_wrong() {
    let points: Vec<[f64; 3]> = (0..60).map(|i| [f64::from(i % 8), f64::from(i / 8), f64::from(i * i % 7)]).collect();
    let cloud = Device::cpu().unwrap().points(&points).unwrap();
    let lists = cloud.knn(9).unwrap().read().wait().unwrap();
    let table = cloud.features(Neighborhood::Knn(9), &swath::Features::eigen()).unwrap().read().wait().unwrap();
    let verdict =
        |local: &[[f64; 3]]| features::check(local, 1.0, lists.indices(), 9, &table, &features::Bounds::of(false));
    assert_eq!(verdict(&points), Ok(()));
    // A ten-thousandth of a step is found.
    let mut moved = points.clone();
    moved[30][2] += 1e-4;
    assert!(verdict(&moved).is_err());
}

#[test]
fn a_wrong_byte_is_reported_with_its_place() {
    assert_eq!(equal(&[1, 2, 3], &[1, 2, 3]), Ok(()));
    assert_eq!(equal(&[1, 9, 3], &[1, 2, 3]), Err(Mismatch::at(1, 9, 2)));
    assert_eq!(equal(&[1], &[1, 2]), Err(Mismatch::at("the length", 1, 2)));
}
