//! What was measured, as a table or as JSON.

use std::{collections::BTreeMap, fmt, fs, time::Duration};

use serde::Serialize;

/// What one connection, or all of them, measured.
#[derive(Default)]
pub(crate) struct Measured {
    /// From due to answered, in microseconds.
    times: Vec<u32>,
    errors: BTreeMap<String, u64>,
}

impl Measured {
    pub(crate) fn answered(&mut self, time: Duration) {
        self.times.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn failed(&mut self, error: String) {
        *self.errors.entry(error).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        for (error, count) in other.errors {
            *self.errors.entry(error).or_default() += count;
        }
    }
}

/// A server process at one instant.
pub(crate) struct Server {
    cpu: Duration,
    resident_kib: u64,
    peak_kib: u64,
}

impl Server {
    pub(crate) fn read(pid: u32) -> Self {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        // Behind the name's parenthesis: state is field 3, utime 14 and stime 15, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let kib = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim_end_matches("kB").trim().parse().unwrap_or_default()
        };
        Self { cpu: Duration::from_millis(ticks * 10), resident_kib: kib("VmRSS:"), peak_kib: kib("VmHWM:") }
    }
}

#[derive(Serialize)]
pub(crate) struct Report {
    messages: usize,
    seconds: u64,
    messages_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    max_ms: f64,
    errors: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<ServerReport>,
}

#[derive(Serialize)]
struct ServerReport {
    cpu_us_per_message: f64,
    cpu_share: f64,
    resident_mib: f64,
    peak_mib: f64,
}

impl Report {
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub(crate) fn new(mut measured: Measured, seconds: u64, before: &[Server], after: &[Server]) -> Self {
        measured.times.sort_unstable();
        let messages = measured.times.len();
        let at = |per_mille: usize| {
            let index = (messages * per_mille / 1000).min(messages.saturating_sub(1));
            measured.times.get(index).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
        };
        let server = (!after.is_empty()).then(|| {
            let sum = |servers: &[Server]| servers.iter().map(|server| server.cpu).sum::<Duration>();
            let cpu = sum(after).saturating_sub(sum(before));
            let mib = |of: fn(&Server) -> u64| after.iter().map(of).sum::<u64>() as f64 / 1024.0;
            ServerReport {
                cpu_us_per_message: cpu.as_secs_f64() * 1e6 / messages.max(1) as f64,
                cpu_share: cpu.as_secs_f64() / seconds as f64,
                resident_mib: mib(|server| server.resident_kib),
                peak_mib: mib(|server| server.peak_kib),
            }
        });
        Self {
            messages,
            seconds,
            messages_per_second: messages as f64 / seconds as f64,
            p50_ms: at(500),
            p99_ms: at(990),
            p999_ms: at(999),
            max_ms: at(1000),
            errors: measured.errors,
            server,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "messages          {:>12}", self.messages)?;
        writeln!(f, "messages/s        {:>12.0}", self.messages_per_second)?;
        writeln!(f, "p50               {:>12.2} ms", self.p50_ms)?;
        writeln!(f, "p99               {:>12.2} ms", self.p99_ms)?;
        writeln!(f, "p99.9             {:>12.2} ms", self.p999_ms)?;
        writeln!(f, "max               {:>12.2} ms", self.max_ms)?;
        writeln!(f, "errors            {:>12}", self.errors.values().sum::<u64>())?;
        for (error, count) in &self.errors {
            writeln!(f, "  {error:<16}{count:>12}")?;
        }
        if let Some(server) = &self.server {
            writeln!(f, "CPU a message     {:>12.1} µs", server.cpu_us_per_message)?;
            writeln!(f, "CPU               {:>12.2} cores", server.cpu_share)?;
            writeln!(f, "memory            {:>12.0} MiB", server.resident_mib)?;
            writeln!(f, "memory, peak      {:>12.0} MiB", server.peak_mib)?;
        }
        Ok(())
    }
}
