//! Conditions: typed tests on facts, the same in flows and in tables.
//!
//! The test of a fact that is missing or not known is itself unknown, never silently false. [`Condition::explain`]
//! tells which test failed and which facts are missing.

pub(crate) mod could;
mod implication;
mod overlap;

use std::{cmp::Ordering, fmt};

use jiff::{Span, civil::Date};

use super::{
    diagnostics::Diagnostics,
    facts::{FactType, FactTypes, Family},
    insurer::Insurer,
    yaml::{Data, Node},
};
use crate::domain::{
    expectation::{Bound, Expectation, Limit, Relation},
    fact::{Facts, Moment, Precision, Value},
    fact_name::FactName,
    number::FiniteNumber,
};

/// The truth of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    True,
    False,
    Unknown,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// What a condition is evaluated on.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub facts: &'a Facts,
    pub insurer: &'a Insurer,
    pub today: Date,
}

impl Scope<'_> {
    /// The day of the loss; today where it is not known.
    fn loss_day(&self) -> Date {
        match self.facts.get(&FactName::LOSS_DATE).map(|fact| &fact.value) {
            Some(Value::Moment(moment)) => moment.start.date(),
            _ => self.today,
        }
    }

    fn loss_year(&self, shift: i16) -> FiniteNumber {
        i32::from(self.loss_day().year().saturating_add(shift)).into()
    }
}

/// A condition: tests and their combination.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// One test on one fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub fact: FactName,
    asks: Expectation<Operand>,
    /// The test as it is written in the file, for people.
    written: String,
    /// The fact's place among those of the library, for look-ups that are made hundreds of times a turn.
    slot: Slot,
}

/// A fact's place among those of a library, in the order of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot(pub(crate) usize);

/// The places of all facts of a library.
#[derive(Debug, Default)]
pub(crate) struct Slots(Vec<FactName>);

impl Slots {
    pub(crate) fn new(types: &FactTypes) -> Self {
        Self(types.keys().cloned().collect())
    }

    pub(crate) fn of(&self, fact: &str) -> Option<Slot> {
        self.0.binary_search_by(|known| known.as_str().cmp(fact)).ok().map(Slot)
    }

    pub(crate) fn name(&self, slot: Slot) -> &FactName {
        &self.0[slot.0]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.fact, self.written)
    }
}

/// A limit as it is written: the insurer and the day of a decision make a [`Limit`] of it.
#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Number(FiniteNumber),
    Threshold(String),
    /// An amount of the agreements between insurers, on the day of loss: for what is surely above it, or surely below.
    Convention {
        name: String,
        above: bool,
    },
    /// The year of the loss, and how many years after it.
    LossYear(i16),
    Date(Date),
    Today(Shift),
}

/// A shift in days and months. It can be compared, unlike [`Span`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shift {
    days: i32,
    months: i32,
}

/// The truth of a condition, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation<'a> {
    pub truth: Truth,
    /// The first test that was false, when the condition does not hold.
    pub failed: Option<Failed<'a>>,
    /// The facts that are missing or not known, when the condition is unknown.
    pub missing: Vec<FactName>,
}

/// A test because of which a condition does not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failed<'a> {
    pub test: &'a Test,
    /// Whether the test held and the condition required that it does not.
    pub negated: bool,
}

impl Condition {
    /// The condition that always holds.
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    pub fn truth(&self, scope: &Scope) -> Truth {
        match self {
            Self::All(parts) => fold(parts, scope, Truth::False, Truth::True),
            Self::Any(parts) => fold(parts, scope, Truth::True, Truth::False),
            Self::Not(part) => !part.truth(scope),
            Self::Test(test) => test.truth(scope),
        }
    }

    pub fn holds(&self, scope: &Scope) -> bool {
        self.truth(scope) == Truth::True
    }

