//! The full walk: every question that the flows reach is answered, in the order of the files, and each condition is judged on
//! what is known then. It is a second reading of the files, which shares no code with the engine but their compiled steps.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use guichet::{
    domain::{
        expectation::{Bound, Expectation, Limit},
        fact::{Fact, Facts, Precision, Source, Value},
        fact_name::FactName,
        language::Language,
    },
    flow::{Assignment, Condition, Flow, Library, PolicyAnswer, PolicyQuery, Saying, Scope, Step, StepKind, Test},
};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    super::flows,
    host::Host,
    outcome::Walked,
    person::{Answer, TODAY, day, in_words},
};

pub(super) fn walk(host: &Host) -> Walked {
    let mut walk =
        FullWalk { host, facts: Facts::new(), skipped: BTreeSet::new(), complete: true, walked: Walked::default() };
    for (fact, value) in host.person.told(host.library) {
        walk.set(fact, value);
    }
    walk.flow("opening");
    walk.walked.outcome.conclude(&walk.facts);
    walk.walked
}

/// The urgent advice of the files whose words these are.
pub(super) fn advice_of(library: &Library, said: &str) -> Option<String> {
    let urgent = |step: &Step| match &step.kind {
        StepKind::Say(saying) if saying.urgent => Some(advice(saying)),
        _ => None,
    };
    // What a placeholder stands for is not compared.
    let begins = |advice: &String| said.starts_with(advice.split("{{").next().unwrap_or_default());
    library.flows().flat_map(|flow| &flow.steps).filter_map(urgent).find(begins)
}

fn advice(saying: &Saying) -> String {
    saying.source.get(Language::Fr).to_owned()
}

struct FullWalk<'h, 'a> {
    host: &'h Host<'a>,
    facts: Facts,
    skipped: BTreeSet<FactName>,
    /// Whether every required document was received.
    complete: bool,
    walked: Walked,
}

