//! Steps 4 and 6 to 9 under real use: whatever one client does, the others are served.
//!
//! Each function is a test of each lesson: `many::half_close::step7`. What takes more
//! connections than a test of many should have is in `soak.rs`.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::SockRef;
use tests::crowd::{
    all_served, busy, bytes, come_and_go, drain, echo, fill, round_trip, silent,
};
use tests::{Program, Running, connect};

macro_rules! withstand {
    (@ $behaviour:ident, $($step:ident: $lesson:literal),+) => {
        mod $behaviour {
            $(#[test]
            fn $step() {
                super::$behaviour($lesson);
            })+
        }
    };
    (from step4: $($behaviour:ident),+ $(,)?) => {$(
        withstand!(
            @ $behaviour,
            step4: "step4-accept",
            step6: "step6-thread",
            step7: "step7-poll",
            step8: "step8-epoll",
            step9: "step9-await"
        );
    )+};
    (from step6: $($behaviour:ident),+ $(,)?) => {$(
        withstand!(
            @ $behaviour,
            step6: "step6-thread",
            step7: "step7-poll",
            step8: "step8-epoll",
            step9: "step9-await"
        );
    )+};
}

withstand!(from step4: one_byte_at_a_time, half_close, end_at_once, reset, come_and_gone);
withstand!(from step6: silent_and_busy, one_that_does_not_read);
#[cfg(target_os = "linux")]
withstand!(from step4: interrupt);
#[cfg(target_os = "linux")]
withstand!(from step6: memory_for_one_that_does_not_read, out_of_descriptors);

fn serve(lesson: &str) -> (Running, u16) {
    start(Program::lesson(lesson, &["127.0.0.1:0"]))
}

fn start(program: Program) -> (Running, u16) {
    let mut server = program.start();
    let port = server.until_row("LISTEN").port();
    (server, port)
}

/// All values of a byte, each sent when the one before has come back.
fn one_byte_at_a_time(lesson: &str) {
    let (_server, port) = serve(lesson);
    let client = connect(port);
    for byte in 0..=u8::MAX {
        round_trip(&client, &[byte]);
    }
}

/// The client ends its side, and still gets all that it has sent: around the size of the
/// server's buffer, and far from it.
fn half_close(lesson: &str) {
    let (_server, port) = serve(lesson);
    for (length, piece) in [
        (0, 1),
        (1, 1),
        (1000, 3),
        (65_535, 65_535),
        (65_536, 65_536),
        (65_537, 65_537),
        (5_000_000, 65_536),
        (5_000_000, 5_000_000),
    ] {
        let sent = bytes(length);
        assert!(echo(connect(port), &sent, piece) == sent, "{length} bytes in {piece}s");
    }
}

fn end_at_once(lesson: &str) {
    let (_server, port) = serve(lesson);
    for _ in 0..20 {
        let mut client = connect(port);
        client.shutdown(Shutdown::Write).expect("it is connected");
        assert_eq!(client.read(&mut [0; 1]).expect("end of file"), 0);
    }
    round_trip(&connect(port), b"next");
}

/// The client goes away with a reset: before its first byte, in a conversation, and while the
/// server sends to it.
fn reset(lesson: &str) {
    let (mut server, port) = serve(lesson);
    for _ in 0..10 {
        drop(resetting(port));

        let client = resetting(port);
        round_trip(&client, b"Hello, server!");
        drop(client);

        let client = resetting(port);
        fill(&client, std::thread::yield_now);
        drop(client);
    }
    round_trip(&connect(port), b"next");
    // One line for each: neither the shutdown nor the listening socket has failed.
    server.until(|line| line.starts_with("send(") && line.contains(" = 4"));
    for line in server.output().lines().filter(|line| line.contains(" = -1 ")) {
        let expected = ["ECONNRESET", "EPIPE", "EAGAIN", "WSA"];
        assert!(expected.iter().any(|errno| line.contains(errno)), "{line}");
    }
}

fn resetting(port: u16) -> TcpStream {
    let client = connect(port);
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    client
}

fn come_and_gone(lesson: &str) {
    let (_server, port) = serve(lesson);
    come_and_go(port, 1000);
}