    pub fn explain(&self, scope: &Scope) -> Explanation<'_> {
        let truth = self.truth(scope);
        let mut failed = None;
        let mut missing = Vec::new();
        match truth {
            Truth::True => {}
            Truth::False => failed = self.first_failed(scope, true),
            Truth::Unknown => self.missing(scope, &mut missing),
        }
        Explanation { truth, failed, missing }
    }

    /// The names of the facts that it tests.
    pub fn facts(&self) -> Vec<&FactName> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::facts).collect(),
            Self::Not(part) => part.facts(),
            Self::Test(test) => vec![&test.fact],
        }
    }

    fn first_failed(&self, scope: &Scope, wanted: bool) -> Option<Failed<'_>> {
        if self.truth(scope) != Truth::from(!wanted) {
            return None;
        }
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().find_map(|part| part.first_failed(scope, wanted)),
            Self::Not(part) => part.first_failed(scope, !wanted),
            Self::Test(test) => Some(Failed { test, negated: !wanted }),
        }
    }

    fn missing(&self, scope: &Scope, missing: &mut Vec<FactName>) {
        if self.truth(scope) != Truth::Unknown {
            return;
        }
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.missing(scope, missing)),
            Self::Not(part) => part.missing(scope, missing),
            Self::Test(test) => {
                if !missing.contains(&test.fact) {
                    missing.push(test.fact.clone());
                }
            }
        }
    }

    /// Reads a condition, and reports what does not fit the facts' types.
    pub(crate) fn read(file: &str, node: &Node, types: &FactTypes, problems: &mut Diagnostics) -> Self {
        let Data::Map(entries) = &node.data else {
            if !matches!(node.data, Data::Null) {
                problems.error(file, node.place, format!("a condition is a map of tests, found {}", node.kind()));
            }
            return Self::always();
        };
        let mut parts: Vec<Self> = entries
            .iter()
            .filter_map(|(key, place, value)| match key.as_str() {
                "all" => Some(Self::All(Self::list(file, value, types, problems))),
                "any" => Some(Self::Any(Self::list(file, value, types, problems))),
                "not" => Some(Self::Not(Box::new(Self::read(file, value, types, problems)))),
                fact => {
                    let Some(kind) = types.get(fact) else {
                        problems.error(file, *place, format!("no question or rule fills the fact `{fact}`"));
                        return None;
                    };
                    let test = Test::read(fact, kind, value);
                    test.map_err(|message| problems.error(file, value.place, format!("`{fact}`: {message}")))
                        .ok()
                        .map(Self::Test)
                }
            })
            .collect();
        if parts.len() == 1 { parts.remove(0) } else { Self::All(parts) }
    }

    fn list(file: &str, node: &Node, types: &FactTypes, problems: &mut Diagnostics) -> Vec<Self> {
        if let Data::List(items) = &node.data {
            items.iter().map(|item| Self::read(file, item, types, problems)).collect()
        } else {
            problems.error(file, node.place, format!("`any` and `all` take a list, found {}", node.kind()));
            Vec::new()
        }
    }

    /// Tells each test the place of its fact.
    pub(crate) fn place(&mut self, slots: &Slots) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter_mut().for_each(|part| part.place(slots)),
            Self::Not(part) => part.place(slots),
            Self::Test(test) => test.slot = slots.of(&test.fact).unwrap_or_default(),
        }
    }

    /// The names of the insurer's thresholds with which it compares.
    pub fn thresholds(&self) -> Vec<&str> {
        self.named(&|operand| match operand {
            Operand::Threshold(name) => Some(name),
            _ => None,
        })
    }

    /// The names of the amounts of agreements with which it compares.
    pub(crate) fn conventions(&self) -> Vec<&str> {
        self.named(&|operand| match operand {
            Operand::Convention { name, .. } => Some(name),
            _ => None,
        })
    }

    fn named(&self, name: &impl Fn(&Operand) -> Option<&str>) -> Vec<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(|part| part.named(name)).collect(),
            Self::Not(part) => part.named(name),
            Self::Test(Test { asks: Expectation::Within(bounds), .. }) => {
                bounds.iter().filter_map(|bound| name(&bound.limit)).collect()
            }
            Self::Test(_) => Vec::new(),
        }
    }
}

fn fold(parts: &[Condition], scope: &Scope, decisive: Truth, otherwise: Truth) -> Truth {
    let mut answer = otherwise;
    for part in parts {
        match part.truth(scope) {
            truth if truth == decisive => return decisive,
            Truth::Unknown => answer = Truth::Unknown,
            _ => {}
        }
    }
    answer
}

