//! Reads a transcript; every mistake is reported with its place.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Span, civil::DateTime};

use super::{
    outcome::{Outcome, Shown},
    transcript::{Expected, Happening, Transcript},
};
use crate::{
    contract::{Policy, read_policies},
    conversation::{Action, MissionStep},
    domain::{
        language::Language,
        message::{Channel, UnknownChannel},
        orientation_mode::OrientationMode,
    },
    flow::{Diagnostic, Diagnostics, FIRST_FLOW, Fields, Library, Node, SentFile},
};

/// What `handler:` may name.
const HANDLER: &str =
    "`handler` takes_over, hands_back, closes, offers_slots, cancels_appointment or withdraws_mission";

impl Transcript {
    /// Reads a transcript.
    ///
    /// # Errors
    ///
    /// All mistakes of the file.
    pub fn parse(file: &str, source: &str, library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let root = Node::parse(file, source).map_err(|problem| vec![problem])?;
        let mut problems = Diagnostics::default();
        let mut fields = Fields::of(file, &root, &mut problems);
        let place = root.place;
        let name = fields.required("transcript", &mut problems);
        let flow = fields.string("flow", &mut problems).unwrap_or_else(|| FIRST_FLOW.to_owned());
        let insurer = fields.string("insurer", &mut problems).unwrap_or_else(|| "demo".to_owned());
        for (what, known) in [("flow", library.flow(&flow).is_some()), ("insurer", library.insurer(&insurer).is_some())]
        {
            if !known {
                problems.error(file, place, format!("there is no such {what}: {flow}, {insurer}"));
            }
        }
        let at = fields.required("at", &mut problems).parse().unwrap_or_else(|_| {
            problems.error(file, place, "`at` is a local time: 2026-11-20T10:00:00".to_owned());
            DateTime::default()
        });
        let language = Language::from_tag(&fields.string("language", &mut problems).unwrap_or_default());
        let channel = fields.string("channel", &mut problems).unwrap_or_else(|| "web".to_owned());
        let channel = channel.parse().unwrap_or_else(|error: UnknownChannel| {
            problems.error(file, place, error.to_string());
            Channel::Web
        });
        let address = fields.string("address", &mut problems);
        let policies = fields.list("policies", &mut problems).iter();
        let policies = policies.filter_map(|node| policy(file, node, &insurer, &mut problems)).collect();
        let mut shows = BTreeSet::new();
        for node in fields.list("shows", &mut problems) {
            let shown = Shown::ALL.into_iter().find(|shown| node.scalar().as_deref() == Some(shown.key()));
            if let Some(shown) = shown {
                shows.insert(shown);
            } else {
                let keys = Shown::ALL.map(Shown::key).join(", ");
                problems.error(file, node.place, format!("`shows` lists some of {keys}"));
            }
        }
        let turns = fields.list("turns", &mut problems).iter();
        let turns = turns.map(|node| Expected::read(file, node, &shows, &mut problems)).collect();
        fields.finish(&mut problems);
        let problems = problems.into_sorted();
        if problems.is_empty() {
            Ok(Self { name, flow, insurer, at, language, channel, address, policies, shows, turns })
        } else {
            Err(problems)
        }
    }
}

/// A policy of the register, in the columns of `guichet import policies`.
fn policy(file: &str, node: &Node, insurer: &str, problems: &mut Diagnostics) -> Option<Policy> {
    let mut columns: BTreeMap<String, String> = pairs(file, Some(node), problems).into_iter().collect();
    columns.entry("insurer".to_owned()).or_insert_with(|| insurer.to_owned());
    let line = |values: Vec<&String>| {
        let quoted = values.into_iter().map(|value| format!("\"{}\"", value.replace('"', "\"\"")));
        quoted.collect::<Vec<_>>().join(",")
    };
    let table = format!("{}\n{}\n", line(columns.keys().collect()), line(columns.values().collect()));
    match read_policies(table.as_bytes()) {
        Ok(policies) => policies.into_iter().next(),
        Err(error) => {
            problems.error(file, node.place, format!("a policy has the columns of `guichet import policies`: {error}"));
            None
        }
    }
}

