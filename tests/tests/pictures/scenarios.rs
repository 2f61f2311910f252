//! The scripts of the recordings: what is started, typed and ended, and in which order.

use tests::recording::{Recorder, Recording};
use tests::{Program, root};

/// Holds what is stored to a new recording; `UPDATE_DOCUMENTS=1` stores it. The script is run
/// again if the machine was too busy.
fn hold(name: &str, script: impl Fn(&mut Recorder)) {
    let record = || {
        let mut recorder = Recorder::new(name);
        script(&mut recorder);
        recorder.end()
    };
    let recording =
        (0..5).find_map(|_| record()).expect("the machine is not always too busy");
    let path = root().join(format!("tests/recordings/{name}.json"));
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, recording.to_json()).expect("it can be written");
    }
    let stored = Recording::from_json(&tests::read(path));
    assert!(stored == recording, "now it is\n{}", recording.to_json());
}

/// Starts a server and waits until it says this.
fn serve(recorder: &mut Recorder, lesson: &str, args: &[&str], says: &str) -> usize {
    let server = recorder.start(Program::lesson(lesson, args));
    recorder.says(server, says);
    recorder.quiet();
    server
}

/// Starts a client, and waits until both ends have the connection.
fn connect(recorder: &mut Recorder, server: usize, says: &str) -> usize {
    let client = recorder.start(Program::lesson("client", &[]));
    recorder.says(client, "ESTAB");
    recorder.says(server, says);
    recorder.quiet();
    client
}

/// Types, and waits for the reply.
fn say(recorder: &mut Recorder, client: usize, text: &str) {
    recorder.running(client).write(text.as_bytes());
    recorder.says(client, &format!("recv(3, 65536) = {}", text.len()));
    recorder.quiet();
}

/// Ends the input of a client, and waits for its end.
fn leave(recorder: &mut Recorder, client: usize, server: usize, says: &str) {
    recorder.finish(client);
    recorder.says(server, says);
    recorder.quiet();
}

/// Runs a program to its end.
fn run(recorder: &mut Recorder, program: Program) {
    let number = recorder.start(program);
    recorder.finish(number);
    recorder.quiet();
}

/// Both ends are one program.
fn example(name: &str, lesson: &str, example: &str) {
    hold(name, |recorder| run(recorder, Program::example(lesson, example, &[])));
}

#[test]
#[ignore = "needs a network namespace"]
fn conversation() {
    hold("conversation", |recorder| {
        let server = serve(recorder, "step4-accept", &[], "accept(3) ...");
        let client = connect(recorder, server, "ESTAB");
        say(recorder, client, "Hello, server!");
        leave(recorder, client, server, "accept(3) ...");
    });
}

#[test]
#[ignore = "needs a network namespace"]
fn refused() {
    hold("refused", |recorder| {
        run(recorder, Program::lesson("client", &[]));
    });
}

#[test]
#[ignore = "needs a network namespace"]
fn connect_before_accept() {
    example("connect_before_accept", "step3-listen", "connect_before_accept");
}

/// The first client is served, two wait, and for the fourth there is no room until the first has
/// left.
#[test]
#[ignore = "needs a network namespace"]
fn full_backlog() {
    hold("full_backlog", |recorder| {
        let server = serve(recorder, "step4-accept", &["--backlog", "1"], "accept(3) ...");
        let first = connect(recorder, server, "ESTAB");
        let mut waiting = Vec::new();
        for _ in 0..2 {
            waiting.push(recorder.start(Program::lesson("client", &[])));
            recorder.says(waiting[waiting.len() - 1], "ESTAB");
            recorder.quiet();
        }
        let beyond = recorder.start(Program::lesson("client", &[]));
        recorder.says(beyond, "connect(3, 127.0.0.1:4444) ...");
        // Its SYN was not answered: it is sent again.
        recorder.until(|row| row.contains("SYN-SENT") && !row.contains(",0)"));
        recorder.quiet();
        recorder.finish(first);
        recorder.says(beyond, "ESTAB");
        recorder.says(server, "accept(3) = 4, ");
        recorder.says(server, "ESTAB");
        recorder.quiet();
        waiting.push(beyond);
        for client in waiting {
            recorder.finish(client);
            recorder.says(server, "accept(3) ...");
            recorder.quiet();
        }
    });
}

#[test]
#[ignore = "needs a network namespace"]
fn half_close() {
    example("half_close", "client", "half_close");
}

#[test]
#[ignore = "needs a network namespace"]
fn eof_or_reset() {
    example("eof_or_reset", "step4-accept", "reset_on_close");
}

#[test]
#[ignore = "needs a network namespace"]
fn nagle() {
    example("nagle", "step4-accept", "nagle");
}

#[test]
#[ignore = "needs a network namespace"]
fn datagram() {
    hold("datagram", |recorder| {
        let says = "recvfrom(3, 65536) ...";
        let server = serve(recorder, "step5-recvfrom", &[], says);
        let client = ["--type", "dgram", "127.0.0.1:4444", "Hello, server!"];
        let client = recorder.start(Program::lesson("client", &client));
        recorder.finish(client);
        recorder.says(server, "sendto(");
        recorder.quiet();
    });
}

#[test]
#[ignore = "needs a network namespace"]
fn datagram_refused() {
    hold("datagram_refused", |recorder| {
        let client = ["--type", "dgram", "127.0.0.1:4444", "Hello, server!"];
        run(recorder, Program::lesson("client", &client));
    });
}

/// Two clients connect, the second speaks first, and the first leaves first.
fn two_clients(name: &str, lesson: &str, waits: &str, serves: &str) {
    hold(name, |recorder| {
        let server = serve(recorder, lesson, &[], waits);
        let first = connect(recorder, server, serves);
        let second = connect(recorder, server, serves);
        say(recorder, second, "second");
        say(recorder, first, "first");
        leave(recorder, first, server, "close(");
        leave(recorder, second, server, "close(");
    });
}

#[test]
#[ignore = "needs a network namespace"]
fn poll_two_clients() {
    two_clients("poll_two_clients", "step7-poll", "poll([3]) ...", "ESTAB");
}

#[test]
#[ignore = "needs a network namespace"]
fn threads_two_clients() {
    two_clients("threads_two_clients", "step6-thread", "accept(3) ...", "ESTAB");
}
