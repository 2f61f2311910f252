//! Each error that a learner can provoke: the exact code, its help, the exit status.

use socket2::{Domain, Socket, Type};
use tests::{Program, accept, assert_transcript, bind, listen, stable};

fn fails(lesson: &str, args: &[&str]) -> String {
    stable(&Program::lesson(lesson, args).run().exited(1))
}

#[test]
fn type_and_protocol_disagree() {
    assert_transcript!(fails("step1-create", &["--type", "stream", "--proto", "17"]));
    assert_transcript!(fails("step1-create", &["--type", "dgram", "--proto", "6"]));
}

#[test]
fn no_such_protocol() {
    assert_transcript!(fails("step1-create", &["--proto", "99"]));
    assert_transcript!(fails("step1-create", &["--proto", "-1"]));
    assert_transcript!(fails("step1-create", &["--proto", "2147483647"]));
}

#[test]
fn address_not_available() {
    // TEST-NET-1 of RFC 5737: no machine has it.
    assert_transcript!(fails("step2-bind", &["192.0.2.1:0"]));
}

#[cfg(not(windows))]
#[test]
fn family_and_address_disagree() {
    assert_transcript!(fails("step2-bind", &["[::1]:0"]));
    assert_transcript!(fails("client", &["[::1]:4444"]));
}

#[cfg(not(windows))]
#[test]
#[ignore = "needs IPv6"]
fn family_inet6_and_address_disagree() {
    assert_transcript!(fails("step2-bind", &["--family", "inet6", "127.0.0.1:0"]));
    assert_transcript!(fails("client", &["--family", "inet6", "127.0.0.1:4444"]));
}

/// Which code it is differs from call to call on Windows; the help is the same.
#[cfg(windows)]
#[test]
fn family_and_address_disagree() {
    for (lesson, call) in [("step2-bind", "bind("), ("client", "connect(")] {
        let transcript = fails(lesson, &["[::1]:4444"]);
        let failed = format!("{call}handle1, [::1]:4444) = -1 WSAE");
        assert!(transcript.contains(&failed), "{transcript}");
        let help = "\nhelp: the address is not of the family of the socket: ";
        assert!(transcript.contains(help), "{transcript}");
    }
}

#[test]
fn datagram_socket_does_not_listen() {
    assert_transcript!(fails("step3-listen", &["--type", "dgram", "127.0.0.1:0"]));
    assert_transcript!(fails("step4-accept", &["--type", "dgram", "127.0.0.1:0"]));
}

#[test]
fn connection_refused() {
    // Bound, so that nobody else gets the port, and not listening.
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    bound
        .bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address").into())
        .expect("a free port");
    let address = bound.local_addr().expect("an address").as_socket().expect("IPv4");
    assert_transcript!(fails("client", &[&address.to_string(), "hello"]));
}

/// Of 127.0.0.0/8 all addresses are loopback on Linux, so a port that is held on one of
/// them is certain to be closed on the other.
#[cfg(target_os = "linux")]
#[test]
fn datagram_refused() {
    let (held, _) = bind();
    let port = held.local_addr().expect("an address").port();
    let client = ["--type", "dgram", &format!("127.0.0.2:{port}"), "hello"];
    assert_transcript!(fails("client", &client));
}

#[test]
fn datagram_without_answer() {
    let (silent, address) = bind();
    assert_transcript!(fails("client", &["--type", "dgram", &address, "hello"]));
    let mut buf = [0; 16];
    let (length, _) = silent.recv_from(&mut buf).expect("the datagram is there");
    assert_eq!(&buf[..length], b"hello");
}

#[test]
fn datagram_too_large() {
    let (_peer, address) = bind();
    for size in [65508, 65536, 1_000_000] {
        let (client, _) = Program::lesson("client", &["--type", "dgram", &address])
            .run_apart(&vec![b'x'; size]);
        let transcript = client.exited(1);
        assert!(transcript.contains("EMSGSIZE ("), "{transcript}");
        assert!(transcript.contains("help: a datagram holds 65507 bytes"), "{transcript}");
    }
}

#[test]
fn connection_reset() {
    let (listener, address) = listen();
    let mut client = Program::lesson("client", &[&address]).start();
    let peer = Socket::from(accept(&listener));
    client.until_row("ESTAB");
    peer.set_linger(Some(std::time::Duration::ZERO)).expect("SO_LINGER");
    drop(peer);
    assert_transcript!(stable(&client.wait().exited(1)));
}

