//! What is raced on images, and by whom. The requests are known to the programs in `benches/compare`.

/// Sizes of the pictures, as the requests name them, and their pixels.
pub const SIZES: [(&str, f64); 3] =
    [("1024x1024", 1_048_576.0), ("1920x1080", 2_073_600.0), ("4096x4096", 16_777_216.0)];

/// An engine outside Rust.
pub struct Engine {
    /// What the table calls it.
    pub name: &'static str,
    /// What `image_peers.py` calls it.
    pub argument: &'static str,
    /// Whether it can use more than one thread.
    pub is_parallel: bool,
}

/// All of them, and the packages that they come in.
pub const ENGINES: [Engine; 3] = [
    Engine { name: "OpenCV", argument: "opencv", is_parallel: true },
    Engine { name: "Pillow", argument: "pillow", is_parallel: false },
    Engine { name: "ONNX Runtime", argument: "onnxruntime", is_parallel: true },
];
pub const PACKAGES: [&str; 4] =
    ["opencv-python-headless==5.0.0.93", "pillow==13.0.0", "onnxruntime==1.31.1", "onnx==1.23.2"];

/// One piece of work.
pub struct Work {
    /// The request for it, to Swath, and its name on the command line.
    pub name: &'static str,
    /// What the table calls it.
    pub title: &'static str,
    /// Bytes that each pixel of the picture moves at least: what a pass reads and writes, where the answer of one pass
    /// is needed to begin the next, summed over the passes.
    pub bytes: f64,
    /// Whether only the largest picture is of interest.
    pub is_for_large: bool,
    pub rivals: &'static [Rival],
}

/// A way in which an engine does the work.
pub struct Rival {
    /// The engine's name.
    pub engine: &'static str,
    /// What it calls the way.
    pub way: &'static str,
    /// The request for it.
    pub request: &'static str,
}

const fn open_cv(way: &'static str, request: &'static str) -> Rival {
    Rival { engine: "OpenCV", way, request }
}

const fn pillow(way: &'static str, request: &'static str) -> Rival {
    Rival { engine: "Pillow", way, request }
}

/// All works, in the order of the table.
pub const WORKS: [Work; 10] = [
    Work {
        name: "gray_rgb",
        title: "RGB to gray",
        bytes: 4.0,
        is_for_large: false,
        rivals: &[open_cv("cvtColor", "gray_rgb"), pillow("convert", "gray_rgb")],
    },
    Work {
        name: "gray_rgba",
        title: "RGBA to gray",
        bytes: 5.0,
        is_for_large: false,
        rivals: &[open_cv("cvtColor", "gray_rgba"), pillow("convert", "gray_rgba")],
    },
    Work {
        name: "threshold",
        title: "threshold",
        bytes: 2.0,
        is_for_large: false,
        rivals: &[open_cv("threshold", "threshold"), pillow("point", "threshold")],
    },
    // The level is known only when all of the gray is: that is written and read once more.
    Work {
        name: "gray_otsu",
        title: "RGB to gray, Otsu's threshold",
        bytes: 6.0,
        is_for_large: false,
        rivals: &[open_cv("cvtColor, threshold", "gray_otsu")],
    },
    Work {
        name: "normalize",
        title: "bytes to `f32` planes, mean and deviation given",
        bytes: 15.0,
        is_for_large: false,
        rivals: &[
            open_cv("blobFromImage, divide", "normalize_blob"),
            open_cv("split, LUT", "normalize_split_lut"),
            open_cv("split, addWeighted", "normalize_split_add"),
        ],
    },
    // Two passes: the statistics of all numbers are needed to begin the second, and so is their range.
    Work {
        name: "standardize",
        title: "standardize `f32`",
        bytes: 12.0,
        is_for_large: false,
        rivals: &[open_cv("meanStdDev, addWeighted", "standardize")],
    },
    Work {
        name: "quantize",
        title: "`f32` to `i8` by its range",
        bytes: 9.0,
        is_for_large: false,
        rivals: &[
            open_cv("minMaxLoc, addWeighted", "quantize"),
            Rival { engine: "ONNX Runtime", way: "DynamicQuantizeLinear", request: "quantize" },
        ],
    },
    Work {
        name: "statistics",
        title: "mean and deviation of RGB",
        bytes: 3.0,
        is_for_large: false,
        rivals: &[open_cv("meanStdDev", "statistics")],
    },
    // Of four rows, two are looked at, and every column: a cache holds whole lines.
    Work {
        name: "resize_bilinear",
        title: "resize to a quarter, bilinear",
        bytes: 1.5 + 3.0 / 16.0,
        is_for_large: true,
        rivals: &[open_cv("INTER_LINEAR", "resize_bilinear")],
    },
    Work {
        name: "resize_area",
        title: "resize to a quarter, area",
        bytes: 3.0 + 3.0 / 16.0,
        is_for_large: true,
        rivals: &[open_cv("INTER_AREA", "resize_area"), pillow("reduce", "resize_area")],
    },
];

/// Whether there is a work of this name.
pub fn is_one(name: &str) -> bool {
    WORKS.iter().any(|work| work.name == name)
}

/// What is wrong with a name that no work has.
pub fn unknown(name: &str) -> String {
    let names: Vec<_> = WORKS.iter().map(|work| work.name).collect();
    format!("there is no work `{name}`; use {}", names.join(", "))
}
