//! What is to be done on a dossier and by when: tasks, its pause, replies that are sent later.

use std::sync::Arc;

use jiff::{
    Timestamp, ToSpan as _,
    civil::{DateTime, Weekday},
};

use super::{Lexicon, People};
use crate::{
    conversation::{Alert, PlannedReply},
    domain::{
        clock::paris,
        clock_kind::ClockKind,
        fact::{Fact, Facts},
    },
    dossier::Dossier,
    flow::{Certainty, ClockEnding, ClockRule, ClockScope, Library, Scope},
    store::{Cases, ClockRow, DueKind, DueRow, FactRow, StoreError},
    web::console::{when::When, words::LANGUAGE},
};

/// The hour at which a handler's day begins, where a form proposes one.
const MORNING: i8 = 9;

/// The section "À faire".
#[derive(Clone, Debug, Default)]
pub(super) struct DueSection {
    /// Those to be done, the most pressing first.
    pub open: Vec<TaskLine>,
    /// The deadlines that run, the first to end first.
    pub clocks: Vec<ClockLine>,
    /// What a handler may enter the day of: code and name.
    pub starts: Vec<(String, String)>,
    pub done: Vec<TaskLine>,
    pub replies: Vec<ReplyLine>,
    pub snoozed_until: Option<When>,
    /// Since when whoever is on call is told, and nobody has taken it.
    pub alerted_since: Option<When>,
    /// Who a task can be given to: login and name.
    pub people: Vec<(String, String)>,
    pub proposals: Proposals,
}

/// A task as the page shows it.
#[derive(Clone, Debug)]
pub(super) struct TaskLine {
    pub id: String,
    pub is_call: bool,
    pub text: String,
    pub assignee: Option<String>,
    pub due: When,
    pub is_overdue: bool,
    /// When it was done, and by whom.
    pub done: Option<(When, String)>,
}

/// A deadline as the page shows it.
#[derive(Clone, Debug)]
pub(super) struct ClockLine {
    pub id: String,
    pub label: String,
    pub owner: String,
    pub source: String,
    /// Nobody found where it is written today.
    pub is_doubtful: bool,
    pub effect: Option<String>,
    pub start: When,
    pub due: When,
    pub is_overdue: bool,
    /// It is kept by the declaration, or was not.
    pub kept: Option<bool>,
}

/// A reply that is sent later.
#[derive(Clone, Debug)]
pub(super) struct ReplyLine {
    pub id: String,
    pub by: String,
    pub text: String,
    pub at: When,
}

/// Times that forms propose, as their fields take them.
#[derive(Clone, Debug, Default)]
pub(super) struct Proposals {
    pub tomorrow: String,
    pub monday: String,
    pub in_a_week: String,
}

impl DueSection {
    pub(super) async fn of(
        cases: Cases<'_>,
        library: &Library,
        (dossier, facts): (&Dossier, &[FactRow]),
        lexicon: Lexicon<'_>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (clocks, due) = tokio::try_join!(cases.clocks(dossier.conversation), cases.due(dossier.conversation))?;
        let (rules, tasks): (Vec<_>, Vec<_>) = clocks.into_iter().partition(|clock| clock.kind == ClockKind::Rule);
        let facts = standing(facts);
        let mut shown = Vec::new();
        let mut starts = Vec::new();
        if let Some(insurer) = library.insurer(&dossier.insurer) {
            let scope = Scope { facts: &facts, insurer, today: now.to_zoned(paris()).date() };
            let about = ClockScope { peril: &dossier.peril, scope };
            shown.extend(
                library.clocks().iter().filter_map(|rule| ClockLine::of_declaring(rule, about, dossier, library)),
            );
            let named =
                library.clocks().starts(about).map(|(code, name)| (code.to_owned(), name.get(LANGUAGE).to_owned()));
            starts.extend(named);
        }
        let running = rules.into_iter().filter(|clock| clock.ended.is_none());
        shown.extend(running.map(|clock| ClockLine::of(clock, library, lexicon, now)));
        let tasks = tasks.into_iter();
        let (open, mut done): (Vec<_>, Vec<_>) =
            tasks.map(|task| TaskLine::of(task, lexicon, now)).partition(|task| task.done.is_none());
        done.reverse();
        Ok(Self {
            open,
            clocks: shown,
            starts,
            done,
            replies: due.iter().filter_map(|row| ReplyLine::of(row, lexicon)).collect(),
            snoozed_until: dossier.snoozed_until.map(When),
            alerted_since: due.iter().find_map(alerted_since),
            people: people(lexicon.people),
            proposals: Proposals::at(now),
        })
    }
}

