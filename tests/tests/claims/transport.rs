//! The lecture's table of UDP and TCP, each cell measured, in namespaces of the test's own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;

use tests::{Namespace, Program, Running, assert_transcript, bind, listen};

/// The cells of UDP and of TCP.
type Row = LazyLock<[String; 2]>;

// Each row is measured once, for its own test and for the table.
static SET_UP: Row = LazyLock::new(measure_set_up);
static RELIABLE: Row = LazyLock::new(measure_reliable);
static ORDERED: Row = LazyLock::new(measure_ordered);
static BOUNDARIES: Row = LazyLock::new(measure_boundaries);

#[test]
#[ignore = "needs root"]
fn connection_set_up() {
    LazyLock::force(&SET_UP);
}

#[test]
#[ignore = "needs a network namespace"]
fn reliable_delivery() {
    LazyLock::force(&RELIABLE);
}

#[test]
#[ignore = "needs a network namespace"]
fn ordered_delivery() {
    LazyLock::force(&ORDERED);
}

#[test]
fn message_boundaries() {
    LazyLock::force(&BOUNDARIES);
}

/// The lecture's fourth row says the third again; here is what it leaves out instead.
#[test]
#[ignore = "needs root"]
fn table() {
    let mut table = String::new();
    for (name, row) in [
        ("connection set-up", &SET_UP),
        ("reliable delivery", &RELIABLE),
        ("ordered delivery", &ORDERED),
        ("message boundaries", &BOUNDARIES),
    ] {
        let [udp, tcp] = &**row;
        table += &format!("{name}\n    UDP  {udp}\n    TCP  {tcp}\n");
    }
    assert_transcript!(table);
}

/// The packets up to the first one with data, as tcpdump(8) captures them.
fn measure_set_up() -> [String; 2] {
    let namespace = Namespace::new();
    let datagrams = Program::lesson("step2-bind", &["--type", "dgram"]);
    let mut datagrams = namespace.inside(datagrams).start();
    datagrams.until_row("UNCONN");
    let mut listener = namespace.inside(Program::lesson("step3-listen", &[])).start();
    listener.until_row("LISTEN");

    let udp = first_packets(&namespace, "udp", &["--type", "dgram"]);
    assert_eq!(udp, ["UDP, length 5"]);
    let tcp = first_packets(&namespace, "tcp", &[]);
    assert_eq!(
        tcp,
        [
            "Flags [S], length 0",
            "Flags [S.], length 0",
            "Flags [.], length 0",
            "Flags [P.], length 5"
        ]
    );
    [
        "no: the first packet has the data".into(),
        "yes: SYN, SYN-ACK, ACK before the first byte".into(),
    ]
}

/// Each packet on port 4444 until one has data, in short.
fn first_packets(namespace: &Namespace, protocol: &str, args: &[&str]) -> Vec<String> {
    let filter = format!("{protocol} port 4444");
    // As root: a process that changes its user would not be ended with the test.
    let user = ["-Z", "root"];
    let options = ["-i", "lo", "-nn", "--immediate-mode", "-l", "-t", &filter];
    let options = [&user[..], &options].concat();
    let tcpdump = Program::other("tcpdump", &options);
    let mut tcpdump = namespace.inside(tcpdump).start();
    tcpdump.until(|line| line.contains("listening on lo"));

    let args = [args, &["127.0.0.1:4444", "hello"]].concat();
    let client = Program::lesson("client", &args).env("RUST_LOG", "debug");
    let mut client = namespace.inside(client).start();
    client.until(|line| line.starts_with("send("));

    let mut packets = Vec::new();
    loop {
        let packet = tcpdump.until(|line| line.starts_with("IP "));
        let (_, packet) = packet.trim().split_once(": ").expect("addresses first");
        let kind = packet.split(',').next().unwrap_or_default();
        let (_, length) = packet.rsplit_once("length ").expect("a length");
        packets.push(format!("{kind}, length {length}"));
        if length != "0" {
            return packets;
        }
    }
}

