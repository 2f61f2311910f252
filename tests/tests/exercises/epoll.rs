//! The exercise of step 8.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;

use socket2::{Domain, Socket, Type};
use tests::{Program, Running, connect};

/// A server with this many listening sockets, on a port that a socket of the test has bound:
/// nobody else gets it.
fn both_cores(sockets: usize) -> (Running, u16, Socket) {
    let holder = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    holder.set_reuse_port(true).expect("Linux has it");
    holder.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
    let port = holder.local_addr().ok().and_then(|address| address.as_socket());
    let port = port.expect("an IPv4 address").port();
    let address = format!("127.0.0.1:{port}");
    let mut server =
        Program::example("step8-epoll", "exercise_both_cores", &[&address]).start();
    for _ in 0..sockets {
        server.until_row("LISTEN");
    }
    (server, port, holder)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The kernel deals the clients out: each listening socket gets some.
#[test]
fn both_cores_accept() {
    let (mut server, port, _holder) = both_cores(cores());
    let mut clients: Vec<_> = (0..16 * cores()).map(|_| connect(port)).collect();
    for client in &mut clients {
        client.write_all(b"Hello!").expect("the server reads");
        let mut reply = [0; 6];
        client.read_exact(&mut reply).expect("the server replies");
        assert_eq!(&reply, b"Hello!");
    }
    drop(clients);
    for _ in 0..16 * cores() {
        server.until(|line| line.starts_with("close("));
    }
    let transcript = server.stop();
    let accepted = transcript.lines().filter(|line| line.starts_with("accept("));
    let accepted = accepted.filter(|line| line.contains(" = ") && !line.contains(" = -1 "));
    let mut sockets: Vec<_> = accepted.filter_map(|line| line.split(')').next()).collect();
    assert_eq!(sockets.len(), 16 * cores(), "{transcript}");
    sockets.sort();
    sockets.dedup();
    assert_eq!(sockets.len(), cores(), "{transcript}");
}
