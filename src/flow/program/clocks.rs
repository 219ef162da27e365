//! `clocks.yaml`: what is owed in a claim by a time, by whom, from which rule and start.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Span, Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use super::{
    condition::{Condition, Scope, Slots},
    diagnostics::{Diagnostics, SourcePosition},
    facts::{FactType, FactTypes},
    yaml::{Fields, Node, text},
};
use crate::{
    contract::Calendar,
    domain::{
        fact::{Facts, Value},
        fact_name::FactName,
        language::Text,
    },
};

pub(crate) const FILE: &str = "clocks.yaml";
/// What stands for the last day in the words that are told to the person.
pub(crate) const DUE: &str = "{{ due }}";
const SENT: &str = "sent";
const MISSION: &str = "mission";
const MISSION_DONE: &str = "mission_done";

/// A rule that sets a time.
#[derive(Debug)]
pub struct ClockRule {
    pub code: String,
    pub label: Text,
    /// Of the file's `owners`.
    pub owner: String,
    pub from: Vec<ClockStart>,
    length: Length,
    perils: Vec<String>,
    when: Condition,
    losses_from: Option<Date>,
    losses_until: Option<Date>,
    /// An expert's mission begins it anew.
    pub restarted_by_mission: bool,
    pub ended_by: Option<ClockEnding>,
    /// Days before the end at which whoever works on the dossier is warned.
    warned_days: Vec<i64>,
    /// Percents of the time after which they are.
    warned_share: Vec<i32>,
    /// Where it is written.
    pub source: String,
    pub certainty: Certainty,
    /// What follows where it passes.
    pub effect: Option<Text>,
    /// What the person is told when they are warned: the time is theirs. It names the last day as [`DUE`].
    pub told: Option<Text>,
    place: SourcePosition,
}

/// What starts a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClockStart {
    Fact(FactName),
    /// The declaration reached us.
    Sent,
    /// An expert was sent.
    Mission,
    /// A handler enters the day of it; of the file's `starts`.
    Entered(String),
}

/// What ends a time by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEnding {
    /// It is kept by declaring.
    Sent,
    /// The expert has seen the damage, or does not come.
    MissionDone,
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    Read,
    Confirmed,
    Memory,
    Doubtful,
}

/// How long a time is: the parts that are not zero, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Length {
    hours: i64,
    working_days: u32,
    days: i64,
    months: i64,
    years: i64,
}

/// The rules, in the order of the file.
#[derive(Debug, Default)]
pub struct ClockBook {
    rules: Vec<ClockRule>,
    owners: BTreeMap<String, Text>,
    starts: Vec<(String, Text)>,
}

/// What a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub struct ClockScope<'a> {
    pub peril: &'a str,
    pub scope: Scope<'a>,
}

impl ClockBook {
    pub(crate) fn read(root: &Node, types: &FactTypes, problems: &mut Diagnostics) -> Self {
        let mut book = Self::default();
        let mut fields = Fields::of(FILE, root, problems);
        let mut named = |key: &str, problems: &mut Diagnostics| -> Vec<(String, Text)> {
            let Some(node) = fields.take(key) else { return Vec::new() };
            let names = Fields::of(FILE, node, problems).rest();
            names.into_iter().map(|(code, _, node)| (code.to_owned(), text(FILE, node, problems))).collect()
        };
        book.owners = named("owners", problems).into_iter().collect();
        book.starts = named("starts", problems);
        if let Some(node) = fields.take("clocks") {
            for (code, place, node) in Fields::of(FILE, node, problems).rest() {
                let rule = book.rule(code, place, node, types, problems);
                book.rules.push(rule);
            }
        }
        fields.finish(problems);
        book
    }

