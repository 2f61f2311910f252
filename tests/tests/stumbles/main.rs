//! What learners stumble on: the examples of the lessons.

mod accept;
#[cfg(target_os = "linux")]
mod awaits;
#[cfg(target_os = "linux")]
mod bind;
#[cfg(target_os = "linux")]
mod chat;
mod client;
#[cfg(unix)]
mod create;
#[cfg(target_os = "linux")]
mod epoll;
mod listen;
#[cfg(target_os = "linux")]
mod poll;
mod recvfrom;
mod resolve;
mod thread;
#[cfg(target_os = "linux")]
mod vanished;

use tests::{Program, stable};

/// What an example shows.
fn example(lesson: &str, name: &str) -> String {
    stable(&Program::example(lesson, name, &[]).run().succeeded())
}
