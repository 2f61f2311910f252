//! The client sends "one", then "two". The server reads 4 bytes at a time. What does it get?

use std::io::Read;
use std::mem::MaybeUninit;
use std::process::ExitCode;

use common::{Error, address, log, strace};
use socket2::{Domain, Socket, Type};

fn run() -> Result<(), Error> {
    log::ask(
        "The client sends \"one\", then \"two\". The server reads 4 bytes at a time. What does \
         it get?",
    );
    let server = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(server.bind(&address::new([127, 0, 0, 1], 0)))?;
    strace!(server.listen(128))?;
    let address = strace!(server.local_addr())?;
    let client = strace!(Socket::new(Domain::IPV4, Type::STREAM, None))?;
    strace!(client.connect(&address))?;
    let (mut accepted, _) = strace!(server.accept())?;
    strace!(client.send(b"one"))?;
    strace!(client.send(b"two"))?;

    // MSG_PEEK looks at the queue and takes nothing: wait until all 6 bytes are there.
    while accepted.peek(&mut [MaybeUninit::uninit(); 6]).is_ok_and(|length| length < 6) {}
    log::ss(&accepted);
    let mut buf = [0; 4];
    for _ in 0..2 {
        let length = strace!(accepted.read(&mut buf))?;
        log::info(format!("The buffer holds \"{}\".", buf[..length].escape_ascii()));
    }
    log::info(
        "\"onet\", then \"wo\": TCP carries a stream of bytes, and nothing in it marks where a \
         send ended (RFC 9293, section 2.2). That is why a program that needs messages sends \
         the length of each one first, or an end mark after it.",
    );
    Ok(())
}

fn main() -> ExitCode {
    common::example(run)
}
