//! The client: connect(2), and a conversation of any size.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;

use tests::{Program, accept, assert_transcript, bind, listen, stable};

/// A server of one connection: what it got goes to the test, and back to the client.
fn echo_once() -> (thread::JoinHandle<Vec<u8>>, String) {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the client sends");
        stream.write_all(&bytes).expect("the client reads");
        bytes
    });
    (server, address)
}

#[test]
fn help() {
    assert_transcript!(Program::lesson("client", &["--help"]).run().succeeded());
}

#[test]
fn message() {
    let (server, address) = echo_once();
    let (client, stdout) =
        Program::lesson("client", &[&address, "hello"]).run_apart(b"ignored");
    assert_transcript!(stable(&client.succeeded()));
    assert_eq!(stdout, b"hello");
    assert_eq!(server.join().expect("no panic"), b"hello");
}

#[test]
fn empty_message() {
    let (server, address) = echo_once();
    let (client, stdout) = Program::lesson("client", &[&address, ""]).run_apart(b"ignored");
    client.succeeded();
    assert_eq!(stdout, b"");
    assert_eq!(server.join().expect("no panic"), b"");
}

#[test]
fn every_byte_unchanged() {
    let (server, address) = echo_once();
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let (client, stdout) = Program::lesson("client", &[&address]).run_apart(&bytes);
    client.succeeded();
    assert_eq!(stdout, bytes);
    assert_eq!(server.join().expect("no panic"), bytes);
}

#[cfg(unix)]
#[test]
fn closed_standard_input() {
    let (server, address) = echo_once();
    let client = Program::lesson("client", &[&address])
        .through(&["sh", "-c", "exec \"$0\" \"$@\" <&-"])
        .start();
    client.wait().succeeded();
    assert_eq!(server.join().expect("no panic"), b"");
}

/// A folder can be opened and not be read: the server must not wait for ever.
#[cfg(unix)]
#[test]
fn unreadable_standard_input() {
    let (server, address) = echo_once();
    let client = Program::lesson("client", &[&address])
        .through(&["sh", "-c", "exec \"$0\" \"$@\" </"])
        .start();
    let transcript = client.wait().exited(1);
    assert!(
        transcript.contains("\nstandard input: EISDIR (Is a directory)\nhelp: "),
        "{transcript}"
    );
    assert_eq!(server.join().expect("no panic"), b"");
}

#[test]
fn closed_standard_output() {
    let (server, address) = echo_once();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let client = Program::lesson("client", &[&address, "hello"]).stdout(writer).start();
    client.finish().succeeded();
    assert_eq!(server.join().expect("no panic"), b"hello");
}

/// A server may answer and close without waiting for our end of file.
#[test]
fn server_that_closes_after_its_answer() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        let mut bytes = [0; 5];
        stream.read_exact(&mut bytes).expect("the client sends");
        stream.write_all(b"goodbye").expect("the client reads");
    });
    let (client, stdout) = Program::lesson("client", &[&address, "hello"]).run_apart(b"");
    client.succeeded();
    assert_eq!(stdout, b"goodbye");
    server.join().expect("no panic");
}

/// A server that closes may still read, so the client waits for the end of its input; what
/// is typed then is sent, and the answer to it is a reset.
#[test]
fn server_that_closes_first() {
    let (listener, address) = listen();
    let mut client = Program::lesson("client", &[&address]).start();
    client.until_row("ESTAB");
    let mut stream = accept(&listener);
    stream.write_all(b"goodbye\n").expect("the client reads");
    drop(stream);
    client.until(|line| line.starts_with("recv(") && line.ends_with(" = 0"));
    assert_transcript!(stable(&client.finish().succeeded()));
}

/// A server that has shut down its writing side still reads: as long as something is sent,
/// the client goes on.
#[test]
fn server_that_half_closes() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the client connects");
        stream.shutdown(Shutdown::Write).expect("it is connected");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the client sends");
        bytes
    });
    let bytes = vec![b'x'; 10_000_000];
    let (client, stdout) = Program::lesson("client", &[&address]).run_apart(&bytes);
    client.succeeded();
    assert_eq!(stdout, b"");
    assert!(server.join().expect("no panic") == bytes);
}

#[test]
fn datagram() {
    let (server, address) = bind();
    let server = thread::spawn(move || {
        let mut buf = [0; 100];
        let (length, peer) = server.recv_from(&mut buf).expect("a datagram");
        server.send_to(&buf[..length], peer).expect("the client is there");
        length
    });
    let args = ["--type", "dgram", &address, "hello"];
    let (client, stdout) = Program::lesson("client", &args).run_apart(b"");
    assert_transcript!(stable(&client.succeeded()));
    assert_eq!(stdout, b"hello");
    assert_eq!(server.join().expect("no panic"), 5);
}

