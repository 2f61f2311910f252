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

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs IPv6"]
fn no_such_zone() {
    let transcript = fails("step2-bind", &["--family", "inet6", "[fe80::1%99999]:0"]);
    assert!(transcript.contains(" = -1 ENODEV ("), "{transcript}");
    assert!(transcript.contains("\nhelp: no network interface"), "{transcript}");
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
    let mut client = Program::lesson("client", &[&address]).start();
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

/// Descriptors 0, 1, 2 and the listening socket: there is none left for a connection. The
/// server says so once, and goes on.
#[cfg(unix)]
#[test]
fn too_many_descriptors() {
    let (mut server, port) = Program::lesson("step4-accept", &["127.0.0.1:0"])
        .through(&["sh", "-c", "ulimit -n 4 && exec \"$0\" \"$@\""])
        .serve();
    let _client = tests::connect(port);
    server.until(|line| line.starts_with("accept(3) = -1 EMFILE ("));
    for _ in 0..3 {
        server.until_row("LISTEN");
    }
    let transcript = server.stop();
    assert_eq!(transcript.matches("EMFILE").count(), 1, "{transcript}");
    assert_eq!(transcript.matches("\nhelp: ").count(), 1, "{transcript}");
}

/// A client that has gone keeps nobody waiting; an error that may stay does not spin.
#[cfg(unix)]
#[test]
fn pauses_of_a_server() {
    use std::io;
    use std::time::Duration;

    use common::strace::Call;

    for (code, pause) in [
        (libc::EAGAIN, Some(0)),
        (libc::ECONNABORTED, Some(0)),
        (libc::EINTR, Some(100)),
        (libc::EMFILE, Some(100)),
        (libc::EINVAL, None),
    ] {
        let failed: io::Result<()> = Err(io::Error::from_raw_os_error(code));
        let call = Call::begin("accept", None, 0, false);
        let error = call.end(None, failed).expect_err("it has failed");
        assert_eq!(error.retry_after().ok(), pause.map(Duration::from_millis), "{code}");
    }
}

/// What is provoked nowhere else, for want of privilege or of a network: strace(1) makes the
/// call fail, and the lesson explains it.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn every_error_has_help() {
    let mut shown = String::new();
    for (lesson, args, fault) in [
        ("step1-create", &["--family", "inet6"][..], "socket:error=EAFNOSUPPORT"),
        ("step1-create", &[], "socket:error=EPROTOTYPE"),
        ("step1-create", &[], "socket:error=EMFILE"),
        ("step1-create", &[], "socket:error=ENFILE"),
        ("step1-create", &[], "socket:error=ENOBUFS"),
        ("step2-bind", &["127.0.0.1:80"], "bind:error=EACCES"),
        ("step2-bind", &["127.0.0.1:0"], "bind:error=EINVAL"),
        ("step2-bind", &["[fe80::1]:0", "--family", "inet6"], "bind:error=EINVAL"),
        ("step3-listen", &["127.0.0.1:0"], "listen:error=EADDRINUSE"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=ETIMEDOUT"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=EHOSTUNREACH"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=ENETUNREACH"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=EADDRNOTAVAIL"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=EACCES"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=EPERM"),
        ("client", &["192.0.2.1:4444", "hello"], "connect:error=EINTR"),
    ] {
        let transcript = Program::lesson(lesson, args).with_fault(fault).run().exited(1);
        assert!(transcript.contains("\nhelp: "), "{transcript}");
        shown += &stable(&transcript);
    }
    insta::assert_snapshot!(shown);
}

/// An error that nothing explains still names call, code and message.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn errors_without_help() {
    for (errno, shown) in [
        ("EIO", "\nlisten(3, 128) = -1 EIO (Input/output error)\n"),
        ("EXDEV", "\nlisten(3, 128) = -1 errno 18 (Invalid cross-device link)\n"),
    ] {
        let lesson = Program::lesson("step3-listen", &["127.0.0.1:0"]);
        let lesson = lesson.with_fault(&format!("listen:error={errno}"));
        let transcript = lesson.run().exited(1);
        assert!(transcript.ends_with(shown), "{transcript}");
    }
}

/// A line too many, in the wrong place or missing: what a learner provokes by changing a
/// lesson.
#[cfg(target_os = "linux")]
#[test]
fn every_changed_lesson_has_help() -> Result<(), common::Error> {
    use std::io::Read;
    use std::net::Shutdown;

    use common::{address, strace};

    let tcp = || strace!(Socket::new(Domain::IPV4, Type::STREAM, None));
    let udp = || strace!(Socket::new(Domain::IPV4, Type::DGRAM, None));
    let any_port = address::new([127, 0, 0, 1], 0);
    let server = tcp()?;
    strace!(server.bind(&any_port))?;
    strace!(server.listen(1))?;
    let there = server.local_addr().expect("it is bound");
    let client = tcp()?;
    strace!(client.connect(&there))?;
    let (new, other, datagram) = (tcp()?, tcp()?, udp()?);
    let (mut reader, mut listener) = (&new, &server);
    let mut buf = [0; 16];

    let mut shown = String::new();
    let mut fails = |mistake: &str, result: Result<(), common::Error>| {
        let error = result.expect_err(mistake).to_string();
        // Its first argument is the descriptor, whichever it is here.
        let (call, rest) = error.split_once('(').expect("a call");
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        assert!(rest.contains("\nhelp: "), "{error}");
        shown += &format!("{mistake}\n{call}(3{rest}\n\n");
    };
    fails("bind twice", strace!(server.bind(&any_port)));
    fails("bind when connected", strace!(client.bind(&any_port)));
    fails("listen when connected", strace!(client.listen(1)));
    fails("connect a listening socket", strace!(server.connect(&there)));
    fails("connect twice", strace!(client.connect(&there)));
    fails("accept before listen", strace!(new.accept()).map(drop));
    fails("accept from the client's socket", strace!(client.accept()).map(drop));
    fails("accept a datagram socket", strace!(datagram.accept()).map(drop));
    fails("recv before connect", strace!(reader.read(&mut buf)).map(drop));
    fails("recv from the listening socket", strace!(listener.read(&mut buf)).map(drop));
    fails("send before connect", strace!(new.send(b"hello")).map(drop));
    fails("send to the listening socket", strace!(server.send(b"hello")).map(drop));
    fails("send a datagram to nobody", strace!(datagram.send(b"hello")).map(drop));
    fails("shutdown before connect", strace!(other.shutdown(Shutdown::Write)));
    assert_transcript!(stable(&shown));
    Ok(())
}
