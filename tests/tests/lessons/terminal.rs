//! What a lesson does on a terminal alone.

use tests::{Program, accept, assert_transcript, listen, serve, stable};

/// Escape sequences: ECMA-48.
const ESCAPE: char = '\u{1b}';

#[test]
fn colours() {
    let lesson = || Program::lesson("step1-create", &[]);
    let shown = |program: Program| program.start_on_a_terminal().finish().succeeded();
    assert!(shown(lesson()).contains(ESCAPE));
    assert!(!shown(lesson().env("NO_COLOR", "1")).contains(ESCAPE));
    assert!(!lesson().run().succeeded().contains(ESCAPE), "a pipe is no terminal");
}

/// The client says how to end what you type, and Ctrl-D does.
#[test]
fn end_of_what_is_typed() {
    let (_listener, address) = listen();
    let mut client = Program::lesson("client", &[&address]).start_on_a_terminal();
    client.until(|line| line.contains("Type what to send; Ctrl-D ends it."));
    client.end_input();
    client.until(|line| line.contains("shutdown(3, SHUT_WR) = 0"));
}

/// What a person sees: the text twice, as it is typed and as it comes back.
#[test]
fn conversation() {
    let (_server, port) = serve();
    let client = Program::lesson("client", &[&format!("127.0.0.1:{port}")]);
    let mut client = client.env("NO_COLOR", "1").start_on_a_terminal();
    client.until(|line| line.starts_with("Type what to send"));
    client.write(b"Hello, server!\n");
    client.until(|line| line.starts_with("recv("));
    client.until(|line| line == "Hello, server!");
    assert_transcript!(shown(&client.finish().succeeded()));
}

/// The server ends first: the client says what to press.
#[test]
fn server_that_ends_first() {
    let (listener, address) = listen();
    let client = Program::lesson("client", &[&address]).env("NO_COLOR", "1");
    let mut client = client.start_on_a_terminal();
    let accepted = accept(&listener);
    client.until(|line| line.starts_with("Type what to send"));
    drop(accepted);
    client.until(|line| line.starts_with("The server sends nothing more"));
    assert_transcript!(shown(&client.finish().succeeded()));
}

/// Without the variable that keeps colours out of the snapshot.
fn shown(transcript: &str) -> String {
    stable(transcript).replace("$ NO_COLOR=1 ", "$ ")
}
