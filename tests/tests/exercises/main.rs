//! The exercises of the lessons: each solution, run.

#[cfg(target_os = "linux")]
mod accept;
#[cfg(unix)]
mod bind;
#[cfg(target_os = "linux")]
mod client;
#[cfg(unix)]
mod create;
#[cfg(target_os = "linux")]
mod listen;
mod recvfrom;
mod resolve;
mod thread;
