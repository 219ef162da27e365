//! What one turn led to, in the words of a transcript.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::player::Played;
use crate::{
    domain::{
        clock::paris,
        fact::Value,
        message::{Author, Body},
    },
    dossier::Dossier,
    flow::{Effect, Sorting},
    store::{AppointmentRow, Commit, RequestRow},
};

/// What a transcript shows of each turn beside the words, the facts and what the flow asked for, where it says so
/// (`shows: [timeline, slots]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shown {
    /// The lines of the dossier's timeline: who did what.
    Timeline,
    /// The documents that the dossier wants, where the turn changed them.
    Documents,
    /// What was asked for beside the claim, for which desk and until when.
    Requests,
    /// The expert's slots that were proposed, booked or given up.
    Slots,
}

impl Shown {
    pub(super) const ALL: [Self; 4] = [Self::Timeline, Self::Documents, Self::Requests, Self::Slots];

    /// The key in a transcript.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Documents => "documents",
            Self::Requests => "requests",
            Self::Slots => "slots",
        }
    }
}

/// What one turn led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The texts, with the lines of a summary.
    pub hears: Vec<String>,
    /// Facts that were set, and `cleared` for those that were cleared.
    pub facts: BTreeMap<String, String>,
    /// Everything else that the flow asked its caller to do.
    pub does: Vec<String>,
    /// The lists that the transcript shows.
    pub(super) shown: BTreeMap<Shown, Vec<String>>,
}

/// A turn that went otherwise.
#[derive(Debug)]
pub struct Difference {
    pub line: u32,
    pub expected: Outcome,
    pub got: Outcome,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let (expected, got) = (self.expected.lines(), self.got.lines());
        writeln!(f, "the turn of line {}:", self.line)?;
        for line in expected.iter().filter(|line| !got.contains(line)) {
            writeln!(f, "  - {line}")?;
        }
        for line in got.iter().filter(|line| !expected.contains(line)) {
            writeln!(f, "  + {line}")?;
        }
        if expected.iter().all(|line| got.contains(line)) && got.iter().all(|line| expected.contains(line)) {
            writeln!(f, "  the same things in another order")?;
        }
        Ok(())
    }
}

impl Outcome {
    /// What a transcript that shows `shown` tells of a turn. `before` is the dossier as the turn found it.
    pub(super) fn of(played: &Played, before: Option<&Dossier>, shown: &BTreeSet<Shown>) -> Self {
        let Played { commit, effects, .. } = played;
        let messages = commit.rows.messages.iter().filter(|message| message.author != Author::Policyholder);
        let mut outcome = Self { hears: messages.map(|message| spoken(&message.body)).collect(), ..Self::default() };
        for effect in effects {
            outcome.note(effect);
        }
        for list in shown {
            let lines = match list {
                Shown::Timeline => {
                    commit.rows.timeline.iter().map(|entry| format!("{} {}", entry.actor, entry.kind)).collect()
                }
                Shown::Documents => documents(commit, before),
                Shown::Requests => commit.rows.requests.asked.iter().map(request).collect(),
                Shown::Slots => commit.rows.planning.appointments.iter().map(slot).collect(),
            };
            if !lines.is_empty() {
                outcome.shown.insert(*list, lines);
            }
        }
        outcome
    }

    fn lines(&self) -> Vec<String> {
        let hears = self.hears.iter().map(|text| format!("hears {text:?}"));
        let facts = self.facts.iter().map(|(name, value)| format!("facts {name}: {value}"));
        let does = self.does.iter().map(|done| format!("does {done}"));
        let shown =
            self.shown.iter().flat_map(|(list, lines)| lines.iter().map(move |line| format!("{} {line}", list.key())));
        hears.chain(facts).chain(does).chain(shown).collect()
    }

