//! The stumbles of the chat. Their descriptors are numbered otherwise where there is no epoll.

use tests::{assert_transcript, without_inherited};

fn example(name: &str) -> String {
    without_inherited(&crate::example("chat", name))
}

#[test]
fn unbounded_queue() {
    assert_transcript!(example("unbounded_queue"));
}

#[test]
fn awaited_in_turn() {
    assert_transcript!(example("awaited_in_turn"));
}
