//! The stumbles of step 9. Their descriptors are numbered otherwise where there is no epoll.

use tests::{assert_transcript, without_inherited};

fn example(name: &str) -> String {
    without_inherited(&crate::example("step9-await", name))
}

#[test]
fn blocking_call() {
    assert_transcript!(example("blocking_call"));
}

#[test]
fn select_drops() {
    assert_transcript!(example("select_drops"));
}

#[test]
fn executor_by_hand() {
    assert_transcript!(example("executor_by_hand"));
}
