//! The section "Growth" of `docs/speed.md`: a full database beside an empty one.

use std::{
    fmt::{self, Write as _},
    fs,
    path::Path,
};

use crate::{
    lists::Took,
    versus::{Side, Versus},
};

/// The share of the empty database's rate that a full one is to reach at least.
const RATIO: f64 = 0.9;
/// Of a page of the console, in milliseconds.
const P99: f64 = 50.0;
const ENGINES: [(&str, &str); 2] = [("sqlite", "SQLite"), ("postgres", "PostgreSQL")];

/// What was found on one engine.
struct Grown {
    name: &'static str,
    dossiers: u64,
    messages: u64,
    filled_in_seconds: u64,
    /// The full database, and the empty one.
    versus: Versus,
    pages: Vec<Took>,
}

pub(crate) struct Section(Vec<Grown>);

impl Section {
    /// Reads what `tests/load/grow` left in `folder`, of the engines that it measured.
    pub(crate) fn read(folder: &Path) -> Self {
        let engines = ENGINES.iter().map(|(engine, name)| (folder.join(engine), *name));
        let measured = engines.filter(|(folder, _)| folder.join("lists.json").exists());
        Self(measured.map(|(folder, name)| Grown::read(&folder, name)).collect())
    }
}

impl Grown {
    fn read(folder: &Path, name: &'static str) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let fill: Vec<u64> = text("fill").split_whitespace().map(|number| number.parse().unwrap()).collect();
        let [dossiers, messages, filled_in_seconds] = fill[..] else { panic!("three numbers of {name}") };
        let versus = Versus::read(&folder.join("full.json"), &folder.join("empty.json"), None);
        Self {
            name,
            dossiers,
            messages,
            filled_in_seconds,
            versus,
            pages: serde_json::from_str(&text("lists.json")).unwrap(),
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Growth\n")?;
        writeln!(
            f,
            "Made by `tests/load/grow`: a database that holds years of work beside an empty one. Their servers share a core and take \
             turns\nunder the same load, and the full one's console is asked for its pages, one at a time: lists of 50 lines in all \
             their orders\nfrom both ends, their next pages, searches, dossiers.\n"
        )?;
        for Grown { name, dossiers, messages, filled_in_seconds, .. } in &self.0 {
            writeln!(f, "- {name}: {dossiers} dossiers with {messages} messages, filled in {filled_in_seconds} s.")?;
        }
        writeln!(
            f,
            "\n| | messages/s | half within | 99 of 100 within | CPU a message | of the database |\n|---|---|---|---|---|---|"
        )?;
        for Grown { name, versus, .. } in &self.0 {
            for (which, side) in [("empty", &versus.prototype), ("full", &versus.server)] {
                let database =
                    side.database_us_per_message.map_or_else(|| "in it".to_owned(), |us| format!("{us:.0} µs"));
                let Side { messages_per_second, p50_ms, p99_ms, cpu_us_per_message, .. } = side;
                writeln!(
                    f,
                    "| {name}, {which} | {messages_per_second:.0} | {p50_ms:.1} ms | {p99_ms:.1} ms | {cpu_us_per_message:.0} µs | \
                     {database} |"
                )?;
            }
        }
        writeln!(f)?;
        for Grown { name, versus: Versus { ratio, ratios, .. }, .. } in &self.0 {
            let mut rounds = String::new();
            for (place, ratio) in ratios.iter().enumerate() {
                write!(rounds, "{}{ratio:.2}", if place == 0 { "" } else { ", " })?;
            }
            let reached = if *ratio >= RATIO { "reached" } else { "not reached" };
            writeln!(
                f,
                "- {name}: **{ratio:.2}** of the empty one's rate (rounds: {rounds}); at least {RATIO} is the aim, {reached}."
            )?;
        }
        writeln!(
            f,
            "\n| pages of the full one | asked for | half within | 99 of 100 within | {P99:.0} ms is the aim |\n|---|---|---|---|---|"
        )?;
        for Grown { name, pages, .. } in &self.0 {
            for Took { kind, pages, p50_ms, p99_ms, slowest } in pages {
                let reached = if *p99_ms <= P99 {
                    "reached".to_owned()
                } else {
                    format!("not reached; the slowest: `{slowest}`")
                };
                writeln!(f, "| {name}: {kind} | {pages} | {p50_ms:.1} ms | {p99_ms:.1} ms | {reached} |")?;
            }
        }
        Ok(())
    }
}
