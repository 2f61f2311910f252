//! With SO_REUSEADDR, can a server start again at once? And can two servers run side by side?
//!
//! On Windows the option means something else: nobody needs it to start again, and it lets a
//! second server take the address away.

use std::io::Read;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, SockAddr, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "With SO_REUSEADDR, can a server start again at once? And can two servers run side by \
         side?",
    );
    let server = serve(&address::new([127, 0, 0, 1], 0))?;
    let address = strace!(server.local_addr())?;
    let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (accepted, _) = strace!(server.accept())?;

    // What the kernel does when the server ends.
    log::close(accepted);
    log::close(server);
    // The client sees the end of file and closes, too.
    strace!(client.read(&mut [0; 16]))?;
    log::close(client);

    let again = serve(&address)?;
    log::ss(&again);
    let _ = serve(&address); // It fails: one listens there already.
    log::info(
        "It can start again: connections in TIME-WAIT do not count if the old server and the \
         new one have both set SO_REUSEADDR before they bind (socket(7)). That is why nearly \
         every server sets it. But two servers at a time are not possible: while one listens, \
         nobody else gets its address.",
    );
    Ok(())
}

fn serve(address: &SockAddr) -> Result<Socket, Error> {
    let socket = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(socket.set_reuse_address(true))?;
    strace!(socket.bind(address))?;
    strace!(socket.listen(128))?;
    Ok(socket)
}

fn main() -> ExitCode {
    common::example(run)
}