    fn note(&mut self, effect: &Effect) {
        match effect {
            Effect::SetFact { name, fact } => {
                self.facts.insert(name.to_string(), written(&fact.value));
            }
            Effect::ClearFact { name } => {
                self.facts.insert(name.to_string(), "cleared".to_owned());
            }
            Effect::OpenDossier { peril } => self.does.push(format!("open_dossier {peril}")),
            Effect::WantDocument { kind, required } => {
                self.does.push(format!("{} {kind}", if *required { "require" } else { "welcome" }));
            }
            Effect::FileDocuments { kind, count, supposed, .. } => {
                self.does.push(format!("{} {count} {kind}", if *supposed { "suppose" } else { "file" }));
            }
            Effect::SortDocuments(sorting) => self.does.push(match sorting {
                Sorting::AsSupposed => "sort as supposed".to_owned(),
                Sorting::As(kind) => format!("sort as {kind}"),
                Sorting::Unknown => "sort as unknown".to_owned(),
            }),
            Effect::LookUpPolicy(_) => self.does.push("look_up_policy".to_owned()),
            Effect::SwitchChannel { to } => self.does.push(format!("cross {}", to.name())),
            Effect::Orient { table, .. } => self.does.push(format!("orient {table}")),
            Effect::Qualify => self.does.push("qualify".to_owned()),
            Effect::HandOver(handover) => {
                self.does.push(format!("hand_over {} {}", handover.reason, handover.priority));
            }
            Effect::FindSlots { .. } => self.does.push("find_slots".to_owned()),
            Effect::Book { .. } => self.does.push("book".to_owned()),
            Effect::CancelAppointment => self.does.push("cancel_visit".to_owned()),
            Effect::Reopen => self.does.push("reopen".to_owned()),
            Effect::Withdraw => self.does.push("withdraw".to_owned()),
            Effect::Request { kind, promised, .. } => {
                self.does.push(format!("{} {kind}", if *promised { "promise" } else { "request" }));
            }
            Effect::Note(note) => self.does.push(format!("note {}", note.code())),
            Effect::End => self.does.push("end".to_owned()),
            // What is said stands in the messages; lists for handlers are no part of what a conversation does.
            Effect::Say { .. } | Effect::Missed { .. } => {}
        }
    }

    /// Writes it behind a turn's line of a transcript.
    pub(super) fn write(&self, source: &mut String, indent: usize) {
        let pad = " ".repeat(indent);
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut list = |key: &str, items: &[String]| {
            if !items.is_empty() {
                let _ = writeln!(source, "{pad}{key}:");
                for item in items {
                    let _ = writeln!(source, "{pad}  - {}", quoted(item));
                }
            }
        };
        list("hears", &self.hears);
        list("does", &self.does);
        for (shown, lines) in &self.shown {
            list(shown.key(), lines);
        }
        if !self.facts.is_empty() {
            let _ = writeln!(source, "{pad}facts:");
            for (name, value) in &self.facts {
                let _ = writeln!(source, "{pad}  {name}: {}", quoted(value));
            }
        }
    }
}

fn documents(commit: &Commit, before: Option<&Dossier>) -> Vec<String> {
    let Some(dossier) = &commit.dossier else { return Vec::new() };
    if before.is_some_and(|before| before.wanted == dossier.wanted) {
        return Vec::new();
    }
    let line = |wanted: &crate::dossier::Wanted| {
        let need = if wanted.required { "required" } else { "welcome" };
        let supposed = if wanted.supposed > 0 { format!(", {} supposed", wanted.supposed) } else { String::new() };
        format!("{} {need}, {} received{supposed}", wanted.kind, wanted.received)
    };
    dossier.wanted.iter().map(line).collect()
}

fn request(row: &RequestRow) -> String {
    let day = |at: jiff::Timestamp| at.to_zoned(paris()).date();
    let acknowledged = row.acknowledge_by.map(|by| format!(", receipt by {}", day(by))).unwrap_or_default();
    format!("{} for {}{acknowledged}, answer by {}", row.kind, row.desk, day(row.answer_by))
}

fn slot(row: &AppointmentRow) -> String {
    let start = row.start.to_zoned(paris()).strftime("%Y-%m-%dT%H:%M");
    format!("{} {start} {}", row.state, row.expert)
}

fn spoken(body: &Body) -> String {
    let mut text = body.text.clone();
    for line in &body.summary {
        let _ = write!(text, "\n{} : {}", line.label, line.value);
    }
    text
}

/// A value as a transcript writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Unknown => "unknown".to_owned(),
        Value::Bool(bool) => if *bool { "yes" } else { "no" }.to_owned(),
        Value::Text(text) | Value::Choice(text) | Value::Phone(text) | Value::Email(text) => text.clone(),
        Value::Choices(values) => values.join(", "),
        Value::Number(number) => number.to_string(),
        Value::Amount(cents) => format!("{}.{:02} EUR", cents / 100, cents % 100),
        Value::Moment(moment) => {
            let precision = format!("{:?}", moment.precision).to_lowercase();
            moment.end.map_or_else(
                || format!("{} {precision}", moment.start),
                |end| format!("{} to {end} {precision}", moment.start),
            )
        }
        Value::Duration(minutes) => format!("{minutes} min"),
        Value::Address(address) => [Some(&address.line), address.postcode.as_ref(), address.city.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" | "),
        Value::Files(count) => format!("{count} files"),
    }
}
