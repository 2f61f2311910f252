//! listen(2) and its backlog: how many clients get in, and what the next one sees.
#![cfg(target_os = "linux")]

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Instant;

use socket2::{Domain, Socket, Type};
use tests::{Namespace, PATIENCE, Program, executable};

/// A listening socket of the test's own, and its port.
fn listen(backlog: i32) -> (Socket, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = "127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address");
    socket.bind(&any.into()).expect("a free port");
    socket.listen(backlog).expect("it is bound");
    let address = socket.local_addr().expect("an address").as_socket().expect("IPv4");
    (socket, address.port())
}

/// State, Recv-Q and Send-Q as ss(8) shows them.
fn ss(port: u16) -> Vec<String> {
    let filter = format!("sport = :{port}");
    let shown = Program::other("ss", &["-Htln", &filter]).run().succeeded();
    columns(shown.lines().nth(1).expect("the socket listens"))
}

/// The same as the lessons show them: the socket is the standard input of the example.
fn row(socket: &Socket) -> Vec<String> {
    let copy = OwnedFd::from(socket.try_clone().expect("a descriptor is free"));
    let output = Command::new(executable("fileno"))
        .stdin(Stdio::from(copy))
        .output()
        .expect("the example runs");
    let shown = String::from_utf8_lossy(&output.stderr);
    columns(shown.lines().find(|line| line.starts_with("    ")).expect("a row"))
}

fn columns(row: &str) -> Vec<String> {
    row.split_whitespace().take(3).map(str::to_owned).collect()
}

/// Row and ss agree at each client; the queue grows to backlog + 1.
#[test]
#[ignore = "needs ss"]
fn grows_with_each_client() {
    for backlog in [0, 1, 5] {
        let (socket, port) = listen(backlog);
        let mut clients = Vec::new();
        for waiting in 0..=backlog + 1 {
            let expected = ["LISTEN", &waiting.to_string(), &backlog.to_string()];
            assert_eq!(ss(port), expected);
            assert_eq!(row(&socket), expected);
            if waiting <= backlog {
                clients.push(TcpStream::connect(("127.0.0.1", port)).expect("a place"));
            }
        }
    }
}

/// A namespace with nothing in it but the server: step 4, which serves one silent client
/// while two wait, all that `--backlog 1` lets in.
#[test]
#[ignore = "needs ss, nstat and a network namespace"]
fn client_beyond_waits() {
    let namespace = Namespace::new();
    let server = Program::lesson("step4-accept", &["--backlog", "1"]);
    let mut server = namespace.inside(server.ended_with_the_test()).start();
    server.accepting();
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = namespace.inside(Program::lesson("client", &[])).start();
        client.port("ESTAB");
        clients.push(client);
    }
    let beyond = Program::lesson("client", &["127.0.0.1:4444", "at last"]);
    let mut beyond = namespace.inside(beyond.ended_with_the_test()).start();
    beyond.until(|line| line == "connect(3, 127.0.0.1:4444) ...");

    // It sends its SYN again, so the first one was not answered: neither let in nor refused.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let waiting = namespace.shell("ss -Htno state syn-sent");
        if waiting.contains("127.0.0.1:4444 timer:(on,") && waiting.contains(",1)") {
            break;
        }
        assert!(Instant::now() < deadline, "{waiting}");
    }
    let queue = namespace.shell("ss -Htln");
    assert_eq!(columns(queue.lines().nth(1).expect("a row")), ["LISTEN", "2", "1"]);
    let counters = namespace.shell("nstat -asz TcpExtListenDrops TcpExtListenOverflows");
    let dropped = |name| {
        let line = counters.lines().find(|line| line.starts_with(name));
        line.expect("a counter").split_whitespace().nth(1) != Some("0")
    };
    assert!(dropped("TcpExtListenOverflows") && dropped("TcpExtListenDrops"), "{counters}");
    assert!(!beyond.output().contains("4444) = "), "{}", beyond.output());

    // A place is free as soon as the server accepts the next.
    for client in clients {
        client.finish().succeeded();
    }
    let transcript = beyond.wait().succeeded();
    assert!(transcript.contains("\nconnect(3, 127.0.0.1:4444) = 0\n"), "{transcript}");
    assert!(transcript.contains("at last"), "{transcript}");
}

/// The limit of the system is that of the namespace: net.core.somaxconn.
#[test]
#[ignore = "needs ss and a network namespace"]
fn cut_at_somaxconn() {
    let namespace = Namespace::new();
    namespace.shell("echo 7 >/proc/sys/net/core/somaxconn");
    let mut server = namespace.inside(Program::lesson("step3-listen", &[])).start();
    let row = server.until(|line| line.starts_with("    LISTEN"));
    assert_eq!(columns(&row), ["LISTEN", "0", "7"]);
    assert!(server.output().contains("\nlisten(3, 128) = 0\n"), "{}", server.output());
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = namespace.inside(Program::lesson("client", &[])).start();
        client.port("ESTAB");
        clients.push(client);
    }
    let queue = namespace.shell("ss -Htln");
    assert_eq!(columns(queue.lines().nth(1).expect("a row")), ["LISTEN", "8", "7"]);
}
