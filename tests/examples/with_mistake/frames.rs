//! Servers of messages: a frame is its length in 4 bytes, and so many bytes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

use clap::ValueEnum;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Mistake {
    /// It does what it should.
    Nothing,
    /// It reads the length in the order of most machines.
    LittleEndian,
    /// It takes it that the 4 bytes of a length come at once.
    LengthAtOnce,
    /// It takes what one recv returns for one frame.
    OneRecvOneFrame,
    /// It takes an empty frame for the end.
    EmptyIsTheEnd,
    /// It has no room for the last byte.
    OneByteShort,
    /// It believes any length.
    Believes,
    /// It ends when the end of file comes in the middle of a frame.
    EndsInTheMiddle,
    /// It turns the client away that comes after a cut frame.
    TurnsAwayAfterACutFrame,
}

use Mistake::*;

/// Serves one client after another: these checks ask no more.
pub fn serve(listener: &TcpListener, mistake: Mistake) {
    let mut turns_away = false;
    for client in crate::clients(listener) {
        if std::mem::take(&mut turns_away) {
            continue;
        }
        let result = echo(&client, mistake);
        if result.is_err_and(|error| error.kind() == ErrorKind::UnexpectedEof) {
            turns_away = mistake == TurnsAwayAfterACutFrame;
            if mistake == EndsInTheMiddle {
                break;
            }
        }
    }
}

fn echo(mut client: &TcpStream, mistake: Mistake) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        // The end of file before the first byte is the end, and behind it an error.
        match client.read(&mut length)? {
            0 => return Ok(()),
            read if read < 4 && mistake == LengthAtOnce => return Ok(()),
            read => client.read_exact(&mut length[read..])?,
        }
        let length = match mistake {
            LittleEndian => u32::from_le_bytes(length),
            _ => u32::from_be_bytes(length),
        };
        match (mistake, length) {
            (EmptyIsTheEnd, 0) | (OneByteShort, 65536..) => return Ok(()),
            (Believes, 65537..) => {
                io::copy(&mut client.take(length.into()), &mut io::sink())?;
            }
            (_, 65537..) => return Ok(()),
            _ => (),
        }
        let mut frame = vec![0; length as usize];
        client.read_exact(&mut frame)?;
        if mistake == OneRecvOneFrame {
            // What is behind the frame is thrown away with its buffer.
            client.set_nonblocking(true)?;
            let _ = client.read(&mut [0; 65536]);
            client.set_nonblocking(false)?;
        }
        client.write_all(&[&length.to_be_bytes(), &frame[..]].concat())?;
    }
}
