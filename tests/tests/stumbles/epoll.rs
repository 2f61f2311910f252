//! The stumbles of step 8, as epoll(7) of Linux has them.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("step8-epoll", name)
}

#[test]
fn edge_and_level() {
    assert_transcript!(example("edge_and_level"));
}

#[test]
fn not_drained() {
    assert_transcript!(example("not_drained"));
}

#[test]
fn starvation() {
    assert_transcript!(example("starvation"));
}

#[test]
fn stale_event() {
    assert_transcript!(example("stale_event"));
}

#[test]
fn rush() {
    assert_transcript!(example("rush"));
}
