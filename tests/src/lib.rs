//! The harness: builds the lessons once, runs them as a learner would, and ends them.

mod alike;
mod chance;
pub mod crowd;
mod executables;
mod guest;
mod inherited;
mod program;
mod row;
mod servers;
mod stable;
#[macro_use]
mod transcript;
pub mod markdown;
#[cfg(target_os = "linux")]
pub mod picture;
#[cfg(target_os = "linux")]
pub mod recording;
pub mod windows;

#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod trace;

use std::path::Path;
use std::time::Duration;

pub use alike::alike;
pub use chance::Chance;
pub use executables::executable;
pub use guest::Guest;
pub use inherited::without_inherited;
#[cfg(target_os = "linux")]
pub use namespace::Namespace;
#[cfg(target_os = "linux")]
pub use process::allow_descriptors;
pub use program::{Finished, Program, Running};
pub use row::Row;
#[cfg(target_os = "linux")]
pub use row::ss;
pub use servers::{accept, bind, connect, hello, listen, serve};
pub use stable::stable;
#[cfg(target_os = "linux")]
pub use trace::{Trace, notation};
pub use transcript::{recorded, snapshots};

/// The bound of every wait. It is long: a machine under load is no reason to fail.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The packages of the lessons, which have exercises and solutions.
pub const LESSONS: [&str; 11] = [
    "step0-resolve",
    "step1-create",
    "step2-bind",
    "step3-listen",
    "step4-accept",
    "step5-recvfrom",
    "step6-thread",
    "step7-poll",
    "step8-epoll",
    "step9-await",
    "client",
];

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a workspace")
}

/// A text file of the workspace; a checkout with CRLF is as good as one without.
///
/// # Panics
///
/// There is no such file.
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    let text = std::fs::read_to_string(&path);
    text.unwrap_or_else(|error| panic!("{}: {error}", path.display())).replace("\r\n", "\n")
}
