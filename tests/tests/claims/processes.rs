//! Communication between processes: two programs, in whatever language each is written.

use crate::c::c;
use tests::{Program, Running, accept, assert_transcript, listen, serve};

/// All values that a byte can have, more than one buffer of them.
fn bytes() -> Vec<u8> {
    (0..=255).cycle().take(10_000).collect()
}

/// Two processes, and each knows the other by its address.
#[test]
fn names_of_both_ends() {
    let (mut server, port) = serve();
    let mut client = Program::lesson("client", &[&format!("127.0.0.1:{port}")]).start();
    let (there, here) = (client.until_row("ESTAB"), server.until_row("ESTAB"));
    assert_ne!(server.id(), client.id());
    assert_eq!(here.local, format!("127.0.0.1:{port}"));
    assert_eq!([&here.local, &here.peer], [&there.peer, &there.local]);
    client.finish().succeeded();
}

/// Bytes go both ways over one connection, and neither end needs to be the first.
#[test]
fn both_ways() {
    use std::io::{Read, Write};

    let (listener, address) = listen();
    let mut client = Program::lesson("client", &[&address]).start();
    let mut server = accept(&listener);
    client.until_row("ESTAB");
    server.write_all(b"from the server\n").expect("the client reads");
    client.until(|line| line == "from the server");
    client.write(b"from the client\n");
    let mut received = [0; 16];
    server.read_exact(&mut received).expect("the client sends");
    assert_eq!(&received, b"from the client\n");
    client.end_input();
    client.until(|line| line.starts_with("shutdown("));
    drop(server);
    client.wait().succeeded();
}

fn python_server() -> (Running, u16) {
    let file = "step4-accept/socket_accept.py";
    let mut server = Program::python(file, &["127.0.0.1", "0"]).start();
    let line = server.until(|line| line.starts_with("Socket 3 bound to"));
    server.until(|line| line == "Socket 3 listens");
    (server, number(&line))
}

fn c_server() -> (Running, u16) {
    let mut server = c("step4-accept/socket_accept.c", &["0"]).start();
    let line = server.until(|line| line.starts_with("port "));
    (server, number(&line))
}

/// The number at the end of a line: `Socket 3 bound to ('127.0.0.1', 51734)`.
fn number(line: &str) -> u16 {
    let digits = line.trim_end_matches(|c: char| !c.is_ascii_digit());
    let start = digits.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |last| last + 1);
    digits[start..].parse().expect("a port")
}

fn rust_client(port: u16) -> Program {
    Program::lesson("client", &[&format!("127.0.0.1:{port}")])
}

fn python_client(port: u16) -> Program {
    Program::python("client/socket_connect.py", &["127.0.0.1", &port.to_string()])
}

fn c_client(port: u16) -> Program {
    c("client/socket_connect.c", &[&port.to_string()])
}

/// Every byte comes back unchanged, twice: the server goes on after its first client.
fn converse((_server, port): (Running, u16), client: fn(u16) -> Program) {
    for _ in 0..2 {
        let (client, reply) = client(port).run_apart(&bytes());
        client.succeeded();
        assert!(reply == bytes());
    }
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn rust_server_python_client() {
    converse(serve(), python_client);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn python_server_rust_client() {
    converse(python_server(), rust_client);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn rust_server_c_client() {
    converse(serve(), c_client);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn c_server_rust_client() {
    converse(c_server(), rust_client);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn python_server_c_client() {
    converse(python_server(), c_client);
}

#[test]
#[ignore = "needs the tools of .ci/packages"]
fn c_server_python_client() {
    converse(c_server(), python_client);
}

/// What the lecture's own files print, where a client comes and goes.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn lecture_in_python() {
    let (mut server, port) = python_server();
    let (client, reply) = python_client(port).run_apart(b"Hello, server!");
    assert_eq!(reply, b"Hello, server!");
    let client = client.succeeded();
    let own = number(&server.until(|line| line.starts_with("Socket 4 accepted from")));
    server.until(|line| line == "Socket 4 closed");
    let transcript = format!("{}\n{client}", server.stop());
    let transcript = transcript.replace(&port.to_string(), "4444");
    assert_transcript!(transcript.replace(&own.to_string(), "51734"));
}
