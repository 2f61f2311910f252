//! Step 5 under real use: whatever one datagram is, the next one is answered.

use std::net::UdpSocket;
use std::thread;

use tests::crowd::bytes;
#[cfg(not(windows))]
use tests::stable;
use tests::{PATIENCE, Program, Running, assert_transcript};

fn serve() -> (Running, u16) {
    start(Program::lesson("step5-recvfrom", &["127.0.0.1:0"]))
}

fn start(program: Program) -> (Running, u16) {
    let mut server = program.start();
    let port = server.until_row("UNCONN").port();
    (server, port)
}

/// A client that waits for answers of this server only.
fn client(port: u16) -> UdpSocket {
    let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    client.connect(("127.0.0.1", port)).expect("an address");
    client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    client
}

#[track_caller]
fn answered(client: &UdpSocket, datagram: &[u8]) {
    client.send(datagram).expect("the kernel takes it");
    let mut buf = [0; 65_536];
    let length = client.recv(&mut buf).expect("the server answers");
    assert!(buf[..length] == *datagram, "{length} bytes for {}", datagram.len());
}

#[test]
fn help() {
    assert_transcript!(Program::lesson("step5-recvfrom", &["--help"]).run().succeeded());
}

/// The page shows both: a client that gets its answer, and a second one of another port.
#[cfg(not(windows))]
#[test]
fn datagrams() {
    let (mut server, port) = serve();
    let address = format!("127.0.0.1:{port}");
    let hello =
        |text: &str| Program::lesson("client", &["--type", "dgram", &address, text]).run();
    let client = stable(&hello("Hello, server!").succeeded());
    let second = hello("Hello again!").succeeded();
    assert!(second.contains("\nHello again!\n"), "{second}");
    server.until(|line| line.starts_with("sendto(") && line.contains(", 12, "));
    server.until(|line| line.ends_with("..."));
    assert_transcript!("client", client);
    assert_transcript!("server", stable(&server.stop()));
}

/// A datagram can be empty: it is no end of file.
#[test]
fn of_any_size() {
    let (_server, port) = serve();
    let client = client(port);
    // More than 9216 bytes is more than macOS sends: net.inet.udp.maxdgram.
    let largest = if cfg!(target_os = "macos") { 9216 } else { 65_507 };
    for length in [0, 1, 512, 1472, 1473, 9216, largest, 0, 5] {
        answered(&client, &bytes(length));
    }
}

/// Each gets its own answers, in any order of both.
#[test]
fn two_senders_at_once() {
    let (_server, port) = serve();
    thread::scope(|scope| {
        for name in ["one", "two"] {
            scope.spawn(move || {
                let client = client(port);
                for number in 0..200 {
                    answered(&client, format!("{name} {number}").as_bytes());
                }
            });
        }
    });
}

#[test]
fn ten_thousand_one_after_another() {
    let (_server, port) = serve();
    let client = client(port);
    for number in 0_u32..10_000 {
        answered(&client, &number.to_be_bytes());
    }
}

/// Nobody is there any more when the answer comes: the kernel of the client says so by ICMP,
/// and the server goes on.
#[test]
fn senders_that_are_gone() {
    let (mut server, port) = serve();
    for _ in 0..100 {
        client(port).send(b"gone").expect("the kernel takes it");
    }
    answered(&client(port), b"next");
    server.until(|line| line.starts_with("sendto(") && line.contains(" = 4"));
    if !cfg!(windows) {
        assert!(!server.output().contains(" = -1 "), "{}", server.output());
    }
}

/// A datagram that cannot be taken or answered is shown, and the next one is answered.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn answer_that_fails() {
    for call in ["recvfrom", "sendto"] {
        let program = Program::lesson("step5-recvfrom", &["127.0.0.1:0"]);
        let mut server =
            program.with_fault(&format!("{call}:error=ENOBUFS:when=1")).start();
        let port = server.until_row("UNCONN").port();
        let client = client(port);
        client.send(b"lost").expect("the kernel takes it");
        server.until(|line| line.starts_with(call) && line.contains(" = -1 ENOBUFS ("));
        server.until(|line| line.starts_with("help: "));
        if call == "recvfrom" {
            // It was not taken, and is answered now.
            let mut buf = [0; 16];
            assert_eq!(client.recv(&mut buf).expect("the server answers"), 4);
        }
        answered(&client, b"next");
    }
}

/// A stream socket has no datagrams: recvfrom needs a connection.
#[cfg(not(windows))]
#[test]
fn stream_socket() {
    let server = Program::lesson("step5-recvfrom", &["--type", "stream", "127.0.0.1:0"]);
    assert_transcript!(stable(&server.run().exited(1)));
}

/// Ctrl-C ends it at once.
#[cfg(target_os = "linux")]
#[test]
fn interrupt() {
    let program = Program::lesson("step5-recvfrom", &["127.0.0.1:0"]);
    let (server, port) = start(program.interruptible());
    answered(&client(port), b"Hello, server!");
    server.interrupt();
    let ended = server.wait();
    assert_eq!(ended.code, None, "the default action: {}", ended.output);
}
