//! The names of error codes, as errno(3) and gai_strerror(3) list them.

use std::io;

use dns_lookup::LookupError;

/// The name of the error, such as `EACCES`, the same on every system.
pub(crate) fn name(error: &io::Error) -> Option<&'static str> {
    find(ERRNO, error.raw_os_error()?)
}

/// The name that this system gives the error: `EACCES`, or `WSAEACCES` on Windows.
pub(crate) fn full_name(error: &io::Error) -> Option<String> {
    let prefix = if cfg!(windows) { "WSA" } else { "" };
    name(error).map(|name| format!("{prefix}{name}"))
}

/// The message of strerror(3), without the code that Rust appends to it.
pub(crate) fn message(error: &io::Error) -> String {
    let message = error.to_string();
    match message.split_once(" (os error ") {
        Some((message, _)) => message.into(),
        None => message,
    }
}

/// The name of the code of getaddrinfo(3), such as `EAI_NONAME`.
pub(crate) fn lookup_name(error: &LookupError) -> Option<&'static str> {
    find(LOOKUP, error.error_num())
}

/// The name that this system gives the code: `EAI_NONAME`, or `WSAHOST_NOT_FOUND`.
#[cfg(unix)]
pub(crate) fn lookup_full_name(error: &LookupError) -> Option<&'static str> {
    lookup_name(error)
}

/// The name that this system gives the code: `EAI_NONAME`, or `WSAHOST_NOT_FOUND`.
#[cfg(windows)]
pub(crate) fn lookup_full_name(error: &LookupError) -> Option<&'static str> {
    find(LOOKUP_WINDOWS, error.error_num())
}

/// The message of gai_strerror(3).
pub(crate) fn lookup_message(error: &LookupError) -> String {
    let message = error.to_string();
    let message =
        message.strip_prefix("failed to lookup address information: ").unwrap_or(&message);
    match message.split_once(" (os error ") {
        Some((message, _)) => message.into(),
        None => message.into(),
    }
}

