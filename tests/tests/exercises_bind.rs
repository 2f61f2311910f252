//! The exercises of step 2, solved.
#![cfg(unix)]

use tests::{Program, stable};

fn exercise(name: &str) -> String {
    let exercise = Program::example("step2-bind", name, &["127.0.0.1:0"]);
    stable(&exercise.run().succeeded())
}

#[test]
fn local_address() {
    insta::assert_snapshot!(exercise("exercise_local_address"));
}

/// What the documents show: port 4444, and where the kernel chooses, port 51735.
#[cfg(target_os = "linux")]
mod namespace {
    use insta::assert_snapshot;
    use tests::{Namespace, Program, without_ids};

    fn exercise(name: &str) -> String {
        let namespace = Namespace::new();
        namespace.ports("51735 51735");
        let exercise = Program::example("step2-bind", name, &[]);
        without_ids(&namespace.inside(exercise).run().succeeded())
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn local_address() {
        assert_snapshot!(exercise("exercise_local_address"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn two_protocols() {
        assert_snapshot!(exercise("exercise_two_protocols"));
    }
}
