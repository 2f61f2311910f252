//! The same lessons on several systems.

#[cfg(not(windows))]
use tests::stable;
use tests::{Row, alike, windows};

/// The port of a command is that of the server; the others are named in their order.
#[cfg(not(windows))]
#[test]
fn ports_are_named_as_in_the_lecture() {
    let shown = "$ cargo run -q -p step4-accept -- 127.0.0.1:0\n\
                 bind(3, 127.0.0.1:0) = 0\n    LISTEN     0    128  127.0.0.1:40001 0.0.0.0:*\n\
                 accept(3) = 4, 127.0.0.1:40007\naccept(3) = 5, 127.0.0.1:40003\n\
                 \n$ cargo run -q -p client -- 127.0.0.1:40001 hello\n\
                 bind(3, 127.0.0.1:0) = 0\n    ESTAB      0    0    127.0.0.1:40007 127.0.0.1:40001\n";
    let named = "$ cargo run -q -p step4-accept\n\
                 bind(3, 127.0.0.1:4444) = 0\n    LISTEN     0    128  127.0.0.1:4444  0.0.0.0:*\n\
                 accept(3) = 4, 127.0.0.1:51734\naccept(3) = 5, 127.0.0.1:51735\n\
                 \n$ cargo run -q -p client -- 127.0.0.1:4444 hello\n\
                 bind(3, 127.0.0.1:0) = 0\n    ESTAB      0    0    127.0.0.1:51734 127.0.0.1:4444\n";
    assert_eq!(stable(shown), named);
    // One made on the real ports has these names already.
    assert_eq!(stable(named), named);
}

/// However wide the columns are, in a lesson as in ss(8).
#[test]
fn rows_are_read() {
    let row =
        Row::parse("    FIN-WAIT-2 -    0    [::1]:51734     [::1]:4444").expect("a row");
    assert_eq!((row.state.as_str(), row.recv_q, row.send_q), ("FIN-WAIT-2", None, Some(0)));
    assert_eq!((row.port(), row.peer_port()), (51734, 4444));
    assert_eq!(
        Row::parse("LISTEN 0 128 *:4444 *:* users:((\"a\",pid=7))").expect("a row").port(),
        4444
    );
    for line in
        ["accept(3) ...", "State Recv-Q Send-Q Local Peer", "$ ss -Htan a:1 b:2", ""]
    {
        assert_eq!(Row::parse(line), None);
    }
}

#[test]
fn handles_and_messages_are_hidden() {
    let shown = [
        "$ cargo run -q -p step4-accept",
        "socket(AF_INET, SOCK_STREAM, 0) = 48",
        "    UNCONN  0    0    -               -",
        "bind(48, 127.0.0.1:4444) = 0",
        "accept(48) ...",
        "accept(48) = 116, 127.0.0.1:51734",
        "recv(116, 4096) = 48",
        "close(116)",
        "accept(48) = 92, 127.0.0.1:51735",
        "recv(92, 4096) = -1 WSAECONNRESET (Connection reset (by the peer).)",
        "close(92)",
        "server | socket(AF_INET, SOCK_STREAM, 0) = 48",
        "client | socket(AF_INET, SOCK_STREAM, 0) = 52",
        "client | connect(52, 127.0.0.1:4444) ...",
        "server | listen(48, 5) = 0",
        "$ cargo run -q -p step1-create",
        "socket(AF_INET, SOCK_STREAM, 0) = 60",
        "socket(AF_INET, SOCK_STREAM, 17) = -1 WSAEPROTONOSUPPORT (not (at) all)",
        "getaddrinfo(\"127.0.0.1\", \"nosuchservice\") = WSATYPE_NOT_FOUND (Class not found.)",
        "Press Enter to close the socket.",
        "close(60)",
    ];
    let hidden = [
        "$ cargo run -q -p step4-accept",
        "socket(AF_INET, SOCK_STREAM, 0) = handle1",
        "    UNCONN  0    0    -               -",
        "bind(handle1, 127.0.0.1:4444) = 0",
        "accept(handle1) ...",
        "accept(handle1) = handle2, 127.0.0.1:51734",
        "recv(handle2, 4096) = 48",
        "close(handle2)",
        "accept(handle1) = handle2, 127.0.0.1:51735",
        "recv(handle2, 4096) = -1 WSAECONNRESET (...)",
        "close(handle2)",
        "server | socket(AF_INET, SOCK_STREAM, 0) = handle1",
        "client | socket(AF_INET, SOCK_STREAM, 0) = handle1",
        "client | connect(handle1, 127.0.0.1:4444) ...",
        "server | listen(handle1, 5) = 0",
        "$ cargo run -q -p step1-create",
        "socket(AF_INET, SOCK_STREAM, 0) = handle1",
        "socket(AF_INET, SOCK_STREAM, 17) = -1 WSAEPROTONOSUPPORT (...)",
        "getaddrinfo(\"127.0.0.1\", \"nosuchservice\") = WSATYPE_NOT_FOUND (...)",
        "Press Enter to close the socket.",
        "close(handle1)",
    ];
    let shown = windows::stable(&(shown.join("\n") + "\n"));
    let shown: Vec<&str> = shown.lines().collect();
    assert_eq!(shown, hidden);
}

