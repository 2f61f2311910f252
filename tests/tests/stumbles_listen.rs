//! The stumbles of step 3: its examples, and what ss(8) keeps to itself.

use tests::{Program, assert_snapshot, stable};

fn example(name: &str) -> Program {
    Program::example("step3-listen", name, &[])
}

/// Windows refuses where Linux lets wait.
#[cfg(target_os = "linux")]
#[test]
fn full_backlog() {
    assert_snapshot!(stable(&example("full_backlog").run().succeeded()));
}

#[test]
fn connect_before_accept() {
    assert_snapshot!(stable(&example("connect_before_accept").run().succeeded()));
}

#[test]
fn datagram_listen() {
    assert_snapshot!(stable(&example("datagram_listen").run().succeeded()));
}

/// What the lesson page shows, with real ports.
#[cfg(target_os = "linux")]
mod namespace {
    use insta::assert_snapshot;
    use tests::{Namespace, Program, stable};

    use super::example;

    /// A namespace in which the kernel has these ports to give, the first and the last.
    fn transcript(name: &str, ports: &str) -> String {
        let namespace = Namespace::new();
        namespace.ports(ports);
        namespace.inside(example(name)).run().succeeded()
    }

    /// Linux gives odd ports to bind and even ones to connect, as long as it has them.
    #[test]
    #[ignore = "needs a network namespace"]
    fn connect_before_accept() {
        assert_snapshot!(transcript("connect_before_accept", "51734 51735"));
    }

    /// Of the three clients any may have any port.
    #[test]
    #[ignore = "needs a network namespace"]
    fn full_backlog() {
        let transcript = transcript("full_backlog", "51734 51739");
        let transcript = stable(&transcript);
        assert_snapshot!(transcript.replace("port1", "51735").replace("port2", "51734"));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn datagram_listen() {
        assert_snapshot!(transcript("datagram_listen", "51734 51734"));
    }

    /// ss(8) as another user: the row is there, the process is not.
    #[test]
    #[ignore = "needs root"]
    fn process_of_another_user() {
        let namespace = Namespace::new();
        let mut server = namespace.inside(Program::lesson("step3-listen", &[])).start();
        server.port("LISTEN");
        let other = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let ss = ["ss", "-ltnp", "sport = :4444"];
        let nobody = Program::other("setpriv", &[&other[..], &ss].concat());
        let nobody = namespace.inside(nobody).run().succeeded();
        let root = namespace.inside(Program::other(ss[0], &ss[1..])).run().succeeded();
        let id = format!("pid={},", server.id());
        assert_snapshot!(format!("{root}\n{nobody}").replace(&id, "pid=PID,"));
    }
}
