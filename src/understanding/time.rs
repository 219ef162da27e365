//! Dates and times as people say them, in French and in English.
//!
//! Every reading has two faces: what it means when the past is meant ("lundi" is the last Monday) and when the future
//! is ("lundi" is the next one). Intervals end at `end`, excluded; a single minute, day, week, month or year that its
//! precision names has no `end`. A date that does not exist is not read at all.

mod days;
mod hours;

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime},
};

use super::{
    Vocabulary,
    text::Text,
    vocabulary::{ClockWord, Part, TimeWord, Unit},
};
use crate::domain::fact::{Moment, Precision};
use days::Days;
use hours::Hours;

/// A moment that was read, with what it means in the past and in the future.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct When {
    pub(super) past: Moment,
    pub(super) ahead: Moment,
    /// It lasts since then: "depuis samedi".
    pub(super) since: bool,
    /// The token after the last.
    pub(super) end: usize,
}

/// Reads one message at one instant.
pub(super) struct TimeReader<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) text: &'a Text,
    pub(super) now: DateTime,
    /// English speakers may write the month first, where the day first makes no date.
    pub(super) month_first_too: bool,
}

impl TimeReader<'_> {
    /// The moment that begins at the token `at`.
    pub(super) fn at(&self, at: usize) -> Option<When> {
        let mut next = at;
        let (mut since, mut about, mut this) = (false, false, false);
        let lasting = |at: usize| self.is_clock(at, ClockWord::Lasting).is_some();
        if (lasting(at) && self.part_after(at).is_none()) || (at > 0 && lasting(at - 1)) {
            return None;
        }
        loop {
            match self.word(next) {
                Some((TimeWord::Since, end)) => (since, next) = (true, end),
                Some((TimeWord::About, end)) => (about, next) = (true, end),
                Some((TimeWord::This, end)) => (this, next) = (true, end),
                Some((TimeWord::Leading, end)) => next = end,
                _ => break,
            }
        }
        let led = next > at;
        let when = self
            .relative(next)
            .or_else(|| self.night_between(next))
            .or_else(|| self.days_then_hours(next, at, led, this, about))
            .or_else(|| self.part_of_today(next, at, led, this))
            .or_else(|| self.hours_then_days(next, at, about))?;
        Some(When { since: since || when.since, ..when })
    }

    fn word(&self, at: usize) -> Option<(TimeWord, usize)> {
        self.vocabulary.time.at(self.text, at).map(|found| (found.tag, found.end))
    }

    fn clock_word(&self, at: usize) -> Option<(ClockWord, usize)> {
        self.vocabulary.clock.at(self.text, at).map(|found| (found.tag, found.end))
    }

    fn is_clock(&self, at: usize, wanted: ClockWord) -> Option<usize> {
        self.clock_word(at).filter(|(word, _)| *word == wanted).map(|(_, end)| end)
    }

    fn is_word(&self, at: usize, wanted: TimeWord) -> Option<usize> {
        self.word(at).filter(|(word, _)| *word == wanted).map(|(_, end)| end)
    }

    /// "pendant la nuit" is a moment though "pendant" says how long.
    fn part_after(&self, at: usize) -> Option<Part> {
        let next = self.skip_leading(at);
        match self.word(next) {
            Some((TimeWord::Part(part), _)) if next > at => Some(part),
            _ => None,
        }
    }

    fn skip_leading(&self, mut at: usize) -> usize {
        while let Some((TimeWord::Leading | TimeWord::About | TimeWord::This, end)) = self.word(at) {
            at = end;
        }
        at
    }

    fn today(&self) -> Date {
        self.now.date()
    }

    /// "il y a trois jours", "3 days ago", "dans deux semaines", "maintenant", and "depuis 3 jours".
    fn relative(&self, at: usize) -> Option<When> {
        if let Some(end) = self.is_word(at, TimeWord::Now) {
            return Some(same(Moment { start: self.minute(), end: None, precision: Precision::Minute }, end));
        }
        let (before, start) = match self.word(at) {
            Some((TimeWord::AgoBefore, end)) => (Some(-1), self.skip_leading(end)),
            Some((TimeWord::Ahead, end)) => (Some(1), end),
            _ => (None, at),
        };
        let number = self.vocabulary.number_at(self.text, start)?;
        let (TimeWord::Unit(unit), end) = self.word(number.end)? else { return None };
        if number.value.fract() != 0.0 || !(0.0..=1_000.0).contains(&number.value) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most a thousand")]
        let count = number.value as i64;
        let (sign, end) = match (before, self.word(end)) {
            (Some(sign), _) => (sign, end),
            (None, Some((TimeWord::AgoAfter, after))) => (-1, after),
            (None, _) if at > 0 && self.follows_since(at) => (-1, end),
            _ => return None,
        };
        let count = sign * count;
        let moment = match unit {
            Unit::Minute => {
                let start = self.minute().checked_add(count.minutes()).ok()?;
                Moment { start, end: None, precision: Precision::Minute }
            }
            Unit::Hour => {
                let start = self.minute().checked_add(count.hours()).ok()?;
                Moment { start, end: None, precision: Precision::Hour }
            }
            Unit::Day => self.shifted(count.days(), Precision::Day)?,
            Unit::Week => self.shifted(count.weeks(), Precision::Week)?,
            Unit::Month => self.shifted(count.months(), Precision::Month)?,
            Unit::Year => self.shifted(count.years(), Precision::Year)?,
        };
        Some(same(moment, end))
    }

    fn follows_since(&self, at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|start| self.is_word(start, TimeWord::Since).is_some_and(|end| end <= at))
    }

    /// The present, to the minute.
    fn minute(&self) -> DateTime {
        self.today().at(self.now.hour(), self.now.minute(), 0, 0)
    }

    fn shifted(&self, span: Span, precision: Precision) -> Option<Moment> {
        let date = first_of(self.today().checked_add(span).ok()?, precision)?;
        Some(Moment { start: midnight(date), end: None, precision })
    }

    /// "(dans la) nuit de mardi à mercredi", "nuit du 3 au 4 novembre".
    fn night_between(&self, at: usize) -> Option<When> {
        let (TimeWord::Part(Part::Night), end) = self.word(at)? else { return None };
        let first = self.skip_leading(end);
        if first == end {
            return None;
        }
        // "du 3 au 4 novembre": the month of the second day is that of the first.
        let single = self.text.digits(first).zip(self.text.digits(first + 2));
        if let Some((one, two)) = single
            && one + 1 == two
            && let Some((days, end)) = self.days(first + 2, first + 1, true, false)
        {
            let past = days.past.yesterday().ok()?;
            let ahead = days.ahead.yesterday().ok()?;
            return Some(When { past: night(past)?, ahead: night(ahead)?, since: false, end });
        }
        let (days, end) = self.days(first, end, true, false).filter(|(days, _)| days.precision == Precision::Day)?;
        let second = self.skip_leading(end);
        let end = match self.days(second, end, second > end, false) {
            Some((next, after)) if second > end && next.past.checked_sub(1.day()).ok() == Some(days.past) => after,
            _ => end,
        };
        Some(When { past: night(days.past)?, ahead: night(days.ahead)?, since: false, end })
    }

    /// "hier soir vers 18h30", "samedi", "le 3/11 à 7h".
    fn days_then_hours(&self, next: usize, at: usize, led: bool, this: bool, about: bool) -> Option<When> {
        let (days, mut end) = self.days(next, at, led, this)?;
        let mut hours = None;
        if days.precision == Precision::Day && days.count.is_none() {
            let mut after = end;
            if self.text.is_mark(after, ',') {
                after += 1;
            }
            if let Some((found, end_of_hours)) = self.hours(after, about) {
                (hours, end) = (Some(found), end_of_hours);
            }
        }
        // "hier soir vers 18h30": the part of the day tells which half the hour is of.
        if let Some(Hours::Part(part)) = hours
            && let Some((Hours::At { hour, minute, precise }, after)) = self.hours(end, false)
        {
            let hour = match part {
                Part::Afternoon | Part::Evening if hour < 12 => hour + 12,
                _ => hour,
            };
            end = after;
            if part == Part::Night && hour < 12 {
                let past = days.past.tomorrow().ok()?;
                let ahead = days.ahead.tomorrow().ok()?;
                let hours = Some(Hours::At { hour, minute, precise });
                return Some(When {
                    past: moment(&days, past, hours)?,
                    ahead: moment(&days, ahead, hours)?,
                    since: false,
                    end,
                });
            }
            hours = Some(Hours::At { hour, minute, precise });
        }
        Some(When {
            past: moment(&days, days.past, hours)?,
            ahead: moment(&days, days.ahead, hours)?,
            since: false,
            end,
        })
    }

    /// "ce matin", "cette nuit", "last night", "dans la nuit", and then perhaps an hour.
    fn part_of_today(&self, next: usize, at: usize, led: bool, this: bool) -> Option<When> {
        let (last, start) = match self.is_word(next, TimeWord::Last) {
            Some(end) => (true, end),
            None => (false, next),
        };
        let (TimeWord::Part(part), mut end) = self.word(start)? else { return None };
        let asleep = part == Part::Night && led && self.part_after(at).is_some() && next > at + 1;
        if !(this || last || asleep || (part == Part::Night && self.text.word(start) == "overnight")) {
            return None;
        }
        let today = self.today();
        let yesterday = today.yesterday().ok()?;
        let (past, ahead) = match part {
            Part::Night if last => (yesterday, yesterday),
            Part::Night if self.now.hour() >= 22 => (today, today),
            Part::Night if self.now.hour() < 6 => (yesterday, yesterday),
            Part::Night => (yesterday, today),
            _ if last => (yesterday, yesterday),
            _ => (today, today),
        };
        let mut hours = Hours::Part(part);
        let (mut past, mut ahead) = (past, ahead);
        if let Some((Hours::At { hour, minute, precise }, after)) = self.hours(end, false) {
            let hour = if matches!(part, Part::Afternoon | Part::Evening) && hour < 12 { hour + 12 } else { hour };
            if part == Part::Night && hour < 12 {
                (past, ahead) = (past.tomorrow().ok()?, ahead.tomorrow().ok()?);
            }
            (hours, end) = (Hours::At { hour, minute, precise }, after);
        }
        let days = Days::one(today);
        Some(When {
            past: moment(&days, past, Some(hours))?,
            ahead: moment(&days, ahead, Some(hours))?,
            since: false,
            end,
        })
    }

    /// "à 7h", "vers 18h30 samedi", "midi".
    fn hours_then_days(&self, next: usize, at: usize, about: bool) -> Option<When> {
        let (hours, end) = self.interval_of_hours(at).or_else(|| self.hour_at(next, about))?;
        let follows = self.skip_leading(if self.text.is_mark(end, ',') { end + 1 } else { end });
        if let Some((days, end)) = self.days(follows, end, follows > end, false)
            && days.precision == Precision::Day
            && days.count.is_none()
        {
            return Some(When {
                past: moment(&days, days.past, Some(hours))?,
                ahead: moment(&days, days.ahead, Some(hours))?,
                since: false,
                end,
            });
        }
        let today = self.today();
        let days = Days::one(today);
        let now = moment(&days, today, Some(hours))?;
        let past = if now.start > self.now { today.yesterday().ok()? } else { today };
        let ahead = if now.start < self.now { today.tomorrow().ok()? } else { today };
        Some(When {
            past: moment(&days, past, Some(hours))?,
            ahead: moment(&days, ahead, Some(hours))?,
            since: false,
            end,
        })
    }
}

