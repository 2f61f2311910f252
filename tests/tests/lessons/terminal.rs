//! What a lesson does on a terminal alone.

use tests::{Program, listen};

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