/// A datagram may be empty, in both directions.
#[test]
fn empty_datagram() {
    let (server, address) = bind();
    let server = thread::spawn(move || {
        let (length, peer) = server.recv_from(&mut [0; 100]).expect("a datagram");
        server.send_to(b"", peer).expect("the client is there");
        length
    });
    let args = ["--type", "dgram", &address, ""];
    let (client, stdout) = Program::lesson("client", &args).run_apart(b"");
    client.succeeded();
    assert_eq!(stdout, b"");
    assert_eq!(server.join().expect("no panic"), 0);
}

/// To be stopped and continued does not make it wait anew: a call with a timeout is not
/// restarted, signal(7).
#[cfg(target_os = "linux")]
#[test]
fn stopped_and_continued() {
    let (_silent, address) = tests::bind();
    let mut client =
        Program::lesson("client", &["--type", "dgram", &address, "hello"]).start();
    client.until(|line| line.starts_with("recv(") && line.ends_with("..."));
    client.stop_and_continue();
    let shown = client.wait().exited(1);
    assert!(shown.contains("\nrecv(3, 65536) = -1 EINTR ("), "{shown}");
}

#[cfg(target_os = "linux")]
mod namespace {
    use std::io::Read;

    use tests::{Namespace, Program, assert_transcript, stable};

    /// A name with two addresses: nobody listens on the first.
    #[test]
    #[ignore = "needs a network namespace"]
    fn every_address_is_tried() {
        let namespace = Namespace::new();
        namespace.replace("/etc/hosts", "127.0.0.2 twice\n127.0.0.1 twice\n");
        namespace.replace("/etc/nsswitch.conf", "hosts: files\n");
        let server = Program::lesson("step4-accept", &["127.0.0.2:4444"]);
        let (mut server, _) = namespace.inside(server).serve();
        // The first client keeps the server busy until the second one has sent everything.
        let first = Program::lesson("client", &["127.0.0.2:4444"]);
        let mut first = namespace.inside(first).start();
        server.until_row("ESTAB");
        let (mut stdout, writer) = std::io::pipe().expect("a pipe");
        let client = Program::lesson("client", &["twice:4444", "hello"]);
        let mut client = namespace.inside(client).stdout(writer).start();
        client.until(|line| line == "shutdown(3, SHUT_WR) = 0");
        first.end_input();
        assert_transcript!(stable(&client.wait().succeeded()));
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).expect("the pipe reads");
        assert_eq!(bytes, b"hello");
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn no_address_is_left() {
        let namespace = Namespace::new();
        namespace.replace("/etc/hosts", "127.0.0.2 twice\n127.0.0.1 twice\n");
        namespace.replace("/etc/nsswitch.conf", "hosts: files\n");
        let client = Program::lesson("client", &["twice:4444", "hello"]);
        assert_transcript!(stable(&namespace.inside(client).run().exited(1)));
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn names_that_fail() {
        let namespace = Namespace::new();
        namespace.replace("/etc/nsswitch.conf", "hosts: files\n");
        let mut transcript = String::new();
        for name in ["no.such.name", "https://ya.ru", "localhost:80"] {
            let lesson = namespace.inside(Program::lesson("step0-resolve", &[name]));
            transcript += &(lesson.run().exited(1) + "\n");
        }
        // The name server would be on the loopback, and there is none.
        namespace.replace("/etc/nsswitch.conf", "hosts: dns\n");
        namespace.replace("/etc/resolv.conf", "nameserver 127.0.0.1\n");
        for name in ["ya.ru", "https://ya.ru"] {
            let lesson = namespace.inside(Program::lesson("step0-resolve", &[name]));
            transcript += &(lesson.run().exited(1) + "\n");
        }
        assert_transcript!(transcript);
    }

    /// Without a route, without an answer: on order of strace(1), where the kernel of the
    /// test would have to be asked for a network that drops packets.
    #[test]
    #[ignore = "needs the tools of .ci/packages"]
    fn network_errors() {
        let mut transcript = String::new();
        for errno in ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EACCES", "EADDRNOTAVAIL"]
        {
            let client = Program::lesson("client", &["127.0.0.1:4444"])
                .with_fault(&format!("connect:error={errno}"));
            let failed = client.run().exited(1);
            let line = failed.lines().skip_while(|line| !line.contains(" = -1 "));
            transcript += &line.map(|line| format!("{line}\n")).collect::<String>();
        }
        for (call, errno) in
            [("socket", "EMFILE"), ("socket", "ENFILE"), ("socket", "EAFNOSUPPORT")]
        {
            let lesson = Program::lesson("step1-create", &[])
                .with_fault(&format!("{call}:error={errno}"));
            let failed = lesson.run().exited(1);
            let line = failed.lines().skip_while(|line| !line.contains(" = -1 "));
            transcript += &line.map(|line| format!("{line}\n")).collect::<String>();
        }
        assert_transcript!(transcript);
    }

    #[test]
    #[ignore = "needs a network namespace"]
    fn no_route() {
        let namespace = Namespace::new();
        namespace.shell("ip link set lo down");
        let client = namespace.inside(Program::lesson("client", &["192.0.2.1:4444"]));
        assert_transcript!(client.run().exited(1));
    }
}
