//! Tiles against the whole: the same bits, whatever the cut.

use super::{TileOptions, TilePart};
use crate::device::Device;
use crate::error::Error;
use crate::points::samples::{self, Random};
use crate::points::{Convention, Feature, FeatureOptions, Features, Neighborhood, PointCloud, PointsOptions};

const NEIGHBORHOODS: [Neighborhood; 4] = [
    Neighborhood::Knn(16),
    Neighborhood::Radius(0.6),
    Neighborhood::KnnWithin { k: 12, radius: 1.0 },
    Neighborhood::OptimalK { min: 5, max: 14 },
];

/// Points far from zero in hundredths, with what all features need.
struct Cloud {
    xyz: Vec<[f64; 3]>,
    rgb: Vec<[u16; 3]>,
    infrared: Vec<u16>,
    ground: Vec<bool>,
}

impl Cloud {
    fn new(points: &[[f32; 3]]) -> Self {
        let mut random = Random::new(77);
        let mut channel = || random.whole(256) as u16;
        let step = |value: f32| (f64::from(value) * 100.0).round() / 100.0;
        Self {
            xyz: points.iter().map(|[x, y, z]| [650_000.0 + step(*x), 6_860_000.0 + step(*y), step(*z)]).collect(),
            rgb: points.iter().map(|_| [channel(), channel(), channel()]).collect(),
            infrared: points.iter().map(|_| channel()).collect(),
            ground: (0..points.len()).map(|index| index % 5 == 0).collect(),
        }
    }

    fn whole(&self, device: &Device, options: &PointsOptions) -> PointCloud {
        let cloud = device.points_with(&self.xyz, options).unwrap();
        let cloud = cloud.with_colors(&self.rgb, 255).unwrap().with_near_infrared(&self.infrared, 255).unwrap();
        cloud.with_ground(&self.ground).unwrap()
    }

    /// Cut into parts at these places.
    fn parts(&self, cuts: &[usize]) -> Vec<TilePart<'_>> {
        let ends = cuts.iter().copied().chain([self.xyz.len()]);
        let mut start = 0;
        let part = |end| {
            let range = std::mem::replace(&mut start, end)..end;
            TilePart::new(&self.xyz[range.clone()])
                .with_colors(&self.rgb[range.clone()], 255)
                .with_near_infrared(&self.infrared[range.clone()], 255)
                .with_ground(&self.ground[range])
        };
        ends.map(part).collect()
    }
}

/// Checks that tiles give the whole table; returns how many chunks there were.
fn check(
    name: &str,
    cloud: &Cloud,
    cuts: &[usize],
    points: PointsOptions,
    neighborhood: Neighborhood,
    features: &[Feature],
    options: &FeatureOptions,
) -> usize {
    let device = Device::cpu().unwrap();
    let whole = cloud.whole(&device, &points).features_with(neighborhood, features, options).unwrap();
    let whole = whole.read().wait().unwrap();
    let parts = cloud.parts(cuts);
    let tiles = device.tiles(&parts, &TileOptions { points, memory_limit: Some(1 << 20) }).unwrap();
    let mut seen = vec![0; cloud.xyz.len()];
    let (mut chunks, mut done) = (0, 0);
    tiles
        .features(neighborhood, features, options, |tile| {
            let first: usize = parts[..tile.part()].iter().map(|part| part.xyz.len()).sum();
            for feature in features {
                let (got, expected) = (tile.column(*feature).unwrap(), whole.column(*feature).unwrap());
                for (row, got) in tile.rows().iter().zip(got) {
                    let expected = expected[first + *row as usize];
                    let same = got.to_bits() == expected.to_bits();
                    assert!(same, "{name}, {neighborhood:?}: {feature} of {row} is {got}, not {expected}");
                }
            }
            tile.rows().iter().for_each(|row| seen[first + *row as usize] += 1);
            chunks += 1;
            done += tile.rows().len() as u64;
            assert_eq!((tile.progress().done, tile.progress().total), (done, seen.len() as u64));
            Ok::<(), Error>(())
        })
        .unwrap();
    assert!(seen.iter().all(|times| *times == 1), "{name}: every point once");
    chunks
}

#[test]
fn chunks_give_the_whole_for_every_neighbourhood_and_feature() {
    let cloud = Cloud::new(&samples::town(16_000, 3));
    let unit = PointsOptions { unit: Some(0.01), origin: None };
    for neighborhood in NEIGHBORHOODS {
        for points in [unit, PointsOptions::default()] {
            let options = FeatureOptions::default();
            let chunks = check("town", &cloud, &[], points, neighborhood, &Features::all(), &options);
            assert!(chunks >= 8, "{chunks} chunks only");
        }
    }
    let options = FeatureOptions { convention: Convention::Pdal, viewpoint: Some([650_010.0, 6_860_010.0, 90.0]) };
    let features = [Feature::NormalX, Feature::Linearity, Feature::NormalVariation];
    check("town", &cloud, &[7_000], unit, Neighborhood::Knn(9), &features, &options);
}

