//! The exercises of step 3.

use tests::{Program, assert_transcript, stable};

fn exercise(name: &str, args: &[&str]) -> String {
    stable(&Program::example("step3-listen", name, args).run().succeeded())
}

#[test]
fn no_bind() {
    assert_transcript!(exercise("exercise_no_bind", &[]));
}

#[test]
fn listen_again() {
    assert_transcript!(exercise("exercise_listen_again", &["127.0.0.1:0"]));
}
