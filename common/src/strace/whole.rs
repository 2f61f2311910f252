//! Calls that std makes as often as it takes: `write_all` and `read_exact`.

use std::io::{self, Read, Write};
use std::panic::Location;

use super::call::{Call, see};
use crate::Error;
use crate::descriptor::Descriptor;

/// A socket that shows each send(2) and recv(2), however many a `write_all` or a `read_exact`
/// makes.
pub struct Calls<'a, S> {
    socket: &'a mut S,
    location: &'static Location<'static>,
    failed: Option<Error>,
}

impl<'a, S: Descriptor> Calls<'a, S> {
    /// Makes the calls of `socket`.
    #[track_caller]
    pub fn new(socket: &'a mut S) -> Self {
        Self { socket, location: Location::caller(), failed: None }
    }

    /// Gives the result of `write_all` or `read_exact` back.
    ///
    /// # Errors
    ///
    /// The error of the call that failed; [`UnexpectedEof`](io::ErrorKind::UnexpectedEof), which
    /// is not shown, if the last recv(2) has returned 0.
    pub fn end(self, result: io::Result<()>) -> Result<(), Error> {
        match (result, self.failed) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(shown)) => Err(shown),
            (Err(error), None) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let call = Call::begin("recv", Some(self.socket.fd()), 0, false);
                Err(Error::call(&call, None, error.into()))
            }
            // The socket took no byte, and gave no error.
            (Err(error), None) => {
                let call = Call::begin("send", Some(self.socket.fd()), 0, false);
                call.end(Some(self.socket), Err(error))
            }
        }
    }
}

impl<S: Descriptor> Calls<'_, S> {
    /// Shows a call, and keeps its error.
    fn shown(&mut self, call: Call<'_>, result: io::Result<usize>) -> io::Result<usize> {
        let kind = result.as_ref().err().map(io::Error::kind);
        call.end(Some(&*self.socket), result).map_err(|error| {
            self.failed = Some(error);
            kind.unwrap_or(io::ErrorKind::Other).into()
        })
    }
}

impl<S: Read + Descriptor> Read for Calls<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut call = Call::begin("recv", Some(self.socket.fd()), 1, false);
        call.location = self.location;
        let result = self.socket.read(see(&mut call, buffer));
        self.shown(call, result)
    }
}

impl<S: Write + Descriptor> Write for Calls<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut call = Call::begin("send", Some(self.socket.fd()), 1, false);
        call.location = self.location;
        let result = self.socket.write(see(&mut call, bytes));
        self.shown(call, result)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