#[test]
fn parts_are_each_others_neighbours() {
    let mut points = samples::town(6_000, 4);
    // Two tiles side by side, and one that lies among both.
    points[..4_000].sort_by(|a, b| a[0].total_cmp(&b[0]));
    let cloud = Cloud::new(&points);
    let unit = PointsOptions { unit: Some(0.01), origin: None };
    for neighborhood in NEIGHBORHOODS {
        let features = [Feature::Planarity, Feature::NormalZ, Feature::HeightAboveGround, Feature::Ndvi];
        check("parts", &cloud, &[2_000, 2_000, 4_000], unit, neighborhood, &features, &FeatureOptions::default());
    }
}

#[test]
fn clouds_that_break_halos_give_the_whole() {
    let mut outliers = samples::town(9_000, 5);
    outliers[4_321] = [1e5, -1e5, 1e4];
    outliers[17] = [20.0, 20.0, 3_000.0];
    let mut random = Random::new(6);
    let clouds = [
        ("outliers", outliers),
        ("identical points", vec![[3.0, 4.0, 5.0]; 7_000]),
        ("a line", (0..8_000).map(|i| [i as f32 * 0.25, 0.0, 0.0]).collect()),
        ("a grid", (0..8_000).map(|i| [(i % 20) as f32, (i / 20 % 20) as f32, (i / 400) as f32]).collect()),
        (
            "dense and sparse",
            (0..9_000).map(|_| [random.unit().powi(6) * 900.0, random.unit(), random.unit()]).collect(),
        ),
        ("fewer points than neighbours", samples::town(9, 1)),
        ("one point", vec![[1.0, 2.0, 3.0]]),
        ("no points", vec![]),
    ];
    let features = [Feature::Planarity, Feature::NormalX, Feature::KthDistance, Feature::NormalVariation];
    for (name, points) in clouds {
        let cloud = Cloud::new(&points);
        for neighborhood in NEIGHBORHOODS {
            let unit = PointsOptions { unit: Some(0.01), origin: None };
            check(name, &cloud, &[], unit, neighborhood, &features, &FeatureOptions::default());
        }
    }
}

#[test]
fn what_is_wrong_is_said_and_the_callbacks_error_ends_the_work() {
    let device = Device::cpu().unwrap();
    let xyz = [[0.0; 3], [1.0; 3]];
    let part = TilePart::new(&xyz);
    let options = TileOptions { memory_limit: Some(1_000), ..TileOptions::default() };
    let error = device.tiles(&[part], &options).unwrap_err();
    assert_eq!(error.to_string(), "the memory limit of 1000 bytes is too small for tiles; give at least 1048576");
    let error = device.tiles(&[part.with_ground(&[true])], &TileOptions::default()).unwrap_err();
    assert!(matches!(error, Error::AttributeLength { given: 1, points: 2, .. }), "{error}");
    let tiles = device.tiles(&[part, part], &TileOptions::default()).unwrap();
    let ask = |feature| {
        let neighborhood = Neighborhood::Knn(3);
        tiles.features(neighborhood, &[feature], &FeatureOptions::default(), |_| Err(Error::NoGround)).unwrap_err()
    };
    assert!(matches!(ask(Feature::HeightAboveGround), Error::MissingAttribute { .. }));
    assert!(matches!(ask(Feature::Ndvi), Error::MissingAttribute { .. }));
    assert!(matches!(ask(Feature::Planarity), Error::NoGround), "what the callback returns");
}

/// Far from the origin `f32` moves points by more than a millimetre: a neighbour may lie beyond the radius and count.
#[test]
fn rounding_at_the_border_of_a_chunk_is_allowed_for() {
    let mut random = Random::new(8);
    let xyz: Vec<_> = (0..6_000)
        .map(|_| [f64::from(random.unit()) * 40.0, f64::from(random.unit()) * 40.0, f64::from(random.unit())])
        .collect();
    let cloud = Cloud { rgb: vec![[0; 3]; 6_000], infrared: vec![0; 6_000], ground: vec![true; 6_000], xyz };
    let far = PointsOptions { unit: None, origin: Some([-40_000.0, 30_000.0, 0.0]) };
    let features = [Feature::NeighborCount, Feature::KthDistance, Feature::Planarity];
    for neighborhood in NEIGHBORHOODS {
        check("far from the origin", &cloud, &[], far, neighborhood, &features, &FeatureOptions::default());
    }
    let everything = Neighborhood::KnnWithin { k: 7, radius: 1e12 };
    let chunks = check("no radius", &cloud, &[], far, everything, &features, &FeatureOptions::default());
    assert!(chunks < 20, "a radius that leaves out nothing does not load everything");
}
