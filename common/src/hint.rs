//! The command that shows a socket from another terminal, with the tool of the platform.

use socket2::Socket;

#[cfg(unix)]
use crate::descriptor::Descriptor;
#[cfg(any(target_os = "linux", windows))]
use crate::row::Row;

/// A command for ss(8), which shows a socket that listens or that takes datagrams; for any
/// other socket one that shows the descriptor.
#[cfg(target_os = "linux")]
pub(crate) fn command(socket: &Socket) -> Option<String> {
    let row = Row::of(socket);
    let port = row.port();
    let datagram = socket.r#type().is_ok_and(|r#type| r#type == socket2::Type::DGRAM);
    if row.is("LISTEN") {
        Some(format!("ss -nltp 'sport = :{port}'"))
    } else if datagram && port != 0 {
        Some(format!("ss -nlup 'sport = :{port}'"))
    } else {
        Some(format!("ls -l /proc/{}/fd/{}", std::process::id(), socket.fd()))
    }
}

/// A command for lsof(8), which shows any socket of a process.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn command(socket: &Socket) -> Option<String> {
    Some(format!("lsof -nP -a -p {} -d {}", std::process::id(), socket.fd()))
}

/// A command for netstat, which shows a socket that has a port; with -q also one that is
/// bound and does not listen.
#[cfg(windows)]
pub(crate) fn command(socket: &Socket) -> Option<String> {
    let port = Row::of(socket).port();
    (port != 0).then(|| format!("netstat -anoq | findstr :{port}"))
}
