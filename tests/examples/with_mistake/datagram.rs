//! Servers without connections: each datagram goes back to its sender.

use std::net::UdpSocket;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::ValueEnum;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Mistake {
    /// It does what it should.
    Nothing,
    /// It answers from another port.
    AnotherPort,
    /// It takes two datagrams for one text.
    JoinsTwo,
    /// Its buffer has 1024 bytes.
    ShortBuffer,
    /// It does not answer an empty one.
    IgnoresEmpty,
    /// It takes an empty one for the end of file.
    EndsWithAnEmptyOne,
    /// It answers the one who sent last.
    LastSender,
    /// It tells the time in milliseconds.
    Milliseconds,
}

use Mistake::*;

pub fn serve(socket: &UdpSocket, mistake: Mistake) {
    let mut buffer = vec![0; if mistake == ShortBuffer { 1024 } else { 65536 }];
    loop {
        // An answer that nobody takes is no failure of the server, though Windows says so.
        let Ok((length, sender)) = socket.recv_from(&mut buffer) else { continue };
        let mut answers = vec![(buffer[..length].to_vec(), sender)];
        if [JoinsTwo, LastSender].contains(&mistake) {
            // Whoever sends two at once does so within this time.
            let window = Some(Duration::from_millis(500));
            socket.set_read_timeout(window).expect("a timeout");
            if let Ok((length, sender)) = socket.recv_from(&mut buffer) {
                answers.push((buffer[..length].to_vec(), sender));
            }
            socket.set_read_timeout(None).expect("no timeout");
        }
        match (mistake, &mut answers[..]) {
            (JoinsTwo, [(first, one), (second, two)]) if one == two => {
                first.append(second);
                answers.truncate(1);
            }
            (LastSender, [(_, one), (_, two)]) => *one = *two,
            (Milliseconds, [(answer, _)]) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                *answer = format!("{}\n", now.as_millis()).into_bytes();
            }
            (EndsWithAnEmptyOne, _) if length == 0 => return,
            (IgnoresEmpty, _) if length == 0 => continue,
            _ => (),
        }
        for (datagram, sender) in answers {
            let another;
            let socket = if mistake == AnotherPort {
                another = UdpSocket::bind("127.0.0.1:0").expect("a port");
                &another
            } else {
                socket
            };
            let _ = socket.send_to(&datagram, sender);
        }
    }
}
