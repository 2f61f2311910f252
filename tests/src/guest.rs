//! Somebody in the chat.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};

use crate::connect;

/// A client of the chat, who is in it.
pub struct Guest {
    /// The name that the chat has given it: its port.
    pub name: String,
    stream: BufReader<TcpStream>,
}

impl Guest {
    /// Connects to the chat, and waits until it is in it.
    ///
    /// # Panics
    ///
    /// The chat does not greet it.
    pub fn new(port: u16) -> Self {
        let mut guest = Self { name: String::new(), stream: BufReader::new(connect(port)) };
        let greeting = guest.hear();
        let name =
            greeting.strip_prefix("* you are ").and_then(|rest| rest.split(';').next());
        guest.name = name.unwrap_or_else(|| panic!("{greeting}")).into();
        guest
    }

    /// The socket.
    pub fn stream(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// Sends these bytes.
    ///
    /// # Panics
    ///
    /// The chat does not read.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        let mut stream = self.stream();
        stream.write_all(bytes.as_ref()).expect("the chat reads");
    }

    /// Says a line.
    ///
    /// # Panics
    ///
    /// The chat does not read.
    pub fn say(&self, line: &str) {
        self.send(format!("{line}\n"));
    }

    /// Waits for the next line, and returns it without its end; nothing at the end of file.
    ///
    /// # Panics
    ///
    /// None comes, or it is not UTF-8.
    pub fn hear(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("the chat sends");
        line.trim_end_matches('\n').into()
    }

    /// Waits for a line.
    ///
    /// # Panics
    ///
    /// Another one comes.
    #[track_caller]
    pub fn hears(&mut self, line: &str) {
        assert_eq!(self.hear(), line);
    }

    /// Ends its side, and leaves when the chat has ended the other one.
    ///
    /// # Panics
    ///
    /// The chat says something more.
    pub fn leave(mut self) {
        self.stream().shutdown(Shutdown::Write).expect("it is connected");
        self.hears("");
    }
}
