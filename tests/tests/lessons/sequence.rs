//! The whole sequence: server and client together, each with its transcript.

use std::net::IpAddr;

use tests::{Program, alike, assert_transcript, hello, listen, recorded, serve, stable};

#[test]
#[ignore = "needs IPv6"]
fn inet6() {
    let args = ["--family", "inet6", "[::1]:0"];
    let (mut server, port) = Program::lesson("step4-accept", &args).serve();
    let args = ["--family", "inet6", &format!("[::1]:{port}")];
    let client = hello(&mut server, Program::lesson("client", &args));
    assert_transcript!(stable(&format!("{}\n{client}", server.stop())));
}

/// The second client is connected, and can even write, while the server has not accepted
/// it: the row counts it.
#[test]
fn second_client_waits_in_the_queue() {
    let (mut server, port) = serve();
    let address = format!("127.0.0.1:{port}");
    let first = Program::lesson("client", &[&address]).start();
    server.until_row("ESTAB");
    let mut second = Program::lesson("client", &[&address]).start();
    second.until_row("ESTAB");
    first.finish().succeeded();
    server.until_row("LISTEN");
    server.until_row("ESTAB");
    second.write(b"at last\n");
    second.until(|line| line == "at last");
    second.finish().succeeded();
    server.accepting();
    assert_transcript!(stable(&server.stop()));
}

#[test]
fn every_recv_and_send() {
    let server = Program::lesson("step4-accept", &["127.0.0.1:0"]);
    let (mut server, port) = server.serve();
    let address = format!("127.0.0.1:{port}");
    let mut client = Program::lesson("client", &[&address]).start();
    client.until_row("ESTAB");
    server.until_row("ESTAB");
    client.write(b"Hello, server!\n");
    client.until(|line| line == "Hello, server!");
    client.end_input();
    client.until(|line| line.starts_with("shutdown("));
    let client = stable(&client.finish().succeeded());
    server.until(|line| line.starts_with("close("));
    server.accepting();
    assert_transcript!(stable(&server.stop()));
    assert_transcript!("every_recv_and_send_of_the_client", client);
}

#[test]
fn only_trouble() {
    let lesson = Program::lesson("step1-create", &[]).env("RUST_LOG", "warn").run();
    assert_eq!(lesson.succeeded(), "$ RUST_LOG=warn cargo run -q -p step1-create\n");
}

#[test]
fn no_level() {
    for level in ["", "loud", "step1_create=off", "hyper=debug"] {
        let lesson = Program::lesson("step1-create", &[]).env("RUST_LOG", level).run();
        let transcript = lesson.succeeded();
        assert!(
            transcript.contains("\nPress Enter to close the socket.\n"),
            "{transcript}"
        );
    }
}

/// A failure is shown at every level: a program that ends in silence teaches nothing.
#[test]
fn failure_at_every_level() {
    for level in ["off", "error"] {
        let lesson =
            Program::lesson("step1-create", &["--proto", "99"]).env("RUST_LOG", level);
        let transcript = lesson.run().exited(1);
        assert!(transcript.contains("EPROTONOSUPPORT"), "{transcript}");
        assert!(transcript.contains("help: "), "{transcript}");
    }
}

/// What localhost resolves to depends on the machine; resolve.rs looks at it.
fn without_addresses(tour: &str) -> String {
    let address = |line: &&str| line.parse::<IpAddr>().is_err();
    tour.lines().filter(address).map(|line| format!("{line}\n")).collect()
}

#[test]
fn tour() {
    let tour = Program::lesson("tour", &["127.0.0.1:0"]).run().succeeded();
    let tour = stable(&without_addresses(&tour));
    let lecture = without_addresses(&recorded("lecture__tour"));
    if cfg!(target_os = "linux") {
        assert_eq!(tour, lecture);
    } else if cfg!(windows) {
        assert!(tour.contains("\nclient | Hello, server!\n"), "{tour}");
    } else {
        assert!(alike(&lecture, &tour), "{tour}");
    }
}