/// The first send after the peer has closed still succeeds; the answer to it is a reset,
/// and the second send fails. On Windows it fails with the reset itself, under one of two
/// names.
#[test]
fn broken_pipe() {
    let (listener, address) = listen();
    let mut client =
        Program::lesson("client", &[&address]).env("RUST_LOG", "debug").start();
    client.until_row("ESTAB");
    drop(accept(&listener));
    client.until(|line| line.starts_with("recv(") && line.ends_with(" = 0"));
    client.write(b"one\n");
    client.until(|line| line.starts_with("send("));
    client.write(b"two\n");
    if cfg!(windows) {
        let transcript = stable(&client.wait().exited(1));
        assert!(transcript.contains("send(handle1, 4) = -1 WSAECONN"), "{transcript}");
        assert!(transcript.contains("\nhelp: "), "{transcript}");
    } else {
        assert_transcript!(stable(&client.wait().exited(1)));
    }
}

#[test]
fn no_such_service() {
    assert_transcript!(fails("step0-resolve", &["127.0.0.1", "nosuchservice"]));
    let transcript = fails("step2-bind", &["127.0.0.1:nosuchservice"]);
    let code = if cfg!(windows) { "WSATYPE_NOT_FOUND (" } else { "EAI_" };
    assert!(transcript.contains(&format!("\") = {code}")), "{transcript}");
}

/// Descriptors 0, 1, 2 and the listening socket: there is none left for a connection.
#[cfg(unix)]
#[test]
fn too_many_descriptors() {
    let (server, port) = Program::lesson("step4-accept", &["127.0.0.1:0"])
        .through(&["sh", "-c", "ulimit -n 4 && exec \"$0\" \"$@\""])
        .serve();
    // Linux reserves the descriptor before it waits, so the server may have ended already.
    let _client = std::net::TcpStream::connect(("127.0.0.1", port));
    assert_transcript!(stable(&server.wait().exited(1)));
}

/// What is provoked nowhere else, for want of privilege or of a network: the text that such
/// a failure would show. Of each error of the lessons' list there is one.
#[cfg(target_os = "linux")]
#[test]
fn every_error_has_help() {
    let mut shown = String::new();
    for (call, errno) in [
        ("socket(AF_INET6, SOCK_STREAM, 0)", libc::EAFNOSUPPORT),
        ("socket(AF_INET, SOCK_STREAM, 17)", libc::EPROTONOSUPPORT),
        ("socket(AF_INET, SOCK_STREAM, 17)", libc::EPROTOTYPE),
        ("socket(AF_INET, SOCK_STREAM, 0)", libc::EMFILE),
        ("bind(3, 127.0.0.1:80)", libc::EACCES),
        ("bind(3, 127.0.0.1:4444)", libc::EADDRINUSE),
        ("bind(3, 192.0.2.1:4444)", libc::EADDRNOTAVAIL),
        ("bind(3, [::1]:4444)", libc::EAFNOSUPPORT),
        ("bind(3, 127.0.0.1:4444)", libc::EINVAL),
        ("listen(3, 128)", libc::EOPNOTSUPP),
        ("connect(3, 127.0.0.1:4444)", libc::ECONNREFUSED),
        ("connect(3, 192.0.2.1:4444)", libc::ETIMEDOUT),
        ("connect(3, 192.0.2.1:4444)", libc::EHOSTUNREACH),
        ("connect(3, 192.0.2.1:4444)", libc::ENETUNREACH),
        ("recv(3, 4096)", libc::ECONNREFUSED),
        ("recv(3, 4096)", libc::ECONNRESET),
        ("send(3, 6)", libc::EPIPE),
        ("getsockname(3)", libc::EBADF),
        ("getsockname(0)", libc::ENOTSOCK),
    ] {
        let error = common::Error::call(call, std::io::Error::from_raw_os_error(errno));
        let help = error.help().unwrap_or_else(|| panic!("{error} has no help"));
        shown += &format!("{error}\nhelp: {help}\n");
    }
    assert_transcript!(shown);
}

/// An error that is not in the list still names call, code and message.
#[cfg(target_os = "linux")]
#[test]
fn errors_without_help() {
    for (errno, shown) in [
        (libc::EIO, "listen(3, 128) = -1 EIO (Input/output error)"),
        (libc::EXDEV, "listen(3, 128) = -1 errno 18 (Invalid cross-device link)"),
    ] {
        let error =
            common::Error::call("listen(3, 128)", std::io::Error::from_raw_os_error(errno));
        assert_eq!(error.to_string(), shown);
        assert_eq!(error.help(), None);
    }
}
