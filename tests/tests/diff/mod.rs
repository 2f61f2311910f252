//! The diff of two files, as `git diff --no-index` shows it.

use std::path::Path;

use similar::TextDiff;

/// The unified diff of two files of the workspace.
pub fn diff(old: &str, new: &str) -> String {
    let (old_text, new_text) = (read(old), read(new));
    TextDiff::from_lines(&old_text, &new_text)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{old}"), &format!("b/{new}"))
        .to_string()
}

/// A text file of the workspace; a checkout with CRLF is as good as one without.
pub fn read(path: &str) -> String {
    let file: &Path = &tests::root().join(path);
    let text =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.replace("\r\n", "\n")
}
