//! The server closes a connection. Does the client always get an end of file?

use std::io::Read;
use std::mem::MaybeUninit;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask("The server closes a connection. Does the client always get an end of file?");
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    for read_first in [true, false] {
        let mut client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
        strace!(client.connect(&address))?;
        let (mut accepted, _) = strace!(server.accept())?;
        strace!(client.send(b"Hello!"))?;
        if read_first {
            strace!(accepted.read(&mut [0; 16]))?;
        } else {
            // MSG_PEEK waits for the bytes and leaves them in the queue.
            strace!(accepted.peek(&mut [MaybeUninit::uninit(); 16]))?;
        }
        log::ss(&accepted);
        log::close(accepted);
        let _ = strace!(client.read(&mut [0; 16])); // It fails if the connection was reset.
        log::close(client);
    }
    log::info(
        "Not always. If the server has read everything, close sends FIN, the end of file. If \
         bytes are left in its Recv-Q, they are lost, and the kernel tells the client so with \
         RST (RFC 9293, section 3.6.1). That is why you read until recv returns 0 before you \
         close.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
