//! Snapshots of what a person would see, all in the folder `tests/tests/snapshots`.

use crate::{alike, read, root};

/// `insta::assert_snapshot!` for what a program shows. Windows has snapshots of its own,
/// `NAME@windows.snap`; any other system is [`alike`](crate::alike()).
#[macro_export]
macro_rules! assert_transcript {
    ($($argument:tt)*) => {{
        let _scope = $crate::snapshots().bind_to_scope();
        insta::assert_snapshot!($($argument)*);
    }};
}

/// What [`assert_transcript`](crate::assert_transcript) asks of insta on this system.
pub fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join(FOLDER));
    settings.set_omit_expression(true);
    if cfg!(windows) {
        settings.set_snapshot_suffix("windows");
    } else if !cfg!(target_os = "linux") {
        settings.set_comparator(Box::new(alike::Alike));
    }
    settings
}

/// What a snapshot has recorded.
///
/// # Panics
///
/// There is no snapshot of this name.
pub fn recorded(name: &str) -> String {
    let snapshot = read(format!("{FOLDER}/{name}.snap"));
    snapshot.splitn(3, "---\n").nth(2).expect("a head and a body").to_owned()
}

const FOLDER: &str = "tests/tests/snapshots";
