//! Step 6: a thread for each client. What it must withstand is in `many.rs`.

use tests::{Program, Running, assert_transcript, stable};

#[test]
fn help() {
    assert_transcript!(Program::lesson("step6-thread", &["--help"]).run().succeeded());
}

/// The first client is silent, and the second one is served all the same.
#[test]
fn two_clients() {
    let (mut server, port) = Program::lesson("step6-thread", &["127.0.0.1:0"]).serve();
    let address = format!("127.0.0.1:{port}");
    let mut silent = connect(&mut server, &address, 1);
    let mut client = connect(&mut server, &address, 2);
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    client.finish().succeeded();
    server.until(|line| line.starts_with("close("));
    silent.end_input();
    silent.wait().succeeded();
    server.until(|line| line.starts_with("close("));
    assert_transcript!("server", stable(&accepting_first(&server.stop())));
}

/// Starts a client, and waits until both threads of the server have shown what they do.
fn connect(server: &mut Running, address: &str, number: usize) -> Running {
    let mut client = Program::lesson("client", &[address]).start();
    client.until_row("ESTAB");
    server.accepting();
    if server.output().matches("    ESTAB").count() < number {
        server.until_row("ESTAB");
    }
    client
}

/// Two threads show their lines at the same time: the new one its ESTAB, the one that accepts
/// its three. Puts ESTAB behind them, wherever it stood.
fn accepting_first(transcript: &str) -> String {
    let mut ordered = String::new();
    let mut row = None;
    for line in transcript.split_inclusive('\n') {
        if line.starts_with("    ESTAB") {
            row = Some(line);
            // The last of the three has been shown already, or is still to come.
            if !ordered.ends_with("accept(3) ...\n") {
                continue;
            }
        } else {
            ordered += line;
        }
        if ordered.ends_with("accept(3) ...\n") {
            ordered += row.take().unwrap_or_default();
        }
    }
    ordered
}
