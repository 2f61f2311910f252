//! Servers to be judged, each with one mistake: a judge has to find it.
//!
//! `cargo run -p tests --example with_mistake -- echo one-at-a-time 127.0.0.1:4444`

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::Parser;

mod chat;
mod datagram;
mod echo;
mod frames;

const ANY_PORT: &str = "127.0.0.1:0";

/// Serve, with one mistake: at 127.0.0.1, and a port that the kernel chooses
#[derive(Parser)]
enum Args {
    /// Every byte comes back
    Echo {
        mistake: echo::Mistake,
        #[arg(default_value = ANY_PORT)]
        address: SocketAddr,
    },
    /// Every datagram comes back
    Datagram {
        mistake: datagram::Mistake,
        #[arg(default_value = ANY_PORT)]
        address: SocketAddr,
    },
    /// Every frame comes back
    Frames {
        mistake: frames::Mistake,
        #[arg(default_value = ANY_PORT)]
        address: SocketAddr,
    },
    /// Everybody else hears
    Chat {
        mistake: chat::Mistake,
        #[arg(default_value = ANY_PORT)]
        address: SocketAddr,
    },
}

fn main() -> io::Result<()> {
    match Args::parse() {
        Args::Echo { mistake, address } => echo::serve(&listen(address)?, mistake),
        Args::Frames { mistake, address } => frames::serve(&listen(address)?, mistake),
        Args::Chat { mistake, address } => chat::serve(&listen(address)?, mistake),
        Args::Datagram { mistake, address } => {
            let socket = UdpSocket::bind(address)?;
            println!("bound to {}", socket.local_addr()?);
            datagram::serve(&socket, mistake);
        }
    }
    Ok(())
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    println!("bound to {}", listener.local_addr()?);
    Ok(listener)
}

/// The connections to a server, one after another.
fn clients(listener: &TcpListener) -> impl Iterator<Item = TcpStream> {
    listener.incoming().filter_map(Result::ok)
}

/// Locks, whatever another thread has done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
