//! Many connections and much data, bounded.

#[cfg(target_os = "linux")]
use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Write};
#[cfg(target_os = "linux")]
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;
#[cfg(target_os = "linux")]
use std::time::Instant;

use socket2::SockRef;
#[cfg(target_os = "linux")]
use tests::{Chance, Guest, PATIENCE, Running, allow_descriptors, crowd};
use tests::{Program, connect, serve};

/// The byte at this place of the stream: it repeats at no power of two.
fn byte(index: usize) -> u8 {
    (index % 65_521 * 31 % 251) as u8
}

#[test]
fn connections_one_after_another() {
    let (server, port) = serve();
    for number in 0..2000 {
        let mut client = connect(port);
        let request: Vec<u8> = (0..number % 300 + 1).map(byte).collect();
        client.write_all(&request).expect("the server reads");
        let mut reply = vec![0; request.len()];
        client.read_exact(&mut reply).expect("the server replies");
        assert_eq!(reply, request);
        if number % 100 == 50 {
            // Midway: the server is in recv.
            SockRef::from(&client).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
        }
    }
    let transcript = server.stop();
    // wine shows some of them as an end of file.
    if !cfg!(windows) {
        assert_eq!(transcript.matches(" = -1 ECONNRESET (").count(), 20, "{transcript}");
    }
}

/// Streams bytes through `client < file > copy`, and compares each with what was sent.
fn through_the_client(length: usize) -> Option<usize> {
    let (_server, port) = serve();
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let mut client =
        Program::lesson("client", &[&format!("127.0.0.1:{port}")]).stdout(writer).start();
    let mut stdin = client.take_stdin();
    let stdin = thread::scope(|scope| {
        let sender = scope.spawn(move || {
            let mut piece = vec![0; 65_536];
            for start in (0..length).step_by(piece.len()) {
                let end = piece.len().min(length - start);
                for (offset, value) in piece[..end].iter_mut().enumerate() {
                    *value = byte(start + offset);
                }
                stdin.write_all(&piece[..end]).expect("the client reads");
            }
            stdin
        });
        let mut piece = vec![0; 65_536];
        let mut received = 0;
        while received < length {
            let count = reader.read(&mut piece).expect("the client writes");
            assert!(count > 0, "it ended after {received} bytes");
            for (offset, value) in piece[..count].iter().enumerate() {
                assert!(*value == byte(received + offset), "byte {}", received + offset);
            }
            received += count;
        }
        sender.join().expect("no panic")
    });
    let memory = peak_memory(client.id());
    drop(stdin);
    client.wait().succeeded();
    assert_eq!(reader.read(&mut [0; 1]).expect("end of file"), 0);
    memory
}