/// What macOS may show otherwise than Linux, and what it may not.
#[test]
fn another_system_is_alike() {
    let linux = "bind(3, 127.0.0.1:80) = 0\n    LISTEN  0    128  127.0.0.1:80    0.0.0.0:*\n\
                 Look at it from another terminal: ss -ltnp 'sport = :80'\n\
                 listen(3, 128) = -1 EOPNOTSUPP (Operation not supported)\n\
                 help: a datagram socket has no connections\n";
    let other = "bind(3, 127.0.0.1:80) = 0\n    LISTEN  -    -    127.0.0.1:80    0.0.0.0:*\n\
                 Look at it from another terminal: lsof -nP -a -p 17 -d 3\n\
                 listen(3, 128) = -1 EINVAL (Invalid argument)\n\
                 help: another text\n";
    assert!(alike(linux, linux));
    assert!(alike(linux, other));
    for (from, to) in [
        ("LISTEN", "ESTAB"),
        ("LISTEN  -", "LISTEN  1"),
        ("127.0.0.1:80    0", "127.0.0.1:81    0"),
        (
            "bind(3, 127.0.0.1:80) = 0",
            "bind(3, 127.0.0.1:80) = -1 EACCES (Permission denied)",
        ),
        ("listen(3, 128)", "listen(3, 5)"),
        ("help: another text\n", ""),
        ("help: another text\n", "another text\n"),
    ] {
        assert!(other.contains(from));
        assert!(!alike(linux, &other.replacen(from, to, 1)), "{from} became {to}");
    }
    assert!(!alike(linux, "") && !alike("", other));
}

/// The lecture: the processes may run on different operating systems. The client of each
/// talks to the server of the other, and no byte is lost or changed.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs wine"]
fn different_operating_systems_one_conversation() {
    use std::path::Path;
    use tests::Program;

    let build = std::process::Command::new(tests::root().join(".ci/portability"))
        .arg("build")
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("bash");
    assert!(build.status.success(), "it needs what .ci/packages-portability lists");
    let folder = String::from_utf8(build.stdout).expect("UTF-8");
    let folder = Path::new(folder.trim());
    // The folder of wine's own files is beside that of the target.
    let prefix = folder.ancestors().nth(2).expect("the target folder").join("wine");
    let windows = |lesson: &str, args: &[&str]| {
        let path = folder.join(format!("{lesson}.exe"));
        let path = path.to_str().expect("UTF-8");
        Program::other("wine", &[&[path], args].concat())
            .env("WINEPREFIX", prefix.to_str().expect("UTF-8"))
            .env("WINEDEBUG", "-all")
    };

    // Every byte, and the line ends of both systems among them.
    let bytes: Vec<u8> =
        (0..=255).chain(*b"one\r\ntwo\n").cycle().take(1_000_000).collect();
    type Start<'a> = &'a dyn Fn(&str, &[&str]) -> Program;
    let linux: Start = &Program::lesson;
    let pairs: [(Start, Start); 2] = [(&windows, linux), (linux, &windows)];
    for (server, client) in pairs {
        let mut server = server("step4-accept", &["127.0.0.1:0"]).start();
        let address = format!("127.0.0.1:{}", server.until_row("LISTEN").port());
        server.accepting();
        let (client, reply) = client("client", &[&address]).run_apart(&bytes);
        let transcript = client.succeeded();
        assert!(reply == bytes, "{} of {} bytes\n{transcript}", reply.len(), bytes.len());
        server.accepting();
    }
}
