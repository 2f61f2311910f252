//! The lessons in C, built when a test runs them.

use std::path::Path;
use std::process::Command;

use tests::{Program, root};

/// A C file of the workspace: built with cc(1), and with no warning, then run with
/// arguments.
pub fn c(path: &str, args: &[&str]) -> Program {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = root().join(path);
    let name = source.file_stem().and_then(|name| name.to_str()).expect("UTF-8");
    let executable = folder.join(name);
    // Under a name of its own until it is whole: other tests may build the same.
    let thread = format!("{:?}", std::thread::current().id());
    let number: String = thread.chars().filter(char::is_ascii_digit).collect();
    let unfinished = folder.join(format!("{name}.{}.{number}", std::process::id()));
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-pthread", "-o"])
        .args([&unfinished, &source])
        .output()
        .expect("cc");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{messages}");
    std::fs::rename(&unfinished, &executable).expect("the folder of cargo");
    Program::other(executable.to_str().expect("UTF-8"), args)
}
