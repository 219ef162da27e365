//! What a process uses, as the kernel counts it.

use std::{
    fs,
    ops::{Add, Range},
    time::Duration,
};

/// What one process, or several, have used at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) cpu: Duration,
    pub(crate) resident_kib: u64,
    pub(crate) peak_kib: u64,
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            resident_kib: self.resident_kib + other.resident_kib,
            peak_kib: self.peak_kib + other.peak_kib,
        }
    }
}

/// What a process and all that it started have used: PostgreSQL is many. Memory that they share counts for each.
pub(crate) fn usage(pid: u32) -> Usage {
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let children = pids.filter(|child| stat(*child).is_some_and(|fields| fields[1] == pid.to_string()));
    // One that ended is counted with its parent.
    children.filter_map(|child| read(child, 11..13)).fold(read(pid, 11..15).unwrap(), Usage::add)
}

/// The fields behind the name's parenthesis: the process's state is the first, its parent the second.
fn stat(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
}

/// The fields 11 and 12 are a process's time in user and system mode, in hundredths of a second; 13 and 14 those of its
/// children that ended.
fn read(pid: u32, times: Range<usize>) -> Option<Usage> {
    let ticks: u64 = stat(pid)?[times].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib = |name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim_end_matches("kB").trim().parse().unwrap_or_default()
    };
    Some(Usage { cpu: Duration::from_millis(ticks * 10), resident_kib: kib("VmRSS:"), peak_kib: kib("VmHWM:") })
}
