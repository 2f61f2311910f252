//! The exercises of step 0, solved.

use insta::assert_snapshot;
use tests::Program;

#[cfg(unix)]
#[test]
fn socket_types() {
    let args = ["127.0.0.1", "4444"];
    let exercise = Program::example("step0-resolve", "exercise_socket_types", &args);
    assert_snapshot!(exercise.run().succeeded());
}

#[test]
fn numeric_host() {
    let exercise =
        |name| Program::example("step0-resolve", "exercise_numeric_host", &[name]).run();
    assert_snapshot!(exercise("localhost").exited(1));
    exercise("127.0.0.1").succeeded();
}
