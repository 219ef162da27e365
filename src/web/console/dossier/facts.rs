//! Facts as the page shows them: the current value, who stated it and when, and the earlier values.

use std::fmt;

use super::{Lexicon, cover, head};
use crate::{
    domain::fact::{Address, Moment, Precision, Source, Value},
    store::FactRow,
    web::console::{
        when::{self, When},
        words,
    },
};

/// A fact's value for the template, which adds the words around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueView {
    Text(String),
    Yes,
    No,
    /// The person was asked and does not know.
    Unknown,
    Moment(MomentView),
    Minutes(i64),
    Files(u32),
    /// A correction made the fact void.
    Void,
}

/// A moment, as precisely as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MomentView {
    pub precision: Precision,
    pub day: String,
    pub clock: String,
    /// The last day, where it is not the first.
    pub until_day: Option<String>,
    pub until_clock: Option<String>,
}

/// A line of the list of facts.
#[derive(Clone, Debug)]
pub(super) struct FactLine {
    pub code: String,
    pub label: String,
    /// The part of the file that it belongs to: the title of the flow that asks for it.
    pub group: String,
    /// Whether a handler corrects it; what is concluded follows from what is told.
    pub is_told: bool,
    pub current: Statement,
    /// The earlier statements, the latest first.
    pub earlier: Vec<Statement>,
}

/// A value that somebody stated.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub value: ValueView,
    pub by: StatedBy,
    pub at: When,
    /// The number of the message in the transcript.
    pub message: Option<i64>,
}

/// Who stated a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StatedBy {
    Policyholder,
    Flow,
    Policy,
    /// The channel: the address that the person writes from, or what their phone shared.
    Channel,
    Handler(String),
}

/// The facts in the order in which they were first stated, without those that another panel shows.
pub(super) fn lines(rows: &[FactRow], lexicon: Lexicon) -> Vec<FactLine> {
    let mut order: Vec<&str> = Vec::new();
    for row in rows {
        if !order.contains(&row.name.as_str()) && !is_elsewhere(&row.name) {
            order.push(&row.name);
        }
    }
    order
        .into_iter()
        .filter_map(|name| {
            let mut said: Vec<Statement> =
                rows.iter().filter(|row| row.name == name).map(|row| Statement::of(row, lexicon)).collect();
            said.reverse();
            // The flow may record a known value again; only another value is a correction.
            said.dedup_by(|older, newer| older.value == newer.value);
            let mut said = said.into_iter();
            let now = said.next()?;
            let earlier: Vec<Statement> = said.collect();
            let was_ever_known =
                now.value != ValueView::Void || earlier.iter().any(|said| said.value != ValueView::Void);
            was_ever_known.then(|| FactLine {
                code: name.to_owned(),
                label: lexicon.names.fact(name).to_owned(),
                group: lexicon.names.group_of(name).to_owned(),
                is_told: lexicon.names.is_told(name),
                current: now,
                earlier,
            })
        })
        .collect()
}

impl FactLine {
    /// Whether somebody said otherwise before.
    pub(super) fn is_corrected(&self) -> bool {
        self.earlier.iter().any(|said| said.value != ValueView::Void) && self.current.value != ValueView::Void
    }

    /// Whether nobody said it: the flow or the register concluded it.
    pub(super) fn is_concluded(&self) -> bool {
        matches!(self.current.by, StatedBy::Flow | StatedBy::Policy) && self.current.value != ValueView::Void
    }
}

/// Lines by the part of the file that they belong to, in their order.
pub(super) fn groups(lines: Vec<FactLine>) -> Vec<(String, Vec<FactLine>)> {
    let mut groups: Vec<(String, Vec<FactLine>)> = Vec::new();
    for line in lines {
        match groups.iter_mut().find(|(group, _)| *group == line.group) {
            Some((_, of_group)) => of_group.push(line),
            None => groups.push((line.group.clone(), vec![line])),
        }
    }
    // What no flow asks for comes last.
    groups.sort_by_key(|(group, _)| group.is_empty());
    groups
}

fn is_elsewhere(name: &str) -> bool {
    cover::FACTS.contains(&name) || head::FACTS.contains(&name)
}

/// The current value of a fact.
pub(in crate::web::console) fn current<'a>(rows: &'a [FactRow], name: &str) -> Option<&'a Value> {
    rows.iter().rev().find(|row| row.name == name)?.value.as_ref()
}

