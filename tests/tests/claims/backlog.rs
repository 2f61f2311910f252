//! listen(2) and its backlog: how many clients get in, and what the next one sees.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Instant;

use socket2::{Domain, Socket, Type};
use tests::{Namespace, PATIENCE, Program, Row, ss};

/// A listening socket of the test's own, and its port.
fn listen(backlog: i32) -> (Socket, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = "127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address");
    socket.bind(&any.into()).expect("a free port");
    socket.listen(backlog).expect("it is bound");
    let address = socket.local_addr().expect("an address").as_socket().expect("IPv4");
    (socket, address.port())
}

/// The row as the lessons show it: the socket is the standard input of the example.
fn row(socket: &Socket) -> Row {
    let copy = OwnedFd::from(socket.try_clone().expect("a descriptor is free"));
    let example = Program::example("step1-create", "fileno", &[]).stdin(copy);
    let transcript = example.run().succeeded();
    transcript.lines().find_map(Row::parse).expect("a row")
}

/// That of the only socket that listens there.
fn listening(namespace: &Namespace) -> (Option<u32>, Option<u32>) {
    let rows = namespace.ss(&["-Htln"]);
    (rows[0].recv_q, rows[0].send_q)
}

/// Row and ss agree at each client; the queue grows to backlog + 1.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn grows_with_each_client() {
    for backlog in [0, 1, 5] {
        let (socket, port) = listen(backlog);
        let mut clients = Vec::new();
        for waiting in 0..=backlog + 1 {
            let shown = ss(&["-Htln", &format!("sport = :{port}")]);
            assert_eq!(shown, [row(&socket)]);
            let queues = (shown[0].recv_q, shown[0].send_q);
            assert_eq!(queues, (u32::try_from(waiting).ok(), u32::try_from(backlog).ok()));
            if waiting <= backlog {
                clients.push(TcpStream::connect(("127.0.0.1", port)).expect("a place"));
            }
        }
    }
}

/// A namespace with nothing in it but the server: step 4, which serves one silent client
/// while two wait, all that `--backlog 1` lets in.
#[test]
#[ignore = "needs a network namespace"]
fn client_beyond_waits() {
    let namespace = Namespace::new();
    let server = Program::lesson("step4-accept", &["--backlog", "1"]);
    let (_server, _) = namespace.inside(server).serve();
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = namespace.inside(Program::lesson("client", &[])).start();
        client.until_row("ESTAB");
        clients.push(client);
    }
    let beyond = Program::lesson("client", &["127.0.0.1:4444", "at last"]);
    let mut beyond = namespace.inside(beyond).start();
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
    assert_eq!(listening(&namespace), (Some(2), Some(1)));
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
#[ignore = "needs a network namespace"]
fn cut_at_somaxconn() {
    let namespace = Namespace::new();
    namespace.shell("echo 7 >/proc/sys/net/core/somaxconn");
    let mut server = namespace.inside(Program::lesson("step3-listen", &[])).start();
    assert_eq!(server.until_row("LISTEN").send_q, Some(7));
    assert!(server.output().contains("\nlisten(3, 128) = 0\n"), "{}", server.output());
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = namespace.inside(Program::lesson("client", &[])).start();
        client.until_row("ESTAB");
        clients.push(client);
    }
    assert_eq!(listening(&namespace), (Some(8), Some(7)));
}
