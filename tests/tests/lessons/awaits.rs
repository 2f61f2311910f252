//! Step 9: await. What it must withstand is in `many.rs`.

use tests::{Program, Running, assert_transcript, stable, without_inherited};

#[test]
fn help() {
    assert_transcript!(Program::lesson("step9-await", &["--help"]).run().succeeded());
}

/// The first client is silent, and the second one is served all the same.
#[test]
fn two_clients() {
    let (mut server, port) = Program::lesson("step9-await", &["127.0.0.1:0"]).serve();
    let address = format!("127.0.0.1:{port}");
    let mut silent = connect(&mut server, &address);
    let mut client = connect(&mut server, &address);
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    client.finish().succeeded();
    server.until(|line| line.starts_with("close("));
    silent.end_input();
    silent.wait().succeeded();
    server.until(|line| line.starts_with("close("));
    assert_transcript!("server", stable(&without_inherited(&server.stop())));
}

/// Starts a client, and waits until the server has shown its row.
fn connect(server: &mut Running, address: &str) -> Running {
    let mut client = Program::lesson("client", &[address]).start();
    client.until_row("ESTAB");
    server.until_row("ESTAB");
    client
}

/// What the runtime asks of the kernel for one client, as strace(1) sees it: from the call
/// that the lesson does not make itself to the end of that client.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn calls() {
    use std::io::{Read, Write};
    use std::net::Shutdown;

    const CALLS: &str = "network,close,fcntl,?epoll_create1,?epoll_ctl,?epoll_wait,\
                         ?epoll_pwait,?eventfd2";
    let trace = tests::Trace::new();
    let server = Program::lesson("step9-await", &["127.0.0.1:0"]);
    let mut server = trace.of_calls(CALLS, server).start();
    let port = server.until_row("LISTEN").port();
    // The server goes as far as it can before the client does its next thing.
    let waits = |times: usize| {
        trace.until_all(|trace| {
            let begun = trace.matches("epoll_wait(").count()
                + trace.matches("epoll_pwait(").count();
            begun == times && !trace.ends_with('\n')
        })
    };
    waits(1);
    let mut client = tests::connect(port);
    waits(3);
    client.write_all(b"Hello, server!").expect("the server reads");
    client.read_exact(&mut [0; 14]).expect("the server replies");
    waits(4);
    client.shutdown(Shutdown::Write).expect("it is connected");
    let calls = waits(5);
    let client = client.local_addr().expect("an address").port().to_string();
    assert_transcript!(shown(&calls, &client));
}

/// Calls of strace(1) without what differs from run to run, and without the questions of the
/// rows that the lesson prints.
#[cfg(target_os = "linux")]
fn shown(calls: &str, client: &str) -> String {
    let calls = calls.lines().filter_map(|line| {
        let (_, call) = line.trim_end().split_once(' ')?;
        let call = call.trim_start();
        // Where there is no epoll_wait.
        let call = call.replace("epoll_pwait(", "epoll_wait(").replace(", NULL, 8)", ")");
        Some(match call.rsplit_once(" = ") {
            Some((left, returned)) => format!("{} = {returned}", left.trim_end()),
            None => format!("{call} ..."),
        })
    });
    let own = calls.skip_while(|call| !call.starts_with("epoll_create1("));
    let questions = ["getsockname", "getpeername", "getsockopt", "write"];
    let own = own.filter(|call| !questions.iter().any(|name| call.starts_with(name)));
    let own = own.filter(|call| !call.starts_with("fcntl") || call.contains("F_DUPFD"));
    let text: String = own.map(|call| call + "\n").collect();
    let text = text.replace(client, "51734");
    without_pointers(&without_inherited(&text))
}

/// Tokens and addresses in memory: `data={u32=1571968, u64=94596656266368}` is `data=task 1`,
/// and that of a buffer `...`.
#[cfg(target_os = "linux")]
fn without_pointers(text: &str) -> String {
    let mut tasks: Vec<&str> = Vec::new();
    let mut parts = text.split("data={");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (data, rest) = part.split_once('}').expect("strace closes it");
        let token = data.rsplit('=').next().unwrap_or_default();
        // Small numbers are the runtime's own; the others point to what waits for the socket.
        if token.len() > 2 {
            if !tasks.contains(&token) {
                tasks.push(token);
            }
            let index = tasks.iter().position(|task| *task == token).expect("it is there");
            shown += &format!("data=pointer {}{rest}", index + 1);
        } else {
            shown += &format!("data={token}{rest}");
        }
    }
    let mut parts = shown.split("0x");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| {
        shown + "..." + part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
    })
}
