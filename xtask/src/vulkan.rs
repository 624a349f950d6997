//! Whether this machine has a Vulkan loader and a driver for it. Looks at files only and loads nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

const LOADER: &str = "libvulkan.so.1";

/// Folders of drivers that the loader itself searches, beneath those named in the environment.
/// Vulkan-Loader, docs/LoaderDriverInterface.md, "Driver Discovery on Linux".
const DATA_FOLDERS: [&str; 5] = ["/usr/local/etc", "/usr/local/share", "/etc", "/usr/share", "/usr/etc"];

/// What stands in the way of Vulkan, in words.
#[derive(Debug, PartialEq)]
pub enum Problem {
    /// Something that a package can bring.
    Missing(String),
    /// The environment points away from every driver, so that no package helps.
    Misdirected(String),
}

/// Whether this Linux has a loader and a driver.
pub fn look() -> Result<(), Problem> {
    if loader_folders().iter().all(|folder| !folder.join(LOADER).exists()) && !linker_knows_loader() {
        return Err(Problem::Missing(format!("there is no Vulkan loader ({LOADER})")));
    }
    look_for_driver(&|name| std::env::var_os(name))
}

/// The driver's part of [`look`], in the environment that `variable` reads.
fn look_for_driver(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<(), Problem> {
    for name in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        let Some(value) = variable(name) else { continue };
        return match std::env::split_paths(&value).any(|path| path.is_file() || holds_driver(&path)) {
            true => Ok(()),
            false => Err(Problem::Misdirected(format!("{name} names no Vulkan driver: {}", value.display()))),
        };
    }
    match driver_folders(variable).iter().any(|folder| holds_driver(folder)) {
        true => Ok(()),
        false => Err(Problem::Missing("there is no Vulkan driver (a .json file in an icd.d folder)".into())),
    }
}

fn driver_folders(variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let named = ["XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS"];
    let named = named.iter().filter_map(|name| variable(name));
    let mut folders: Vec<PathBuf> = named.flat_map(|value| std::env::split_paths(&value).collect::<Vec<_>>()).collect();
    folders.extend(DATA_FOLDERS.map(PathBuf::from));
    if let Some(home) = variable("HOME") {
        folders.push(Path::new(&home).join(".local/share"));
        folders.push(Path::new(&home).join(".config"));
    }
    folders.iter().map(|folder| folder.join("vulkan/icd.d")).collect()
}

fn holds_driver(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "json"))
}

fn loader_folders() -> Vec<PathBuf> {
    let named = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let usual = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"].map(PathBuf::from);
    std::env::split_paths(&named).chain(usual).collect()
}

fn linker_knows_loader() -> bool {
    let listings = ["/sbin/ldconfig", "/usr/sbin/ldconfig", "ldconfig"];
    let mut listings = listings.iter().filter_map(|program| process::output(Command::new(program).arg("-p")));
    listings.any(|listing| listing.contains(LOADER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(name: &str, files: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("swath-xtask-{}-{name}", std::process::id()));
        let drivers = folder.join("vulkan/icd.d");
        std::fs::create_dir_all(&drivers).unwrap();
        for file in files {
            std::fs::write(drivers.join(file), "{}").unwrap();
        }
        folder
    }

    #[test]
    fn a_driver_named_in_the_environment_is_the_only_one_that_counts() {
        let folder = folder_with("named", &["soft.json"]);
        let driver = folder.join("vulkan/icd.d/soft.json");
        let named = |value: PathBuf| move |name: &str| (name == "VK_DRIVER_FILES").then(|| value.clone().into());
        assert_eq!(look_for_driver(&named(driver)), Ok(()));
        assert_eq!(look_for_driver(&named(folder.join("vulkan/icd.d"))), Ok(()));
        let problem = "VK_DRIVER_FILES names no Vulkan driver: /nowhere/soft.json".into();
        assert_eq!(look_for_driver(&named("/nowhere/soft.json".into())), Err(Problem::Misdirected(problem)));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_data_folder_counts_once_it_holds_a_json_file() {
        for (name, files, expected) in [("full", &["soft.json"][..], true), ("other", &["readme.txt"], false)] {
            let folder = folder_with(name, files);
            let folders = driver_folders(&|name| (name == "XDG_DATA_DIRS").then(|| folder.clone().into()));
            assert_eq!(holds_driver(&folders[0]), expected, "{name}");
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
}
