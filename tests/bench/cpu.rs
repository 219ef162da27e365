//! What this process's threads have used of the CPU, as the kernel counts it, in nanoseconds.

use std::{fs, time::Duration};

/// The CPU that the threads for whose names `which` holds have used so far. A thread that ended meanwhile is not counted.
pub(crate) fn used_by(which: impl Fn(&str) -> bool) -> Duration {
    let threads = fs::read_dir("/proc/self/task").unwrap().map(|thread| thread.unwrap().path());
    threads
        .filter(|thread| fs::read_to_string(thread.join("comm")).is_ok_and(|name| which(name.trim())))
        .filter_map(|thread| fs::read_to_string(thread.join("schedstat")).ok())
        .map(|stat| Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap()))
        .sum()
}

/// The CPU that all threads have used so far.
pub(crate) fn used() -> Duration {
    used_by(|_| true)
}
