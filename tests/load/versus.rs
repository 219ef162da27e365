//! The server and the prototype, round by round in turns, side by side.

use std::{fmt, fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::report::{Claims, Report, Used};

/// Rounds that were driven in turns.
#[derive(Serialize, Deserialize)]
pub(crate) struct Versus {
    pub(crate) server: Side,
    pub(crate) prototype: Side,
    /// The server's rate as a share of the prototype's: the median of the rounds, and all of them.
    pub(crate) ratio: f64,
    pub(crate) ratios: Vec<f64>,
    /// At a tenth of the server's rate.
    pub(crate) tenth: Option<Tenth>,
}

/// What one of the two did: the median of its rounds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Side {
    pub(crate) messages_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) cpu_us_per_message: f64,
    pub(crate) database_us_per_message: Option<f64>,
    pub(crate) resident_mib: f64,
    pub(crate) peak_mib: f64,
    /// Of all rounds together.
    pub(crate) claims: Claims,
    pub(crate) errors: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Tenth {
    pub(crate) server: Side,
    pub(crate) prototype: Side,
}

impl Versus {
    pub(crate) fn read(server: &Path, prototype: &Path, tenth: Option<&Path>) -> Self {
        let (server, prototype) = (reports(server), reports(prototype));
        let rates = |reports: &[Report]| reports.iter().map(|report| report.messages_per_second).collect::<Vec<_>>();
        let ratios: Vec<f64> = rates(&server).iter().zip(rates(&prototype)).map(|(one, other)| one / other).collect();
        Self {
            ratio: median(ratios.clone()),
            ratios,
            tenth: tenth.map(|file| {
                let [server, prototype]: [Report; 2] = reports(file).try_into().unwrap();
                Tenth { server: Side::of(&[server]), prototype: Side::of(&[prototype]) }
            }),
            server: Side::of(&server),
            prototype: Side::of(&prototype),
        }
    }

    pub(crate) fn tenth_of_the_load(&self) -> f64 {
        self.server.messages_per_second / 10.0
    }
}

impl Side {
    fn of(reports: &[Report]) -> Self {
        let middle = |value: fn(&Report) -> f64| median(reports.iter().map(value).collect());
        let server = |report: &Report| -> Used { report.server.unwrap() };
        let mut claims = Claims::default();
        for report in reports {
            claims.add(report.claims);
        }
        Self {
            messages_per_second: middle(|report| report.messages_per_second),
            p50_ms: middle(|report| report.p50_ms),
            p99_ms: middle(|report| report.p99_ms),
            cpu_us_per_message: median(reports.iter().map(|report| server(report).cpu_us_per_message).collect()),
            database_us_per_message: reports
                .iter()
                .map(|report| report.database.map(|used| used.cpu_us_per_message))
                .collect::<Option<Vec<_>>>()
                .map(median),
            resident_mib: reports.iter().map(|report| server(report).resident_mib).fold(0.0, f64::max),
            peak_mib: reports.iter().map(|report| server(report).peak_mib).fold(0.0, f64::max),
            claims,
            errors: reports.iter().flat_map(|report| report.errors.values()).sum(),
        }
    }
}

fn reports(file: &Path) -> Vec<Report> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Of an even number, the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

impl fmt::Display for Versus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28}{:>11}{:>9}{:>9}{:>9}{:>13}{:>9}{:>9}",
            "", "messages/s", "p50 ms", "p99 ms", "CPU µs", "database µs", "MiB", "peak"
        )?;
        let line = |f: &mut fmt::Formatter<'_>, name: &str, side: &Side| {
            let database = side.database_us_per_message.map_or_else(|| "-".to_owned(), |us| format!("{us:.0}"));
            writeln!(
                f,
                "{name:<28}{:>11.0}{:>9.2}{:>9.2}{:>9.0}{database:>13}{:>9.0}{:>9.0}",
                side.messages_per_second,
                side.p50_ms,
                side.p99_ms,
                side.cpu_us_per_message,
                side.resident_mib,
                side.peak_mib
            )
        };
        line(f, "server", &self.server)?;
        line(f, "prototype", &self.prototype)?;
        if let Some(Tenth { server, prototype }) = &self.tenth {
            line(f, "server, a tenth of the load", server)?;
            line(f, "prototype at the same rate", prototype)?;
        }
        let ratios = self.ratios.iter().map(|ratio| format!("{ratio:.3}")).collect::<Vec<_>>().join(" ");
        writeln!(f, "ratio {:.3}, the median of {} rounds ({ratios})", self.ratio, self.ratios.len())?;
        writeln!(f, "server: {}; {} errors", self.server.claims, self.server.errors)?;
        writeln!(f, "prototype: {}; {} errors", self.prototype.claims, self.prototype.errors)
    }
}
