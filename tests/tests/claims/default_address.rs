//! The lecture's example: bound to ('127.0.0.1', 4444), printed, closed; then the port is
//! free again.

use tests::{Namespace, Program};

/// Of a socket that was only bound nothing stays behind: no TIME_WAIT.
#[test]
#[ignore = "needs a network namespace"]
fn free_again() {
    let namespace = Namespace::new();
    let rust = || namespace.inside(Program::lesson("step2-bind", &[]));
    let python = || namespace.inside(Program::python("step2-bind/socket_bind.py", &[]));
    for _ in 0..2 {
        let transcript = rust().run().succeeded();
        assert!(transcript.contains("\nbind(3, 127.0.0.1:4444) = 0\n"), "{transcript}");
        assert!(transcript.ends_with("\nclose(3)\n"), "{transcript}");
        let transcript = python().run().succeeded();
        let line = "\nSocket 3 bound to ('127.0.0.1', 4444)\n";
        assert!(transcript.contains(line), "{transcript}");
    }
}

/// While one has it, no other gets it; once it is closed, the next does.
#[test]
#[ignore = "needs a network namespace"]
fn taken_until_it_is_closed() {
    let namespace = Namespace::new();
    let step2 = || namespace.inside(Program::lesson("step2-bind", &[]));
    let mut first = step2().start();
    first.until_row("UNCONN");
    let second = step2().run().exited(1);
    assert!(second.contains("bind(3, 127.0.0.1:4444) = -1 EADDRINUSE ("), "{second}");
    first.finish().succeeded();
    step2().run().succeeded();
}

/// The notes leave `.bind` out: a socket of Python is no function.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn line_of_the_notes() {
    let lines = "import socket; default_socket = socket.socket(); \
                 default_socket(('127.0.0.1', 4444))";
    let transcript = Program::other("python3", &["-c", lines]).run().exited(1);
    assert!(
        transcript.ends_with("TypeError: 'socket' object is not callable\n"),
        "{transcript}"
    );
}
