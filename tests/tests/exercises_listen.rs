//! The exercises of step 3: each solution, run.
#![cfg(target_os = "linux")]

use insta::assert_snapshot;
use tests::{Namespace, Program};

/// A namespace in which the kernel has one port to give, 51734.
fn run(name: &str) -> String {
    let namespace = Namespace::new();
    namespace.ports("51734 51734");
    let exercise = Program::example("step3-listen", name, &[]);
    namespace.inside(exercise).run().succeeded()
}

#[test]
#[ignore = "needs a network namespace"]
fn no_bind() {
    assert_snapshot!(run("exercise_no_bind"));
}

#[test]
#[ignore = "needs a network namespace"]
fn listen_again() {
    assert_snapshot!(run("exercise_listen_again"));
}
