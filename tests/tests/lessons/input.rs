//! Bad input: a clear message, exit status 2 where the usage is wrong, and never a panic.

use tests::{Program, assert_transcript};

/// What clap says, without its last line, which is always the same.
fn refuses(lesson: &str, args: &[&str]) -> String {
    let transcript = Program::lesson(lesson, args).run().exited(2);
    transcript.replace("\n\nFor more information, try '--help'.\n", "\n")
}

fn refuses_addresses(addresses: &[&str]) -> String {
    addresses.iter().map(|address| refuses("step2-bind", &[address]) + "\n").collect()
}

#[test]
fn addresses() {
    assert_transcript!(refuses_addresses(&[
        "",
        ":",
        "127.0.0.1",
        "127.0.0.1:",
        ":4444",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999999999999",
        "127.0.0.1:-1",
        "127.0.0.1:+80",
        "127.0.0.1: 80",
        "127.0.0.1:80 ",
        "local host:80",
        "::1:4444",
        "[::1:4444",
        "[::1]",
        "[::1]4444",
        "[]:4444",
        "[127.0.0.1]:4444",
        "http://127.0.0.1:4444",
        "https://ya.ru",
        "порт:порт",
    ]));
}

#[test]
fn long_host() {
    let host = "a".repeat(300);
    let transcript = refuses("step2-bind", &[&format!("{host}:80")]);
    assert!(transcript.contains("at most 253 bytes, this one has 300"), "{transcript}");
    let transcript = refuses("step0-resolve", &[&host]);
    assert!(transcript.contains("at most 253 bytes, this one has 300"), "{transcript}");
}

#[test]
fn names_and_services() {
    let mut transcript = String::new();
    for args in [&[""][..], &["a b"], &["localhost", "65536"], &["localhost", ""]] {
        transcript += &(refuses("step0-resolve", args) + "\n");
    }
    assert_transcript!(transcript);
}

#[test]
fn options() {
    let mut transcript = String::new();
    for (lesson, args) in [
        ("step1-create", &["--family", "unix"][..]),
        ("step1-create", &["--type", "raw"]),
        ("step1-create", &["--proto", "tcp"]),
        ("step1-create", &["--proto", "0x6"]),
        ("step1-create", &["--proto", "2147483648"]),
        ("step1-create", &["127.0.0.1:4444"]),
        ("step1-create", &["--listen"]),
        ("step3-listen", &["--backlog", "many"]),
        ("step3-listen", &["--backlog", "2147483648"]),
        ("step3-listen", &["--backlog"]),
        ("step0-resolve", &["localhost", "--reverse", "127.0.0.1:80"]),
        ("step0-resolve", &["--reverse", "127.0.0.1"]),
    ] {
        transcript += &(refuses(lesson, args) + "\n");
    }
    assert_transcript!(transcript);
}

#[test]
fn control_characters() {
    // No system passes a null byte in an argument, so the parser is asked.
    for address in ["local\0host:80", "localhost:8\x000", "local\u{1}host:80"] {
        address.parse::<common::address::Address>().expect_err("not a host");
    }
}

#[cfg(unix)]
#[test]
fn not_utf8() {
    let argument = "exec \"$0\" \"$(printf '127.0.0.1\\377:80')\"";
    for lesson in ["step0-resolve", "step2-bind", "client", "judge", "tour"] {
        let lesson = Program::lesson(lesson, &[]).through(&["sh", "-c", argument]);
        let transcript = lesson.run().exited(2);
        let named = "error: the argument '127.0.0.1\u{fffd}:80' is not UTF-8\n";
        assert!(transcript.contains(named), "{transcript}");
    }
}

/// `| head -1`: that nobody reads on is no failure.
#[test]
fn closed_pipe() {
    for args in [&["127.0.0.1"][..], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let lesson = Program::lesson("step0-resolve", args).stdout(writer).start();
        lesson.finish().succeeded();
    }
}

/// Narration that nobody reads is no failure either.
#[test]
fn closed_standard_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    Program::lesson("step1-create", &[]).stderr(writer).run().succeeded();
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk() {
    let full =
        std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a Linux file");
    let lesson = Program::lesson("step0-resolve", &["127.0.0.1"]).stdout(full).start();
    assert_transcript!(tests::stable(&lesson.finish().exited(1)));
}

/// Help that can't be printed is a failure, too; the judge and the tour print it as a lesson does.
#[cfg(target_os = "linux")]
#[test]
fn full_disk_for_help() {
    for (program, argument) in [
        ("step0-resolve", "--help"),
        ("judge", "--help"),
        ("judge", "--version"),
        ("judge", "--list"),
        ("tour", "--help"),
        ("tour", "--version"),
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let program = Program::lesson(program, &[argument]).stdout(full.expect("Linux"));
        let said = program.run().exited(1);
        assert!(said.contains("No space left on device"), "{said}");
    }
}

/// With its standard input closed, a lesson has nothing to wait for.
#[cfg(unix)]
#[test]
fn closed_standard_input() {
    let lesson = Program::lesson("step1-create", &[])
        .through(&["sh", "-c", "exec \"$0\" \"$@\" <&-"])
        .start();
    // The harness keeps its end open: it is the closed descriptor that ends the wait.
    lesson.wait().succeeded();
}

#[cfg(unix)]
#[test]
fn unreadable_standard_input() {
    let folder = std::fs::File::open(tests::root()).expect("a folder");
    let transcript = Program::lesson("step1-create", &[]).stdin(folder).run().exited(1);
    assert!(
        transcript.contains("\nstandard input: EISDIR (Is a directory)\nhelp: "),
        "{transcript}"
    );
}
