//! What learners stumble on at bind(2): the examples of step 2, as Linux runs them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use socket2::{Domain, Socket, Type};
use tests::{Namespace, PATIENCE, Program, assert_transcript};

fn example(name: &str) -> String {
    crate::example("step2-bind", name)
}

#[test]
fn loopback_or_any() {
    assert_transcript!(example("loopback_or_any"));
}

#[test]
#[ignore = "needs IPv6"]
fn dual_stack() {
    assert_transcript!(example("dual_stack"));
}

#[test]
#[ignore = "needs IPv6"]
fn ipv6_only() {
    assert_transcript!(example("ipv6_only"));
}

#[test]
fn bound_is_invisible() {
    assert_transcript!(example("bound_is_invisible"));
}

/// A server that has accepted a connection, closed it first, and ended.
fn ended_server(reuse: bool) -> SocketAddr {
    use std::io::Read;
    let server = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    server.set_reuse_address(reuse).expect("a socket");
    server.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
    server.listen(1).expect("a stream socket");
    let address = server.local_addr().expect("an address").as_socket().expect("IPv4");
    let mut client = std::net::TcpStream::connect(address).expect("it listens");
    drop(server.accept().expect("the client has connected"));
    assert_eq!(client.read(&mut [0; 1]).expect("end of file"), 0);
    address
}

/// Whether the address can be bound. A child that another test is just starting has our
/// descriptors until its exec(3), and with them the listening socket: that passes.
fn binds(address: SocketAddr, reuse: bool, expected: bool) -> bool {
    // Before TIME_WAIT is over: its end must not be what was waited for.
    let deadline = Instant::now() + PATIENCE / 2;
    loop {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_reuse_address(reuse).expect("a socket");
        let bound = socket.bind(&address.into()).is_ok();
        if bound == expected || Instant::now() > deadline {
            return bound;
        }
    }
}

/// Linux asks both servers, the one that has ended and the next one.
#[test]
fn both_servers_reuse_the_address() {
    for (old, next) in [(false, false), (false, true), (true, false), (true, true)] {
        let address = ended_server(old);
        let expected = old && next;
        assert_eq!(binds(address, next, expected), expected, "{old} {next}");
    }
}

/// The connection that is in the way outlives the program.
#[test]
#[ignore = "needs a network namespace"]
fn time_wait_in_ss() {
    let namespace = Namespace::new();
    let example = Program::example("step4-accept", "time_wait", &[]);
    namespace.inside(example).run().succeeded();
    let [row] = &namespace.ss(&["-Htan"])[..] else { panic!("one connection") };
    assert_eq!(
        (row.state.as_str(), row.recv_q, row.send_q),
        ("TIME-WAIT", Some(0), Some(0))
    );
    assert!(row.local.starts_with("127.0.0.1:") && row.peer.starts_with("127.0.0.1:"));
}

/// Without CAP_NET_BIND_SERVICE, even as root.
#[test]
#[ignore = "needs a network namespace"]
fn privileged_port() {
    let lesson = Program::lesson("step2-bind", &["127.0.0.1:80"]);
    let lesson = lesson.through(&["setpriv", "--bounding-set=-net_bind_service"]);
    assert_transcript!(Namespace::new().inside(lesson).run().exited(1));
}