    fn rule(
        &self,
        code: &str,
        place: SourcePosition,
        node: &Node,
        types: &FactTypes,
        problems: &mut Diagnostics,
    ) -> ClockRule {
        let mut fields = Fields::of(FILE, node, problems);
        let label = fields.text("label", problems).map(|(label, _)| label);
        if label.is_none() {
            problems.error(FILE, place, format!("`{code}` needs a `label` (fr and en)"));
        }
        let owner = fields.required("owner", problems);
        if !owner.is_empty() && !self.owners.contains_key(&owner) {
            problems.error(FILE, fields.place_of("owner"), format!("`{owner}` is none of the `owners`"));
        }
        let from: Vec<ClockStart> = fields
            .list("from", problems)
            .iter()
            .filter_map(|node| self.start(&node.scalar().unwrap_or_default(), node.place, types, problems))
            .collect();
        if from.is_empty() {
            problems.error(FILE, place, format!("`{code}` needs `from`, a list of what starts it"));
        }
        let length = length(&mut fields, problems);
        if length == Length::default() {
            let units = "`hours`, `days`, `working_days`, `months` or `years`";
            problems.error(FILE, place, format!("`{code}` needs a length: {units}"));
        }
        let perils = fields.list("perils", problems).iter().filter_map(Node::scalar).collect();
        let when =
            fields.take("when").map_or_else(Condition::always, |when| Condition::read(FILE, when, types, problems));
        let (losses_from, losses_until) =
            (day(&mut fields, "losses_from", problems), day(&mut fields, "losses_until", problems));
        let restarted_by = fields.string("restarted_by", problems);
        if restarted_by.as_deref().is_some_and(|by| by != MISSION) {
            problems.error(FILE, fields.place_of("restarted_by"), format!("only `{MISSION}` restarts a time"));
        }
        let ended_by = fields.string("ended_by", problems).and_then(|by| {
            let ending = match by.as_str() {
                SENT => Some(ClockEnding::Sent),
                MISSION_DONE => Some(ClockEnding::MissionDone),
                _ => None,
            };
            if ending.is_none() {
                problems.error(FILE, fields.place_of("ended_by"), format!("`ended_by` is {SENT} or {MISSION_DONE}"));
            }
            ending
        });
        let warned_days = whole(&mut fields, "warned_days", 0..=3_660, problems);
        let warned_share = whole(&mut fields, "warned_share", 1..=99, problems);
        let source = fields.required("source", problems);
        let certainty = fields.required("certainty", problems);
        let certainty = match certainty.as_str() {
            "read" => Certainty::Read,
            "confirmed" => Certainty::Confirmed,
            "memory" => Certainty::Memory,
            "doubtful" => Certainty::Doubtful,
            _ => {
                let message = "`certainty` is read, confirmed, memory or doubtful".to_owned();
                problems.error(FILE, fields.place_of("certainty"), message);
                Certainty::Doubtful
            }
        };
        let effect = fields.text("effect", problems).map(|(effect, _)| effect);
        let told = fields.text("told", problems).map(|(told, place)| {
            if certainty == Certainty::Doubtful {
                problems.error(FILE, place, format!("`{code}` is doubtful: it is told to nobody"));
            }
            for text in [&told.fr, &told.en].into_iter().filter(|text| !text.contains(DUE)) {
                problems.error(FILE, place, format!("`{text}` does not tell the last day: {DUE}"));
            }
            told
        });
        fields.finish(problems);
        ClockRule {
            code: code.to_owned(),
            label: label.unwrap_or_default(),
            owner,
            from,
            length,
            perils,
            when,
            losses_from,
            losses_until,
            restarted_by_mission: restarted_by.is_some(),
            ended_by,
            warned_days,
            warned_share: warned_share.into_iter().filter_map(|share| i32::try_from(share).ok()).collect(),
            source,
            certainty,
            effect,
            told,
            place,
        }
    }

    fn start(
        &self,
        name: &str,
        place: SourcePosition,
        types: &FactTypes,
        problems: &mut Diagnostics,
    ) -> Option<ClockStart> {
        if self.starts.iter().any(|(start, _)| start == name) {
            return Some(ClockStart::Entered(name.to_owned()));
        }
        match name {
            SENT => return Some(ClockStart::Sent),
            MISSION => return Some(ClockStart::Mission),
            _ => {}
        }
        match types.get(&FactName::from(name.to_owned())) {
            Some(FactType::Moment) => Some(ClockStart::Fact(FactName::from(name.to_owned()))),
            Some(_) => {
                problems.error(FILE, place, format!("the fact `{name}` is no date: it starts no time"));
                None
            }
            None => {
                let message = format!(
                    "`{name}` starts nothing: it is no fact, none of the `starts`, not {SENT} and not {MISSION}"
                );
                problems.error(FILE, place, message);
                None
            }
        }
    }

    /// Whether the perils are there, and each start is used.
    pub(crate) fn check(&self, perils: &BTreeSet<&str>, problems: &mut Diagnostics) {
        for rule in &self.rules {
            for peril in rule.perils.iter().filter(|peril| !perils.contains(peril.as_str())) {
                problems.error(
                    FILE,
                    rule.place,
                    format!("`{}` is for the peril `{peril}`, which has no flow", rule.code),
                );
            }
        }
        for (start, _) in &self.starts {
            let is_used = |rule: &ClockRule| rule.from.contains(&ClockStart::Entered(start.clone()));
            if !self.rules.iter().any(is_used) {
                problems.warn(FILE, SourcePosition::default(), format!("the start `{start}` starts nothing"));
            }
        }
    }

    pub(crate) fn place(&mut self, slots: &Slots) {
        self.rules.iter_mut().for_each(|rule| rule.when.place(slots));
    }

    pub fn get(&self, code: &str) -> Option<&ClockRule> {
        self.rules.iter().find(|rule| rule.code == code)
    }

