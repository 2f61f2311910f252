//! Server and client run on the same machine. Do they need an IP address and a port?

use std::process::ExitCode;

use common::{Error, log};
#[cfg(unix)]
use {
    common::strace,
    socket2::{Domain, SockAddr, Socket, Type},
    std::{env, fs, io::Read, process},
};

#[cfg(unix)]
fn run() -> Result<(), Error> {
    log::ask(
        "Server and client run on the same machine. Do they need an IP address and a port?",
    );
    // In a folder of its own the name is free; the folder is removed at the end.
    let folder = env::temp_dir().join(format!("unix-{}", process::id()));
    let made = fs::create_dir(&folder).and_then(|()| env::set_current_dir(&folder));
    match made.and_then(|()| SockAddr::unix("server")) {
        Ok(address) => {
            let result = talk(&address);
            let _ = fs::remove_dir_all(&folder); // It has no other use.
            result
        }
        Err(error) => {
            log::info(format!("There is no place for a socket in {folder:?}: {error}"));
            Ok(())
        }
    }
}

#[cfg(unix)]
fn talk(address: &SockAddr) -> Result<(), Error> {
    let server = strace!(Socket::new(Domain::UNIX, Type::STREAM, None))?;
    strace!(server.bind(address))?;
    strace!(server.listen(128))?;
    log::ss(&server);
    let client = strace!(Socket::new(Domain::UNIX, Type::STREAM, None))?;
    strace!(client.connect(address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    log::ss(&accepted);
    strace!(client.send(b"Hello!"))?;
    strace!(accepted.read(&mut [0; 16]))?;
    log::close(server);

    let again = strace!(Socket::new(Domain::UNIX, Type::STREAM, None))?;
    let _ = strace!(again.bind(address)); // It fails: the name outlives its socket.
    strace!(fs::remove_file("server"))?;
    strace!(again.bind(address))?;
    log::info(
        "No: the address of an AF_UNIX socket is a path in the file system (unix(7)). The calls \
         are the same, but no network is involved, and file permissions decide who may connect. \
         close does not remove the file, so a server does that itself. This is how programs on \
         one machine talk (inter-process communication): Docker, PostgreSQL, the X server.",
    );
    Ok(())
}

#[cfg(not(unix))]
fn run() -> Result<(), Error> {
    log::info("This example is for Unix: here the lessons have IPv4 and IPv6 only.");
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
