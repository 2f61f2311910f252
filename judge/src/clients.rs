//! The checks of thread, poll, epoll and await: many clients at once. How the server does
//! it is its own matter, so all four lessons ask the same.

use std::io;
use std::time::Duration;

use crate::check::{Because, Check, Fault, How, Lesson, Verdict, count};
use crate::peer::{Client, Server};

pub const LESSON: Lesson = Lesson {
    names: &["thread", "poll", "epoll", "await"],
    title: "many clients at once",
    taught: "step6-thread/README.md",
    start: "step6-thread",
    protocol: "",
    checks: &[
        Check {
            name: "second-client",
            sentence: "a second client is served while the first is silent",
            see: "step6-thread/README.md",
            run: second_client,
        },
        Check {
            name: "one-byte",
            sentence: "four clients send a byte at a time, in turn: each gets its own",
            see: "step7-poll/README.md",
            run: one_byte,
        },
        Check {
            name: "slow-sender",
            sentence: "a client that pauses in the middle of a line stops nobody",
            see: "step7-poll/README.md",
            run: slow_sender,
        },
        Check {
            name: "no-reader",
            sentence: "a client that sends and does not read stops nobody",
            see: "step7-poll/README.md",
            run: no_reader,
        },
        Check {
            name: "late-reader",
            sentence: "a client that reads late still gets every byte",
            see: "cargo run -p client --example partial_send",
            run: late_reader,
        },
        Check {
            name: "back-pressure",
            sentence: "from a client that does not read, the server stops reading, too",
            see: "step7-poll/README.md",
            run: back_pressure,
        },
        Check {
            name: "leavers",
            sentence: "of 20 clients 10 reset at once, and the others are served on",
            see: "step7-poll/README.md",
            run: leavers,
        },
        Check {
            name: "thousand",
            sentence: "1,000 clients are connected at once, and each is served",
            see: "step8-epoll/README.md",
            run: thousand,
        },
    ],
};

fn second_client(server: &Server) -> Verdict {
    let _silent = server.connect()?;
    server
        .serves("the second client")
        .if_silent(
            "the first client is still connected: your server serves one client at a time",
        )
        .if_closed("the first client is still connected, and the second was turned away")
}

fn one_byte(server: &Server) -> Verdict {
    let clients = (1..=4).map(|number| server.connect_as(&format!("client {number} of 4")));
    let clients: Vec<Client> = clients.collect::<Result<_, _>>()?;
    let texts = [
        b"one one one one\n",
        b"two two two two\n",
        b"three and three\n",
        b"four, and four.\n",
    ];
    for place in 0..16 {
        for (client, text) in clients.iter().zip(texts) {
            let byte = text.get(place..=place).unwrap_or_default();
            client.send(byte)?;
        }
        for (client, text) in clients.iter().zip(texts) {
            let byte = text.get(place..=place).unwrap_or_default();
            client
                .expect(byte)
                .if_other(
                    "what one client sends is for that client: a buffer of its own for \
                     each",
                )
                .if_silent(
                    "a byte alone is worth an answer, and what is kept is kept for each \
                     client",
                )?;
        }
    }
    Ok(())
}

fn slow_sender(server: &Server) -> Verdict {
    let slow = server.connect_as("the slow client")?;
    slow.send(b"Hello, ")?;
    slow.expect(b"Hello, ")?;
    server.serves("another client, while a line has only begun,").if_silent(
        "readable means that some bytes are there, not a whole line: to wait for the rest \
         stops all",
    )?;
    slow.send(b"server!\n")?;
    slow.expect(b"server!\n")
}

/// More than the kernel's buffers at both ends hold.
const FLOOD: usize = 8 << 20;

fn no_reader(server: &Server) -> Verdict {
    let client = server.connect_with_small_buffers("the client that does not read")?;
    client.flood(FLOOD)?;
    server.serves("another client, while one does not read,").if_silent(
        "send waits until the first client reads: send without blocking, and keep the \
         rest for later",
    )
}

fn late_reader(server: &Server) -> Verdict {
    const WHY: &str =
        "send has taken a part: keep the rest, and send it when the socket is writable";
    let client = server.connect_with_small_buffers("the client")?;
    client.flood(FLOOD)?;
    client.catch_up().if_other(WHY).if_silent(WHY).if_closed(
        "a client that reads late is not gone: wait until the socket is writable again",
    )
}

fn back_pressure(server: &Server) -> Verdict {
    const BOUND: usize = 64 << 20;
    let client = server.connect_with_small_buffers("the client")?;
    if client.flood(BOUND)? < BOUND {
        return Ok(());
    }
    Err(Fault {
        why: "the answers pile up in the memory of the server: receive from a client only \
              when all that it is to get has been sent",
        ..client.fault(
            format!("less than {} are taken", count(BOUND)),
            "the server has taken them all".into(),
            How::Other,
        )
    })
}

fn leavers(server: &Server) -> Verdict {
    let mut staying = Vec::new();
    let mut leaving = Vec::new();
    for number in 1..=10 {
        for clients in [&mut staying, &mut leaving] {
            let client =
                server.connect_as(&format!("client {number} of the 10 that stay"))?;
            client.send(b"Hello, server!\n")?;
            client.expect(b"Hello, server!\n")?;
            clients.push(client);
        }
    }
    leaving.into_iter().for_each(Client::reset);
    const WHY: &str =
        "the other 10 are gone, and this one is not: who is taken out of the list?";
    for client in &staying {
        client.send(b"Still there?\n").if_closed(WHY)?;
        client.expect(b"Still there?\n").if_silent(WHY).if_closed(WHY).if_other(WHY)?;
    }
    Ok(())
}

fn thousand(server: &Server) -> Verdict {
    const ALL: usize = 1000;
    const TOGETHER: usize = 5;
    let mut clients: Vec<Client> = Vec::new();
    while clients.len() < ALL {
        let name = format!("client {} of {ALL}", clients.len() + 1);
        // A few at a time are served as they come: some servers have a queue of 5.
        if let Some(start) = clients.len().checked_sub(TOGETHER)
            && start.is_multiple_of(TOGETHER)
        {
            serve(&clients[start..])?;
        }
        match server.open(&name, None) {
            Ok(mut client) => {
                // With so many, one may have to wait for its turn.
                client.patience = Duration::from_secs(5);
                clients.push(client);
            }
            // Some are given back: other parts of the program need descriptors, too.
            Err(error) if too_many(&error) && clients.len() > 100 => {
                clients.truncate(clients.len() - 10);
                server.note.replace(format!(
                    "only {} clients: the judge itself may have no more descriptors. \
                     Raise the limit (ulimit -n 2048), and judge again",
                    clients.len()
                ));
                break;
            }
            Err(error) => return Err(server.no_connection(&name, &error)).if_silent(LIMIT),
        }
    }
    // And now all at once.
    serve(&clients)
}

/// Serves these at the same time.
fn serve(clients: &[Client]) -> Verdict {
    for client in clients {
        client.send(client.name.as_bytes()).if_closed(LIMIT)?;
    }
    for client in clients {
        client.expect(client.name.as_bytes()).if_silent(LIMIT).if_closed(LIMIT)?;
    }
    Ok(())
}

const LIMIT: &str = "how many descriptors (ulimit -n) or threads may the server have?";

/// EMFILE, WSAEMFILE: this process has as many descriptors as it may.
fn too_many(error: &io::Error) -> bool {
    error.raw_os_error() == Some(if cfg!(windows) { 10024 } else { 24 })
}