impl Test {
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }

    /// The test as it is written in the file, for people.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// What it requires of its fact, with the insurer's figures for thresholds.
    pub fn expected(&self, scope: &Scope) -> Expectation {
        self.asks.map_limits(|operand| operand.limit(scope))
    }

    /// The insurer's thresholds with which it compares its fact.
    pub(crate) fn thresholds<'a>(&'a self, insurer: &'a Insurer) -> impl Iterator<Item = FiniteNumber> + 'a {
        let bounds = match &self.asks {
            Expectation::Within(bounds) => bounds.as_slice(),
            _ => &[],
        };
        bounds.iter().filter_map(|bound| match &bound.limit {
            Operand::Threshold(name) => insurer.thresholds.get(name).copied(),
            _ => None,
        })
    }

    fn truth(&self, scope: &Scope) -> Truth {
        self.truth_of(scope.facts.get(&self.fact).map(|fact| &fact.value), scope)
    }

    /// Its truth if the fact has this value; none where it is missing.
    fn truth_of(&self, value: Option<&Value>, scope: &Scope) -> Truth {
        match &self.asks {
            Expectation::Known => return Truth::from(value.is_some_and(|value| *value != Value::Unknown)),
            Expectation::Missing => return Truth::from(value.is_none()),
            Expectation::Unknown => return Truth::from(value == Some(&Value::Unknown)),
            Expectation::Timed => {
                let timed =
                    |value: &Value| matches!(value, Value::Moment(moment) if moment.precision <= Precision::PartOfDay);
                return Truth::from(value.is_some_and(timed));
            }
            _ => {}
        }
        let Some(value) = value else { return Truth::Unknown };
        match (&self.asks, value) {
            (Expectation::OneOf(wanted), Value::Choice(value) | Value::Text(value)) => wanted.contains(value).into(),
            (Expectation::NoneOf(wanted), Value::Choice(value) | Value::Text(value)) => {
                (!wanted.contains(value)).into()
            }
            (Expectation::OneOf(wanted), Value::Choices(values)) => {
                values.iter().any(|value| wanted.contains(value)).into()
            }
            (Expectation::NoneOf(wanted), Value::Choices(values)) => {
                (!values.iter().any(|value| wanted.contains(value))).into()
            }
            (Expectation::Yes, Value::Bool(value)) => (*value).into(),
            (Expectation::No, Value::Bool(value)) => (!value).into(),
            (Expectation::Within(bounds), value) => {
                bounds.iter().fold(Truth::True, |truth, bound| match (truth, compare(value, bound, scope)) {
                    (Truth::False, _) | (_, Truth::False) => Truth::False,
                    (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
                    _ => Truth::True,
                })
            }
            _ => Truth::Unknown,
        }
    }

    fn read(fact: &str, kind: &FactType, node: &Node) -> Result<Self, String> {
        let (asks, written) = match &node.data {
            Data::List(items) => {
                let mut values = Vec::new();
                for item in items {
                    values.push(item.scalar().ok_or_else(|| "a list of values holds texts only".to_owned())?);
                }
                let written = format!("[{}]", values.join(", "));
                (Expectation::OneOf(kind.values(&values)?), written)
            }
            _ => match node.scalar() {
                Some(text) => (read_expectation(&text, &node.data, kind)?, text),
                None => {
                    return Err(format!("a test is a value, a list of values or a comparison, found {}", node.kind()));
                }
            },
        };
        Ok(Self { fact: fact.into(), asks, written, slot: Slot::default() })
    }
}

fn read_expectation(text: &str, data: &Data, kind: &FactType) -> Result<Expectation<Operand>, String> {
    match text {
        "known" => return Ok(Expectation::Known),
        "missing" => return Ok(Expectation::Missing),
        "unknown" => return Ok(Expectation::Unknown),
        _ => {}
    }
    match kind.family() {
        Family::Bool => match data {
            Data::Bool(true) => Ok(Expectation::Yes),
            Data::Bool(false) => Ok(Expectation::No),
            _ => Err(format!("a yes/no fact is tested with yes, no, known, missing or unknown, not `{text}`")),
        },
        Family::Words => match text.strip_prefix("!=") {
            Some(other) => Ok(Expectation::NoneOf(kind.values(&[other.trim().to_owned()])?)),
            None => Ok(Expectation::OneOf(kind.values(&[text.to_owned()])?)),
        },
        Family::Date if text == "timed" => Ok(Expectation::Timed),
        family @ (Family::Number | Family::Date) => Ok(Expectation::Within(read_bounds(text, family, kind)?)),
        Family::Other => Err("this type of fact is tested with known, missing or unknown only".to_owned()),
    }
}