impl TaskLine {
    fn of(task: ClockRow, lexicon: Lexicon<'_>, now: Timestamp) -> Self {
        Self {
            id: task.id,
            is_call: task.kind == ClockKind::CallBack,
            text: task.text,
            assignee: task.assignee.map(|login| lexicon.person(&login)),
            due: When(task.due_at),
            is_overdue: task.due_at <= now && task.ended.is_none(),
            done: task.ended.map(|end| (When(end.at), lexicon.person(&end.by))),
        }
    }
}

impl ClockLine {
    fn of(clock: ClockRow, library: &Library, lexicon: Lexicon<'_>, now: Timestamp) -> Self {
        let rule = library.clocks().get(&clock.rule);
        Self {
            label: lexicon.names.clock(&clock.rule).to_owned(),
            owner: lexicon.names.clock_owner(&clock.owner).to_owned(),
            source: rule.map(|rule| rule.source.clone()).unwrap_or_default(),
            is_doubtful: rule.is_some_and(|rule| rule.certainty == Certainty::Doubtful),
            effect: rule.and_then(|rule| rule.effect.as_ref()).map(|effect| effect.get(LANGUAGE).to_owned()),
            start: When(clock.started_at),
            due: When(clock.due_at),
            is_overdue: clock.due_at <= now,
            kept: None,
            id: clock.id,
        }
    }

    /// The time for declaring: kept on the day on which the dossier was opened.
    fn of_declaring(rule: &ClockRule, about: ClockScope<'_>, dossier: &Dossier, library: &Library) -> Option<Self> {
        if rule.ended_by != Some(ClockEnding::Sent) || !rule.holds(about) {
            return None;
        }
        let start = rule.started_by_fact(about.scope.facts)?;
        let due = rule.due(start, &paris(), library.calendar())?;
        let owner = library.clocks().owner(&rule.owner).map(|owner| owner.get(LANGUAGE).to_owned());
        Some(Self {
            id: String::new(),
            label: rule.label.get(LANGUAGE).to_owned(),
            owner: owner.unwrap_or_default(),
            source: rule.source.clone(),
            is_doubtful: false,
            effect: rule.effect.as_ref().map(|effect| effect.get(LANGUAGE).to_owned()),
            start: When(start.to_zoned(paris()).ok()?.timestamp()),
            due: When(due),
            is_overdue: false,
            kept: Some(dossier.opened_at <= due),
        })
    }
}

/// Since when an alert is under way.
fn alerted_since(row: &DueRow) -> Option<When> {
    let payload = row.payload.as_deref().filter(|_| row.kind == DueKind::Alert)?;
    serde_json::from_str::<Alert>(payload).ok().map(|alert| When(alert.since))
}

/// The facts that hold: of each the last that was learnt.
fn standing(rows: &[FactRow]) -> Facts {
    let mut facts = Facts::new();
    for row in rows {
        match &row.value {
            Some(value) => {
                facts.insert(row.name.clone(), Arc::new(Fact { value: value.clone(), source: row.source.clone() }));
            }
            None => drop(facts.remove(&row.name)),
        }
    }
    facts
}

impl ReplyLine {
    fn of(row: &DueRow, lexicon: Lexicon<'_>) -> Option<Self> {
        let payload = row.payload.as_deref().filter(|_| row.kind == DueKind::Reply)?;
        let planned: PlannedReply = serde_json::from_str(payload).ok()?;
        let by = lexicon.person(&planned.actor.login);
        Some(Self { id: row.subject.clone(), by, text: planned.text, at: When(planned.at) })
    }
}

impl Proposals {
    fn at(now: Timestamp) -> Self {
        let today = now.to_zoned(paris()).date();
        let morning = |date: jiff::civil::Date| field(date.at(MORNING, 0, 0, 0));
        let until_monday = i64::from(today.weekday().until(Weekday::Monday));
        let until_monday = if until_monday == 0 { 7 } else { until_monday };
        let ahead = |days: i64| morning(today.saturating_add(days.days()));
        Self { tomorrow: ahead(1), monday: ahead(until_monday), in_a_week: ahead(7) }
    }
}

/// As a field of the type `datetime-local` has it.
fn field(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Logins and names, by name.
fn people(people: &People) -> Vec<(String, String)> {
    let mut people: Vec<_> = people.iter().map(|(login, name)| (login.clone(), name.clone())).collect();
    people.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    people
}

#[cfg(test)]
pub(super) mod tests;
