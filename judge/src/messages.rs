//! The checks of messages: frames, each with its length before it.

use std::thread;

use crate::check::{Because, Check, Lesson, Verdict};
use crate::peer::{Client, MOMENT, Server};

pub const LESSON: Lesson = Lesson {
    names: &["messages"],
    title: "messages in a stream",
    taught: "judge/README.md",
    start: "",
    protocol: "TCP: a frame is its length, 4 bytes in network byte order, and so many \
               bytes, at most 65536; each frame is sent back as a frame",
    checks: &[
        Check {
            name: "frame",
            sentence: "a frame comes back as a frame",
            see: "judge/README.md",
            run: frame,
        },
        Check {
            name: "two-halves",
            sentence: "a frame that arrives in pieces is one frame",
            see: "cargo run -p step4-accept --example no_message_boundaries",
            run: two_halves,
        },
        Check {
            name: "two-frames",
            sentence: "two frames that arrive at once are two",
            see: "cargo run -p step4-accept --example no_message_boundaries",
            run: two_frames,
        },
        Check {
            name: "empty-frame",
            sentence: "a frame of 0 bytes comes back",
            see: "cargo run -p step4-accept --example end_of_file",
            run: empty_frame,
        },
        Check {
            name: "largest-frame",
            sentence: "a frame of 65,536 bytes comes back",
            see: "judge/README.md",
            run: largest_frame,
        },
        Check {
            name: "lying-length",
            sentence: "a length of 4,294,967,295 is answered by closing",
            see: "judge/README.md",
            run: lying_length,
        },
        Check {
            name: "cut-frame",
            sentence: "a client that leaves in the middle of a frame harms nobody",
            see: "cargo run -p step4-accept --example end_of_file",
            run: cut_frame,
        },
    ],
};

fn frame(server: &Server) -> Verdict {
    const ORDER: &str = "network byte order has the highest byte first: read as \
                         little-endian, 14 is 234,881,024";
    let client = server.connect()?;
    client.send(&framed(b"Hello, server!"))?;
    client.expect(&framed(b"Hello, server!")).if_silent(ORDER).if_closed(ORDER)
}

fn two_halves(server: &Server) -> Verdict {
    const WHY: &str = "recv may return 2 bytes of a length, or half a frame: go on until \
                       all of it is there";
    let client = server.connect()?;
    // Each of them is likely to be a recv of its own.
    for part in [&[0, 0][..], &[0, 14], b"Hello, ", b"server!"] {
        client.send(part)?;
        thread::sleep(MOMENT);
    }
    client.expect(&framed(b"Hello, server!")).if_silent(WHY).if_closed(WHY).if_other(WHY)
}

fn two_frames(server: &Server) -> Verdict {
    const WHY: &str =
        "one recv may return more than a frame: what is behind it belongs to the next one";
    let both = [framed(b"one"), framed(b"two")].concat();
    let client = server.connect()?;
    client.send(&both)?;
    client.expect(&both).if_silent(WHY).if_closed(WHY).if_other(WHY)
}

fn empty_frame(server: &Server) -> Verdict {
    const WHY: &str = "a frame may be empty: a length of 0 is no end of file";
    let client = server.connect()?;
    client.send(&framed(b""))?;
    client.expect(&framed(b"")).if_silent(WHY).if_closed(WHY)?;
    serves(&client).if_silent(WHY).if_closed(WHY)
}

fn largest_frame(server: &Server) -> Verdict {
    const WHY: &str =
        "one recv rarely returns so many bytes: go on until the whole frame is there";
    let largest = framed(&vec![b'x'; 65536]);
    let client = server.connect()?;
    client.send(&largest)?;
    client
        .expect(&largest)
        .if_silent(WHY)
        .if_closed("65536 is the most that a frame may have: that many, too")
        .if_other(WHY)
}

fn lying_length(server: &Server) -> Verdict {
    let client = server.connect()?;
    client.send(&[0xff, 0xff, 0xff, 0xff])?;
    // It may have closed already.
    let _ = client.send(b"and no more");
    client.expect_close().if_silent(
        "the server waits for 4 GiB, or has set memory aside for them: look at a length \
         before you believe it",
    )?;
    serves(&server.connect_as("the next client")?)
}

fn cut_frame(server: &Server) -> Verdict {
    const WHY: &str =
        "the end of file may come in the middle of a frame: that ends this client alone";
    let client = server.connect()?;
    client.send(&framed(b"Hello, server!")[..9])?;
    drop(client);
    let next = server.connect_as("the next client").if_refused(WHY)?;
    serves(&next).if_silent(WHY).if_closed(WHY)
}

/// This client is served.
fn serves(client: &Client) -> Verdict {
    client.send(&framed(b"Hello, server!"))?;
    client.expect(&framed(b"Hello, server!"))
}

/// A frame: the length in network byte order, then the bytes.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}
