//! `docs/speed.md`, made of what was measured.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    fs,
    io::Write as _,
    path::Path,
    time::Instant,
};

use serde::Deserialize;

use crate::versus::{Side, Versus};

/// The share of the prototype's rate that the server is to reach at least.
const RATIO: f64 = 0.6;
/// Of 64 connections that never pause, in milliseconds.
const P99: f64 = 30.0;
/// At a tenth of the load, in milliseconds.
const P99_OF_A_TENTH: f64 = 5.0;
/// The parts of a message's way, the CPU that each may take in microseconds, and the lines of the benchmarks that measure it.
const BUDGET: [(&str, f64, &[&str]); 3] = [
    ("HTTP", 25.0, &["http: CPU of the server"]),
    ("reading and step", 30.0, &["turn: reading and step"]),
    ("store", 45.0, &["turn: what the store gets", "store, SQLite: CPU of the server"]),
];
const REST: f64 = 17.0;
/// What stands at the page's end: where the time goes, and what was tried.
const NOTES: &str = include_str!("notes.md");
/// Flushes that are timed to name the disk.
const FLUSHES: u32 = 400;

/// Everything that the page tells.
pub(crate) struct Page {
    commit: String,
    sqlite: Versus,
    postgres: Versus,
    parts: BTreeMap<String, f64>,
}

/// A line of a benchmark.
#[derive(Deserialize)]
struct Part {
    name: String,
    microseconds: f64,
}

impl Page {
    /// Reads what the runs and benchmarks left in `folder`.
    pub(crate) fn read(folder: &Path, commit: String) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let versus = |name: &str| serde_json::from_str(&text(name)).unwrap();
        let parts = text("parts.json");
        let parts = parts.lines().map(|line| serde_json::from_str(line).unwrap());
        Self {
            commit,
            sqlite: versus("sqlite.json"),
            postgres: versus("postgres.json"),
            parts: parts.map(|Part { name, microseconds }| (name, microseconds)).collect(),
        }
    }

    fn engine(f: &mut fmt::Formatter<'_>, name: &str, versus: &Versus) -> fmt::Result {
        writeln!(f, "\n## {name}\n")?;
        writeln!(
            f,
            "| | messages/s | half within | 99 of 100 within | CPU a message | of the database | memory | at most |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        let line = |f: &mut fmt::Formatter<'_>, name: &str, side: &Side| {
            let database = side.database_us_per_message.map_or_else(|| "in it".to_owned(), |us| format!("{us:.0} µs"));
            let Side { messages_per_second, p50_ms, p99_ms, cpu_us_per_message, resident_mib, peak_mib, .. } = side;
            writeln!(
                f,
                "| {name} | {messages_per_second:.0} | {p50_ms:.1} ms | {p99_ms:.1} ms | {cpu_us_per_message:.0} µs | {database} | \
                 {resident_mib:.0} MiB | {peak_mib:.0} MiB |"
            )
        };
        line(f, "Guichet", &versus.server)?;
        line(f, "prototype", &versus.prototype)?;
        let mut latencies = vec![(P99, versus.server.p99_ms, "at 64 connections")];
        if let Some(tenth) = &versus.tenth {
            line(f, "Guichet, a tenth of the load", &tenth.server)?;
            line(f, "prototype at the same rate", &tenth.prototype)?;
            latencies.push((P99_OF_A_TENTH, tenth.server.p99_ms, "at a tenth of the load"));
        }
        let rounds = versus.ratios.iter().map(|ratio| format!("{ratio:.2}")).collect::<Vec<_>>().join(", ");
        writeln!(
            f,
            "\n- Ratio: **{:.2}** of the prototype's rate (rounds: {rounds}); at least {RATIO} is the aim, {}.",
            versus.ratio,
            reached(versus.ratio >= RATIO)
        )?;
        for (most, measured, when) in latencies {
            writeln!(
                f,
                "- 99 of 100 within {measured:.1} ms {when}; under {most:.0} ms is the aim, {}.",
                reached(measured < most)
            )?;
        }
        let errors = versus.server.errors + versus.prototype.errors;
        writeln!(f, "- {}. Errors: {errors}.", versus.server.claims)
    }

    fn budget(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n## The budget\n")?;
        writeln!(
            f,
            "The CPU of a message on SQLite, and the benchmark that measures each part by itself. The budget is that of a"
        )?;
        writeln!(f, "machine on which the issue's prototype took 70 µs a message.\n")?;
        writeln!(f, "| part | budget | here |\n|---|---|---|")?;
        let mut rest = self.sqlite.server.cpu_us_per_message;
        for (part, budget, lines) in BUDGET {
            let took: f64 = lines.iter().map(|name| self.parts[*name]).sum();
            rest -= took;
            writeln!(f, "| {part} | {budget:.0} µs | {took:.0} µs |")?;
        }
        writeln!(f, "| rest | {REST:.0} µs | {rest:.0} µs |")?;
        let all = BUDGET.iter().map(|(_, budget, _)| budget).sum::<f64>() + REST;
        writeln!(f, "| **all** | {all:.0} µs | {:.0} µs |", self.sqlite.server.cpu_us_per_message)?;
        writeln!(f, "\nEvery line of the benchmarks, in microseconds a message:\n\n| | |\n|---|---|")?;
        for (name, microseconds) in &self.parts {
            writeln!(f, "| {name} | {microseconds:.1} |")?;
        }
        Ok(())
    }
}

