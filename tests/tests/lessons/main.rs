//! Each lesson, and server and client together: what they print, what they refuse, and how
//! they fail.

mod accept;
#[cfg(target_os = "linux")]
mod awaits;
mod bind;
#[cfg(target_os = "linux")]
mod chat;
mod client;
mod create;
mod errors;
#[cfg(target_os = "linux")]
mod fuzz;
mod input;
mod listen;
#[cfg(target_os = "linux")]
mod many;
#[cfg(target_os = "linux")]
mod poll;
mod portability;
mod recvfrom;
mod resolve;
mod sequence;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod thread;
