//! Every sentence of the lecture, executed: the table of `tests/README.md` has them all.

#[cfg(target_os = "linux")]
mod accepted;
#[cfg(target_os = "linux")]
mod backlog;
#[cfg(unix)]
mod c;
#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod default_address;
#[cfg(target_os = "linux")]
mod find_server;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod parameters;
#[cfg(target_os = "linux")]
mod privilege;
#[cfg(unix)]
mod processes;
mod readiness;
#[cfg(target_os = "linux")]
mod resolver;
#[cfg(target_os = "linux")]
mod services;
#[cfg(target_os = "linux")]
mod transport;
#[cfg(target_os = "linux")]
mod twins;
