//! Features of a cloud in tiles.

use super::certainty::Certainty;
use super::cut::{Chunk, halve};
use super::ground::Ground;
use super::load::{Place, load};
use super::lone::nearest_of_all;
use super::part::TiledCloud;
use crate::error::Error;
use crate::points::describe::{FeatureOptions, Pass};
use crate::points::feature::Needs;
use crate::points::{Feature, HostFeatures, Neighborhood, PointCloud};
use crate::progress::Progress;

/// So few uncertain rows are looked at one by one; more are worth a larger halo.
const FEW: usize = 64;
/// How often the halo is doubled before uncertain rows are looked at one by one, however many.
const MOST_DOUBLINGS: u32 = 6;
/// Where so few points spread so far that their halo exceeds the memory limit, they are outliers: looked at one by one.
const SMALLEST: usize = 256;

/// Features of some of the points, as they are done.
#[derive(Debug)]
pub struct TileFeatures<'a> {
    part: usize,
    rows: &'a [u32],
    features: &'a [Feature],
    columns: &'a [Vec<f32>],
    progress: Progress,
}

impl TileFeatures<'_> {
    /// Which of the parts they are of.
    pub fn part(&self) -> usize {
        self.part
    }

    /// Indices within the part, ascending: one a row.
    pub fn rows(&self) -> &[u32] {
        self.rows
    }

    /// The values of a feature, one a row; `None` if it was not asked for.
    pub fn column(&self, feature: Feature) -> Option<&[f32]> {
        let column = self.features.iter().position(|name| *name == feature)?;
        Some(&self.columns[column])
    }

    /// How many points are done with these.
    pub fn progress(&self) -> Progress {
        self.progress
    }
}

impl TiledCloud<'_> {
    /// Features of every point, handed to `each` as they are done: all points of a part before those of the next, and
    /// each point once. They are those that [`PointCloud::features_with`](crate::PointCloud::features_with) gives for all
    /// parts together, to the last bit.
    ///
    /// [`Feature::NormalVariation`] computes all normals first and keeps them, 16 bytes a point.
    ///
    /// # Errors
    /// As [`PointCloud::features_with`](crate::PointCloud::features_with), and whatever `each` returns, which ends the
    /// work; [`Error::ChannelMaximum`] if the parts' channels differ in range.
    ///
    /// # Examples
    /// At [`Device::tiles`](crate::Device::tiles).
    pub fn features<E: From<Error>>(
        &self,
        neighborhood: Neighborhood,
        features: &[Feature],
        options: &FeatureOptions,
        mut each: impl FnMut(TileFeatures<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if features.is_empty() {
            return Err(Error::NoFeatures.into());
        }
        let needs = |needed| features.iter().any(|feature| feature.needs() == needed);
        let ground = needs(Needs::Ground).then(|| Ground::of(self)).transpose()?;
        let normals = needs(Needs::Normals).then(|| self.normals(neighborhood, options)).transpose()?;
        let run = Run::new(self, neighborhood, features, options, ground, normals)?;
        run.all(&mut each)
    }

    /// Normals of all points, and how many neighbours they have.
    fn normals(&self, neighborhood: Neighborhood, options: &FeatureOptions) -> Result<Vec<Normals>, Error> {
        let features = [Feature::NormalX, Feature::NormalY, Feature::NormalZ, Feature::NeighborCount];
        let mut normals: Vec<_> = self.parts.iter().map(|part| vec![[f32::NAN; 4]; part.xyz.len()]).collect();
        let run = Run::new(self, neighborhood, &features, options, None, None)?;
        run.all(&mut |tile: TileFeatures<'_>| {
            for (place, row) in tile.rows.iter().enumerate() {
                normals[tile.part][*row as usize] = std::array::from_fn(|column| tile.columns[column][place]);
            }
            Ok::<(), Error>(())
        })?;
        Ok(normals)
    }
}

/// Normals of a part, and how many neighbours each is of.
type Normals = Vec<[f32; 4]>;

