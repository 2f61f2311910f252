//! A system that has no snapshots of its own is held to those of Linux, in what POSIX says.

use insta::Comparator;
use insta::internals::SnapshotContents;

/// Compares the transcripts of two systems: see [`alike`].
pub(crate) struct Alike;

impl Comparator for Alike {
    fn matches(&self, reference: &insta::Snapshot, test: &insta::Snapshot) -> bool {
        match (reference.contents(), test.contents()) {
            (SnapshotContents::Text(reference), SnapshotContents::Text(test)) => {
                alike(&reference.to_string(), &test.to_string())
            }
            _ => false,
        }
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(Self)
    }
}

/// Whether the transcript of another system shows the same calls in the same order, as
/// that of Linux does.
///
/// What may differ: a column that is `-`, the code and the words of a failure and what is
/// said about it, the command that shows the socket from outside.
pub fn alike(linux: &str, other: &str) -> bool {
    let mut lines = linux.lines().zip(other.lines());
    linux.lines().count() == other.lines().count()
        && lines.all(|(linux, other)| line(linux) == line(other) || row(linux, other))
}

/// What a line has in common on all systems.
fn line(line: &str) -> &str {
    ["help: ", "Look at it from another terminal: ", " = -1 E", " = EAI_"]
        .iter()
        .find_map(|common| line.get(..line.find(common)? + common.len()))
        .unwrap_or(line)
}

/// A row, in which the other system may not tell a column.
fn row(linux: &str, other: &str) -> bool {
    let indented = linux.contains("    ") && other.contains("    ");
    let (linux, other) = (linux.split_whitespace(), other.split_whitespace());
    indented
        && linux.clone().count() == other.clone().count()
        && linux.zip(other).all(|(linux, other)| linux == other || other == "-")
}
