//! From which call on a client can connect: after listen(2), long before accept(2).

use std::io::Write;
use std::net::TcpStream;

use tests::{Program, assert_transcript, stable};

/// A bound socket does not listen: who connects to it is refused.
#[test]
fn refused_after_bind() {
    let mut server = Program::lesson("step2-bind", &["127.0.0.1:0"]).start();
    server.until(|line| line.starts_with("bind("));
    let address = format!("127.0.0.1:{}", server.until_row("UNCONN").port());
    let client = Program::lesson("client", &[&address, "too early"]).run().exited(1);
    assert!(client.contains(&format!("{address}) = -1 ")), "{client}");
    assert_transcript!(stable(&client));
    server.finish().succeeded();
}

/// Step 3 never calls accept, and yet the client connects and sends.
#[test]
fn connected_after_listen() {
    let mut server = Program::lesson("step3-listen", &["127.0.0.1:0"]).start();
    let address = format!("127.0.0.1:{}", server.until_row("LISTEN").port());
    let mut client =
        Program::lesson("client", &[&address]).env("RUST_LOG", "debug").start();
    client.until_row("ESTAB");
    client.write(b"nobody has accepted this\n");
    client.until(|line| line.starts_with("send("));
    assert_transcript!(stable(client.output()));
    let server = server.finish().succeeded();
    assert!(!server.contains("accept"), "{server}");
}

/// Before each call, on one socket of the test's own.
#[test]
fn each_call() {
    use socket2::{Domain, Socket, Type};

    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = "127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address");
    socket.bind(&any.into()).expect("a free port");
    let address = socket.local_addr().expect("an address").as_socket().expect("IPv4");
    let refused = TcpStream::connect(address).expect_err("it is only bound");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

    socket.listen(1).expect("it is bound");
    let mut client = TcpStream::connect(address).expect("it listens");
    client.write_all(b"early").expect("the kernel takes it");

    let (accepted, peer) = socket.accept().expect("the client is in the queue");
    assert_eq!(peer.as_socket(), client.local_addr().ok());
    drop(client);
    let mut received = Vec::new();
    std::io::Read::read_to_end(&mut &accepted, &mut received).expect("what was sent");
    assert_eq!(received, b"early");
}
