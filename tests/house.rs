//! Rules of the house that no compiler checks, held to the sources themselves.

use std::path::{Path, PathBuf};

/// Every source file of the library, by its path in `src`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    gather(&root, &mut files);
    assert!(files.len() > 20, "sources are looked for in the wrong folder");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Files that are tests as a whole.
fn is_test(name: &str) -> bool {
    name == "shaders.rs" || name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// Lines of code with one of `words`, outside the files that `may` have them. Comments and tests do not count.
fn strays(words: &[&str], may: impl Fn(&str) -> bool) -> Vec<String> {
    let mut strays = Vec::new();
    for (name, text) in sources().iter().filter(|(name, _)| !is_test(name) && !may(name)) {
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (number, line) in (1..).zip(code.lines()) {
            let statement = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| statement.contains(word)) {
                strays.push(format!("src/{name}:{number}: {}", line.trim()));
            }
        }
    }
    strays
}

fn none(strays: Vec<String>, rule: &str) {
    assert!(strays.is_empty(), "{rule}:\n{}", strays.join("\n"));
}

#[test]
fn cpu_features_are_detected_in_one_file() {
    let words =
        ["Level::new", "is_x86_feature_detected", "is_aarch64_feature_detected", "Level::try_detect", "target_feature"];
    none(strays(&words, |name| name == "cpu/level.rs"), "only cpu/level.rs looks at CPU features");
    assert!(!strays(&["Level::new"], |name| name != "cpu/level.rs").is_empty(), "this test looks for the right word");
}

#[test]
fn wgpu_stays_on_its_floor() {
    // Types of wgpu in the two functions that are named for it, and pollster where a device is opened.
    let may = |name: &str| name.starts_with("gpu/") || ["device/mod.rs", "device/array.rs"].contains(&name);
    none(strays(&["wgpu::", "use wgpu"], may), "wgpu is known to src/gpu and to what is named for it");
    let interop = strays(&["wgpu::"], |name| !["device/mod.rs", "device/array.rs"].contains(&name));
    assert!(interop.iter().all(|line| line.contains("fn ")), "only signatures:\n{}", interop.join("\n"));
}

#[test]
fn lower_floors_know_nothing_of_upper_ones() {
    let floors = [
        ("environment.rs", &["memory", "device", "gpu", "cpu", "image", "points", "tensor", "stream"][..]),
        ("cancel.rs", &["memory", "device", "gpu", "cpu", "image", "points", "tensor", "stream"]),
        ("memory/", &["device", "gpu", "cpu", "image", "points", "tensor", "stream"]),
        ("cpu/", &["device", "gpu", "image", "points", "tensor", "stream"]),
        ("gpu/", &["device", "image", "points", "tensor", "stream"]),
        ("device/", &["image", "points", "tensor", "stream"]),
        ("tensor/", &["image", "points", "stream"]),
        ("image/", &["stream"]),
        ("points/", &["stream"]),
    ];
    for (floor, above) in floors {
        let words: Vec<_> = above.iter().map(|room| format!("crate::{room}")).collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        none(strays(&words, |name| !name.starts_with(floor)), &format!("src/{floor} knows only what is beneath it"));
    }
}

#[test]
fn the_library_says_nothing_by_itself_and_never_exits() {
    let words = [
        "println!",
        "eprintln!",
        "print!(",
        "eprint!(",
        "dbg!",
        "process::exit",
        "set_hook",
        "todo!(",
        "unimplemented!(",
    ];
    none(strays(&words, |_| false), "the library logs through `log` only");
}
