//! The exercises of step 4.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use tests::{Program, Running, assert_transcript, connect, stable};

fn serve(name: &str) -> (Running, String) {
    let (server, port) = Program::example("step4-accept", name, &["127.0.0.1:0"]).serve();
    (server, format!("127.0.0.1:{port}"))
}

#[test]
fn upper_case() {
    let (_server, address) = serve("exercise_upper_case");
    let mut client = Program::lesson("client", &[&address]).start();
    client.until_row("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "HELLO, SERVER!");
    assert_transcript!(stable(&client.finish().succeeded()));
}

/// The judge speaks to a server, and all checks pass. What to build next is left out.
fn judge(address: &str, lesson: &str) -> String {
    let judged = Program::lesson("judge", &[address, "--only", lesson]).run().succeeded();
    let end = "checks passed.\n";
    let (checks, _) = judged.split_once(end).expect("all passed");
    stable(&format!("{checks}{end}"))
}

/// All that the server still sends.
fn rest(mut client: &TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).expect("the server ends its side");
    rest
}

/// What the exercises are held against: the lesson itself passes.
#[test]
fn judged() {
    let (_server, port) = tests::serve();
    assert_transcript!(judge(&format!("127.0.0.1:{port}"), "accept"));
}

/// A server is stopped while a client is connected, and starts again on the same port.
#[test]
fn reuse_address() {
    let (mut server, address) = serve("exercise_reuse_address");
    let mut client = Program::lesson("client", &[&address]).start();
    client.until_row("ESTAB");
    server.until_row("ESTAB");
    server.stop();
    client.until(|line| line == "recv(3, 65536) = 0");
    client.finish().succeeded();
    // The address is not free: who does not set the option does not get it.
    let other = Program::lesson("step2-bind", &[&address]).run().exited(1);
    assert!(other.contains(" = -1 EADDRINUSE "), "{other}");

    let start = || {
        let again = Program::example("step4-accept", "exercise_reuse_address", &[&address]);
        again.serve().0
    };
    assert_transcript!(stable(&start().stop()));
    let _server = start();
    judge(&address, "accept");
}

/// The option of the new server alone is not enough: the old one has not set it.
#[test]
fn reuse_address_after_the_lesson() {
    let (mut server, port) = tests::serve();
    let client = connect(port);
    server.until_row("ESTAB");
    server.stop();
    assert_eq!(rest(&client), b"");
    drop(client);
    let address = format!("127.0.0.1:{port}");
    let exercise = Program::example("step4-accept", "exercise_reuse_address", &[&address]);
    let failed = exercise.run().exited(1);
    assert!(failed.contains(" = -1 EADDRINUSE "), "{failed}");
}

/// The silent client is closed after 5 seconds, and the next one is served.
#[test]
fn silent_client() {
    let (mut server, address) = serve("exercise_silent_client");
    let silent = TcpStream::connect(&address).expect("it listens");
    server.until_row("ESTAB");
    let mut next = TcpStream::connect(&address).expect("there is room in the queue");
    next.write_all(b"Hello!").expect("the kernel takes it");
    next.shutdown(Shutdown::Write).expect("it is connected");
    assert_eq!(rest(&next), b"Hello!");
    assert_eq!(rest(&silent), b"");
    server.accepting();
    server.accepting();
    assert_transcript!(stable(&server.stop()));
}

/// Clients that speak notice nothing of the limit.
#[test]
fn silent_client_judged() {
    let (_server, address) = serve("exercise_silent_client");
    judge(&address, "accept");
}

/// Two messages in one send, one of them empty.
#[test]
fn messages() {
    let (mut server, address) = serve("exercise_messages");
    let mut client = TcpStream::connect(&address).expect("it listens");
    server.until_row("ESTAB");
    let sent = b"\0\0\0\x06Hello!\0\0\0\0";
    client.write_all(sent).expect("it is connected");
    client.shutdown(Shutdown::Write).expect("it is connected");
    assert_eq!(rest(&client), sent);
    server.accepting();
    assert_transcript!(stable(&server.stop()));
}

#[test]
fn messages_judged() {
    let (_server, address) = serve("exercise_messages");
    assert_transcript!(judge(&address, "messages"));
}

/// What curl(1) sends, in two pieces.
#[test]
fn http() {
    let (mut server, address) = serve("exercise_http");
    let mut client = TcpStream::connect(&address).expect("it listens");
    server.until_row("ESTAB");
    client.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:4444\r\n").expect("connected");
    server.until(|line| line.starts_with("recv("));
    client.write_all(b"User-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n").expect("connected");
    let page = rest(&client);
    let page = String::from_utf8(page).expect("UTF-8").replace('\r', "");
    server.accepting();
    let server = stable(&server.stop());
    assert_transcript!("http_server", server);
    assert_transcript!("http_client", format!("$ curl -i http://127.0.0.1:4444/\n{page}"));
}
