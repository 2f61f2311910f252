//! The stumbles of step 4: its examples.

use tests::{Program, assert_snapshot, stable};

fn example(name: &str) -> Program {
    Program::example("step4-accept", name, &[])
}

#[test]
fn accepted_port() {
    assert_snapshot!(stable(&example("accepted_port").run().succeeded()));
}

#[test]
fn no_message_boundaries() {
    assert_snapshot!(stable(&example("no_message_boundaries").run().succeeded()));
}

/// Its calls of fcntl(2) are others on Windows.
#[cfg(unix)]
#[test]
fn would_block() {
    assert_snapshot!(stable(&example("would_block").run().succeeded()));
}

#[test]
fn end_of_file() {
    assert_snapshot!(stable(&example("end_of_file").run().succeeded()));
}

/// wine takes this reset for an end of file.
#[cfg(unix)]
#[test]
fn reset_on_close() {
    assert_snapshot!(stable(&example("reset_on_close").run().succeeded()));
}

/// What the lesson page shows, with real ports.
#[cfg(target_os = "linux")]
mod namespace {
    use insta::assert_snapshot;
    use tests::{Namespace, Program};

    use super::example;

    /// A namespace with two ports to give: Linux gives the odd one to bind and the even
    /// one to connect. Of UDP only the even one is left, so that it is certain, too.
    fn transcript(name: &str) -> String {
        let namespace = Namespace::new();
        namespace.ports("51734 51735");
        let held = ["--type", "dgram", "127.0.0.1:51735"];
        let mut holder = namespace.inside(Program::lesson("step2-bind", &held)).start();
        holder.port("UNCONN");
        namespace.inside(example(name)).run().succeeded()
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn accepted_port() {
        assert_snapshot!(transcript("accepted_port"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn no_message_boundaries() {
        assert_snapshot!(transcript("no_message_boundaries"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn would_block() {
        assert_snapshot!(transcript("would_block"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn end_of_file() {
        assert_snapshot!(transcript("end_of_file"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn reset_on_close() {
        assert_snapshot!(transcript("reset_on_close"));
    }
}
