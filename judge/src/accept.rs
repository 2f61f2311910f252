//! The checks of accept: a server that sends back what it gets, one client after another.

use crate::check::{Because, Check, Lesson, Verdict};
use crate::exercises;
use crate::peer::Server;

pub const LESSON: Lesson = Lesson {
    names: &["accept"],
    title: "one client after another",
    taught: "step4-accept/README.md",
    start: "step4-accept",
    protocol: "",
    checks: &[
        Check {
            name: "echo",
            sentence: "what a client sends comes back",
            see: "step4-accept/README.md",
            run: echo,
        },
        Check {
            name: "next-client",
            sentence: "after the first client, the next one is served",
            see: "step4-accept/README.md",
            run: next_client,
        },
        Check {
            name: "every-byte",
            sentence: "each of the 256 values of a byte comes back",
            see: "step4-accept/README.md",
            run: every_byte,
        },
        Check {
            name: "pieces",
            sentence: "each piece of a text comes back before the next is sent",
            see: "cargo run -p step4-accept --example no_message_boundaries",
            run: pieces,
        },
        Check {
            name: "mebibyte",
            sentence: "1 MiB comes back to a client that reads while it sends",
            see: "cargo run -p client --example partial_send",
            run: mebibyte,
        },
        Check {
            name: "half-close",
            sentence: "a client that ends its side gets the rest, and the end of file",
            see: "cargo run -p client --example half_close",
            run: half_close,
        },
        Check {
            name: "close-at-once",
            sentence: "a client that closes at once harms nobody",
            see: "cargo run -p step4-accept --example end_of_file",
            run: close_at_once,
        },
        Check {
            name: "reset",
            sentence: "a client that resets its connection harms nobody",
            see: "cargo run -p step4-accept --example reset_on_close",
            run: reset,
        },
        Check {
            name: "two-hundred",
            sentence: "200 clients are served, one after another",
            see: "step4-accept/README.md",
            run: two_hundred,
        },
    ],
    exercises: &exercises::ACCEPT,
};

fn echo(server: &Server) -> Verdict {
    let client = server.connect()?;
    client.send(b"Hello, server!\n")?;
    client
        .expect(b"Hello, server!\n")
        .if_silent(
            "does it send before it receives again? A client that waits for its answer \
             sends nothing more",
        )
        .if_closed("the server closed before it had answered")
}

fn next_client(server: &Server) -> Verdict {
    server.serves("the first client")?;
    server
        .serves("the next client")
        .if_silent(
            "the server still waits for the first client, which has closed: recv returned \
             0",
        )
        .if_closed("accept takes one client: to serve the next, call it in a loop")
        .if_refused("accept takes one client: to serve the next, call it in a loop")
}

fn every_byte(server: &Server) -> Verdict {
    // The end of the line is for servers that answer lines: that they do is another matter.
    let values: Vec<u8> = (0..=255).chain([b'\n']).collect();
    let client = server.connect()?;
    client.send(&values)?;
    client
        .expect(&values)
        .if_closed(
            "bytes are no text: to decode them as UTF-8 fails, and a C string ends at 0",
        )
        .if_other("bytes are no text: nothing may strip, decode or change them")
        .if_silent("a byte may have any value: none of them is an end mark")
}

fn pieces(server: &Server) -> Verdict {
    let client = server.connect()?;
    for piece in [&b"Hel"[..], b"lo, ", b"server!\n"] {
        client.send(piece)?;
        client
            .expect(piece)
            .if_silent(
                "a stream has no lines and no messages: send back what recv has returned, \
                 whatever it is",
            )
            .if_closed("one recv is not the whole text: go on until recv returns 0")?;
    }
    Ok(())
}

fn mebibyte(server: &Server) -> Verdict {
    let client = server.connect()?;
    client
        .exchange(1 << 20)
        .if_silent(
            "recv returns a part, and send takes a part: loop until all is sent back",
        )
        .if_closed("one recv is not the whole text: go on until recv returns 0")
        .if_other("send only the bytes that recv has returned, all of them, in order")
}

fn half_close(server: &Server) -> Verdict {
    const REST: usize = 65536;
    let client = server.connect()?;
    client.flood(REST)?;
    client.end()?;
    client.catch_up().if_closed(
        "that the client sends no more does not mean that it reads no more: first send \
         the rest",
    )?;
    client
        .expect_end()
        .if_silent(
            "when recv returns 0, the client has sent everything: now close the connection",
        )
        .if_closed("closed with bytes unread: read until recv returns 0, then close")
}

fn close_at_once(server: &Server) -> Verdict {
    const WHY: &str =
        "recv returns 0 at once: that is the end of this client, not of the server";
    for _ in 0..3 {
        drop(server.connect().if_refused(WHY)?);
    }
    server.serves("the next client").if_refused(WHY).if_closed(WHY).if_silent(
        "where a client has closed, recv returns 0 again and again: close that connection",
    )
}

fn reset(server: &Server) -> Verdict {
    const WHY: &str =
        "recv or send fails (ECONNRESET, EPIPE): that ends this client, not the server";
    let between = server.connect()?;
    between.send(b"Hello, server!\n")?;
    between.expect(b"Hello, server!\n")?;
    between.reset();
    let within = server.connect().if_refused(WHY)?;
    within.send(b"Hello, server!\n")?;
    within.expect(b"Hello, server!\n").if_silent(WHY).if_closed(WHY)?;
    within.flood(65536)?;
    within.reset();
    server.serves("the next client").if_refused(WHY).if_silent(WHY).if_closed(WHY)
}

fn two_hundred(server: &Server) -> Verdict {
    for number in 1..=200 {
        server
            .serves(&format!("client {number} of 200"))
            .if_refused(LEAK)
            .if_silent(LEAK)
            .if_closed(LEAK)?;
    }
    Ok(())
}

const LEAK: &str =
    "is each connection closed when its client has gone? Descriptors run out (EMFILE)";
