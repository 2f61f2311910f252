//! The exercises of step 1.

use tests::{Program, assert_transcript, stable};

fn exercise(name: &str) -> String {
    stable(&Program::example("step1-create", name, &[]).run().succeeded())
}

#[test]
fn two_sockets() {
    assert_transcript!(exercise("exercise_two_sockets"));
}

#[test]
fn datagram() {
    assert_transcript!(exercise("exercise_datagram"));
}
