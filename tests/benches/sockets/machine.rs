//! The machine and the day, and what the machine allows.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::thread;
use std::time::SystemTime;

/// Its processor and its kernel, as far as they are known.
pub fn name() -> String {
    let processors = thread::available_parallelism().map_or(1, |count| count.get());
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split_once(": "))
        .map_or(ARCH, |(_, model)| model);
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let release = release.split(['-', '\n']).next().unwrap_or_default();
    let system = if OS == "linux" { "Linux" } else { OS };
    format!("{processors} × {model}, {}", format!("{system} {release}").trim_end())
}

/// Today in UTC: `2026-11-24`.
pub fn today() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    date(now.map_or(0, |since| since.as_secs() / 86400))
}

/// The day that is so many days after 1970-01-01.
pub fn date(mut days: u64) -> String {
    let leap = |year: u64| {
        year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
    };
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

/// How many silent clients there can be, up to `wanted`, and what to do for more.
#[cfg(target_os = "linux")]
pub fn silent_clients(wanted: usize) -> (usize, Option<String>) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // Descriptors for busy clients, for libraries, for what a language opens.
    const OTHERS: usize = 200;
    // The servers inherit the limit.
    let limits = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limits.maximum, maximum: limits.maximum };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limits.maximum,
        Err(_) => limits.current,
    };
    let descriptors = limit.map_or(usize::MAX, |limit| limit as usize);
    if wanted + OTHERS > descriptors {
        let count = descriptors.saturating_sub(OTHERS);
        let how = format!(
            "silent clients: {count} instead of {wanted}, for there are {descriptors} \
             descriptors (RLIMIT_NOFILE). Raise the limit: sudo prlimit --pid $$ --nofile={}",
            wanted + OTHERS
        );
        return (count, Some(how));
    }
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let ends: Vec<usize> = range
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|end| end.parse().ok())
        .collect();
    let ports = if let [first, last] = ends[..] { last - first } else { usize::MAX };
    if wanted + OTHERS > ports {
        let count = ports.saturating_sub(OTHERS);
        let how = format!(
            "silent clients: {count} instead of {wanted}, for there are {ports} ports. Raise \
             the limit: sudo sysctl net.ipv4.ip_local_port_range='1024 65535'"
        );
        return (count, Some(how));
    }
    (wanted, None)
}

/// How many silent clients there can be: elsewhere there is no memory to be read, either.
#[cfg(not(target_os = "linux"))]
pub fn silent_clients(_: usize) -> (usize, Option<String>) {
    let how = "all with more than one client, and memory: they are measured on Linux";
    (0, Some(how.into()))
}
