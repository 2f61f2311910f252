//! The exercise of step 8.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Instant;

use socket2::{Domain, Socket, Type};
use tests::Program;
use tests::crowd::{all_served, busy, silent};

/// The address of the exercise: a socket of the test has bound its port, so nobody else gets
/// it.
fn address() -> (Socket, u16, String) {
    let holder = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    holder.set_reuse_port(true).expect("Linux has it");
    holder.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
    let address = holder.local_addr().ok().and_then(|address| address.as_socket());
    let address = address.expect("an IPv4 address");
    (holder, address.port(), address.to_string())
}

fn exercise(address: &str) -> Program {
    Program::example("step8-epoll", "exercise_both_cores", &[address])
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The kernel deals the clients out: each listening socket gets some.
#[test]
fn both_cores_accept() {
    let (_holder, port, address) = address();
    let mut server = exercise(&address).start();
    for _ in 0..cores() {
        server.until_row("LISTEN");
    }
    let count = 16 * cores();
    all_served(&silent(port, count));
    for _ in 0..count {
        server.until(|line| line.starts_with("close("));
    }
    let transcript = server.stop();
    let accepted = transcript.lines().filter(|line| line.starts_with("accept("));
    let accepted = accepted.filter(|line| line.contains(" = ") && !line.contains(" = -1 "));
    let mut sockets: Vec<_> = accepted.filter_map(|line| line.split(')').next()).collect();
    assert_eq!(sockets.len(), count, "{transcript}");
    sockets.sort();
    sockets.dedup();
    assert_eq!(sockets.len(), cores(), "{transcript}");
}

/// What it gains depends on the machine: here the clients run on the same cores. The clients of
/// both servers make the same number of round trips, so each server has the same work.
#[test]
#[ignore = "needs a minute"]
fn both_cores_measured() {
    let lesson = Program::lesson("step8-epoll", &["127.0.0.1:0"]).serve_quietly();
    let (_holder, _, address) = address();
    let exercise = exercise(&address).serve_quietly();
    for (name, (server, port)) in [("step8-epoll", lesson), ("both_cores", exercise)] {
        let start = Instant::now();
        busy(port, 100, 300);
        let elapsed = start.elapsed();
        println!(
            "{name}: {} threads, {:.0} round trips a second, {:?} of computing",
            server.threads(),
            30_000.0 / elapsed.as_secs_f64(),
            server.cpu(),
        );
        let threads = if name == "both_cores" { cores() } else { 1 };
        assert_eq!(server.threads(), threads, "{name}");
    }
}
