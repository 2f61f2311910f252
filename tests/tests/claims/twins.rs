//! The servers in Python and in C withstand what the lessons do: whatever one client does,
//! the others are served.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::c::c;
use socket2::SockRef;
use tests::{PATIENCE, Program, Running, connect};

const ONE_AFTER_ANOTHER: [&str; 2] =
    ["step4-accept/socket_accept.c", "step4-accept/socket_accept.py"];

const THREADS: [&str; 2] =
    ["step6-thread/socket_threads.c", "step6-thread/socket_threads.py"];

const AT_ONCE: [&str; 7] = [
    THREADS[0],
    THREADS[1],
    "step7-poll/socket_poll.c",
    "step7-poll/socket_poll.py",
    "step8-epoll/socket_epoll.c",
    "step8-epoll/socket_epoll.py",
    "step9-await/socket_asyncio.py",
];

const DATAGRAMS: [&str; 2] =
    ["step5-recvfrom/socket_recvfrom.c", "step5-recvfrom/socket_recvfrom.py"];

/// Starts a server with limits, `ulimit -n 20`, and returns its port.
fn start(path: &str, limits: &str) -> (Running, u16) {
    // Shown with the test that fails.
    println!("{path}");
    let program = if path.ends_with(".c") {
        c(path, &["0"])
    } else {
        Program::python(path, &["127.0.0.1", "0"])
    };
    let limited = format!("{limits} && exec \"$0\" \"$@\"");
    let mut server = program.through(&["sh", "-c", &limited]).start();
    let line = server.until(|line| line.starts_with("port ") || line.contains("bound to"));
    if path.ends_with(".py") && !DATAGRAMS.contains(&path) {
        server.until(|line| line.ends_with("listens"));
    }
    let digits = line.trim_end().trim_end_matches(')');
    let number = digits.rsplit(' ').next().and_then(|number| number.parse().ok());
    (server, number.expect("a port"))
}

/// Sends it, and reads as much: the connection goes on.
#[track_caller]
fn replies(mut stream: &TcpStream, request: &[u8]) {
    stream.write_all(request).expect("the server reads");
    let mut reply = vec![0; request.len()];
    stream.read_exact(&mut reply).expect("the server replies");
    assert!(reply == request);
}

/// All values that a byte can have, many buffers of them.
fn bytes() -> Vec<u8> {
    (0..=255).cycle().take(3_000_000).collect()
}

/// Every byte comes back, also what is on its way when the client shuts down, and then the
/// end of file. One client after another.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn every_byte_and_the_end() {
    for path in ONE_AFTER_ANOTHER.iter().chain(&AT_ONCE) {
        let (_server, port) = start(path, "ulimit -n 100");
        for sent in [&b""[..], b"x", &bytes()] {
            let stream = connect(port);
            let reply = thread::scope(|scope| {
                scope.spawn(|| {
                    (&stream).write_all(sent).expect("the server reads");
                    stream.shutdown(Shutdown::Write).expect("it is connected");
                });
                let mut reply = Vec::new();
                (&stream).read_to_end(&mut reply).map(|_| reply)
            });
            assert!(reply.expect("the server replies") == sent);
        }
    }
}

/// Silent clients stop nobody, and neither does one that is never done.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn many_at_once() {
    for path in AT_ONCE {
        let (_server, port) = start(path, "ulimit -n 400");
        let clients: Vec<TcpStream> = (0..300).map(|_| connect(port)).collect();
        for client in &clients {
            replies(client, b"hello");
        }
        let endless = connect(port);
        thread::scope(|scope| {
            scope.spawn(|| while (&endless).write_all(&[b'x'; 65_536]).is_ok() {});
            scope.spawn(|| {
                let mut buf = [0; 65_536];
                while (&endless).read(&mut buf).is_ok_and(|length| length > 0) {}
            });
            for client in &clients {
                replies(client, b"hello");
            }
            endless.shutdown(Shutdown::Both).expect("it is connected");
        });
    }
}

/// A client that sends and does not read costs the server little, and gets all of it when
/// it reads at last.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn client_that_does_not_read() {
    for path in AT_ONCE {
        let (server, port) = start(path, "ulimit -n 100");
        let other = connect(port);
        replies(&other, b"before");
        let memory = peak_memory(server.id());
        let mut client = connect(port);
        client.set_write_timeout(Some(Duration::from_millis(200))).expect("a timeout");
        let mut sent = 0;
        while let Ok(part) = client.write(&[b'x'; 65_536]) {
            sent += part;
            assert!(sent < 64 << 20, "more than the kernel takes");
        }
        replies(&other, b"meanwhile");
        let more = peak_memory(server.id()) - memory;
        assert!(more < 1024, "{more} KiB for a client that does not read");
        client.shutdown(Shutdown::Write).expect("it is connected");
        let mut reply = Vec::new();
        client.read_to_end(&mut reply).expect("the server replies");
        assert_eq!(reply.len(), sent);
        replies(&other, b"after");
    }
}

/// The most memory that a process has had, in KiB: VmHWM of proc(5).
fn peak_memory(id: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.expect("a number")
}