    pub fn iter(&self) -> impl Iterator<Item = &ClockRule> {
        self.rules.iter()
    }

    pub fn owner(&self, code: &str) -> Option<&Text> {
        self.owners.get(code)
    }

    /// What a handler may enter the day of, where it starts something in a dossier.
    pub fn starts<'a>(&'a self, about: ClockScope<'a>) -> impl Iterator<Item = (&'a str, &'a Text)> {
        let starts = self.starts.iter().filter(move |(start, _)| {
            let entered = ClockStart::Entered(start.clone());
            self.rules.iter().any(|rule| rule.from.contains(&entered) && rule.may_hold(about))
        });
        starts.map(|(code, name)| (code.as_str(), name))
    }

    pub fn start_name(&self, code: &str) -> Option<&Text> {
        self.starts.iter().find(|(start, _)| start == code).map(|(_, name)| name)
    }
}

impl ClockRule {
    /// Whether it holds for a dossier: a condition that cannot be judged yet does not hold.
    pub fn holds(&self, about: ClockScope<'_>) -> bool {
        self.may_hold(about) && self.when.holds(&about.scope)
    }

    /// As [`Self::holds`], whatever its `when` says.
    fn may_hold(&self, about: ClockScope<'_>) -> bool {
        let is_peril = self.perils.is_empty() || self.perils.iter().any(|peril| peril == about.peril);
        let loss = day_of(about.scope.facts, &FactName::LOSS_DATE);
        let after = self.losses_from.is_none_or(|from| loss.is_some_and(|loss| loss >= from));
        let before = self.losses_until.is_none_or(|until| loss.is_some_and(|loss| loss <= until));
        is_peril && after && before
    }

    /// The day of the first fact that starts it and is known.
    pub fn started_by_fact(&self, facts: &Facts) -> Option<Date> {
        self.from.iter().find_map(|start| match start {
            ClockStart::Fact(name) => day_of(facts, name),
            _ => None,
        })
    }

    /// The last instant of a time that began on a day.
    pub fn due(&self, start: Date, zone: &TimeZone, calendar: &Calendar) -> Option<Timestamp> {
        let Length { hours, working_days, days, months, years } = self.length;
        let span = Span::new().try_days(days).ok()?.try_months(months).ok()?.try_years(years).ok()?;
        let last = calendar.deadline(start.checked_add(span).ok()?, working_days, None);
        let end = last.at(23, 59, 59, 0).to_zoned(zone.clone()).ok()?;
        Some(end.timestamp() + jiff::SignedDuration::from_hours(hours))
    }

    /// When whoever owes it is warned next: the time's last instant at the latest. None when it has passed.
    pub fn next_warning(&self, start: Timestamp, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let whole = due.duration_since(start).max(jiff::SignedDuration::ZERO);
        let shares = self.warned_share.iter().filter_map(|share| start.checked_add(whole / 100 * *share).ok());
        let days = self.warned_days.iter().filter_map(|days| due.checked_sub((days * 24).hours()).ok());
        shares.chain(days).chain([due]).filter(|at| *at > now && *at > start).min()
    }
}

/// The day that a fact tells, where it tells one.
pub fn day_of(facts: &Facts, name: &FactName) -> Option<Date> {
    match facts.get(name).map(|fact| &fact.value) {
        Some(Value::Moment(moment)) => Some(moment.start.date()),
        _ => None,
    }
}

fn length(fields: &mut Fields, problems: &mut Diagnostics) -> Length {
    #[expect(clippy::cast_possible_truncation, reason = "a number that a person wrote")]
    let mut count = |key: &str| fields.number(key, problems).map_or(0, |number| number.clamp(0.0, 10_000.0) as i64);
    Length {
        hours: count("hours"),
        working_days: u32::try_from(count("working_days")).unwrap_or_default(),
        days: count("days"),
        months: count("months"),
        years: count("years"),
    }
}

fn whole(
    fields: &mut Fields,
    key: &str,
    within: std::ops::RangeInclusive<i64>,
    problems: &mut Diagnostics,
) -> Vec<i64> {
    let mut numbers = Vec::new();
    for node in fields.list(key, problems) {
        let number = node.scalar().and_then(|number| number.parse().ok()).filter(|number| within.contains(number));
        if number.is_none() {
            let (least, most) = within.clone().into_inner();
            problems.error(FILE, node.place, format!("`{key}` holds whole numbers from {least} to {most}"));
        }
        numbers.extend(number);
    }
    numbers
}

fn day(fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Option<Date> {
    let text = fields.string(key, problems)?;
    let day = text.parse().ok();
    if day.is_none() {
        problems.error(FILE, fields.place_of(key), format!("`{key}` is a day, as 2023-01-01"));
    }
    day
}

#[cfg(test)]
mod tests;
