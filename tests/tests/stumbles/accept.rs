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

#[cfg(target_os = "linux")]
#[test]
fn time_wait() {
    assert_transcript!(example("time_wait"));
}

#[cfg(target_os = "linux")]
#[test]
fn reuse_address() {
    assert_transcript!(example("reuse_address"));
}

#[test]
fn byte_order() {
    assert_transcript!(example("byte_order"));
}

#[cfg(target_os = "linux")]
#[test]
fn closed_peer() {
    assert_transcript!(example("closed_peer"));
}

#[cfg(target_os = "linux")]
#[test]
fn nagle() {
    assert_transcript!(example("nagle"));
}

#[cfg(target_os = "linux")]
#[test]
fn reuse_port() {
    assert_transcript!(example("reuse_port"));
}

#[cfg(unix)]
#[test]
fn unix() {
    assert_transcript!(example("unix"));
}
