//! What was measured, as a table or as JSON.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{idle::Idle, people::End, process::Usage};

/// What one connection, or all of them, measured.
#[derive(Default)]
pub(crate) struct Measured {
    /// From due to answered, in microseconds.
    times: Vec<u32>,
    claims: Claims,
    errors: BTreeMap<String, u64>,
}

/// How people's claims ended, and the messages that those took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) finished: u32,
    pub(crate) handed_over: u32,
    pub(crate) given_up: u32,
    pub(crate) messages: u32,
}

impl Claims {
    pub(crate) fn add(&mut self, other: Self) {
        self.finished += other.finished;
        self.handed_over += other.handed_over;
        self.given_up += other.given_up;
        self.messages += other.messages;
    }

    fn all(self) -> u32 {
        self.finished + self.handed_over + self.given_up
    }
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = f64::from(self.all().max(1));
        let share = |count| 100.0 * f64::from(count) / all;
        write!(
            f,
            "{} claims of {:.1} messages: {:.0} % finished, {:.0} % handed over, {:.0} % given up",
            self.all(),
            f64::from(self.messages) / all,
            share(self.finished),
            share(self.handed_over),
            share(self.given_up)
        )
    }
}

impl Measured {
    pub(crate) fn answered(&mut self, time: Duration) {
        self.times.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn ended(&mut self, end: End, messages: u32) {
        let claims = &mut self.claims;
        match end {
            End::Finished => claims.finished += 1,
            End::HandedOver => claims.handed_over += 1,
            End::GaveUp => claims.given_up += 1,
        }
        claims.messages += messages;
    }

    pub(crate) fn failed(&mut self, error: String) {
        *self.errors.entry(error).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.claims.add(other.claims);
        for (error, count) in other.errors {
            *self.errors.entry(error).or_default() += count;
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) messages: usize,
    pub(crate) seconds: u64,
    pub(crate) messages_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) max_ms: f64,
    pub(crate) claims: Claims,
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) server: Option<Used>,
    pub(crate) database: Option<Used>,
    /// Lines that were open and silent meanwhile.
    pub(crate) idle: Option<Idle>,
}

/// What a process used for it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Used {
    pub(crate) cpu_us_per_message: f64,
    pub(crate) cores: f64,
    pub(crate) resident_mib: f64,
    pub(crate) peak_mib: f64,
}

/// What the server and the database have used at one instant.
pub(crate) type Look = (Option<Usage>, Option<Usage>);

impl Report {
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub(crate) fn new(mut measured: Measured, seconds: u64, before: &Look, after: &Look) -> Self {
        measured.times.sort_unstable();
        let messages = measured.times.len();
        let at = |per_mille: usize| {
            let index = (messages * per_mille / 1000).min(messages.saturating_sub(1));
            measured.times.get(index).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
        };
        let used = |before: Option<Usage>, after: Option<Usage>| {
            let (before, after) = before.zip(after)?;
            let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
            Some(Used {
                cpu_us_per_message: cpu * 1e6 / messages.max(1) as f64,
                cores: cpu / seconds as f64,
                resident_mib: after.resident_kib as f64 / 1024.0,
                peak_mib: after.peak_kib as f64 / 1024.0,
            })
        };
        Self {
            messages,
            seconds,
            messages_per_second: messages as f64 / seconds as f64,
            p50_ms: at(500),
            p99_ms: at(990),
            p999_ms: at(999),
            max_ms: at(1000),
            claims: measured.claims,
            errors: measured.errors,
            server: used(before.0, after.0),
            database: used(before.1, after.1),
            idle: None,
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
        writeln!(f, "{}", self.claims)?;
        writeln!(f, "errors            {:>12}", self.errors.values().sum::<u64>())?;
        for (error, count) in &self.errors {
            writeln!(f, "  {error:<16}{count:>12}")?;
        }
        for (of, used) in [("server", &self.server), ("database", &self.database)] {
            let Some(used) = used else { continue };
            writeln!(f, "the {of}'s")?;
            writeln!(f, "  CPU a message   {:>12.1} µs", used.cpu_us_per_message)?;
            writeln!(f, "  CPU             {:>12.2} cores", used.cores)?;
            writeln!(f, "  memory          {:>12.0} MiB", used.resident_mib)?;
            writeln!(f, "  memory, peak    {:>12.0} MiB", used.peak_mib)?;
        }
        if let Some(idle) = self.idle {
            writeln!(f, "idle lines        {:>12}", idle.lines)?;
            for (what, kib) in [("memory a line", idle.kib_a_line), ("given back", idle.kib_given_back_a_line)] {
                let Some(kib) = kib else { continue };
                writeln!(f, "  {what:<16}{kib:>12.1} KiB")?;
            }
        }
        Ok(())
    }
}
