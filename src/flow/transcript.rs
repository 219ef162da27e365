//! Transcripts: what was said, and what Guichet must answer, beside the flows.
//!
//! The state is written to JSON and read back between every two turns, as the store does; the clock is the
//! transcript's. [`run`] compares, [`update`] rewrites what was expected and leaves the rest of the file as it is.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
};

use jiff::{Timestamp, civil};

use super::{
    Coverage, Diagnostic, Effect, Event, Library, State, StepOutput, UserMessage,
    program::{
        diagnostics::Diagnostics,
        yaml::{Data, Fields, Node},
    },
    step,
};
use crate::domain::{
    contact::told_by,
    fact::{Facts, Value},
    language::Language,
    message::{Body, Channel, UnknownChannel},
};

/// The reference that a dossier has in transcripts.
pub const REFERENCE: &str = "ABC-DEF";

/// The code or link by which a person goes on elsewhere in transcripts.
pub const SECRET: &str = "KM7T-R4WX";

/// What an orientation table answers: the mode, or the facts that are missing.
pub type Orient<'a> = dyn Fn(&Library, &str, &str, &Facts, civil::Date) -> (Option<String>, Vec<String>) + 'a;

/// A transcript that was read.
#[derive(Debug)]
pub struct Transcript {
    pub name: String,
    flow: String,
    insurer: String,
    at: civil::DateTime,
    language: Language,
    channel: Channel,
    /// What is known from the address that the person writes from.
    known: Facts,
    policies: Vec<Registered>,
    turns: Vec<Expected>,
}

/// A policy of the register that the transcript sees.
#[derive(Debug)]
struct Registered {
    number: String,
    last_name: Option<String>,
    birth_date: Option<civil::Date>,
    postcode: Option<String>,
    facts: Vec<(String, String)>,
}

#[derive(Debug)]
struct Expected {
    line: u32,
    event: Option<Event>,
    later: jiff::Span,
    outcome: Outcome,
}

/// What one turn led to, in the words of a transcript.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The texts, with the lines of a summary.
    pub hears: Vec<String>,
    /// Facts that were set, and `cleared` for those that were cleared.
    pub facts: BTreeMap<String, String>,
    /// Everything else that was asked of the host.
    pub does: Vec<String>,
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
        fn lines(outcome: &Outcome) -> Vec<String> {
            let hears = outcome.hears.iter().map(|text| format!("hears {text:?}"));
            let facts = outcome.facts.iter().map(|(name, value)| format!("facts {name}: {value}"));
            hears.chain(facts).chain(outcome.does.iter().map(|done| format!("does {done}"))).collect()
        }
        let (expected, got) = (lines(&self.expected), lines(&self.got));
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

impl Transcript {
    /// Reads a transcript; every mistake is reported.
    pub fn parse(file: &str, source: &str, library: &Library) -> Result<Self, Vec<Diagnostic>> {
        let root = Node::parse(file, source).map_err(|problem| vec![problem])?;
        let mut problems = Diagnostics::default();
        let mut fields = Fields::of(file, &root, &mut problems);
        let place = root.place;
        let name = fields.required("transcript", &mut problems);
        let flow = fields.string("flow", &mut problems).unwrap_or_else(|| super::FIRST_FLOW.to_owned());
        let insurer = fields.string("insurer", &mut problems).unwrap_or_else(|| "demo".to_owned());
        for (what, known) in [("flow", library.flow(&flow).is_some()), ("insurer", library.insurer(&insurer).is_some())]
        {
            if !known {
                problems.error(file, place, format!("there is no such {what}: {flow}, {insurer}"));
            }
        }
        let at = fields.required("at", &mut problems).parse().unwrap_or_else(|_| {
            problems.error(file, place, "`at` is a local time: 2026-11-20T10:00:00".to_owned());
            civil::DateTime::default()
        });
        let language = Language::from_tag(&fields.string("language", &mut problems).unwrap_or_default());
        let channel = fields.string("channel", &mut problems).unwrap_or_else(|| "web".to_owned());
        let channel = channel.parse().unwrap_or_else(|error: crate::domain::message::UnknownChannel| {
            problems.error(file, place, error.to_string());
            Channel::Web
        });
        let known = told_by(channel, &fields.string("address", &mut problems).unwrap_or_default());
        let policies = fields.list("policies", &mut problems).iter();
        let policies = policies.map(|node| Registered::read(file, node, &mut problems)).collect();
        let turns = fields.list("turns", &mut problems).iter();
        let turns = turns.map(|node| Expected::read(file, node, &mut problems)).collect();
        fields.finish(&mut problems);
        let problems = problems.into_sorted();
        if problems.is_empty() {
            Ok(Self { name, flow, insurer, at, language, channel, known, policies, turns })
        } else {
            Err(problems)
        }
    }