fn silent_and_busy(lesson: &str) {
    let (_server, port) = serve(lesson);
    let silent = silent(port, 100);
    busy(port, 20, 50);
    all_served(&silent);
}

/// A client that sends as long as the server takes something, and does not read: the others
/// are served, and when it reads at last, nothing is lost.
fn one_that_does_not_read(lesson: &str) {
    let (_server, port) = serve(lesson);
    let other = connect(port);
    let client = connect(port);
    let sent = fill(&client, || round_trip(&other, b"other"));
    for _ in 0..10 {
        round_trip(&other, b"other");
    }
    round_trip(&connect(port), b"new");
    drain(&client, sent);
    round_trip(&client, b"Hello, server!");
}

/// What waits for such a client is in the buffers of the two sockets, which the kernel bounds
/// (tcp_rmem and tcp_wmem of tcp(7)), and in one buffer of the server.
#[cfg(target_os = "linux")]
fn memory_for_one_that_does_not_read(lesson: &str) {
    let (server, port) = Program::lesson(lesson, &["127.0.0.1:0"]).serve_quietly();
    let other = connect(port);
    round_trip(&other, &bytes(65_536));
    let before = server.memory();
    let clients: Vec<TcpStream> = (0..4).map(|_| connect(port)).collect();
    for client in &clients {
        fill(client, || round_trip(&other, b"other"));
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 2048, "{grown} KiB more for {} clients", clients.len());
}

/// Ctrl-C ends it at once, with all its clients.
#[cfg(target_os = "linux")]
fn interrupt(lesson: &str) {
    let (server, port) = start(Program::lesson(lesson, &["127.0.0.1:0"]).interruptible());
    let mut client = connect(port);
    round_trip(&client, b"Hello, server!");
    let _waiting = connect(port);
    server.interrupt();
    let ended = server.wait();
    assert_eq!(ended.code, None, "the default action: {}", ended.output);
    assert_eq!(client.read(&mut [0; 1]).expect("the kernel closes"), 0);
}

/// No descriptor is left: the server says so once, computes next to nothing, serves those it
/// has, and accepts the next one when one of them has left.
#[cfg(target_os = "linux")]
fn out_of_descriptors(lesson: &str) {
    let limit = ["sh", "-c", "ulimit -n 12 && exec \"$0\" \"$@\""];
    let (mut server, port) =
        start(Program::lesson(lesson, &["127.0.0.1:0"]).through(&limit));
    let mut clients: Vec<TcpStream> = (0..20).map(|_| connect(port)).collect();
    server.until(|line| line.contains(" = -1 EMFILE ("));
    let accepted = server.output().lines().filter(|line| line.starts_with("accept(3) = "));
    let served = accepted.count() - 1;
    // Besides 0 to 3, the lesson has some, and whoever started the tests may have left one.
    assert!((1..=8).contains(&served), "{}", server.output());

    let computed = server.cpu();
    let mut next = &clients[served];
    let second = Some(Duration::from_secs(1));
    next.set_read_timeout(second).expect("a timeout");
    next.read(&mut [0; 1]).expect_err("it waits");
    let computed = server.cpu() - computed;
    assert!(computed < Duration::from_millis(100), "{computed:?} of a second");
    all_served(&clients[..served]);

    next.set_read_timeout(Some(tests::PATIENCE)).expect("a timeout");
    drop(clients.remove(0));
    server.until(|line| line.starts_with("accept(3) = ") && !line.contains(" = -1 "));
    let shown = server.output();
    assert_eq!(shown.matches("EMFILE").count(), 1, "{shown}");
    assert_eq!(
        shown.matches("help: this process already has as many").count(),
        1,
        "{shown}"
    );
    all_served(&clients[..served]);
}

/// No thread can be made: that client is let go, and the next one is served.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn out_of_threads() {
    let program = Program::lesson("step6-thread", &["127.0.0.1:0"]);
    let (mut server, port) = start(program.with_fault("clone,clone3:error=EAGAIN:when=1"));
    assert_eq!(connect(port).read(&mut [0; 1]).expect("end of file"), 0);
    server.until(|line| line.starts_with("pthread_create() = -1 EAGAIN ("));
    server.until(|line| line.starts_with("help: no more threads: "));
    round_trip(&connect(port), b"next");
    assert!(!server.stop().contains("panicked"));
}