/// The current value of a fact, for the template.
pub(super) fn shown(rows: &[FactRow], name: &str, lexicon: Lexicon) -> Option<ValueView> {
    current(rows, name).map(|value| ValueView::of(name, value, lexicon))
}

impl Statement {
    fn of(row: &FactRow, lexicon: Lexicon) -> Self {
        Self {
            value: row.value.as_ref().map_or(ValueView::Void, |value| ValueView::of(&row.name, value, lexicon)),
            by: match &row.source {
                Source::Policyholder => StatedBy::Policyholder,
                Source::Flow => StatedBy::Flow,
                Source::Policy => StatedBy::Policy,
                Source::Channel => StatedBy::Channel,
                Source::Handler(login) => StatedBy::Handler(lexicon.person(login)),
            },
            at: When(row.at),
            message: row.message_seq,
        }
    }
}

impl ValueView {
    pub(super) fn of(fact: &str, value: &Value, lexicon: Lexicon) -> Self {
        let name = |code: &str| lexicon.names.choice(fact, code).to_owned();
        match value {
            Value::Unknown => Self::Unknown,
            Value::Bool(true) => Self::Yes,
            Value::Bool(false) => Self::No,
            Value::Text(text) | Value::Choice(text) if fact == "peril" => {
                Self::Text(lexicon.names.peril(text).to_owned())
            }
            Value::Phone(number) => Self::Text(when::phone(number)),
            Value::Text(text) | Value::Email(text) => Self::Text(text.clone()),
            Value::Choice(code) => Self::Text(name(code)),
            Value::Choices(codes) => Self::Text(codes.iter().map(|code| name(code)).collect::<Vec<_>>().join(", ")),
            Value::Number(number) => Self::Text(number.to_string().replace('.', ",")),
            Value::Amount(cents) => Self::Text(when::euros(*cents)),
            Value::Moment(moment) => Self::Moment(MomentView::of(moment)),
            Value::Duration(minutes) => Self::Minutes(*minutes),
            Value::Address(address) => Self::Text(place(address)),
            Value::Files(count) => Self::Files(*count),
        }
    }
}

/// As words, where no template writes them.
impl fmt::Display for ValueView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Yes => f.write_str(words::value("yes")),
            Self::No => f.write_str(words::value("no")),
            Self::Unknown => f.write_str(words::value("unknown")),
            Self::Void => f.write_str(words::value("void")),
            Self::Files(count) => write!(f, "{count}"),
            Self::Minutes(minutes) if minutes % 1440 == 0 && *minutes >= 1440 => write!(f, "{}\u{a0}j", minutes / 1440),
            Self::Minutes(minutes) if *minutes >= 60 => write!(f, "{}\u{a0}h\u{a0}{:02}", minutes / 60, minutes % 60),
            Self::Minutes(minutes) => write!(f, "{minutes}\u{a0}min"),
            Self::Moment(moment) => moment.fmt(f),
        }
    }
}

impl fmt::Display for MomentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.precision {
            Precision::Month => &self.day[3..],
            Precision::Year => &self.day[6..],
            _ => &self.day,
        })?;
        if matches!(self.precision, Precision::Second | Precision::Minute | Precision::Hour | Precision::PartOfDay) {
            write!(f, ", {}", self.clock)?;
        }
        self.until_day.as_ref().map_or(Ok(()), |until| write!(f, " – {until}"))
    }
}

/// An address as the person wrote it, with the postcode and the town where they are missing.
fn place(address: &Address) -> String {
    let mut text = address.line.clone();
    let lower = text.to_lowercase();
    for part in [&address.postcode, &address.city].into_iter().flatten() {
        if !lower.contains(&part.to_lowercase()) {
            text.push(' ');
            text.push_str(part);
        }
    }
    text
}

impl MomentView {
    fn of(moment: &Moment) -> Self {
        let start = moment.start;
        // The end is exclusive: the last day is the one before midnight.
        let last = moment.end.and_then(|end| end.checked_sub(jiff::Span::new().seconds(1)).ok());
        Self {
            precision: moment.precision,
            day: when::day(start.date()),
            clock: when::clock(start.time()),
            until_day: last.filter(|last| last.date() != start.date()).map(|last| when::day(last.date())),
            until_clock: moment.end.map(|end| when::clock(end.time())),
        }
    }
}

#[cfg(test)]
mod tests;
