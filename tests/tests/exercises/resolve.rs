//! The exercises of step 0, solved.

use tests::{Program, assert_transcript};

#[cfg(unix)]
#[test]
fn socket_types() {
    let args = ["127.0.0.1", "4444"];
    let exercise = Program::example("step0-resolve", "exercise_socket_types", &args);
    assert_transcript!(exercise.run().succeeded());
}

#[test]
fn numeric_host() {
    let exercise =
        |name| Program::example("step0-resolve", "exercise_numeric_host", &[name]).run();
    assert_transcript!(exercise("localhost").exited(1));
    exercise("127.0.0.1").succeeded();
}
