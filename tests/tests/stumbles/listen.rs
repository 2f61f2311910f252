//! The stumbles of step 3, and what ss(8) keeps to itself.

use tests::assert_transcript;

fn example(name: &str) -> String {
    crate::example("step3-listen", name)
}

/// Windows refuses where Linux lets wait.
#[cfg(target_os = "linux")]
#[test]
fn full_backlog() {
    assert_transcript!(example("full_backlog"));
}

#[test]
fn connect_before_accept() {
    assert_transcript!(example("connect_before_accept"));
}

#[test]
fn datagram_listen() {
    assert_transcript!(example("datagram_listen"));
}

/// What -1 becomes is the limit of the namespace, and a new one has that of the kernel.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a network namespace"]
fn backlog_of_minus_one() {
    use tests::{Namespace, Program};

    let lesson = Program::lesson("step3-listen", &["--backlog", "-1"]);
    assert_transcript!(Namespace::new().inside(lesson).run().succeeded());
}

/// ss(8) as another user: the row is there, the process is not.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs root"]
fn process_of_another_user() {
    use tests::{Namespace, Program};

    let namespace = Namespace::new();
    let mut server = namespace.inside(Program::lesson("step3-listen", &[])).start();
    server.until_row("LISTEN");
    let other = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let ss = ["ss", "-nltp", "sport = :4444"];
    let nobody = Program::other("setpriv", &[&other[..], &ss].concat());
    let nobody = namespace.inside(nobody).run().succeeded();
    let root = namespace.inside(Program::other(ss[0], &ss[1..])).run().succeeded();
    let id = format!("pid={},", server.id());
    assert_transcript!(format!("{root}\n{nobody}").replace(&id, "pid=PID,"));
}
