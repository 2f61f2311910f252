//! The stumbles of step 4.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("step4-accept", name)
}

#[test]
fn accepted_port() {
    assert_transcript!(example("accepted_port"));
}

#[test]
fn no_message_boundaries() {
    assert_transcript!(example("no_message_boundaries"));
}

/// Its calls of fcntl(2) are others on Windows.
#[cfg(unix)]
#[test]
fn would_block() {
    assert_transcript!(example("would_block"));
}

#[test]
fn end_of_file() {
    assert_transcript!(example("end_of_file"));
}

/// wine takes this reset for an end of file.
#[cfg(unix)]
#[test]
fn reset_on_close() {
    assert_transcript!(example("reset_on_close"));
}