fn reached(yes: bool) -> &'static str {
    if yes { "reached" } else { "not reached" }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# How fast\n")?;
        writeln!(f, "Made by `tests/load/report`; do not edit. Commit {}, on {}.\n", self.commit, machine())?;
        writeln!(
            f,
            "People declare a water damage through the generic webhook, each with a policy, an address and a telephone of their own,"
        )?;
        writeln!(
            f,
            "and answer what they are asked until it is sent: 64 connections that never pause, over HTTP, to disk. The server has one"
        )?;
        writeln!(
            f,
            "core, the driver the other; PostgreSQL shares the server's. The *prototype* (`tests/load/prototype.rs`) is what the machine"
        )?;
        writeln!(
            f,
            "can do: the same HTTP stack, the same flush before the answer, and as many rows and bytes as the server writes, each"
        )?;
        writeln!(
            f,
            "message's as they were recorded of a claim; but in one table keyed by a number, and nothing of a claims service. The two"
        )?;
        writeln!(f, "take turns, and what is shown is the median of the rounds.")?;
        Self::engine(f, "SQLite", &self.sqlite)?;
        Self::engine(f, "PostgreSQL", &self.postgres)?;
        self.budget(f)?;
        write!(f, "\n{NOTES}")
    }
}

/// The machine: its processor, memory, kernel, disk, and how long a flush takes on it.
fn machine() -> String {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let (processors, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
        line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = processors.lines().filter(|line| line.starts_with("processor")).count();
    let kib: u64 = value(&memory, "MemTotal").trim_end_matches("kB").trim().parse().unwrap_or_default();
    let mut told = format!("{cores} cores of {}", value(&processors, "model name"));
    if processors.contains(" hypervisor") {
        told.push_str(" (a virtual machine)");
    }
    let (device, kind) = disk();
    let _ = write!(
        told,
        ", {} GiB, Linux {}, {kind} on {device}, where writing 4 KiB and flushing it takes {:.0} µs",
        (kib + 512 * 1024) / 1024 / 1024,
        read("/proc/sys/kernel/osrelease").trim(),
        flush_us()
    );
    told
}

/// The device that holds the folder of the build, and the kind of its file system.
fn disk() -> (String, String) {
    let here = fs::canonicalize("target").unwrap();
    let mounts = fs::read_to_string("/proc/mounts").unwrap();
    let mounts = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let holder = mounts.filter(|mount| here.starts_with(mount[1])).max_by_key(|mount| mount[1].len()).unwrap();
    (holder[0].to_owned(), holder[2].to_owned())
}

fn flush_us() -> f64 {
    let mut file = tempfile::tempfile_in("target").unwrap();
    let begun = Instant::now();
    for _ in 0..FLUSHES {
        file.write_all(&[1; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(FLUSHES)
}