/// The most memory that a process has had, in KiB: VmHWM of proc(5).
fn peak_memory(id: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn sixty_four_mebibytes_each_way() {
    through_the_client(64 << 20);
}

#[test]
#[ignore = "needs a minute"]
fn memory_does_not_grow() {
    let little = through_the_client(1 << 20);
    let much = through_the_client(1 << 30);
    if let (Some(little), Some(much)) = (little, much) {
        assert!(much < little + 1024, "{little} KiB for a MiB, {much} KiB for a GiB");
    }
}

/// What each of steps 6 to 9 must bear: so many silent clients, and 100 busy ones.
#[cfg(target_os = "linux")]
const CROWDS: [(&str, usize); 4] = [
    ("step6-thread", 2000),
    ("step7-poll", 10_000),
    ("step8-epoll", 10_000),
    ("step9-await", 10_000),
];

/// Every byte comes back to each client, and a silent one costs little memory.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a minute"]
fn silent_and_busy() {
    allow_descriptors(10_500);
    for (lesson, silent) in CROWDS {
        let (server, port) = quiet(lesson);
        crowd::round_trip(&connect(port), &[b'x'; 65_536]);
        let before = server.memory();
        let clients = crowd::silent(port, silent);
        // Nobody has spoken yet, but for one in a hundred.
        let memory = server.memory() - before;
        let start = Instant::now();
        crowd::busy(port, 100, 50);
        let busy = start.elapsed();
        crowd::all_served(&clients);
        let bytes = memory * 1024 / silent;
        println!(
            "{lesson}: {silent} silent clients, {bytes} bytes each, {} threads; \
             {:.0} round trips a second of 100 busy ones",
            server.threads(),
            5000.0 / busy.as_secs_f64()
        );
        assert!(bytes < 65_536, "{lesson}: {bytes} bytes for a silent client");
    }
}

/// 10,000 clients that connect and go at once, one after another.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a minute"]
fn come_and_go() {
    for (lesson, _) in CROWDS {
        let (_server, port) = quiet(lesson);
        crowd::come_and_go(port, 10_000);
    }
}

/// 64 MiB each way, as fast as they go.
#[cfg(target_os = "linux")]
#[test]
fn sixty_four_mebibytes_to_each() {
    let sent = crowd::bytes(64 << 20);
    for (lesson, _) in CROWDS {
        let (_server, port) = quiet(lesson);
        assert!(crowd::echo(connect(port), &sent, 1 << 20) == sent, "{lesson}");
    }
}

/// What poll(2) takes grows with the number of those who are silent, what epoll_wait(2) takes
/// does not.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a minute"]
fn beside_silent_clients() {
    allow_descriptors(10_500);
    for (lesson, grows) in [("step7-poll", true), ("step8-epoll", false)] {
        let (_server, port) = quiet(lesson);
        let mut clients = Vec::new();
        let mut shortest = Vec::new();
        for silent in [10, 1000, 9000] {
            clients.extend(crowd::silent(port, silent - clients.len()));
            let client = connect(port);
            let round_trip = |_| {
                let start = Instant::now();
                crowd::round_trip(&client, b"Hello, server!");
                start.elapsed()
            };
            let mut times: Vec<Duration> = (0..100).map(round_trip).collect();
            times.sort();
            println!(
                "{lesson}: a round trip beside {silent} silent clients takes {:?}, {:?} at the least",
                times[times.len() / 2],
                times[0]
            );
            shortest.push(times[0]);
        }
        assert_eq!(shortest[2] > 10 * shortest[0], grows, "{lesson}: {shortest:?}");
    }
}

#[cfg(target_os = "linux")]
fn quiet(lesson: &str) -> (Running, u16) {
    Program::lesson(lesson, &["127.0.0.1:0"]).serve_quietly()
}

/// A chat of 500, each of whom says 20 lines. Every tenth vanishes by a reset in the middle.
/// Nobody who stays misses a line of one who stays, hears one twice, or in another order.
#[cfg(target_os = "linux")]
#[test]
fn chat_of_five_hundred() {
    const GUESTS: usize = 500;
    const LINES: usize = 20;
    allow_descriptors(1200);
    let (chat, port) = Program::lesson("chat", &["127.0.0.1:0"]).serve_quietly();
    let start = Instant::now();
    let guests: Vec<Guest> = (0..GUESTS).map(|_| Guest::new(port)).collect();
    let stays = |index: usize| index % 10 != 5;
    let names = guests.iter().enumerate().filter(|(index, _)| stays(*index));
    let names: BTreeSet<String> = names.map(|(_, guest)| guest.name.clone()).collect();
    let left: Vec<Guest> = thread::scope(|scope| {
        let speak = |(index, guest)| {
            let names = &names;
            let thread = thread::Builder::new().stack_size(256 << 10);
            let speak = move || match stays(index) {
                true => Some(converse(guest, names, LINES)),
                false => vanish(guest, LINES / 2),
            };
            thread.spawn_scoped(scope, speak).expect("a thread")
        };
        let threads: Vec<_> = guests.into_iter().enumerate().map(speak).collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(left.len(), names.len());
    println!("{GUESTS} guests, {LINES} lines each: {:?}", start.elapsed());
    drop(chat);
}

/// Says so many lines, and hears as many of each other one of these names.
#[cfg(target_os = "linux")]
fn converse(mut guest: Guest, names: &BTreeSet<String>, lines: usize) -> Guest {
    (0..lines).for_each(|number| guest.say(&number.to_string()));
    let others = names.iter().filter(|name| **name != guest.name);
    let mut next: HashMap<&str, usize> = others.map(|name| (name.as_str(), 0)).collect();
    let mut missing = next.len() * lines;
    while missing > 0 {
        let line = guest.hear();
        assert_ne!(line, "", "{}: {missing} lines are missing", guest.name);
        let (name, number) = line.split_once(": ").unwrap_or_default();
        if let Some(next) = next.get_mut(name) {
            assert_eq!(number, next.to_string(), "{line}");
            *next += 1;
            missing -= 1;
        }
    }
    guest
}

/// Says so many lines, and resets the connection.
#[cfg(target_os = "linux")]
fn vanish(guest: Guest, lines: usize) -> Option<Guest> {
    (0..lines).for_each(|number| guest.say(&number.to_string()));
    SockRef::from(guest.stream()).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    None
}

/// What a client does to a server that sends back what it gets: there are twelve ways. One
/// that stays silent is given back, so that it can stay.
#[cfg(target_os = "linux")]
fn behave(port: u16, chance: &mut Chance, way: usize) -> Option<TcpStream> {
    let client = connect(port);
    let bytes = crowd::bytes(chance.below(3000) + 1);
    let reset =
        || SockRef::from(&client).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    match way {
        // Nothing: it closes, it resets, it ends its side, it stays silent.
        0 => (),
        1 => reset(),
        2 => {
            client.shutdown(Shutdown::Write).expect("it is connected");
            assert_eq!((&client).read(&mut [0; 1]).expect("end of file"), 0);
        }
        3 => return Some(client),
        // It resets: with the first bytes, in the middle of a conversation, with everything
        // full that lies between it and the server.
        4 => {
            (&client).write_all(&bytes).expect("the server reads");
            reset();
        }
        5 => {
            crowd::round_trip(&client, &bytes);
            reset();
        }
        6 => {
            crowd::fill(&client, thread::yield_now);
            reset();
        }
        // It closes, and has not read everything.
        7 => (&client).write_all(&bytes).expect("the server reads"),
        // Byte by byte, in pieces of any size, all of it before the first read, in turns.
        8 => bytes.iter().take(50).for_each(|&byte| crowd::round_trip(&client, &[byte])),
        9 => {
            let sent = crowd::bytes(chance.below(300_000));
            assert!(crowd::echo(client, &sent, chance.below(70_000) + 1) == sent);
        }
        10 => {
            (&client).write_all(&bytes).expect("the server reads");
            client.shutdown(Shutdown::Write).expect("it is connected");
            let mut reply = Vec::new();
            (&client).read_to_end(&mut reply).expect("the server replies");
            assert!(reply == bytes, "{} bytes", bytes.len());
        }
        _ => (0..5).for_each(|_| crowd::round_trip(&client, &bytes)),
    }
    None
}

/// What a guest does to the chat: twelve ways, too.
#[cfg(target_os = "linux")]
fn misbehave(port: u16, chance: &mut Chance, way: usize) -> Option<TcpStream> {
    if way < 2 {
        return behave(port, chance, way);
    }
    let mut guest = Guest::new(port);
    let text = "ab\n".repeat(chance.below(20) + 1);
    let stream = guest.stream().try_clone().expect("a descriptor");
    match way {
        2 => {
            stream.shutdown(Shutdown::Write).expect("it is connected");
            while !guest.hear().is_empty() {}
        }
        3 => return Some(stream),
        4 => guest.send(text),
        5 => guest.send(&text[..text.len() - 1]),
        6 => text.bytes().for_each(|byte| guest.send([byte])),
        7 => guest.send("a".repeat(chance.below(70_000))),
        8 => guest.send([b"a".repeat(chance.below(3000)), b"\n".to_vec()].concat()),
        9 => guest.send(b"\xff\xc3\x00\x1b[31m\n"),
        10 => guest.send("\r\n\n\r\r\n"),
        _ => guest.send(text.replace('\n', "\r\n")),
    }
    if chance.below(2) == 0 {
        SockRef::from(guest.stream()).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
    }
    None
}

/// Two who are in the chat all the time, and hear each other.
#[cfg(target_os = "linux")]
fn hear_each_other(guests: &mut [Guest; 2], number: usize) {
    for (speaker, listener) in [(0, 1), (1, 0)] {
        guests[speaker].say(&number.to_string());
        let expected = format!("{}: {number}", guests[speaker].name);
        loop {
            let line = guests[listener].hear();
            assert_ne!(line, "", "{expected} has not come");
            if line == expected {
                break;
            }
        }
    }
}

/// So many clients of each of steps 4 and 6 to 9 and of the chat, and each behaves in one of
/// twelve ways. After each the next one is served; at the end every descriptor is closed, and
/// the memory has not grown since the first third.
#[cfg(target_os = "linux")]
fn hostile(count: usize) {
    let lessons =
        ["step4-accept", "step6-thread", "step7-poll", "step8-epoll", "step9-await"];
    for (seed, lesson) in lessons.into_iter().chain(["chat"]).enumerate() {
        let start = Instant::now();
        let mut chance = Chance::new(seed as u64);
        let (server, port) = quiet(lesson);
        let mut guests = (lesson == "chat").then(|| [Guest::new(port), Guest::new(port)]);
        // The descriptors when nobody else is there.
        let before = match &mut guests {
            Some(guests) => {
                hear_each_other(guests, 0);
                server.descriptors()
            }
            None => {
                let client = connect(port);
                crowd::round_trip(&client, b"first");
                server.descriptors() - 1
            }
        };
        // While step 4 serves a silent one, nobody else is served.
        let stay = if lesson == "step4-accept" { 0 } else { 20 };
        let mut silent = Vec::new();
        let mut memory = 0;
        for number in 1..=count {
            if number == count / 3 {
                memory = server.memory();
            }
            let way = number % 12;
            match &mut guests {
                Some(guests) => {
                    silent.extend(misbehave(port, &mut chance, way));
                    hear_each_other(guests, number);
                    if silent.len() > stay {
                        silent.clear();
                    }
                }
                None => {
                    silent.extend(behave(port, &mut chance, way));
                    if silent.len() > stay {
                        silent.clear();
                    }
                    crowd::round_trip(&connect(port), b"next");
                }
            }
        }
        silent.clear();
        settled(&server, before);
        let grown = server.memory().saturating_sub(memory);
        println!("{lesson}: {count} clients, {grown} KiB more, {:?}", start.elapsed());
        assert!(grown < 4096, "{lesson}: {grown} KiB more");
    }
}

/// Waits until the server has as many descriptors as before.
#[cfg(target_os = "linux")]
fn settled(server: &Running, before: usize) {
    let deadline = Instant::now() + PATIENCE;
    while server.descriptors() != before {
        let now = server.descriptors();
        assert!(Instant::now() < deadline, "{now} descriptors, {before} before");
        thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a minute"]
fn five_hundred_hostile_clients() {
    hostile(500 / 6);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a minute"]
fn five_thousand_hostile_clients() {
    hostile(5000 / 6);
}