fn find(names: &[(i32, &'static str)], code: i32) -> Option<&'static str> {
    names.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

#[cfg(unix)]
const ERRNO: &[(i32, &str)] = &[
    (libc::EACCES, "EACCES"),
    (libc::EADDRINUSE, "EADDRINUSE"),
    (libc::EADDRNOTAVAIL, "EADDRNOTAVAIL"),
    (libc::EAFNOSUPPORT, "EAFNOSUPPORT"),
    (libc::EAGAIN, "EAGAIN"),
    (libc::EALREADY, "EALREADY"),
    (libc::EBADF, "EBADF"),
    (libc::ECONNABORTED, "ECONNABORTED"),
    (libc::ECONNREFUSED, "ECONNREFUSED"),
    (libc::ECONNRESET, "ECONNRESET"),
    (libc::EDESTADDRREQ, "EDESTADDRREQ"),
    (libc::EFAULT, "EFAULT"),
    (libc::EHOSTDOWN, "EHOSTDOWN"),
    (libc::EHOSTUNREACH, "EHOSTUNREACH"),
    (libc::EINPROGRESS, "EINPROGRESS"),
    (libc::EINTR, "EINTR"),
    (libc::EINVAL, "EINVAL"),
    (libc::EIO, "EIO"),
    (libc::EISCONN, "EISCONN"),
    (libc::EMFILE, "EMFILE"),
    (libc::EMSGSIZE, "EMSGSIZE"),
    (libc::ENETDOWN, "ENETDOWN"),
    (libc::ENETRESET, "ENETRESET"),
    (libc::ENETUNREACH, "ENETUNREACH"),
    (libc::ENFILE, "ENFILE"),
    (libc::ENOBUFS, "ENOBUFS"),
    (libc::ENOMEM, "ENOMEM"),
    (libc::ENOPROTOOPT, "ENOPROTOOPT"),
    (libc::ENOTCONN, "ENOTCONN"),
    (libc::ENOTSOCK, "ENOTSOCK"),
    (libc::EOPNOTSUPP, "EOPNOTSUPP"),
    (libc::EPERM, "EPERM"),
    (libc::EPIPE, "EPIPE"),
    (libc::EPROTO, "EPROTO"),
    (libc::EPROTONOSUPPORT, "EPROTONOSUPPORT"),
    (libc::EPROTOTYPE, "EPROTOTYPE"),
    (libc::ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"),
    (libc::ETIMEDOUT, "ETIMEDOUT"),
    #[cfg(target_os = "linux")]
    (libc::ENONET, "ENONET"),
];

/// The codes of Windows Sockets, less their common prefix `WSA`.
#[cfg(windows)]
const ERRNO: &[(i32, &str)] = &[
    (10004, "EINTR"),
    (10009, "EBADF"),
    (10013, "EACCES"),
    (10014, "EFAULT"),
    (10022, "EINVAL"),
    (10024, "EMFILE"),
    (10035, "EWOULDBLOCK"),
    (10036, "EINPROGRESS"),
    (10037, "EALREADY"),
    (10038, "ENOTSOCK"),
    (10039, "EDESTADDRREQ"),
    (10040, "EMSGSIZE"),
    (10041, "EPROTOTYPE"),
    (10042, "ENOPROTOOPT"),
    (10043, "EPROTONOSUPPORT"),
    (10044, "ESOCKTNOSUPPORT"),
    (10045, "EOPNOTSUPP"),
    (10047, "EAFNOSUPPORT"),
    (10048, "EADDRINUSE"),
    (10049, "EADDRNOTAVAIL"),
    (10050, "ENETDOWN"),
    (10051, "ENETUNREACH"),
    (10052, "ENETRESET"),
    (10053, "ECONNABORTED"),
    (10054, "ECONNRESET"),
    (10055, "ENOBUFS"),
    (10056, "EISCONN"),
    (10057, "ENOTCONN"),
    (10058, "ESHUTDOWN"),
    (10060, "ETIMEDOUT"),
    (10061, "ECONNREFUSED"),
    (10064, "EHOSTDOWN"),
    (10065, "EHOSTUNREACH"),
];

#[cfg(unix)]
const LOOKUP: &[(i32, &str)] = &[
    (libc::EAI_AGAIN, "EAI_AGAIN"),
    (libc::EAI_BADFLAGS, "EAI_BADFLAGS"),
    (libc::EAI_FAIL, "EAI_FAIL"),
    (libc::EAI_FAMILY, "EAI_FAMILY"),
    (libc::EAI_MEMORY, "EAI_MEMORY"),
    (libc::EAI_NONAME, "EAI_NONAME"),
    (libc::EAI_SERVICE, "EAI_SERVICE"),
    (libc::EAI_SOCKTYPE, "EAI_SOCKTYPE"),
    (libc::EAI_SYSTEM, "EAI_SYSTEM"),
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    (libc::EAI_NODATA, "EAI_NODATA"),
    // Of glibc, and not in the libc crate: <netdb.h>.
    #[cfg(target_os = "linux")]
    (-9, "EAI_ADDRFAMILY"),
];

#[cfg(windows)]
const LOOKUP: &[(i32, &str)] = &[
    (11001, "EAI_NONAME"),
    (11002, "EAI_AGAIN"),
    (11003, "EAI_FAIL"),
    (11004, "EAI_NODATA"),
    (10109, "EAI_SERVICE"),
    (10047, "EAI_FAMILY"),
    (10044, "EAI_SOCKTYPE"),
];

#[cfg(windows)]
const LOOKUP_WINDOWS: &[(i32, &str)] = &[
    (11001, "WSAHOST_NOT_FOUND"),
    (11002, "WSATRY_AGAIN"),
    (11003, "WSANO_RECOVERY"),
    (11004, "WSANO_DATA"),
    (10109, "WSATYPE_NOT_FOUND"),
    (10047, "WSAEAFNOSUPPORT"),
    (10044, "WSAESOCKTNOSUPPORT"),
];
