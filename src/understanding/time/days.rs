//! Days in both tenses: which Monday "lundi" is in the past, and which in the future.

use jiff::{
    ToSpan,
    civil::{Date, DateTime},
};

use crate::domain::fact::{Moment, Precision};

/// Consecutive days. Without an end, the one day, week, month, quarter or year that the precision names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: Date,
    /// The first day after it.
    pub(super) end: Option<Date>,
}

impl Stretch {
    pub(super) fn unit(start: Date) -> Self {
        Self { start, end: None }
    }

    pub(super) fn until(start: Date, end: Date) -> Self {
        Self { start, end: Some(end) }
    }

    /// From the first day to the last, inclusive.
    pub(super) fn through(start: Date, last: Date) -> Option<Self> {
        Some(Self::until(start, last.tomorrow().ok()?))
    }

    pub(super) fn last(self) -> Date {
        self.end.and_then(|end| end.yesterday().ok()).unwrap_or(self.start)
    }
}

/// The span after which the same words name other days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::understanding) enum Cycle {
    /// The words name these days only.
    Fixed,
    Day,
    Week,
    Month,
    Year,
}

/// Days as they were named, in both tenses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) past: Stretch,
    pub(super) ahead: Stretch,
    pub(super) precision: Precision,
    pub(super) cycle: Cycle,
    /// Whether the words contradict each other: "lundi 3 novembre", which is a Tuesday.
    pub(super) uncertain: bool,
}

impl Days {
    pub(super) fn one(date: Date) -> Self {
        Self::either(date, date, Cycle::Fixed)
    }

    pub(super) fn either(past: Date, ahead: Date, cycle: Cycle) -> Self {
        Self::stretches(Stretch::unit(past), Stretch::unit(ahead), cycle)
    }

    pub(super) fn stretches(past: Stretch, ahead: Stretch, cycle: Cycle) -> Self {
        Self { past, ahead, precision: Precision::Day, cycle, uncertain: false }
    }

    /// The week, month, quarter or year that begins with `date`.
    pub(super) fn whole(date: Date, precision: Precision) -> Self {
        Self { precision, ..Self::one(date) }
    }

    pub(super) fn is_day(&self) -> bool {
        self.precision == Precision::Day && self.past.end.is_none()
    }

    /// Other days, computed from these.
    pub(super) fn map(self, other: impl Fn(Stretch) -> Option<Stretch>) -> Option<Self> {
        Some(Self { past: other(self.past)?, ahead: other(self.ahead)?, ..self })
    }

    /// Only the past or only the future days, where a word ("dernier", "prochain") says which.
    pub(super) fn turned(self, direction: Option<i8>) -> Self {
        match direction {
            Some(way) if way < 0 => Self { ahead: self.past, cycle: Cycle::Fixed, ..self },
            Some(way) if way > 0 => Self { past: self.ahead, cycle: Cycle::Fixed, ..self },
            _ => self,
        }
    }
}

pub(super) fn midnight(date: Date) -> DateTime {
    date.at(0, 0, 0, 0)
}

pub(super) fn moment_of(stretch: Stretch, precision: Precision) -> Moment {
    let precision = if stretch.end.is_some() { Precision::Interval } else { precision };
    Moment { start: midnight(stretch.start), end: stretch.end.map(midnight), precision }
}

/// The end of a moment when it bounds an interval. An hour or a minute ends where it begins.
pub(super) fn end_of(moment: &Moment) -> Option<DateTime> {
    if moment.end.is_some() {
        return moment.end;
    }
    let span = match moment.precision {
        Precision::Second | Precision::Minute | Precision::Hour | Precision::PartOfDay | Precision::Interval => {
            return Some(moment.start);
        }
        Precision::Day => 1.day(),
        Precision::Week => 1.week(),
        Precision::Month => 1.month(),
        Precision::Quarter => 3.months(),
        Precision::Year => 1.year(),
    };
    moment.start.checked_add(span).ok()
}

/// Whether an instant lies within a moment; for an hour or a minute, whether it is in the same minute.
pub(in crate::understanding) fn holds(moment: &Moment, instant: DateTime) -> bool {
    let same_minute = instant.date() == moment.start.date()
        && (instant.hour(), instant.minute()) == (moment.start.hour(), moment.start.minute());
    same_minute || (moment.start <= instant && end_of(moment).is_some_and(|end| instant < end))
}

/// Whether the first moment is longer and contains the second.
pub(in crate::understanding) fn contains(outer: &Moment, inner: &Moment) -> bool {
    let (Some(outer_end), Some(inner_end)) = (end_of(outer), end_of(inner)) else { return false };
    // "cette nuit entre 2h et 4h": of two with their own ends the bounds decide.
    let bounded = outer.end.is_some() && inner.end.is_some() && outer != inner;
    (outer.precision > inner.precision || bounded) && outer.start <= inner.start && inner_end <= outer_end
}

/// The first day of the week, month, quarter or year that holds `date`.
pub(super) fn first_of(date: Date, precision: Precision) -> Option<Date> {
    match precision {
        Precision::Week => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(back.days()).ok()
        }
        Precision::Month => Some(date.first_of_month()),
        Precision::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).ok(),
        Precision::Year => Some(date.first_of_year()),
        _ => Some(date),
    }
}

/// The last and the next occurrence of yearly days. `of` gives the days of a year, if it has any. Eight years are
/// searched, which always contain a 29 February.
pub(super) fn yearly(today: Date, of: impl Fn(i16) -> Option<Stretch>) -> Option<Days> {
    let year = today.year();
    let past = (-1..=8).find_map(|back| of(year - back).filter(|days| days.start <= today))?;
    let ahead = (-1..=8).find_map(|on| of(year + on).filter(|days| days.last() >= today))?;
    Some(Days::stretches(past, ahead, Cycle::Year))
}
