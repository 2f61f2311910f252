//! The executables of the workspace, built when a test asks for the first one.

use std::collections::HashMap;
use std::env::{self, consts::EXE_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use escargot::{CargoBuild, format::Message};

use crate::root;

/// The executable of a lesson, or of one of its examples: built, not merely found, so
/// that it is never an old one.
///
/// Where no cargo runs, the variable `PREBUILT` names the folder in which they are.
pub fn executable(name: &str) -> &'static Path {
    static EXECUTABLES: LazyLock<HashMap<String, PathBuf>> =
        LazyLock::new(|| match env::var_os("PREBUILT") {
            Some(folder) => prebuilt(Path::new(&folder)),
            None => build(),
        });
    EXECUTABLES.get(name).unwrap_or_else(|| panic!("no executable {name}"))
}

/// The folder into which cargo has built this test: a relative CARGO_TARGET_DIR would be
/// another one for each program that has a folder of its own.
pub(crate) fn target() -> Option<PathBuf> {
    let test = env::current_exe().ok()?;
    let target = test.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    target.map(Path::to_owned)
}

fn build() -> HashMap<String, PathBuf> {
    let cargo = CargoBuild::new().manifest_path(root().join("Cargo.toml"));
    let cargo = match target() {
        Some(folder) => cargo.target_dir(folder),
        None => cargo,
    };
    cargo
        .arg("--workspace")
        .bins()
        .examples()
        .current_release()
        .exec()
        .expect("cargo runs")
        .filter_map(|message| match message.expect("the lessons build").decode() {
            Ok(Message::CompilerArtifact(artifact)) => {
                Some((artifact.target.name.into(), artifact.executable?.into()))
            }
            _ => None,
        })
        .collect()
}

fn prebuilt(folder: &Path) -> HashMap<String, PathBuf> {
    [folder.to_owned(), folder.join("examples")]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name()?.to_str()?.strip_suffix(EXE_SUFFIX)?.to_owned();
            Some((name, path))
        })
        .collect()
}