    /// What every turn leads to.
    fn play(&self, library: &Library, orient: &Orient, coverage: &mut Coverage) -> Vec<Outcome> {
        let mut state =
            if self.flow == super::FIRST_FLOW { State::default() } else { State::beginning_with(&self.flow) };
        let (language, channel, known) = (self.language, self.channel, self.known.clone());
        let opened = Event::Opened { language, channel, known, reference: REFERENCE.to_owned() };
        let mut events = VecDeque::from([opened]);
        let mut at = self.at;
        let mut outcomes = Vec::new();
        for turn in &self.turns {
            at = at.saturating_add(turn.later);
            let now = at.to_zoned(library.zone.clone()).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
            let mut outcome = Outcome::default();
            events.push_back(turn.event.clone().unwrap_or(Event::Start));
            while let Some(told) = events.pop_front() {
                let StepOutput { state: after, effects } =
                    step(library, &self.insurer, stored(&state), &told, now, Some(coverage));
                state = after;
                for effect in &effects {
                    outcome.note(effect);
                }
                events.extend(match effects.last() {
                    Some(Effect::LookUpPolicy(query)) => Some(Event::PolicyLookedUp(self.look_up(library, query))),
                    Some(Effect::SwitchChannel { to }) => {
                        Some(Event::ChannelSwitchOpened { to: *to, secret: SECRET.to_owned() })
                    }
                    Some(Effect::Orient { table }) => {
                        let (mode, missing) = orient(library, &self.insurer, table, state.facts(), at.date());
                        Some(Event::Oriented { mode, missing })
                    }
                    _ => None,
                });
            }
            outcomes.push(outcome);
        }
        outcomes
    }

    fn look_up(&self, library: &Library, query: &super::PolicyQuery) -> super::PolicyAnswer {
        let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
        let is_meant = |policy: &&Registered| {
            let by_number = query.number.as_deref().is_some_and(|number| same(number, &policy.number));
            let by_name = match (&query.name, &policy.last_name) {
                (Some(asked), Some(name)) if same(asked, name) => {
                    let born = query.birth_date.is_some() && query.birth_date == policy.birth_date;
                    born || (query.postcode.is_some() && query.postcode == policy.postcode)
                }
                _ => false,
            };
            by_number || by_name
        };
        let Some(policy) = self.policies.iter().find(is_meant) else { return super::PolicyAnswer::NotFound };
        let literal = |(name, written): &(String, String)| {
            let value =
                if written == "unknown" { Value::Unknown } else { library.fact_type(name)?.literal(written).ok()? };
            Some((name.clone(), value))
        };
        let facts = policy.facts.iter().filter_map(literal).collect();
        super::PolicyAnswer::Found { number: policy.number.clone(), facts }
    }
}

/// The state as the store gives it back.
fn stored(state: &State) -> State {
    serde_json::to_string(state).ok().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// Plays a transcript, tells where it goes otherwise than expected, and notes the steps that it reaches.
pub fn run(transcript: &Transcript, library: &Library, orient: &Orient, coverage: &mut Coverage) -> Vec<Difference> {
    let outcomes = transcript.play(library, orient, coverage);
    let turns = transcript.turns.iter().zip(outcomes);
    turns
        .filter(|(turn, got)| turn.outcome != *got)
        .map(|(turn, got)| Difference { line: turn.line, expected: turn.outcome.clone(), got })
        .collect()
}

/// The transcript's source with what is now answered; comments and everything that was said stay.
pub fn update(transcript: &Transcript, source: &str, library: &Library, orient: &Orient) -> String {
    let outcomes = transcript.play(library, orient, &mut Coverage::default());
    let mut updated = String::new();
    let mut at = 0;
    // Where the turn under way began, and whether a line belongs to an expectation that is being replaced.
    let mut indent = 0;
    let mut replacing = false;
    let mut open = false;
    let starts: Vec<usize> = transcript.turns.iter().map(|turn| turn.line as usize).collect();
    for (number, line) in source.lines().enumerate() {
        let spaces = line.len() - line.trim_start().len();
        if starts.contains(&(number + 1)) {
            if open {
                outcomes[at].write(&mut updated, indent);
                at += 1;
            }
            (open, replacing, indent) = (true, false, spaces + 2);
        } else if open && spaces == indent && !line.trim().is_empty() {
            let key = line.trim_start();
            replacing = ["hears:", "facts:", "does:"].iter().any(|expected| key.starts_with(expected));
        } else if open && spaces < indent && !line.trim().is_empty() {
            replacing = false;
        }
        if !replacing {
            updated.push_str(line);
            updated.push('\n');
        }
    }
    if open {
        outcomes[at].write(&mut updated, indent);
    }
    updated
}

impl Registered {
    fn read(file: &str, node: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, node, problems);
        let number = fields.required("number", problems);
        let last_name = fields.string("last_name", problems);
        let birth_date = fields.string("birth_date", problems).and_then(|date| date.parse().ok());
        let postcode = fields.string("postcode", problems);
        let facts = pairs(file, fields.take("facts"), problems);
        fields.finish(problems);
        Self { number, last_name, birth_date, postcode, facts }
    }
}

