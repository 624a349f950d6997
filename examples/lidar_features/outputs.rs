//! Where results go: names that are checked before any work is done, and the files themselves.

use std::fs;
use std::path::{Path, PathBuf};

use swath::Feature;

use crate::coloring::{Coloring, shapes};
use crate::flags::Flags;
use crate::input::Input;
use crate::las_file::LasFile;
use crate::named;
use crate::picture::{self, Scene};
use crate::run::Table;
use crate::terminal::Outcome;
use crate::vicinity::Vicinity;

/// Complains about what could only fail later; makes the folder for several files.
///
/// The LAS files to write, one an input, are the result.
pub fn check(flags: &Flags) -> Outcome<Option<Vec<PathBuf>>> {
    if let Some(path) = &flags.picture {
        check_file(path, &["png", "jpg", "jpeg"])?;
    }
    if let Some(path) = &flags.timings {
        check_folder(path)?;
    }
    let Some(out) = &flags.out else { return Ok(None) };
    if flags.inputs.len() < 2 {
        return check_file(out, &["las", "laz"]).map(|()| Some(vec![out.clone()]));
    }
    let files = files_in(out, &flags.inputs)?;
    fs::create_dir_all(out).map_err(|error| named(out, &error))?;
    Ok(Some(files))
}

/// A file of the same name as each input; `.laz` where the input is not LAS.
fn files_in(folder: &Path, inputs: &[PathBuf]) -> Outcome<Vec<PathBuf>> {
    if is_one_of(folder, &["las", "laz"]) && !folder.is_dir() {
        return Err(format!("{}: of several inputs --out is a folder, not a file", folder.display()).into());
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for input in inputs {
        let name = input.file_name().map(Path::new).ok_or_else(|| format!("{}: not a file", input.display()))?;
        let name = if is_one_of(input, &["las", "laz"]) { name.to_owned() } else { name.with_extension("laz") };
        let file = folder.join(name);
        if files.contains(&file) {
            return Err(format!("{}: two of the inputs would be written here", file.display()).into());
        }
        if inputs.iter().any(|input| is_same(input, &file)) {
            return Err(format!("{}: is an input; choose another folder for --out", file.display()).into());
        }
        files.push(file);
    }
    Ok(files)
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn is_one_of(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

fn check_file(path: &Path, endings: &[&str]) -> Outcome<()> {
    if !is_one_of(path, endings) {
        return Err(format!("{}: its name must end in .{}", path.display(), endings.join(" or .")).into());
    }
    check_folder(path)
}

fn check_folder(path: &Path) -> Outcome<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(()) } else { Err(format!("{}: its folder does not exist", path.display()).into()) }
}

/// Draws all inputs into one picture; what was written is the result.
pub fn draw(path: &Path, inputs: &[Input], tables: &[Table], flags: &Flags) -> Outcome<String> {
    let all = inputs.iter().flat_map(|input| input.points.iter().copied());
    let scene = Scene::new(all, f64::from(flags.tilt));
    let picture = match flags.color {
        Coloring::Feature(feature) => {
            let mut values = Vec::new();
            for table in tables {
                values.extend_from_slice(table.column(feature).ok_or("the feature of the picture was not computed")?);
            }
            scene.draw(&values, feature.name())
        }
        Coloring::Shape => {
            let all: Vec<_> = tables.iter().map(shapes).collect::<Outcome<_>>()?;
            scene.draw_shapes(&all.concat())
        }
    };
    picture::save(&picture, path).map_err(|error| named(path, &error))?;
    let (width, height) = picture.dimensions();
    Ok(format!("wrote {}, {width} x {height} pixels, colour by {}", path.display(), flags.color))
}

/// Appends one dimension a feature and writes the file; the note names dimensions that could not keep their name.
pub fn store(
    path: &Path,
    mut las: LasFile,
    table: &Table,
    features: &[Feature],
    vicinity: &Vicinity,
) -> Outcome<String> {
    let mut columns = Vec::new();
    let mut renamed = String::new();
    for feature in features {
        columns.push(table.column(*feature).ok_or("a feature of the file was not computed")?);
        let name = las.extra.push_float(feature.name(), &vicinity.description(*feature));
        if name != feature.name() {
            renamed += &format!(", {} as {name} because that name was taken", feature.name());
        }
    }
    las.append(&columns).and_then(|()| las.write(path)).map_err(|error| named(path, &error))?;
    Ok(format!("wrote {}, dimensions added: {}{renamed}", path.display(), columns.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::parsed;

    #[test]
    fn names_that_could_only_fail_later_are_refused_first() {
        let cases = [
            (&["--out", "a.txt"][..], "a.txt: its name must end in .las or .laz"),
            (&["--picture", "missing/a.png"], "missing/a.png: its folder does not exist"),
            (&["a.las", "b.las", "--out", "c.laz"], "c.laz: of several inputs --out is a folder, not a file"),
            (&["a.las", "x/a.las", "--out", "o"], "o/a.las: two of the inputs would be written here"),
            (&["README.md", "Cargo.toml", "--out", "c.laz"], "c.laz: of several inputs --out is a folder, not a file"),
        ];
        for (arguments, message) in cases {
            assert_eq!(check(&parsed(arguments)).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn an_input_is_never_written_over() {
        let folder = std::env::temp_dir().join(format!("swath-outputs-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let inputs = ["a.laz", "b.laz"].map(|name| folder.join(name));
        fs::write(&inputs[1], "x").unwrap();
        let error = files_in(&folder, &inputs).unwrap_err().to_string();
        fs::remove_dir_all(&folder).unwrap();
        assert!(error.ends_with("b.laz: is an input; choose another folder for --out"), "{error}");
    }

    #[test]
    fn several_inputs_keep_their_names_and_other_formats_become_laz() {
        let inputs = ["a/one.las", "b/two.LAZ", "c/three.ply"].map(PathBuf::from);
        let expected = ["out/one.las", "out/two.LAZ", "out/three.laz"].map(PathBuf::from);
        assert_eq!(files_in(Path::new("out"), &inputs).unwrap(), expected);
    }
}