fn read_bounds(text: &str, family: Family, kind: &FactType) -> Result<Vec<Bound<Operand>>, String> {
    let bound = |relation, limit: &str| {
        let limit = Operand::read(limit.trim(), relation, family, kind)?;
        Ok::<_, String>(Bound { relation, limit })
    };
    let text = text.trim();
    if text.starts_with(['[', '(']) {
        let closed = text.starts_with('[');
        let inner = &text[1..];
        let (inner, closing) = match (inner.strip_suffix(']'), inner.strip_suffix(')')) {
            (Some(inner), _) => (inner, true),
            (_, Some(inner)) => (inner, false),
            _ => return Err(format!("the interval `{text}` must end with ] or )")),
        };
        let (low, high) = inner.split_once("..").ok_or_else(|| format!("the interval `{text}` needs `..`"))?;
        let mut bounds = Vec::new();
        if !low.trim().is_empty() {
            let relation = if closed { Relation::GreaterOrEqual } else { Relation::Greater };
            bounds.push(bound(relation, low)?);
        }
        if !high.trim().is_empty() {
            let relation = if closing { Relation::LessOrEqual } else { Relation::Less };
            bounds.push(bound(relation, high)?);
        }
        return if bounds.is_empty() { Err("an interval needs a bound".to_owned()) } else { Ok(bounds) };
    }
    let (relation, limit) = Relation::split(text);
    Ok(vec![bound(relation, limit)?])
}

impl Operand {
    /// The number that it stands for; none for a day, and where the insurer or the convention gives none.
    fn number(&self, scope: &Scope) -> Option<FiniteNumber> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Threshold(name) => scope.insurer.thresholds.get(name).copied(),
            Self::Convention { name, above } => scope.insurer.conventions.estimate(name, *above, scope.loss_day()),
            Self::LossYear(shift) => Some(scope.loss_year(*shift)),
            Self::Date(_) | Self::Today(_) => None,
        }
    }

    fn date(&self, scope: &Scope) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            Self::Today(shift) => Some(shift.from(scope.today)),
            _ => None,
        }
    }

    fn limit(&self, scope: &Scope) -> Limit {
        match self {
            Self::Number(number) => Limit::Number(*number),
            Self::Threshold(name) => Limit::Threshold { name: name.clone(), value: self.number(scope) },
            Self::Convention { name, .. } => {
                Limit::Threshold { name: format!("convention.{name}"), value: self.number(scope) }
            }
            Self::LossYear(shift) => Limit::Number(scope.loss_year(*shift)),
            Self::Date(date) => Limit::Date(*date),
            Self::Today(shift) => Limit::Date(shift.from(scope.today)),
        }
    }

    fn read(text: &str, relation: Relation, family: Family, kind: &FactType) -> Result<Self, String> {
        if family == Family::Date {
            return read_date(text)
                .map(|(base, shift)| base.map_or(Self::Today(shift), Self::Date))
                .ok_or_else(|| format!("`{text}` is no date: write today, today - 24 months or 2026-11-20"));
        }
        if let Some(name) = text.strip_prefix("insurer.") {
            return Ok(Self::Threshold(name.to_owned()));
        }
        if let Some(name) = text.strip_prefix("convention.") {
            return match relation {
                Relation::Less | Relation::LessOrEqual => Ok(Self::Convention { name: name.to_owned(), above: false }),
                Relation::Greater | Relation::GreaterOrEqual => {
                    Ok(Self::Convention { name: name.to_owned(), above: true })
                }
                Relation::Equal | Relation::NotEqual => Err(format!("`{text}` is compared with <, <=, > or >=")),
            };
        }
        if let Some(shift) = text.strip_prefix("loss_year") {
            let shift = shift.replace(' ', "");
            let years = if shift.is_empty() { Some(0) } else { shift.parse().ok() };
            return years
                .map(Self::LossYear)
                .ok_or_else(|| format!("`{text}` is no year: write loss_year or loss_year - 10"));
        }
        if let FactType::Duration = kind
            && let Some((count, unit)) = text.split_once(' ')
            && let Ok(count) = count.parse::<f64>()
        {
            let minutes = match unit.trim().trim_end_matches('s') {
                "minute" => count,
                "hour" => count * 60.0,
                "day" => count * 1440.0,
                "week" => count * 10080.0,
                _ => return Err(format!("`{unit}` is no unit of duration: minutes, hours, days or weeks")),
            };
            return FiniteNumber::new(minutes).map(Self::Number).ok_or_else(|| format!("`{text}` is no duration"));
        }
        let number = text.parse().ok().and_then(FiniteNumber::new);
        number.map(Self::Number).ok_or_else(|| format!("`{text}` is no number and no insurer.threshold"))
    }
}

