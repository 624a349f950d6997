//! Races on one picture. Swath's image is on its device before the clock starts; its result is read back. Rivals that
//! can write into memory that is there already do so, and those that can use several threads have as many as Swath.

mod gray;
mod normalize;
mod quantize;
mod resize;
mod standardize;
mod statistics;
mod threshold;

use std::fmt::Display;
use std::rc::Rc;

use rayon::ThreadPool;

use super::Race;
use crate::executors::{Executor, Team, teams};
use crate::inputs::Picture;
use crate::is_timed;

/// Makes a race, with all answers checked.
type Make = fn(&Setting) -> Race<'static>;

/// Every work on images, by the name that `cargo xtask compare images` has for it too.
const WORKS: [(&str, Make); 10] = [
    ("gray_rgb", gray::rgb),
    ("gray_rgba", gray::rgba),
    ("threshold", threshold::binary),
    ("gray_otsu", threshold::gray_otsu),
    ("normalize", normalize::planes),
    ("standardize", standardize::numbers),
    ("statistics", statistics::channels),
    ("quantize", quantize::numbers),
    ("resize_bilinear", resize::bilinear),
    ("resize_area", resize::area),
];

/// Which races on images there are to be.
pub struct ImageRaces {
    /// Works by name; none for all.
    pub works: &'static [&'static str],
    /// Widths and heights of the pictures.
    pub sizes: &'static [(u32, u32)],
    /// Whether there is a race on one thread too, not on all alone.
    pub on_one_thread: bool,
    /// Whether Swath races at every SIMD level and on the GPU, not at its best on the CPU alone.
    pub on_every_executor: bool,
}

/// What all contestants of a race have in common.
struct Setting {
    picture: Rc<Picture>,
    team: &'static Team,
    executors: &'static [Executor],
}

impl ImageRaces {
    /// The races, each made when its turn comes. Where nothing is timed, they are on one small picture.
    pub fn races(&self) -> impl Iterator<Item = Race<'static>> {
        let sizes = if is_timed() { self.sizes } else { &[(65, 33)] };
        let works: Vec<_> =
            WORKS.iter().filter(|(work, _)| self.works.is_empty() || self.works.contains(work)).collect();
        let teams = if self.on_one_thread { teams() } else { &teams()[teams().len() - 1..] };
        let every = self.on_every_executor;
        sizes.iter().flat_map(move |&(width, height)| {
            let picture = Rc::new(Picture::new(width, height));
            let settings = teams.iter().map(move |team| {
                let executors = if every { team.executors() } else { &team.executors()[..1] };
                Setting { picture: Rc::clone(&picture), team, executors }
            });
            let works = works.clone();
            settings.flat_map(move |setting| works.clone().into_iter().map(move |(_, make)| make(&setting)))
        })
    }
}

impl Setting {
    /// A race without contestants: `work/size/threads`.
    fn race(&self, work: &str) -> Race<'static> {
        let (width, height) = (self.picture.width(), self.picture.height());
        Race::new(format!("{work}/{width}x{height}/{}t", self.pool().current_num_threads()), self.picture.pixels())
    }

    /// The pool of everyone in the race.
    fn pool(&self) -> &'static ThreadPool {
        self.team.pool()
    }
}

/// Panics where two answers that must be equal are not, and names the first place.
fn assert_equal<T: PartialEq + Display>(who: &str, got: &[T], expected: &[T]) {
    assert_each(who, got, expected, |got, expected| got == expected);
}

/// Panics where two answers differ by more than `bound` anywhere, and names the first place.
fn assert_close<T: Copy + Into<f64> + Display>(who: &str, got: &[T], expected: &[T], bound: f64) {
    assert_each(who, got, expected, |&got, &expected| (got.into() - expected.into()).abs() <= bound);
}

fn assert_each<T: Display>(who: &str, got: &[T], expected: &[T], agrees: impl Fn(&T, &T) -> bool) {
    assert_eq!(got.len(), expected.len(), "{who}: how many values there are");
    let wrong = got.iter().zip(expected).position(|(got, expected)| !agrees(got, expected));
    if let Some(at) = wrong {
        panic!("{who}: value {at} is {}, expected {}", got[at], expected[at]);
    }
}
