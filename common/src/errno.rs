//! The names of error codes, as errno(3) and gai_strerror(3) list them.

use std::io;

use dns_lookup::LookupError;
#[cfg(unix)]
use libc as system;
#[cfg(windows)]
use windows_sys::Win32::Networking::WinSock as system;

/// The codes that these constants of the system have, and their names.
macro_rules! names {
    ($($name:ident)+) => { &[$((system::$name, stringify!($name))),+] };
}

/// The name of the error, such as `EACCES`, the same on every system.
pub(crate) fn name(error: &io::Error) -> Option<&'static str> {
    // A limit of the caller's own, such as that of `connect_timeout`, has no code.
    if error.raw_os_error().is_none() && error.kind() == io::ErrorKind::TimedOut {
        return Some("ETIMEDOUT");
    }
    let name = full_name(error)?;
    Some(name.strip_prefix("WSA").unwrap_or(name))
}

/// The name that this system gives the error: `EACCES`, or `WSAEACCES` on Windows.
fn full_name(error: &io::Error) -> Option<&'static str> {
    find(ERRNO, error.raw_os_error()?)
}

/// The name and the message of strerror(3): `EACCES (Permission denied)`.
pub(crate) fn shown(error: &io::Error) -> String {
    let text = error.to_string();
    let message = message(&text);
    match (full_name(error), error.raw_os_error()) {
        (Some(name), _) => format!("{name} ({message})"),
        (None, Some(code)) => format!("errno {code} ({message})"),
        (None, None) => format!("({message})"),
    }
}

/// The name of the code of getaddrinfo(3), such as `EAI_NONAME`, the same on every system.
pub(crate) fn lookup_name(error: &LookupError) -> Option<&'static str> {
    Some(match lookup_full_name(error)? {
        "WSAHOST_NOT_FOUND" => "EAI_NONAME",
        "WSATRY_AGAIN" => "EAI_AGAIN",
        "WSANO_RECOVERY" => "EAI_FAIL",
        "WSANO_DATA" => "EAI_NODATA",
        "WSATYPE_NOT_FOUND" => "EAI_SERVICE",
        "WSAEAFNOSUPPORT" => "EAI_FAMILY",
        "WSAESOCKTNOSUPPORT" => "EAI_SOCKTYPE",
        name => name,
    })
}

/// The name and the message of gai_strerror(3).
pub(crate) fn lookup_shown(error: &LookupError) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    match lookup_full_name(error) {
        Some(name) => format!("{name} ({})", message(text)),
        None => format!("{} ({})", error.error_num(), message(text)),
    }
}

/// The name that this system gives the code: `EAI_NONAME`, or `WSAHOST_NOT_FOUND`.
fn lookup_full_name(error: &LookupError) -> Option<&'static str> {
    match error.error_num() {
        // Of glibc, and not in the libc crate: <netdb.h>.
        -9 if cfg!(target_os = "linux") => Some("EAI_ADDRFAMILY"),
        // Not everywhere: RFC 3493 has taken it out.
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        system::EAI_NODATA => Some("EAI_NODATA"),
        code => find(LOOKUP, code),
    }
}

/// The message without the code that Rust appends to it.
fn message(text: &str) -> &str {
    text.split(" (os error ").next().unwrap_or(text)
}

fn find(names: &[(i32, &'static str)], code: i32) -> Option<&'static str> {
    names.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

#[cfg(unix)]
const ERRNO: &[(i32, &str)] = names! {
    EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNABORTED
    ECONNREFUSED ECONNRESET EDESTADDRREQ EFAULT EHOSTDOWN EHOSTUNREACH EINPROGRESS EINTR
    EINVAL EIO EISCONN EISDIR EMFILE EMSGSIZE ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS
    ENODEV ENOMEM ENOPROTOOPT ENOSPC ENOTCONN ENOTSOCK EOPNOTSUPP EPERM EPIPE EPROTO
    EPROTONOSUPPORT EPROTOTYPE ESOCKTNOSUPPORT ETIMEDOUT
};

#[cfg(windows)]
const ERRNO: &[(i32, &str)] = names! {
    WSAEACCES WSAEADDRINUSE WSAEADDRNOTAVAIL WSAEAFNOSUPPORT WSAEALREADY WSAEBADF
    WSAECONNABORTED WSAECONNREFUSED WSAECONNRESET WSAEDESTADDRREQ WSAEFAULT WSAEHOSTDOWN
    WSAEHOSTUNREACH WSAEINPROGRESS WSAEINTR WSAEINVAL WSAEISCONN WSAEMFILE WSAEMSGSIZE
    WSAENETDOWN WSAENETRESET WSAENETUNREACH WSAENOBUFS WSAENOPROTOOPT WSAENOTCONN
    WSAENOTSOCK WSAEOPNOTSUPP WSAEPROTONOSUPPORT WSAEPROTOTYPE WSAESHUTDOWN
    WSAESOCKTNOSUPPORT WSAETIMEDOUT WSAEWOULDBLOCK
};

#[cfg(unix)]
const LOOKUP: &[(i32, &str)] = names! {
    EAI_AGAIN EAI_BADFLAGS EAI_FAIL EAI_FAMILY EAI_MEMORY EAI_NONAME EAI_SERVICE
    EAI_SOCKTYPE EAI_SYSTEM
};

#[cfg(windows)]
const LOOKUP: &[(i32, &str)] = names! {
    WSAHOST_NOT_FOUND WSATRY_AGAIN WSANO_RECOVERY WSANO_DATA WSATYPE_NOT_FOUND
    WSAEAFNOSUPPORT WSAESOCKTNOSUPPORT
};