/// Resets end only their own connection: while the server receives, while it sends, and
/// before it answers the last bytes, which is EPIPE, and in C the signal SIGPIPE.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn clients_that_reset() {
    for path in ONE_AFTER_ANOTHER.iter().chain(&AT_ONCE) {
        let (mut server, port) = start(path, "ulimit -n 100");
        for moment in ["recv", "send", "between"] {
            let client = connect(port);
            replies(&client, b"hello");
            if moment == "send" {
                let short = Some(Duration::from_millis(50));
                client.set_write_timeout(short).expect("a timeout");
                while (&client).write(&[b'x'; 65_536]).is_ok() {}
            }
            if moment == "between" {
                stop(&server);
                (&client).write_all(b"last").expect("the kernel takes it");
                client.shutdown(Shutdown::Write).expect("it is connected");
            }
            SockRef::from(&client).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
            drop(client);
            signal(&server, "CONT");
            let words = ["reset by peer", "Broken pipe", "Connection lost"];
            server.until(|line| words.iter().any(|word| line.contains(word)));
            replies(&connect(port), b"next");
        }
        server.stop();
    }
}

/// Stops it as Ctrl-Z does, and waits until each of its threads has stopped.
fn stop(server: &Running) {
    signal(server, "STOP");
    let deadline = Instant::now() + PATIENCE;
    let threads = format!("/proc/{}/task", server.id());
    while !std::fs::read_dir(&threads).expect("it runs").all(|thread| {
        let stat =
            thread.and_then(|thread| std::fs::read_to_string(thread.path().join("stat")));
        stat.is_ok_and(|stat| stat.contains(") T "))
    }) {
        assert!(Instant::now() < deadline, "it goes on");
        thread::yield_now();
    }
}

/// Sends a signal with kill(1).
fn signal(server: &Running, name: &str) {
    let id = server.id().to_string();
    Program::other("kill", &["-s", name, &id]).run().succeeded();
}

/// Out of descriptors, a server says so once, waits without a load, serves those it has,
/// and accepts again when one leaves.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn out_of_descriptors() {
    for path in AT_ONCE {
        let (mut server, port) = start(path, "ulimit -n 20");
        let mut clients: Vec<TcpStream> = (0..22).map(|_| connect(port)).collect();
        server.until(|line| line.contains("Too many open files"));
        replies(&clients[0], b"hello");
        let mut last = clients.pop().expect("a client");
        last.write_all(b"hello").expect("the kernel takes it");
        last.set_read_timeout(Some(Duration::from_millis(500))).expect("a timeout");
        let before = processor_time(server.id());
        let error = last.read(&mut [0; 1]).expect_err("nobody accepts it");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        let ticks = processor_time(server.id()) - before;
        assert!(ticks <= 5, "{ticks} hundredths of a second in half a second");
        clients.truncate(1);
        last.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        last.read_exact(&mut [0; 5]).expect("it is accepted");
        replies(&clients[0], b"hello");
        let transcript = server.stop();
        assert_eq!(transcript.matches("Too many").count(), 1, "{transcript}");
    }
}

/// The processor time of a process, in hundredths of a second: utime and stime of proc(5).
fn processor_time(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

/// Out of threads, a server turns that client away, and serves those it has.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn out_of_threads() {
    for path in THREADS {
        // The stack of a thread is address space.
        let (mut server, port) = start(path, "ulimit -s 8192 && ulimit -v 300000");
        let clients: Vec<TcpStream> = (0..60).map(|_| connect(port)).collect();
        server.until(|line| line.contains("thread"));
        replies(&clients[0], b"hello");
        let mut last = &clients[59];
        let end = last.read(&mut [0; 1]);
        assert_eq!(end.expect("no reset: it has sent nothing"), 0);
        drop(clients);
        // One of these finds a thread that has ended.
        let served = (0..1000).any(|_| {
            let mut client = connect(port);
            client.write_all(b"x").is_ok()
                && client.read(&mut [0; 1]).is_ok_and(|length| length == 1)
        });
        assert!(served);
        server.stop();
    }
}

/// Ctrl-C ends a server at once, with a client or without.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn interrupted() {
    for path in ONE_AFTER_ANOTHER.iter().chain(&DATAGRAMS).chain(&AT_ONCE) {
        let (server, port) = start(path, "ulimit -n 100");
        let client = (!DATAGRAMS.contains(path)).then(|| connect(port));
        if let Some(client) = &client {
            replies(client, b"hello");
        }
        signal(&server, "INT");
        assert_eq!(server.wait().code, None);
    }
}

/// Every datagram comes back to the client that sent it: empty, and as long as they get.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn datagrams() {
    for path in DATAGRAMS {
        let (_server, port) = start(path, "ulimit -n 20");
        let clients = [0, 1].map(|_| {
            let client = UdpSocket::bind("127.0.0.1:0").expect("a free port");
            client.connect(("127.0.0.1", port)).expect("an address");
            client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
            client
        });
        // One that has gone: what is sent to it is refused.
        UdpSocket::bind("127.0.0.1:0")
            .and_then(|client| client.send_to(b"gone", ("127.0.0.1", port)))
            .expect("it is sent");
        for sent in [&b""[..], &bytes()[..256], &bytes()[..65_507]] {
            for client in &clients {
                client.send(sent).expect("it is sent");
            }
            for client in &clients {
                let mut buf = vec![0; 65_536];
                let length = client.recv(&mut buf).expect("the server replies");
                assert!(&buf[..length] == sent);
            }
        }
    }
}
