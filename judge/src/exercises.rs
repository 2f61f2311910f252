//! The checks of the exercises: servers that do something else than the lesson.

use std::thread;
use std::time::{Duration, Instant};

use crate::check::{Because, Check, Fault, How, Verdict};
use crate::peer::{Client, MOMENT, Server, failure};

/// Those of step 4, and of all that echo.
pub const ACCEPT: [Check; 4] = [
    Check {
        name: "upper-case",
        sentence: "what a client sends comes back in upper case",
        see: "step4-accept/README.md, Exercises",
        run: upper_case,
    },
    Check {
        name: "restart",
        sentence: "a server that was stopped while a client was there starts again",
        see: "cargo run -p step4-accept --example reuse_address",
        run: restart,
    },
    Check {
        name: "idle-timeout",
        sentence: "a client that is silent for seconds is closed, one that speaks is not",
        see: "step4-accept/README.md, Exercises",
        run: idle_timeout,
    },
    Check {
        name: "web-page",
        sentence: "a browser that asks in two pieces gets a page",
        see: "step4-accept/README.md, Exercises",
        run: web_page,
    },
];

/// Those of steps 6 and 9.
pub const CLIENTS: [Check; 2] = [
    Check {
        name: "at-most-two",
        sentence: "two clients are served, and the third when one of them has left",
        see: "step6-thread/README.md, Exercises",
        run: at_most_two,
    },
    Check {
        name: "graceful-end",
        sentence: "after Ctrl-C nobody new is let in, and those who are there are served",
        see: "step9-await/README.md, Exercises",
        run: graceful_end,
    },
];

/// How long it may take to do what the judge asks for.
const PERSON: Duration = Duration::from_secs(25);

fn upper_case(server: &Server) -> Verdict {
    let client = server.connect()?;
    for (text, answer) in [
        (b"Hello, server!\n", b"HELLO, SERVER!\n"),
        (b"And again: bye\n", b"AND AGAIN: BYE\n"),
    ] {
        client.send(text)?;
        client
            .expect(answer)
            .if_other("change the bytes that recv has returned, and send those")?;
    }
    Ok(())
}

fn restart(server: &Server) -> Verdict {
    const WHY: &str =
        "the old connection is in TIME-WAIT (EADDRINUSE): set SO_REUSEADDR before bind";
    const STARTS: Duration = Duration::from_secs(8);
    let mut client = server.connect()?;
    client.send(b"Hello, server!\n")?;
    client.expect(b"Hello, server!\n")?;
    server.ask("Now stop your server with Ctrl-C, and start it again. You have 25 s.");
    client.patience = PERSON;
    client.expect_close()?;
    client.note("was closed by the server".into());
    let until = Instant::now() + STARTS;
    loop {
        let late = Instant::now() >= until;
        match server.open("", None).map(drop) {
            // The old server may have let it in at its very end.
            Ok(()) => match server.serves("the next client") {
                Err(_) if !late => (),
                verdict => return verdict,
            },
            Err(error) if late => {
                let expected = "the server listens again".into();
                let came = format!("{}, for {} s", failure(&error), STARTS.as_secs());
                return Err(Fault { why: WHY, ..client.fault(expected, came, How::Other) });
            }
            Err(_) => (),
        }
        thread::sleep(MOMENT);
    }
}

fn idle_timeout(server: &Server) -> Verdict {
    const TALKS: [&[u8]; 4] = [b"I ", b"am ", b"still ", b"here\n"];
    const SILENCE: Duration = Duration::from_secs(8);
    let mut client = server.connect()?;
    for text in TALKS {
        const WHY: &str = "not the connection has a limit, but each silence in it";
        client.send(text).if_closed(WHY)?;
        client.expect(text).if_closed(WHY)?;
        thread::sleep(Duration::from_millis(700));
    }
    client.note("was silent".into());
    client.patience = SILENCE;
    client.expect_close().if_silent(
        "who says nothing is closed after a while: give recv a timeout (SO_RCVTIMEO), or \
         set a timer",
    )?;
    server.serves("the next client")
}

fn web_page(server: &Server) -> Verdict {
    let client = server.connect()?;
    client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n")?;
    client
        .expect_nothing(MOMENT)
        .if_other("a request ends with an empty line: collect it until that is there")
        .if_closed(
            "a request may come in pieces: collect it until the empty line is there",
        )?;
    client.send(b"Accept: */*\r\n\r\n")?;
    let page = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        let head_and_body = text.split_once("\r\n\r\n");
        head_and_body.is_some_and(|(head, body)| {
            let mut words = head.split([' ', '\r']);
            let version = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
            version && words.next() == Some("200") && !body.is_empty()
        })
    };
    client
        .expect_text("\"HTTP/1.1 200 OK\", headers, an empty line, and a page", page)
        .if_other("each line ends with \\r\\n, and an empty one stands before the page")
        .if_closed("each line ends with \\r\\n, and an empty one stands before the page")
        .if_silent("the request has ended with an empty line: now answer")
}

fn at_most_two(server: &Server) -> Verdict {
    const SECOND: Duration = Duration::from_secs(1);
    const FULL: &str = "two are served already: wait before you accept, not after";
    const FREE: &str = "one has left, so there is room for the next: who has finished?";
    let one = served(server, "the first client")?;
    let two = served(server, "the second client")?;
    let three = waits(server, "the third client")?;
    three
        .expect_nothing(SECOND)
        .if_other(FULL)
        .if_closed("the others wait in the queue: don't accept them only to close")?;
    one.reset();
    three.expect(b"Hello, server!\n").if_silent(FREE).if_closed(FREE)?;
    let four = waits(server, "the fourth client")?;
    four.expect_nothing(SECOND).if_other(FULL)?;
    drop(two);
    four.expect(b"Hello, server!\n").if_silent(FREE).if_closed(FREE)
}

/// A client that has been accepted.
fn served(server: &Server, name: &str) -> Result<Client, Fault> {
    let client = waits(server, name)?;
    client.expect(b"Hello, server!\n")?;
    Ok(client)
}

/// A client that may be in the queue still.
fn waits(server: &Server, name: &str) -> Result<Client, Fault> {
    let client = server.connect_as(name)?;
    client.send(b"Hello, server!\n")?;
    Ok(client)
}

fn graceful_end(server: &Server) -> Verdict {
    const SERVED: &str = "Ctrl-C ends a program at once, unless the program waits for it \
                          (SIGINT): serve those who are there first";
    const BOUND: Duration = Duration::from_secs(8);
    let client = served(server, "a client")?;
    let mut stays = served(server, "a client that stays")?;
    server.ask("Now press Ctrl-C where your server runs, once. You have 25 s.");
    let until = Instant::now() + PERSON;
    while server.open("", None).is_ok() {
        if Instant::now() >= until {
            let expected = "nobody new is let in after Ctrl-C".into();
            let why = "close the listening socket first: who comes then is refused";
            let fault =
                client.fault(expected, "new clients can connect".into(), How::Other);
            return Err(Fault { why, ..fault });
        }
        thread::sleep(MOMENT);
    }
    client.note("saw that nobody new is let in".into());
    client.send(b"Still there?\n").if_closed(SERVED)?;
    client.expect(b"Still there?\n").if_closed(SERVED).if_silent(SERVED)?;
    drop(client);
    stays.note("stayed, and was silent".into());
    stays.patience = BOUND;
    stays.expect_close().if_silent("a client may stay for ever: bound the wait for it")
}
