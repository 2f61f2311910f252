//! A datagram has 10 bytes, the buffer has room for 4. Where are the other 6?
//!
//! Windows says so: there recv fails with WSAEMSGSIZE, with the first 4 bytes in the buffer.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use common::log::{self, Call};
use common::{Error, address};
use socket2::{Domain, Socket, Type};

fn main() -> ExitCode {
    log::init();
    log::exit_code(run())
}

fn run() -> Result<(), Error> {
    log::info("A datagram has 10 bytes, the buffer has room for 4. Where are the other 6?");
    let mut socket = Socket::new(Domain::IPV4, Type::DGRAM, None)
        .log("socket(AF_INET, SOCK_DGRAM, 0)")?;
    let fd = log::fd(&socket);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&address.into()).log(format!("bind({fd}, {address})"))?;
    log::row(&socket);

    // One socket is enough for both ends: it sends to its own address.
    let address = address::local(&socket)?;
    for text in ["0123456789", "next", "0123456789"] {
        socket
            .send_to(text.as_bytes(), &address.into())
            .log(format!("sendto({fd}, {text:?}, {address})"))?;
    }
    for size in [4, 4, 65_507] {
        let mut buf = vec![0; size];
        let length = socket.read(&mut buf).log(format!("recv({fd}, {size})"))?;
        log::info(format!(
            "The buffer holds {:?}.",
            String::from_utf8_lossy(&buf[..length])
        ));
    }
    log::info(
        "One recv takes one datagram, and what does not fit into the buffer is gone (recv(2)); \
         no datagram over IPv4 has more than 65507 bytes.",
    );
    Ok(())
}
