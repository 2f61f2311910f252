//! The diff of two files, as `git diff --no-index` shows it.

use similar::TextDiff;
use tests::read;

/// The unified diff of two files of the workspace.
pub fn diff(old: &str, new: &str) -> String {
    let (old_text, new_text) = (read(old), read(new));
    TextDiff::from_lines(&old_text, &new_text)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{old}"), &format!("b/{new}"))
        .to_string()
}