impl<'a> FullWalk<'_, 'a> {
    /// Walks through a flow. False where the claim ends, or only a person goes on.
    fn flow(&mut self, name: &str) -> bool {
        let flow: &'a Flow = self.host.library.flow(name).unwrap();
        if let Some(peril) = &flow.peril
            && !self.facts.contains_key("peril")
        {
            self.set("peril".into(), Value::Choice(peril.clone()));
        }
        let mut at = 0;
        while let Some(step) = flow.steps.get(at) {
            at += 1;
            if !self.holds(&step.when) {
                continue;
            }
            match &step.kind {
                StepKind::Ask(question) => {
                    let fact = &question.fact;
                    if self.facts.contains_key(fact) || self.skipped.contains(fact) {
                        continue;
                    }
                    let answer = self.host.person.answer(question);
                    self.walked.asked.insert(fact.clone(), in_words(&answer));
                    match answer {
                        Answer::Value(value) => self.set(fact.clone(), value),
                        Answer::Skip => drop(self.skipped.insert(fact.clone())),
                    }
                }
                StepKind::Say(saying) if saying.urgent => drop(self.walked.outcome.advice.insert(advice(saying))),
                StepKind::Say(_) | StepKind::Review => {}
                StepKind::Set(values) => {
                    for Assignment { fact, value, .. } in values {
                        self.set(fact.clone(), value.clone());
                    }
                }
                StepKind::Clear(facts) => self.facts.retain(|fact, _| !facts.contains(fact)),
                StepKind::Goto(target) => at = *target,
                StepKind::Branch { cases, otherwise } => {
                    let holding = cases.iter().find(|(when, _)| self.holds(when));
                    at = holding.map_or(*otherwise, |(_, target)| *target);
                }
                StepKind::CheckPolicy { found, not_found } => {
                    at = if self.check_policy() { *found } else { *not_found }
                }
                StepKind::CheckEvent => self.check_event(),
                StepKind::Collect(collect) => {
                    let due: Vec<_> = collect.documents.iter().filter(|wanted| self.holds(&wanted.when)).collect();
                    for wanted in due.into_iter().filter(|wanted| wanted.required) {
                        self.walked.outcome.required.insert(wanted.kind.clone());
                        self.complete &= self.host.person.sends_documents;
                    }
                    self.set("documents_complete".into(), Value::Bool(self.complete));
                }
                StepKind::Call(called) => {
                    if !self.flow(called) {
                        return false;
                    }
                }
                StepKind::Orient(table) => self.orient(table),
                StepKind::HandOver { reason, priority, resume, .. } => {
                    self.walked.outcome.hand_over(reason, *priority);
                    if !resume {
                        return false;
                    }
                }
                StepKind::End(_) => return false,
            }
        }
        true
    }

    fn set(&mut self, fact: FactName, value: Value) {
        self.facts.insert(fact, Arc::new(Fact { value, source: Source::Policyholder }));
    }

    fn value(&self, fact: &str) -> Option<&Value> {
        self.facts.get(fact).map(|fact| &fact.value)
    }

    fn scope(&self) -> Scope<'_> {
        Scope { facts: &self.facts, insurer: self.host.insurer, today: TODAY }
    }

    fn holds(&self, condition: &Condition) -> bool {
        truth(condition, &self.scope()) == Some(true)
    }

    fn check_policy(&mut self) -> bool {
        let text = |fact: &str| match self.value(fact) {
            Some(Value::Text(text) | Value::Choice(text)) => Some(text.clone()),
            _ => None,
        };
        let date = |fact: &str| match self.value(fact) {
            Some(Value::Moment(moment)) => Some(moment.start.date()),
            _ => None,
        };
        let query = PolicyQuery {
            number: text("policy_number"),
            name: text("last_name"),
            birth_date: date("birth_date"),
            postcode: text("postcode"),
            peril: text("peril"),
            loss_date: date("loss_date"),
            known_on: date("known_on"),
            loss_postcode: self.postcode(),
            ..PolicyQuery::default()
        };
        match self.host.look_up(&query) {
            PolicyAnswer::Found { number, facts } => {
                for (fact, value) in facts {
                    self.set(fact, value);
                }
                self.set("policy_number".into(), Value::Text(number));
                true
            }
            PolicyAnswer::NotFound => false,
        }
    }

    fn postcode(&self) -> Option<String> {
        match self.value("loss_place") {
            Some(Value::Address(place)) => place.postcode.clone(),
            _ => None,
        }
    }

    fn check_event(&mut self) {
        let (Some(Value::Choice(peril)), Some(Value::Moment(when)), Some(postcode)) =
            (self.value("peril"), self.value("loss_date"), self.postcode())
        else {
            return;
        };
        let (peril, when) = (peril.clone(), when.start.date());
        let struck = |event: &&Collective| {
            event.perils.contains(&peril)
                && (event.from..=event.to).contains(&when)
                && event.postcodes.iter().any(|begins| postcode.starts_with(begins))
        };
        let Some(event) = events().events.iter().find(struck) else { return };
        self.set("event_name".into(), Value::Text(event.name.fr.clone()));
        self.set("event_simplified".into(), Value::Bool(event.simplified));
        if let Some(until) = event.declare_until {
            self.set("event_deadline".into(), day(until));
        }
    }

    fn orient(&mut self, table: &str) {
        let rows = &self.host.library.table(table).unwrap().rows;
        let judged = rows.iter().map(|row| (row, truth(&row.when, &self.scope())));
        let decided = judged.into_iter().find(|(_, truth)| *truth != Some(false));
        let then = match decided {
            Some((row, Some(true))) => row.then.clone(),
            _ => BTreeMap::new(),
        };
        if let Some(mode) = then.get("mode") {
            self.set("orientation".into(), Value::Choice(mode.clone()));
        }
        self.walked.outcome.decided = then;
    }
}

/// `events.yaml`.
#[derive(Deserialize)]
struct Events {
    events: Vec<Collective>,
}