/// One request of all points.
struct Run<'a> {
    cloud: &'a TiledCloud<'a>,
    neighborhood: Neighborhood,
    certainty: Certainty,
    features: &'a [Feature],
    options: &'a FeatureOptions,
    ground: Option<Ground>,
    normals: Option<Vec<Normals>>,
    capacity: usize,
    chunks: Vec<Chunk>,
}

impl<'a> Run<'a> {
    fn new(
        cloud: &'a TiledCloud<'a>,
        neighborhood: Neighborhood,
        features: &'a [Feature],
        options: &'a FeatureOptions,
        ground: Option<Ground>,
        normals: Option<Vec<Normals>>,
    ) -> Result<Self, Error> {
        neighborhood.local(options.convention, cloud.unit())?;
        let certainty = Certainty::of(neighborhood, options.convention);
        let capacity = cloud.capacity(features.len() + 1);
        // A third is left for halos.
        let chunks = cloud.chunks((capacity / 3 * 2).max(SMALLEST));
        Ok(Self { cloud, neighborhood, certainty, features, options, ground, normals, capacity, chunks })
    }

    fn all<E: From<Error>>(&self, each: &mut impl FnMut(TileFeatures<'_>) -> Result<(), E>) -> Result<(), E> {
        let total = self.cloud.len() as u64;
        let mut done = 0;
        let mut waiting: Vec<Chunk> = self.chunks.iter().rev().cloned().collect();
        while let Some(chunk) = waiting.pop() {
            let Some(columns) = self.columns_of(&chunk)? else {
                let [lower, upper] = halve(&chunk, self.cloud.parts[chunk.part].xyz);
                waiting.extend([upper, lower]);
                continue;
            };
            done += chunk.indices.len() as u64;
            each(TileFeatures {
                part: chunk.part,
                rows: &chunk.indices,
                features: self.features,
                columns: &columns,
                progress: Progress::new(done, total),
            })?;
        }
        Ok(())
    }

    /// The columns of a chunk; `None` where it and its halo do not fit the memory.
    fn columns_of(&self, chunk: &Chunk) -> Result<Option<Vec<Vec<f32>>>, Error> {
        let mut halo = self.certainty.first_halo(self.cloud, chunk);
        let mut doublings = 0;
        loop {
            let region = chunk.bounds.expanded(halo).open_beyond(&self.cloud.all);
            let places = load(self.cloud, &self.chunks, &region);
            if places.len() > self.capacity {
                match self.certainty {
                    Certainty::Nearest { .. } if chunk.indices.len() <= SMALLEST => {
                        return self.all_alone(chunk).map(Some);
                    }
                    // A single point's neighbours are needed, however many they are.
                    Certainty::Within(_) if chunk.indices.len() == 1 => {}
                    _ => return Ok(None),
                }
            }
            let table = self.table(&places)?;
            let rows = rows_of(chunk, &places);
            let is_certain = |row: &usize| {
                let depth = region.depth(self.cloud.at(places[*row]));
                self.certainty.holds(
                    table.reach.counts[*row],
                    table.reach.distances[*row],
                    depth,
                    self.cloud.rounding(),
                )
            };
            let uncertain: Vec<_> = (0..rows.len()).filter(|row| !is_certain(&rows[*row])).collect();
            if uncertain.len() > FEW && doublings < MOST_DOUBLINGS {
                halo *= 2.0;
                doublings += 1;
                continue;
            }
            let mut columns: Vec<Vec<f32>> =
                table.columns.iter().map(|column| rows.iter().map(|row| column[*row]).collect()).collect();
            for row in uncertain {
                let alone = self.alone(places[rows[row]])?;
                columns.iter_mut().zip(alone).for_each(|(column, value)| column[row] = value);
            }
            return Ok(Some(columns));
        }
    }

    /// All features of some points, as if there were no others.
    fn table(&self, places: &[Place]) -> Result<Table, Error> {
        let needs = |needed: &[Needs]| self.features.iter().any(|feature| needed.contains(&feature.needs()));
        let (colors, infrared) = (needs(&[Needs::Colors, Needs::Infrared]), needs(&[Needs::Infrared]));
        let cloud = self.cloud.cloud_of(places, colors, infrared)?;
        let asked: Vec<_> = self.features.iter().copied().filter(|feature| is_direct(*feature)).collect();
        let asked_and_distance: Vec<_> = asked.iter().copied().chain([Feature::KthDistance]).collect();
        let table = cloud.features_with(self.neighborhood, &asked_and_distance, self.options)?;
        let reach = self.reach_of(&cloud)?;
        let table = table.read().wait()?;
        let mut columns = Vec::with_capacity(self.features.len());
        for feature in self.features {
            columns.push(match feature.needs() {
                Needs::Ground => match &self.ground {
                    Some(ground) => ground.heights_of(self.cloud, places)?,
                    None => vec![f32::NAN; places.len()],
                },
                Needs::Normals => self.variation(&cloud, places)?,
                _ => table.column(*feature).unwrap_or_default().to_vec(),
            });
        }
        Ok(Table { columns, reach: reach.unwrap_or_else(|| Reaches::of(&table)) })
    }

    /// Distances of the farthest neighbours that an optimal number looked at, chosen or not, and their number.
    fn reach_of(&self, cloud: &PointCloud) -> Result<Option<Reaches>, Error> {
        let Neighborhood::OptimalK { max, .. } = self.neighborhood else { return Ok(None) };
        let table =
            cloud.features_with(Neighborhood::Knn(max), &[Feature::KthDistance], self.options)?.read().wait()?;
        Ok(Some(Reaches::of(&table)))
    }

    fn variation(&self, cloud: &PointCloud, places: &[Place]) -> Result<Vec<f32>, Error> {
        let Some(normals) = &self.normals else { return Ok(vec![f32::NAN; places.len()]) };
        let of = |place: &Place| normals[place.part as usize][place.index as usize];
        let axis = |axis: usize| places.iter().map(|place| of(place)[axis]).collect();
        let counts = places.iter().map(|place| of(place)[3] as u32).collect();
        let pass = Pass { normals: [axis(0), axis(1), axis(2)], counts };
        cloud.variation_of(self.neighborhood, self.options, pass)
    }

    fn all_alone(&self, chunk: &Chunk) -> Result<Vec<Vec<f32>>, Error> {
        let mut columns = vec![Vec::with_capacity(chunk.indices.len()); self.features.len()];
        for index in &chunk.indices {
            let row = self.alone(Place { part: chunk.part as u32, index: *index })?;
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
        Ok(columns)
    }

    /// The row of one point, from its neighbours among all points.
    fn alone(&self, place: Place) -> Result<Vec<f32>, Error> {
        let k = match self.certainty {
            Certainty::Nearest { k, .. } => k,
            // Rows within a radius are always certain.
            Certainty::Within(_) => 1,
        };
        let places = nearest_of_all(self.cloud, &self.chunks, place, k);
        let table = self.table(&places)?;
        let row = places.binary_search(&place).unwrap_or(0);
        Ok(table.columns.iter().map(|column| column[row]).collect())
    }
}

/// Whether a chunk's own cloud can compute it.
fn is_direct(feature: Feature) -> bool {
    !matches!(feature.needs(), Needs::Ground | Needs::Normals)
}

/// Where the points of a chunk are among those loaded.
fn rows_of(chunk: &Chunk, places: &[Place]) -> Vec<usize> {
    let mut from = places.partition_point(|place| (place.part as usize) < chunk.part);
    let mut rows = Vec::with_capacity(chunk.indices.len());
    for index in &chunk.indices {
        while from < places.len() && places[from].index < *index {
            from += 1;
        }
        rows.push(from);
    }
    rows
}

/// Columns of what was loaded.
struct Table {
    columns: Vec<Vec<f32>>,
    reach: Reaches,
}

/// How far the neighbours that were looked at reach, and how many they are.
struct Reaches {
    distances: Vec<f32>,
    counts: Vec<u32>,
}

impl Reaches {
    fn of(table: &HostFeatures) -> Self {
        let distances = table.column(Feature::KthDistance).unwrap_or_default().to_vec();
        Self { distances, counts: table.neighbor_counts().to_vec() }
    }
}