impl Expected {
    fn read(file: &str, node: &Node, shows: &BTreeSet<Shown>, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, node, problems);
        let later = fields.string("later", problems);
        let later = later.map_or_else(Span::new, |span| {
            span.parse().unwrap_or_else(|_| {
                problems.error(file, node.place, "`later` is a length of time: 1 day, 2 hours".to_owned());
                Span::new()
            })
        });
        let mut outcome = Outcome {
            hears: scalars(&mut fields, "hears", problems),
            facts: pairs(file, fields.take("facts"), problems).into_iter().collect(),
            does: scalars(&mut fields, "does", problems),
            ..Outcome::default()
        };
        for shown in shows {
            let lines = scalars(&mut fields, shown.key(), problems);
            if !lines.is_empty() {
                outcome.shown.insert(*shown, lines);
            }
        }
        let happens = Happening::read(&mut fields, problems);
        fields.finish(problems);
        Self { line: node.place.line, happens, later, outcome }
    }
}

impl Happening {
    fn read(fields: &mut Fields, problems: &mut Diagnostics) -> Self {
        if fields.bool("opens", problems) {
            return Self::Opens;
        }
        if fields.bool("silent", problems) {
            return Self::Silence;
        }
        if let Some(fact) = fields.string("edits", problems) {
            return Self::Edits(fact.into());
        }
        if let Some(language) = fields.string("speaks", problems) {
            return Self::Speaks(Language::from_tag(&language));
        }
        if let Some(channel) = fields.string("comes_by", problems) {
            return Self::ComesBy(channel.parse().unwrap_or_else(|error: UnknownChannel| {
                problems.error(fields.file, fields.place, error.to_string());
                Channel::Web
            }));
        }
        if let Some(action) = handler(fields, problems) {
            return Self::Handler(action);
        }
        let files = fields.list("sends", problems).iter().filter_map(Node::scalar).map(|word| sent(&word)).collect();
        let text = fields.string("says", problems).unwrap_or_default();
        Self::Writes { text, choice: fields.string("presses", problems), files }
    }
}

/// A file by the word for what it is; any other word names the slot that the person put it into.
fn sent(word: &str) -> SentFile {
    match word {
        "photo" => SentFile::without_slot("image/jpeg"),
        "video" => SentFile::without_slot("video/mp4"),
        "pdf" | "paper" => SentFile::without_slot("application/pdf"),
        slot => {
            let media_type = if slot.starts_with("photo") { "image/jpeg" } else { "application/pdf" };
            SentFile { slot: Some(slot.to_owned()), ..SentFile::without_slot(media_type) }
        }
    }
}

/// What a handler does.
fn handler(fields: &mut Fields, problems: &mut Diagnostics) -> Option<Action> {
    if let Some(kind) = fields.string("handler_wants", problems) {
        return Some(Action::AskDocument { kind, text: None });
    }
    if let Some(text) = fields.string("handler_says", problems) {
        return Some(Action::Reply { text });
    }
    if let Some(mode) = fields.string("handler_decides", problems) {
        return match mode.parse::<OrientationMode>() {
            Ok(mode) => Some(Action::Override { mode, reason: "in a transcript".to_owned() }),
            Err(unknown) => {
                problems.error(fields.file, fields.place, format!("`handler_decides`: {unknown}"));
                None
            }
        };
    }
    if let Some(expert) = fields.string("handler_orders", problems) {
        return Some(Action::Mission(MissionStep::Order { expert }));
    }
    match fields.string("handler", problems)?.as_str() {
        "takes_over" => Some(Action::TakeOver),
        "hands_back" => Some(Action::GiveBack),
        "closes" => Some(Action::Close { reason: "in a transcript".to_owned(), message: None, refuses: false }),
        "offers_slots" => Some(Action::Mission(MissionStep::Offer)),
        "cancels_appointment" => Some(Action::Mission(MissionStep::CancelAppointment)),
        "withdraws_mission" => Some(Action::Mission(MissionStep::Withdraw)),
        _ => {
            problems.error(fields.file, fields.place, HANDLER.to_owned());
            None
        }
    }
}

fn scalars(fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Vec<String> {
    fields.list(key, problems).iter().filter_map(Node::scalar).collect()
}

fn pairs(file: &str, node: Option<&Node>, problems: &mut Diagnostics) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let entries = Fields::of(file, node, problems).rest();
    entries.into_iter().filter_map(|(name, _, value)| Some((name.to_owned(), value.scalar()?))).collect()
}
