//! Network namespaces: a loopback of a test's own, so that port 4444 is free there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::{Program, Row};

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
        Self::hold(command, root)
    }

    /// Makes a second namespace, joined to this one by a cable: a pair of veth(4). The
    /// interface `veth0` here has the addresses 192.0.2.1 and 2001:db8::1, the one there
    /// 192.0.2.2 and 2001:db8::2 (RFC 5737, RFC 3849: they are no real network's).
    ///
    /// # Panics
    ///
    /// The kernel has no veth(4).
    pub fn neighbour(&self) -> Self {
        let mut command = Command::new("nsenter");
        command.args(self.enter()).args(["unshare", "--net", "--mount"]);
        let other = Self::hold(command, self.root);
        let id = other.holder.id();
        self.shell(&format!("ip link add veth0 type veth peer name veth0 netns {id}"));
        for (namespace, number) in [(self, 1), (&other, 2)] {
            namespace.shell(&format!(
                "ip address add 192.0.2.{number}/24 dev veth0 && \
                 ip address add 2001:db8::{number}/64 dev veth0 nodad && \
                 ip link set veth0 up"
            ));
        }
        other
    }

    /// Starts the process that holds the namespace; `command` goes into it.
    fn hold(mut command: Command, root: bool) -> Self {
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
        let enter = self.enter();
        let nsenter: Vec<&str> =
            ["nsenter"].into_iter().chain(enter.iter().map(String::as_str)).collect();
        program.through(&nsenter)
    }

    /// The arguments of nsenter(1) that lead into this namespace.
    fn enter(&self) -> Vec<String> {
        let id = self.holder.id();
        let folder = format!("--wdns={}", crate::root().display());
        let mut arguments =
            vec![format!("--target={id}"), "--net".into(), "--mount".into()];
        arguments.push(folder);
        if !self.root {
            arguments.extend(["--user".into(), "--preserve-credentials".into()]);
        }
        arguments
    }

    /// Runs a shell command as root of this namespace.
    ///
    /// # Panics
    ///
    /// The command fails.
    pub fn shell(&self, script: &str) -> String {
        self.inside(Program::other("sh", &["-c", script])).run().succeeded()
    }

    /// Makes a namespace in which 51734 is the only port that the kernel has for a client.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn of_the_lecture() -> Self {
        let namespace = Self::new();
        // ip_local_port_range of ip(7).
        namespace.shell("echo 51734 51734 >/proc/sys/net/ipv4/ip_local_port_range");
        namespace
    }

    /// What ss(8) shows here with these arguments, among them -H.
    pub fn ss(&self, args: &[&str]) -> Vec<Row> {
        crate::row::rows(&self.inside(Program::other("ss", args)).run().succeeded())
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