/// Every third packet for port 4444 is dropped.
fn measure_reliable() -> [String; 2] {
    const COUNT: usize = 1000;
    let namespace = Namespace::new();
    // Packets as on a wire: the loopback would take 64 KiB for one.
    namespace.shell("ip link set lo mtu 1500 gso_max_segs 1");
    namespace.shell(
        "nft add table inet wall && \
         nft add chain inet wall input '{ type filter hook input priority 0; }' && \
         for protocol in tcp udp; do \
             nft add counter inet wall dropped_$protocol && \
             nft add rule inet wall input $protocol dport 4444 \
                 numgen inc mod 3 0 counter name dropped_$protocol drop || exit; \
         done",
    );
    let dropped = |protocol| {
        let counter =
            namespace.shell(&format!("nft list counter inet wall dropped_{protocol}"));
        let (_, rest) = counter.split_once("packets ").expect("a counter");
        let packets: usize = rest
            .split(' ')
            .next()
            .and_then(|number| number.parse().ok())
            .expect("a number");
        packets
    };

    let received = messages(&namespace, "dgram", "127.0.0.1", COUNT);
    let lost = dropped("udp");
    assert!((COUNT / 3..=COUNT / 3 + 1).contains(&lost), "{lost} were dropped");
    assert_eq!(received.len(), COUNT - lost, "no other is lost");

    let stream = messages(&namespace, "stream", "127.0.0.1", COUNT);
    let lost = dropped("tcp");
    assert!(lost >= 10, "{lost} were dropped");
    assert!(stream.into_iter().eq(0..COUNT));
    [
        "no: of 1000 datagrams those arrive that are not dropped, two thirds".into(),
        "yes: every byte arrives, though a third of the packets is dropped".into(),
    ]
}

/// Pairs of packets change places on the wire.
fn measure_ordered() -> [String; 2] {
    // As many as any queue on the way has room for: none may be lost.
    const COUNT: usize = 200;
    let [mut received, stream] = ["dgram", "stream"].map(|kind| {
        let namespace = Namespace::new();
        let mut wire = wire(&namespace);
        namespace.shell(
            "ip link set tun0 up && \
             ip address add 192.0.2.1 peer 192.0.2.2 dev tun0",
        );
        let received = messages(&namespace, kind, "192.0.2.2", COUNT);
        wire.end_input();
        let line = wire.until(|line| line.ends_with(" pairs exchanged"));
        let exchanged: usize = line
            .split(' ')
            .next()
            .and_then(|number| number.parse().ok())
            .expect("a number");
        assert!(exchanged >= 10, "{line}");
        received
    });
    assert!(!received.is_sorted(), "{received:?}");
    received.sort_unstable();
    assert!(received.into_iter().eq(0..COUNT), "none is lost");
    assert!(stream.into_iter().eq(0..COUNT));
    [
        "no: datagrams arrive in the order of the packets".into(),
        "yes: the stream arrives in order, though packets change places".into(),
    ]
}

fn wire(namespace: &Namespace) -> Running {
    let wire = Program::python("tests/tools/wire.py", &[]);
    let mut wire = namespace.inside(wire).start();
    wire.until(|line| line == "tun0");
    wire
}

/// The numbers of the messages, in the order of their arrival.
fn messages(namespace: &Namespace, kind: &str, there: &str, count: usize) -> Vec<usize> {
    let here = there.replace("192.0.2.2", "192.0.2.1");
    let args = [kind, &here, there, &count.to_string()];
    let program = Program::python("tests/tools/messages.py", &args);
    let output = namespace.inside(program).run().succeeded();
    let numbers = output.lines().nth(1).expect("a line of numbers");
    numbers.split(' ').map(|number| number.parse().expect("a number")).collect()
}

/// Two messages are sent before anything is received.
fn measure_boundaries() -> [String; 2] {
    let ((receiver, address), (sender, _)) = (bind(), bind());
    for message in [b"one", b"two"] {
        sender.send_to(message, &address).expect("the kernel takes it");
    }
    let mut buf = [0; 100];
    let udp: Vec<usize> =
        (0..2).map(|_| receiver.recv(&mut buf).expect("a datagram")).collect();
    assert_eq!(udp, [3, 3]);

    let (listener, address) = listen();
    let mut sender = TcpStream::connect(address).expect("it listens");
    for message in [b"one", b"two"] {
        sender.write_all(message).expect("the kernel takes it");
    }
    let (mut receiver, _) = listener.accept().expect("the sender is in the queue");
    while receiver.peek(&mut buf).expect("the stream is open") < 6 {}
    let tcp = receiver.read(&mut buf).expect("the stream is open");
    assert_eq!(&buf[..tcp], b"onetwo");
    [
        "yes: one send is one recv, 3 bytes and 3 bytes".into(),
        "no: two sends are one recv of 6 bytes".into(),
    ]
}