/// Reads `today`, `today - 24 months` or a date; the first part of the result is none for `today`.
fn read_date(text: &str) -> Option<(Option<Date>, Shift)> {
    let Some(shift) = text.strip_prefix("today") else {
        return text.parse().ok().map(|date| (Some(date), Shift::default()));
    };
    let shift = shift.trim();
    if shift.is_empty() {
        return Some((None, Shift::default()));
    }
    let (sign, rest) = match (shift.strip_prefix('-'), shift.strip_prefix('+')) {
        (Some(rest), _) => (-1, rest),
        (_, Some(rest)) => (1, rest),
        _ => return None,
    };
    let (count, unit) = rest.trim().split_once(' ')?;
    let count = sign * count.parse::<i32>().ok().filter(|count| *count < 100_000)?;
    let shift = match unit.trim().trim_end_matches('s') {
        "day" => Shift { days: count, months: 0 },
        "week" => Shift { days: count * 7, months: 0 },
        "month" => Shift { days: 0, months: count },
        "year" => Shift { days: 0, months: count * 12 },
        _ => return None,
    };
    Some((None, shift))
}

/// A bound of `validate` for dates: `today`, `today - 5 years` or `2026-11-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateBound(Option<Date>, Shift);

impl DateBound {
    pub(crate) fn read(text: &str) -> Option<Self> {
        read_date(text.trim()).map(|(date, shift)| Self(date, shift))
    }

    pub(crate) fn on(self, today: Date) -> Date {
        self.0.unwrap_or_else(|| self.1.from(today))
    }
}

impl Shift {
    fn from(self, today: Date) -> Date {
        today.saturating_add(Span::new().months(self.months).days(self.days))
    }
}

fn compare(value: &Value, Bound { relation, limit }: &Bound<Operand>, scope: &Scope) -> Truth {
    if let Value::Moment(moment) = value {
        let Some(bound) = limit.date(scope) else { return Truth::Unknown };
        let (first, last) = days_of(moment);
        return between(*relation, first.cmp(&bound), last.cmp(&bound));
    }
    let Some(wanted) = limit.number(scope) else { return Truth::Unknown };
    #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^52 cents")]
    let number = match value {
        Value::Number(number) => number.get(),
        Value::Amount(cents) => *cents as f64 / 100.0,
        Value::Duration(minutes) => *minutes as f64,
        Value::Files(count) => f64::from(*count),
        _ => return Truth::Unknown,
    };
    number.partial_cmp(&wanted.get()).map_or(Truth::Unknown, |ordering| between(*relation, ordering, ordering))
}

/// The truth of a comparison with a value of which only the two ends are known: true when it holds for both, unknown
/// when they differ.
fn between(relation: Relation, first: Ordering, last: Ordering) -> Truth {
    if first != last && matches!(relation, Relation::Equal | Relation::NotEqual) {
        let outside = first.is_gt() || last.is_lt();
        return if outside { (relation == Relation::NotEqual).into() } else { Truth::Unknown };
    }
    match (relation.holds(first), relation.holds(last)) {
        (true, true) => Truth::True,
        (false, false) => Truth::False,
        _ => Truth::Unknown,
    }
}

/// The first and the last day on which a moment may lie.
pub(crate) fn days_of(moment: &Moment) -> (Date, Date) {
    let first = moment.start.date();
    if let Some(end) = moment.end {
        let last = end.checked_sub(Span::new().nanoseconds(1)).unwrap_or(end).date();
        return (first, last.max(first));
    }
    let last = match moment.precision {
        Precision::Second
        | Precision::Minute
        | Precision::Hour
        | Precision::PartOfDay
        | Precision::Day
        | Precision::Interval => first,
        Precision::Week => first.saturating_add(Span::new().days(6)),
        Precision::Month => first.last_of_month(),
        Precision::Quarter => first.saturating_add(Span::new().months(2)).last_of_month(),
        Precision::Year => first.last_of_year(),
    };
    (first, last)
}