fn same(moment: Moment, end: usize) -> When {
    When { past: moment.clone(), ahead: moment, since: false, end }
}

fn midnight(date: Date) -> DateTime {
    date.at(0, 0, 0, 0)
}

/// The first day of the week, month or year that holds `date`.
fn first_of(date: Date, precision: Precision) -> Option<Date> {
    match precision {
        Precision::Week => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(back.days()).ok()
        }
        Precision::Month => Some(date.first_of_month()),
        Precision::Year => Some(date.first_of_year()),
        _ => Some(date),
    }
}

/// From ten in the evening to six in the morning.
fn night(evening: Date) -> Option<Moment> {
    let end = evening.tomorrow().ok()?.at(6, 0, 0, 0);
    Some(Moment { start: evening.at(22, 0, 0, 0), end: Some(end), precision: Precision::PartOfDay })
}

fn moment(days: &Days, date: Date, hours: Option<Hours>) -> Option<Moment> {
    let part = |from: i8, to: Option<i8>| {
        let end = match to {
            Some(hour) => date.at(hour, 0, 0, 0),
            None => midnight(date.tomorrow().ok()?),
        };
        Some(Moment { start: date.at(from, 0, 0, 0), end: Some(end), precision: Precision::PartOfDay })
    };
    match hours {
        None => {
            let end = match days.count {
                Some(count) => Some(midnight(date.checked_add(i64::from(count).days()).ok()?)),
                None => None,
            };
            Some(Moment { start: midnight(date), end, precision: days.precision })
        }
        Some(Hours::At { hour, minute, precise }) => Some(Moment {
            start: date.at(hour, minute, 0, 0),
            end: None,
            precision: if precise { Precision::Minute } else { Precision::Hour },
        }),
        Some(Hours::Between { from, to }) => {
            let start = date.at(from.0, from.1, 0, 0);
            let day = if to <= from { date.tomorrow().ok()? } else { date };
            Some(Moment { start, end: Some(day.at(to.0, to.1, 0, 0)), precision: Precision::Hour })
        }
        Some(Hours::Part(Part::Morning)) => part(6, Some(12)),
        Some(Hours::Part(Part::Noon)) => part(12, Some(14)),
        Some(Hours::Part(Part::Afternoon)) => part(12, Some(18)),
        Some(Hours::Part(Part::Evening)) => part(18, None),
        Some(Hours::Part(Part::Night)) => night(date),
    }
}
