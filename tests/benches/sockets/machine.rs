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

/// Who runs where. Left to itself, the kernel puts a client and its server on one processor now
/// and then, and then half as much happens.
#[derive(Clone, Copy)]
pub enum Place {
    /// The first processor.
    Load,
    /// All others.
    Servers,
    /// Where the kernel wants it.
    Anywhere,
}

/// Puts this thread, and what it starts from now on, into its place; false if there is only one
/// processor, or the system has no such call.
pub fn put(place: Place) -> bool {
    put_thread(None, place)
}

/// The same for another thread: the first one of a process has the number of the process.
#[cfg(target_os = "linux")]
pub fn put_thread(id: Option<u32>, place: Place) -> bool {
    use rustix::process::Pid;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use std::sync::OnceLock;

    static ALLOWED: OnceLock<Option<CpuSet>> = OnceLock::new();
    let Some(allowed) = ALLOWED.get_or_init(|| sched_getaffinity(None).ok()) else {
        return false;
    };
    let mut processors =
        (0..CpuSet::MAX_CPU).filter(|processor| allowed.is_set(*processor));
    let Some(first) = processors.next().filter(|_| allowed.count() > 1) else {
        return false;
    };
    let mut set = CpuSet::new();
    match place {
        Place::Load => set.set(first),
        Place::Servers => processors.for_each(|processor| set.set(processor)),
        Place::Anywhere => set = *allowed,
    }
    sched_setaffinity(id.and_then(|id| Pid::from_raw(id as i32)), &set).is_ok()
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
pub fn put_thread(_: Option<u32>, _: Place) -> bool {
    false
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
