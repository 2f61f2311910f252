//! The exercises of step 1, solved.

use insta::assert_snapshot;
use tests::{Program, without_ids};

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