#[derive(Deserialize)]
struct Collective {
    name: Name,
    perils: Vec<String>,
    from: Date,
    to: Date,
    postcodes: Vec<String>,
    declare_until: Option<Date>,
    #[serde(default)]
    simplified: bool,
}

#[derive(Deserialize)]
struct Name {
    fr: String,
}

fn events() -> &'static Events {
    static EVENTS: std::sync::LazyLock<Events> = std::sync::LazyLock::new(|| {
        serde_saphyr::from_str(&std::fs::read_to_string(flows().join("events.yaml")).unwrap()).unwrap()
    });
    &EVENTS
}

/// Whether a condition holds; none where that cannot be said. `known`, `unknown` and `missing` always answer: what was not asked
/// is missing, and not open.
fn truth(condition: &Condition, scope: &Scope) -> Option<bool> {
    let all = |parts: &[Condition], decisive: bool| {
        let judged: Vec<Option<bool>> = parts.iter().map(|part| truth(part, scope)).collect();
        if judged.contains(&Some(decisive)) {
            Some(decisive)
        } else if judged.contains(&None) {
            None
        } else {
            Some(!decisive)
        }
    };
    match condition {
        Condition::All(parts) => all(parts, false),
        Condition::Any(parts) => all(parts, true),
        Condition::Not(part) => truth(part, scope).map(|holds| !holds),
        Condition::Test(test) => tested(test, scope),
    }
}

fn tested(test: &Test, scope: &Scope) -> Option<bool> {
    let value = scope.facts.get(&test.fact).map(|fact| &fact.value);
    let expected = test.expected(scope);
    match &expected {
        Expectation::Known => return Some(value.is_some_and(|value| *value != Value::Unknown)),
        Expectation::Missing => return Some(value.is_none()),
        Expectation::Unknown => return Some(value == Some(&Value::Unknown)),
        Expectation::Timed => {
            let timed =
                |moment: &Value| matches!(moment, Value::Moment(moment) if moment.precision <= Precision::PartOfDay);
            return Some(value.is_some_and(timed));
        }
        _ => {}
    }
    match (&expected, value?) {
        (_, Value::Unknown) => None,
        (Expectation::Yes, Value::Bool(yes)) => Some(*yes),
        (Expectation::No, Value::Bool(yes)) => Some(!yes),
        (Expectation::OneOf(wanted), Value::Choice(value) | Value::Text(value)) => Some(wanted.contains(value)),
        (Expectation::NoneOf(wanted), Value::Choice(value) | Value::Text(value)) => Some(!wanted.contains(value)),
        (Expectation::OneOf(wanted), Value::Choices(values)) => Some(values.iter().any(|value| wanted.contains(value))),
        (Expectation::NoneOf(wanted), Value::Choices(values)) => {
            Some(!values.iter().any(|value| wanted.contains(value)))
        }
        (Expectation::Within(bounds), value) => {
            let judged: Vec<Option<bool>> = bounds.iter().map(|bound| within(value, bound)).collect();
            if judged.contains(&Some(false)) {
                Some(false)
            } else {
                judged.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        _ => None,
    }
}

fn within(value: &Value, Bound { relation, limit }: &Bound) -> Option<bool> {
    let limit = match (limit, value) {
        // Everybody here tells the day.
        (Limit::Date(limit), Value::Moment(moment)) => return Some(relation.holds(moment.start.date().cmp(limit))),
        (Limit::Number(limit), _) => limit.get(),
        (Limit::Threshold { value, .. }, _) => (*value)?.get(),
        (Limit::Date(_), _) => return None,
    };
    #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^52 cents")]
    let number = match value {
        Value::Number(number) => number.get(),
        Value::Amount(cents) => *cents as f64 / 100.0,
        Value::Duration(minutes) => *minutes as f64,
        _ => return None,
    };
    let ordering: Ordering = number.partial_cmp(&limit)?;
    Some(relation.holds(ordering))
}
