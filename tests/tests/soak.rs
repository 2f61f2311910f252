//! Many connections and much data, bounded.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use socket2::SockRef;
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
