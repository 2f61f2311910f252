//! The exercises of step 2.

use tests::{Program, assert_transcript, stable};

fn exercise(name: &str, args: &[&str]) -> String {
    stable(&Program::example("step2-bind", name, args).run().succeeded())
}

/// Its own default is port 0.
#[test]
fn local_address() {
    assert_transcript!(exercise("exercise_local_address", &[]));
}

/// It needs a port that is free for both protocols.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn two_protocols() {
    let exercise = Program::example("step2-bind", "exercise_two_protocols", &[]);
    let shown = tests::Namespace::new().inside(exercise).run().succeeded();
    assert_transcript!(stable(&shown));
}
