//! The exercises of step 9.

use std::io::Read;
use std::net::TcpStream;

use tests::crowd::round_trip;
use tests::{Program, connect};

/// The silent one is closed; the other speaks longer than that, and stays.
#[test]
fn idle_timeout() {
    let server = Program::example("step9-await", "exercise_idle_timeout", &["127.0.0.1:0"]);
    let (_server, port) = server.serve();
    let mut silent = connect(port);
    let client = connect(port);
    silent.set_nonblocking(true).expect("O_NONBLOCK");
    let closed = loop {
        round_trip(&client, b"still here");
        match silent.read(&mut [0; 1]) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => (),
            closed => break closed,
        }
    };
    assert_eq!(closed.expect("an end of file"), 0);
    round_trip(&client, b"and here");
}

#[test]
fn graceful() {
    let server = Program::example("step9-await", "exercise_graceful", &["127.0.0.1:0"]);
    let (mut server, port) = server.serve();
    let client = connect(port);
    round_trip(&client, b"before");
    server.interrupt();
    server.until(|line| line == "close(3)");
    TcpStream::connect(("127.0.0.1", port)).expect_err("nobody listens");
    round_trip(&client, b"after");
    drop(client);
    server.wait().succeeded();
}

/// One who stays: the wait is bounded.
#[test]
fn graceful_without_waiting_for_ever() {
    let server = Program::example("step9-await", "exercise_graceful", &["127.0.0.1:0"]);
    let (server, port) = server.serve();
    let client = connect(port);
    round_trip(&client, b"before");
    server.interrupt();
    server.wait().succeeded();
}