impl Expected {
    fn read(file: &str, node: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, node, problems);
        let later = fields.string("later", problems);
        let later = later.map_or_else(jiff::Span::new, |span| {
            span.parse().unwrap_or_else(|_| {
                problems.error(file, node.place, "`later` is a length of time: 1 day, 2 hours".to_owned());
                jiff::Span::new()
            })
        });
        let outcome = Outcome {
            hears: fields.list("hears", problems).iter().filter_map(Node::scalar).collect(),
            facts: pairs(file, fields.take("facts"), problems).into_iter().collect(),
            does: fields.list("does", problems).iter().filter_map(Node::scalar).collect(),
        };
        let event = Self::event(&mut fields, problems);
        fields.finish(problems);
        Self { line: node.place.line, event, later, outcome }
    }

    /// None stands for the opening of the conversation.
    fn event(fields: &mut Fields, problems: &mut Diagnostics) -> Option<Event> {
        if fields.bool("opens", problems) {
            return None;
        }
        if fields.bool("silent", problems) {
            return Some(Event::Silent);
        }
        if let Some(fact) = fields.string("edits", problems) {
            return Some(Event::Edit { fact });
        }
        if let Some(language) = fields.string("speaks", problems) {
            return Some(Event::SpeakLanguage { language: Language::from_tag(&language) });
        }
        if let Some(channel) = fields.string("comes_by", problems) {
            let channel = channel.parse().unwrap_or_else(|error: UnknownChannel| {
                problems.error(fields.file, fields.place, error.to_string());
                Channel::Web
            });
            return Some(Event::ChannelSwitched { channel });
        }
        if let Some(kind) = fields.string("handler_wants", problems) {
            return Some(Event::DocumentWanted { kind });
        }
        match fields.string("handler", problems).as_deref() {
            Some("takes_over") => return Some(Event::TakenOver),
            Some("hands_back") => return Some(Event::HandedBack),
            Some(_) => problems.error(fields.file, fields.place, "`handler` takes_over or hands_back".to_owned()),
            None => {}
        }
        let media_type = |node: &Node| match &node.data {
            Data::Text(kind) if kind == "photo" => "image/jpeg".to_owned(),
            Data::Text(kind) if kind == "video" => "video/mp4".to_owned(),
            _ => "application/pdf".to_owned(),
        };
        let files = fields.list("sends", problems).iter().map(media_type).collect();
        let text = fields.string("says", problems).unwrap_or_default();
        let heard = UserMessage { text, choice: fields.string("presses", problems), files };
        Some(if fields.bool("after_closing", problems) { Event::AfterClosing(heard) } else { Event::Said(heard) })
    }
}

fn pairs(file: &str, node: Option<&Node>, problems: &mut Diagnostics) -> Vec<(String, String)> {
    let Some(node) = node else { return Vec::new() };
    let entries = Fields::of(file, node, problems).rest();
    entries.into_iter().filter_map(|(name, _, value)| Some((name.to_owned(), value.scalar()?))).collect()
}

impl Outcome {
    fn note(&mut self, effect: &Effect) {
        match effect {
            Effect::Say { body } => self.hears.push(spoken(body)),
            Effect::SetFact { name, fact } => {
                self.facts.insert(name.clone(), written(&fact.value));
            }
            Effect::ClearFact { name } => {
                self.facts.insert(name.clone(), "cleared".to_owned());
            }
            Effect::OpenDossier { peril } => self.does.push(format!("open_dossier {peril}")),
            Effect::WantDocument { kind, required } => {
                self.does.push(format!("{} {kind}", if *required { "require" } else { "welcome" }));
            }
            Effect::FileDocuments { kind, count } => self.does.push(format!("file {count} {kind}")),
            Effect::LookUpPolicy(_) => self.does.push("look_up_policy".to_owned()),
            Effect::SwitchChannel { to } => self.does.push(format!("cross {}", to.name())),
            Effect::Orient { table } => self.does.push(format!("orient {table}")),
            Effect::Qualify => self.does.push("qualify".to_owned()),
            Effect::HandOver(handover) => {
                let priority = format!("{:?}", handover.priority).to_lowercase();
                self.does.push(format!("hand_over {} {priority}", handover.reason));
            }
            Effect::FindSlots { .. } => self.does.push("find_slots".to_owned()),
            Effect::Book { .. } => self.does.push("book".to_owned()),
            Effect::CancelAppointment => self.does.push("cancel_visit".to_owned()),
            Effect::Reopen => self.does.push("reopen".to_owned()),
            Effect::Withdraw => self.does.push("withdraw".to_owned()),
            Effect::Request { kind, .. } => self.does.push(format!("request {kind}")),
            // Lists for handlers are no part of what a conversation does.
            Effect::Missed { .. } => {}
            Effect::Note { code, .. } => self.does.push(format!("note {code}")),
            Effect::End => self.does.push("end".to_owned()),
        }
    }

    fn write(&self, source: &mut String, indent: usize) {
        let pad = " ".repeat(indent);
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
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
        if !self.facts.is_empty() {
            let _ = writeln!(source, "{pad}facts:");
            for (name, value) in &self.facts {
                let _ = writeln!(source, "{pad}  {name}: {}", quoted(value));
            }
        }
    }
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
