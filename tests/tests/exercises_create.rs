//! The exercises of step 1, solved.
#![cfg(unix)]

use tests::{Program, assert_snapshot, without_ids};

fn exercise(name: &str) -> String {
    without_ids(&Program::example("step1-create", name, &[]).run().succeeded())
}

#[test]
fn two_sockets() {
    assert_snapshot!(exercise("exercise_two_sockets"));
}

#[test]
fn datagram() {
    assert_snapshot!(exercise("exercise_datagram"));
}
