//! socket(family, type, proto, fileno): each parameter by its effect, which the kernel
//! tells.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use socket2::{Domain, Protocol, Socket, Type};
use tests::{Program, assert_transcript, stable};

/// What the example says of a socket that is its standard input, as inetd(8) does it.
fn fileno(socket: impl Into<OwnedFd>) -> String {
    let example = Program::example("step1-create", "fileno", &[]);
    stable(&example.stdin(socket.into()).run().succeeded())
}

/// The same arguments as those of the lessons, each combination that fits.
#[test]
#[ignore = "needs IPv6"]
fn read_back_from_the_kernel() {
    let mut transcript = String::new();
    for family in [Domain::IPV4, Domain::IPV6] {
        for (r#type, protocol) in
            [(Type::STREAM, Protocol::TCP), (Type::DGRAM, Protocol::UDP)]
        {
            // 0 is the usual protocol of the type: the kernel says which.
            for proto in [0, i32::from(protocol)] {
                let socket = Socket::new(family, r#type, Some(Protocol::from(proto)))
                    .expect("they fit");
                transcript += &format!("socket({family:?}, {:?}, {proto})\n", r#type);
                let told = fileno(socket);
                for line in told.lines().filter(|line| line.starts_with("getsockopt(")) {
                    transcript += &format!("    {line}\n");
                }
            }
        }
    }
    assert_transcript!(transcript);
}

/// What the kernel calls the protocol of the socket that a lesson has created: it says
/// the family too.
#[test]
#[ignore = "needs the tools of .ci/packages and IPv6"]
fn of_the_lesson() {
    let ask = "import os, sys; print(os.getxattr(sys.argv[1], 'system.sockprotoname'))";
    for (args, protocol) in [
        (&[][..], "TCP"),
        (&["--proto", "6"], "TCP"),
        (&["--type", "dgram"], "UDP"),
        (&["--type", "dgram", "--proto", "17"], "UDP"),
        (&["--family", "inet6"], "TCPv6"),
        (&["--family", "inet6", "--type", "dgram"], "UDPv6"),
    ] {
        let mut lesson = Program::lesson("step1-create", args).start();
        lesson.until(|line| line.starts_with("Press Enter"));
        let descriptor = format!("/proc/{}/fd/3", lesson.id());
        let told = Program::other("python3", &["-c", ask, &descriptor]).run().succeeded();
        assert!(told.contains(&format!("b'{protocol}\\x00'")), "{args:?}: {told}");
    }
}

/// A proto that does not fit is refused, in each family.
#[test]
#[ignore = "needs IPv6"]
fn protocol_that_does_not_fit() {
    for family in ["inet", "inet6"] {
        for (r#type, proto) in [("stream", "17"), ("dgram", "6")] {
            let args = ["--family", family, "--type", r#type, "--proto", proto];
            let lesson = Program::lesson("step1-create", &args).run().exited(1);
            assert!(lesson.contains(" = -1 EPROTONOSUPPORT ("), "{lesson}");
            assert!(lesson.contains("help: type and proto disagree: "), "{lesson}");
        }
    }
}

/// inetd(8) accepts, and starts the server with the connection as its standard input.
#[test]
fn connected_socket_as_standard_input() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let mut client = TcpStream::connect(address).expect("it listens");
    let (mut server, _) = listener.accept().expect("the client is in the queue");
    let inherited = server.try_clone().expect("a descriptor is free");
    assert_transcript!(fileno(inherited));
    // The example closed its own descriptors, and the connection goes on.
    server.write_all(b"still here").expect("the client is there");
    drop(server);
    let mut received = String::new();
    client.read_to_string(&mut received).expect("the end of file");
    assert_eq!(received, "still here");
}

#[test]
fn listening_socket() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any = "127.0.0.1:0".parse::<std::net::SocketAddr>().expect("an address");
    socket.bind(&any.into()).expect("a free port");
    socket.listen(5).expect("it is bound");
    assert_transcript!(fileno(socket));
}

/// The harness gives a pipe for standard input: it is no socket.
#[test]
fn not_a_socket() {
    assert_transcript!(Program::example("step1-create", "fileno", &[]).run().exited(1));
}
