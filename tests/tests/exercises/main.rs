//! The exercises of the lessons: each solution, run.

#[cfg(target_os = "linux")]
mod accept;
#[cfg(target_os = "linux")]
mod awaits;
#[cfg(unix)]
mod bind;
#[cfg(target_os = "linux")]
mod client;
#[cfg(unix)]
mod create;
#[cfg(target_os = "linux")]
mod epoll;
#[cfg(target_os = "linux")]
mod judged;
#[cfg(target_os = "linux")]
mod listen;
#[cfg(target_os = "linux")]
mod poll;
mod recvfrom;
mod resolve;
mod thread;