#[test]
fn tour_fails_with_a_lesson() {
    let (_taken, address) = listen();
    let tour = Program::lesson("tour", &[&address]).run().exited(1);
    let tour = stable(&without_addresses(&tour));
    if cfg!(windows) {
        assert!(tour.contains(" = -1 WSAEADDRINUSE ("), "{tour}");
    } else {
        assert_transcript!(tour);
    }
}

/// Ctrl-C, also if only the tour gets it: it ends the server that it has started.
#[cfg(target_os = "linux")]
#[test]
fn tour_leaves_no_process_behind() {
    let server = loop {
        let mut tour = Program::lesson("tour", &["127.0.0.1:0"]).start();
        tour.until(|line| line.starts_with("server | accept("));
        let children = format!("/proc/{0}/task/{0}/children", tour.id());
        let children = std::fs::read_to_string(children).expect("a Linux file");
        let server = children.split_whitespace().next().map(str::to_owned);
        Program::other("kill", &["-INT", &tour.id().to_string()]).run();
        let finished = tour.wait();
        // On a busy machine it may have come to its end before the signal.
        if finished.output.ends_with("README.md says how to go on.\n") {
            continue;
        }
        let transcript = finished.exited(130);
        assert!(transcript.ends_with("tour: interrupted\n"), "{transcript}");
        break server.expect("the server has run");
    };
    let deadline = std::time::Instant::now() + tests::PATIENCE;
    while std::path::Path::new("/proc").join(&server).exists() {
        assert!(std::time::Instant::now() < deadline, "process {server} is still there");
        std::thread::yield_now();
    }
}

/// An IPv6 address is wrong usage, and not a failure of step 2.
#[test]
fn tour_of_ipv6() {
    let tour = Program::lesson("tour", &["[::1]:0"]).run().exited(2);
    assert!(tour.contains("the tour is about IPv4"), "{tour}");
}

/// As `tour_leaves_no_process_behind`, when nothing can be done any more: SIGKILL.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn killed_tour_leaves_no_process_behind() {
    let mut tour = Program::lesson("tour", &["127.0.0.1:0"]).start();
    tour.until(|line| line.starts_with("server | accept("));
    let children = format!("/proc/{0}/task/{0}/children", tour.id());
    let children = std::fs::read_to_string(children).expect("a Linux file");
    let server = children.split_whitespace().next().expect("the server runs").to_owned();
    tour.stop();
    // Whoever inherits it may leave it a zombie.
    let ended = || match std::fs::read_to_string(format!("/proc/{server}/stat")) {
        Ok(stat) => stat.contains(") Z "),
        Err(_) => true,
    };
    let deadline = std::time::Instant::now() + tests::PATIENCE;
    while !ended() {
        assert!(std::time::Instant::now() < deadline, "process {server} is still there");
        std::thread::yield_now();
    }
}

/// Another cargo, such as that of an editor, which holds the build directory.
#[cfg(target_os = "linux")]
fn another_cargo() -> tests::Running {
    let lock = tests::executable("tour").with_file_name(".cargo-lock");
    let lock = lock.to_str().expect("UTF-8");
    let mut cargo =
        Program::other("flock", &[lock, "sh", "-c", "echo locked; exec cat"]).start();
    cargo.until(|line| line == "locked");
    cargo
}

/// What has been built is started without cargo: there is nothing to wait for.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn tour_while_another_cargo_builds() {
    let mut tour = Program::lesson("tour", &["127.0.0.1:0"]).start();
    tour.until(|line| line.starts_with("# Step 0"));
    let signal = |name: &str| {
        Program::other("kill", &[name, &tour.id().to_string()]).run().succeeded();
    };
    signal("-STOP");
    let cargo = another_cargo();
    signal("-CONT");
    tour.wait().succeeded();
    cargo.finish().succeeded();
}

/// Before that, cargo says what it waits for.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the tools of .ci/packages"]
fn tour_says_what_it_waits_for() {
    let cargo = another_cargo();
    let command = format!("{} 127.0.0.1:0", tests::executable("tour").display());
    let mut tour = Program::other("script", &["-qec", &command, "/dev/null"]).start();
    tour.until(|line| line.contains("waiting for file lock"));
    cargo.finish().succeeded();
    tour.until(|line| line.starts_with("# Step 0"));
    tour.finish().succeeded();
}
