//! Network namespaces: a loopback of a test's own, so that port 4444 is free there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Program;

/// A network namespace with its loopback up, and a mount namespace beside it; it is gone when the value is dropped, and also
/// when the test is killed: the process that holds it waits for the end of its input.
pub struct Namespace {
    holder: Child,
    root: bool,
}

impl Namespace {
    /// Makes a namespace; without root it is in a user namespace of its own.
    ///
    /// # Panics
    ///
    /// unshare(1) or ip(8) is missing, or the kernel allows no user namespaces.
    pub fn new() -> Self {
        let status =
            std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
        let root = status.lines().any(|line| line.starts_with("Uid:\t0\t"));
        let mut command = Command::new("unshare");
        command.args(["--net", "--mount"]);
        if !root {
            command.args(["--user", "--map-root-user"]);
        }
        let mut holder = command
            .args([
                "sh",
                "-c",
                "ip link set lo up && mount -t tmpfs tmpfs /mnt && echo up && exec cat",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare(1) of util-linux");
        let stdout = holder.stdout.take().expect("a pipe");
        let mut namespace = Self { holder, root };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let status = namespace.holder.try_wait();
        assert_eq!(line, "up\n", "no network namespace here: {status:?}");
        namespace
    }

    /// Makes a program run in this namespace.
    pub fn inside(&self, program: Program) -> Program {
        let id = self.holder.id().to_string();
        let folder = format!("--wdns={}", crate::root().display());
        let mut nsenter = vec!["nsenter", "--target", &id, "--net", "--mount", &folder];
        if !self.root {
            nsenter.extend(["--user", "--preserve-credentials"]);
        }
        program.through(&nsenter)
    }

    /// Runs a shell command as root of this namespace.
    ///
    /// # Panics
    ///
    /// The command fails.
    pub fn shell(&self, script: &str) -> String {
        self.inside(Program::other("sh", &["-c", script])).run().succeeded()
    }

    /// Gives the namespace a file of its own, such as `/etc/hosts`.
    ///
    /// # Panics
    ///
    /// The file does not exist outside, so there is nothing to mount on.
    pub fn replace(&self, path: &str, content: &str) {
        // The file lives in memory of the namespace, and is gone with it.
        let script = "file=$(mktemp /mnt/XXXXXX) && cat >$file && chmod 644 $file && \
                      mount --bind $file $0";
        let mut shell = self.inside(Program::other("sh", &["-c", script, path])).start();
        shell.write(content.as_bytes());
        shell.finish().succeeded();
    }
}

impl Default for Namespace {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
