//! Steps 7 and 8: one thread, and two clients at once. Other systems report other events.

use std::io::Read;

use tests::crowd::{drain, fill, round_trip};
use tests::{Program, Running, assert_transcript, connect, stable};

/// Waits until the server has nothing to do: for a call that may block.
fn waits(server: &mut Running) {
    server.until(|line| line.ends_with(" ...") && !line.starts_with("accept("));
}

/// The first client is silent while the second one is served, and ends last. Returns what the
/// server and the second client show.
fn two_clients(lesson: &str) -> (String, String) {
    let mut server = Program::lesson(lesson, &["127.0.0.1:0"]).start();
    let port = server.until_row("LISTEN").port();
    waits(&mut server);
    let address = format!("127.0.0.1:{port}");
    let mut silent = Program::lesson("client", &[&address]).start();
    silent.until_row("ESTAB");
    server.until_row("ESTAB");
    waits(&mut server);
    let mut client = Program::lesson("client", &[&address]).start();
    client.until_row("ESTAB");
    server.until_row("ESTAB");
    waits(&mut server);
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    waits(&mut server);
    let client = client.finish().succeeded();
    server.until(|line| line.starts_with("close("));
    waits(&mut server);
    silent.finish().succeeded();
    server.until(|line| line.starts_with("close("));
    waits(&mut server);
    // In one piece, so that a port has one name in both.
    let server = server.stop();
    let both = stable(&(server.clone() + &client));
    let (server, client) =
        both.split_at(both.find("$ cargo run -q -p client").expect("it"));
    (server.to_owned(), client.to_owned())
}

#[test]
fn step7() {
    let (server, client) = two_clients("step7-poll");
    assert_transcript!("step7_server", server);
    assert_transcript!("step7_client", client);
}

#[test]
fn step8() {
    let (server, client) = two_clients("step8-epoll");
    assert_transcript!("step8_server", server);
    assert_transcript!("step8_client", client);
}

#[test]
fn step7_help() {
    assert_transcript!(Program::lesson("step7-poll", &["--help"]).run().succeeded());
}

#[test]
fn step8_help() {
    assert_transcript!(Program::lesson("step8-epoll", &["--help"]).run().succeeded());
}

/// EPOLLOUT is asked for while something waits to be sent, and no longer: mio on Windows would
/// report it without end.
#[test]
fn step8_asks_for_what_it_needs() {
    let mut server = Program::lesson("step8-epoll", &["127.0.0.1:0"]).start();
    let port = server.until_row("LISTEN").port();
    let client = connect(port);
    server.until_row("ESTAB");
    let other = connect(port);
    // A round trip of the other is a turn of the server for both.
    let sent = fill(&client, || round_trip(&other, b"here"));
    server
        .until(|line| line == "epoll_ctl(4, EPOLL_CTL_MOD, 5, {EPOLLOUT|EPOLLET, 1}) = 0");
    drain(&client, sent);
    server.until(|line| {
        line == "epoll_ctl(4, EPOLL_CTL_MOD, 5, {EPOLLIN|EPOLLRDHUP|EPOLLET, 1}) = 0"
    });
    round_trip(&client, b"Hello, server!");
}

/// A client that cannot be added is closed, and the next one is served.
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn step8_without_room_for_an_event() {
    let server = Program::lesson("step8-epoll", &["127.0.0.1:0"]);
    let mut server = server.with_fault("epoll_ctl:error=ENOSPC:when=2").start();
    let port = server.until_row("LISTEN").port();
    let mut refused = connect(port);
    assert_eq!(refused.read(&mut [0; 1]).expect("the end of file"), 0);
    round_trip(&connect(port), b"Hello, server!");
    let line =
        server.until(|line| line.starts_with("epoll_ctl(") && line.contains(" = -1 "));
    assert!(line.contains(" = -1 ENOSPC ("), "{line}");
}
