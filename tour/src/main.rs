//! The whole lecture in one terminal: every lesson as a learner would type it.

mod lesson;

use std::process::ExitCode;

use clap::Parser;
use common::address::Address;

use lesson::{Error, Lessons, print};

const LESSONS: [&str; 6] = [
    "step0-resolve",
    "step1-create",
    "step2-bind",
    "step3-listen",
    "step4-accept",
    "client",
];
const DEFAULT_ADDRESS: &str = "127.0.0.1:4444";

fn tour(args: &Args) -> Result<(), Error> {
    print("Building the lessons ...")?;
    let lessons = Lessons::build(&LESSONS)?;
    let address = args.address.to_string();

    print("\n# Step 0: getaddrinfo(3) turns a name into addresses")?;
    lessons.start("", "step0-resolve", &["localhost"])?.run()?;
    print("\n# Step 1: socket(2) creates a socket")?;
    lessons.start("", "step1-create", &[])?.run()?;
    print("\n# Step 2: bind(2) gives the socket an address")?;
    lessons.start("", "step2-bind", &unless_default(&address))?.run()?;
    print("\n# Step 3: listen(2) lets clients connect")?;
    lessons.start("", "step3-listen", &unless_default(&address))?.run()?;

    print("\n# Step 4: accept(2) takes a connection; the client is in a second terminal")?;
    let mut server =
        lessons.start("server | ", "step4-accept", &unless_default(&address))?;
    server.until("listen(")?;
    let row = server.until("    ")?;
    server.until("accept(")?;
    // The local address is the fourth column of the row.
    let address = row.split_whitespace().nth(3).unwrap_or(DEFAULT_ADDRESS);
    let mut client = lessons.start("client | ", "client", &unless_default(address))?;
    client.until("connect(")?; // It has begun,
    client.until("connect(")?; // and it has succeeded.
    client.until("    ")?;
    server.until("accept(")?;
    server.until("    ")?;

    client.type_line("Hello, server!")?;
    client.only("send(")?;
    server.until("recv(")?;
    server.until("send(")?;
    client.only("recv(")?;
    client.only("Hello, server!")?;

    client.end_input()?;
    client.only("shutdown(")?;
    server.until("recv(")?;
    server.until("close(")?;
    client.only("recv(")?;
    client.run()?;
    server.until("accept(")?;

    print(
        "\nThe server waits for the next client; in a terminal, Ctrl-C ends it.\n\
         \n\
         That was the whole lecture. Now one step at a time:\n  \
         cargo run -p step1-create\n  \
         git diff --no-index step1-create/src/main.rs step2-bind/src/main.rs\n  \
         cargo run -p step4-accept -- --help\n\
         \n\
         This server serves one client after another. Part two serves many at once:\n  \
         cargo run -p step5-recvfrom\n  \
         cargo run -p step6-thread\n\
         README.md says how to go on.",
    )
}

/// The argument of a lesson, which a learner does not type if it is the default.
fn unless_default(address: &str) -> Vec<&str> {
    if address == DEFAULT_ADDRESS { vec![] } else { vec![address] }
}

/// Run the whole lecture: steps 0 to 3, then step 4 with the client talking to it.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// IPv4 address for the server; port 0 lets the kernel choose
    #[arg(value_name = "HOST:PORT", default_value = DEFAULT_ADDRESS, value_parser = ipv4)]
    address: Address,
}

/// Only an IPv6 address stands in brackets.
fn ipv4(text: &str) -> Result<Address, String> {
    let address = text.parse()?;
    if text.starts_with('[') {
        return Err(
            "the tour is about IPv4: 127.0.0.1:4444, or 127.0.0.1:0 for any port".into()
        );
    }
    Ok(address)
}

fn main() -> ExitCode {
    let args: Args = common::arguments();
    lesson::main(|| tour(&args))
}
