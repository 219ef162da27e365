//! Dates and times as people say them, in French and in English.
//!
//! Every reading has two faces: what it means when the past is meant ("lundi" is the last Monday) and when the future
//! is ("lundi" is the next one). Intervals end at `end`, excluded; a single minute, day, week, month or year that its
//! precision names has no `end`. A date that does not exist is not read at all.

use jiff::{
    Span, ToSpan,
    civil::{Date, DateTime, Weekday},
};

use super::{
    Vocabulary,
    text::Text,
    vocabulary::{ClockWord, Part, TimeWord, Unit},
};
use crate::domain::fact::{Moment, Precision};

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

/// One or more days.
#[derive(Clone, Copy, Debug)]
struct Days {
    past: Date,
    ahead: Date,
    /// How many days, when it is not the one day, week, month or year that the precision names.
    count: Option<i32>,
    precision: Precision,
}

impl Days {
    fn one(date: Date) -> Self {
        Self { past: date, ahead: date, count: None, precision: Precision::Day }
    }

    fn whole(date: Date, precision: Precision) -> Self {
        Self { precision, ..Self::one(date) }
    }

    fn either(past: Date, ahead: Date) -> Self {
        Self { past, ahead, count: None, precision: Precision::Day }
    }
}

/// A time of the day.
#[derive(Clone, Copy, Debug)]
enum Hours {
    At { hour: i8, minute: i8, precise: bool },
    Between { from: (i8, i8), to: (i8, i8) },
    Part(Part),
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

    /// A time of the day after a day: an hour, an interval, a part.
    fn hours(&self, at: usize, about: bool) -> Option<(Hours, usize)> {
        if let Some(found) = self.interval_of_hours(at) {
            return Some(found);
        }
        let mut next = at;
        let mut about = about;
        while let Some((word @ (TimeWord::Leading | TimeWord::About | TimeWord::This), end)) = self.word(next) {
            about |= word == TimeWord::About;
            next = end;
        }
        if let Some(found) = self.hour_at(next, about) {
            return Some(found);
        }
        match self.word(next)? {
            (TimeWord::Part(part), end) => Some((Hours::Part(part), end)),
            _ => None,
        }
    }

    /// "entre 8h et 19h", "de 8h à 10h".
    fn interval_of_hours(&self, at: usize) -> Option<(Hours, usize)> {
        let start = self.is_clock(at, ClockWord::Between)?;
        let (Hours::At { hour, minute, .. }, end) = self.hour_at(start, false)? else { return None };
        let second = self.is_clock(end, ClockWord::And)?;
        let (Hours::At { hour: to_hour, minute: to_minute, .. }, end) = self.hour_at(second, false)? else {
            return None;
        };
        Some((Hours::Between { from: (hour, minute), to: (to_hour, to_minute) }, end))
    }

    /// "18h30", "18:30", "7 heures et demie du soir", "7pm", "midi", "minuit et quart".
    fn hour_at(&self, at: usize, about: bool) -> Option<(Hours, usize)> {
        let named = match self.word(at) {
            Some((TimeWord::Part(Part::Noon), end)) => Some((12, end)),
            Some((TimeWord::Midnight, end)) => Some((0, end)),
            _ => None,
        };
        let (hour, mut minute, mut precise, mut end);
        if let Some((named, after)) = named {
            (hour, minute, precise, end) = (named, 0, false, after);
        } else {
            let number = self.vocabulary.number_at(self.text, at)?;
            let figures = self.text.is_digits(at);
            if number.value.fract() != 0.0 || !(0.0..=24.0).contains(&number.value) || number.end > at + 3 {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 24")]
            let value = number.value as i8;
            hour = value;
            let colon = figures && self.text.is_mark(at + 1, ':') && self.text.is_glued(at + 1);
            if let (true, Some(minutes)) = (colon, self.minutes(at + 2)) {
                (minute, precise, end) = (minutes, true, at + 3);
                // Seconds are not kept.
                if self.text.is_mark(end, ':') && self.minutes(end + 1).is_some() {
                    end += 2;
                }
            } else if let Some(after) = self.is_clock(number.end, ClockWord::Hour) {
                (minute, precise, end) = (0, false, after);
                let spelled = self.vocabulary.number_at(self.text, after).filter(|_| !self.text.is_digits(after));
                if let Some(minutes) = self.minutes(after).filter(|_| self.unit_after(after + 1).is_none()) {
                    (minute, precise, end) = (minutes, true, after + 1);
                } else if let Some(number) = spelled
                    && !number.article
                    && (1.0..60.0).contains(&number.value)
                    && self.unit_after(number.end).is_none()
                {
                    #[expect(clippy::cast_possible_truncation, reason = "a whole number under 60")]
                    let minutes = number.value as i8;
                    (minute, precise, end) = (minutes, true, number.end);
                }
            } else if figures
                && matches!(self.clock_word(number.end), Some((ClockWord::BeforeNoon | ClockWord::AfterNoon, _)))
                && matches!(self.text.word(number.end), "am" | "pm" | "a" | "p")
            {
                (minute, precise, end) = (0, false, number.end);
            } else {
                return None;
            }
        }
        let mut hour = hour;
        match self.clock_word(end) {
            Some((ClockWord::Half, after)) if minute == 0 => (minute, precise, end) = (30, true, after),
            Some((ClockWord::Quarter, after)) if minute == 0 => (minute, precise, end) = (15, true, after),
            Some((ClockWord::LessQuarter, after)) if minute == 0 => {
                (hour, minute, precise, end) = ((hour + 23) % 24, 45, true, after);
            }
            _ => {}
        }
        match self.clock_word(end) {
            Some((ClockWord::AfterNoon, after)) => (hour, end) = (if hour < 12 { hour + 12 } else { hour }, after),
            Some((ClockWord::BeforeNoon, after)) => (hour, end) = (if hour == 12 { 0 } else { hour }, after),
            _ => {}
        }
        Some((Hours::At { hour: hour % 24, minute, precise: precise && !about }, end))
    }

    fn minutes(&self, at: usize) -> Option<i8> {
        let minutes = self.text.digits(at).filter(|&minutes| minutes < 60)?;
        if self.text.str(at).len() == 2 && self.text.is_glued(at) { i8::try_from(minutes).ok() } else { None }
    }

    fn unit_after(&self, at: usize) -> Option<Unit> {
        match self.word(at)? {
            (TimeWord::Unit(unit), _) => Some(unit),
            _ => None,
        }
    }

    /// The days named at `next`. `at` is where the words that lead to them begin.
    fn days(&self, next: usize, at: usize, led: bool, this: bool) -> Option<(Days, usize)> {
        self.calendar_date(next)
            .or_else(|| self.named_days(next, led, this))
            .or_else(|| self.month(next, at, led))
            .or_else(|| self.day_of_month(next, led))
    }

    /// "hier", "lundi dernier", "last week", "ce week-end", "samedi 3 novembre".
    fn named_days(&self, next: usize, led: bool, this: bool) -> Option<(Days, usize)> {
        let today = self.today();
        let (direction, start) = match self.word(next) {
            Some((TimeWord::Last, end)) => (Some(-1), end),
            Some((TimeWord::Next, end)) => (Some(1), end),
            Some((TimeWord::This, end)) => (Some(0), end),
            _ => (this.then_some(0), next),
        };
        let (word, end) = self.word(start)?;
        let (direction, end) = match (direction, self.word(end)) {
            (None | Some(0), Some((TimeWord::Last, after))) => (Some(-1), after),
            (None | Some(0), Some((TimeWord::Next, after))) => (Some(1), after),
            _ => (direction, end),
        };
        let turn = |days: Days| match direction {
            Some(-1) => Days { ahead: days.past, ..days },
            Some(1) => Days { past: days.ahead, ..days },
            _ => days,
        };
        match word {
            TimeWord::Day(offset) if direction.is_none() => {
                let date = today.checked_add(i64::from(offset).days()).ok()?;
                Some((Days::one(date), end))
            }
            TimeWord::Weekday(day) => {
                let weekday = Weekday::from_monday_zero_offset(day).ok()?;
                // "samedi 3 novembre", "lundi le 3/11": the date says it all.
                let after = self.skip_leading(if self.text.is_mark(end, ',') { end + 1 } else { end });
                if let Some(dated) = self.calendar_date(after).or_else(|| self.day_of_month(after, true)) {
                    return Some(dated);
                }
                // "mardi de la semaine dernière".
                if let Some((TimeWord::Unit(Unit::Week), week_end)) = self.word(after)
                    && let Some((way @ (TimeWord::Last | TimeWord::Next), end)) = self.word(week_end)
                {
                    let weeks = if way == TimeWord::Last { -1 } else { 1 };
                    let monday = first_of(today, Precision::Week)?.checked_add(weeks.weeks()).ok()?;
                    return Some((Days::one(monday.checked_add(i64::from(day).days()).ok()?), end));
                }
                let past = today.nth_weekday(-1, weekday).ok()?;
                let ahead = today.nth_weekday(1, weekday).ok()?;
                Some((turn(Days::either(past, ahead)), end))
            }
            // "we" alone is English for another thing.
            TimeWord::Weekend if self.text.word(start) == "we" && !(led || this) => None,
            TimeWord::Weekend => {
                let monday = first_of(today, Precision::Week)?;
                let saturday = monday.checked_add(5.days()).ok()?;
                let inside = today >= saturday;
                let before = saturday.checked_sub(1.week()).ok()?;
                let after = saturday.checked_add(1.week()).ok()?;
                let (past, ahead) = match direction {
                    Some(-1) => (before, before),
                    Some(1) if inside => (after, after),
                    Some(1) => (saturday, saturday),
                    _ if inside => (saturday, saturday),
                    _ => (before, saturday),
                };
                Some((Days { past, ahead, count: Some(2), precision: Precision::Day }, end))
            }
            TimeWord::Unit(unit @ (Unit::Week | Unit::Month | Unit::Year)) => {
                let steps = direction?;
                let (precision, span) = match unit {
                    Unit::Week => (Precision::Week, steps.weeks()),
                    Unit::Month => (Precision::Month, steps.months()),
                    _ => (Precision::Year, steps.years()),
                };
                let date = first_of(first_of(today, precision)?.checked_add(span).ok()?, precision)?;
                Some((Days::whole(date, precision), end))
            }
            _ => None,
        }
    }

    /// "2026-11-03", "03/11/2026", "3.11.26", "3/11", "1er novembre 2025", "November 3rd, 2026".
    fn calendar_date(&self, at: usize) -> Option<(Days, usize)> {
        if let Some((TimeWord::Month(month), end)) = self.word(at) {
            let day = self.text.digits(end).filter(|_| self.text.str(end).len() <= 2)?;
            let end = self.after_rank(end + 1);
            return self.of_year(i8::try_from(day).ok()?, month, end);
        }
        let ordinal = self.vocabulary.ordinals.at(self.text, at);
        let (first, mut end) = match (self.text.digits(at), ordinal) {
            (Some(number), _) => (number, self.after_rank(at + 1)),
            (None, Some(rank)) => (rank.tag, rank.end),
            (None, None) => {
                let number = self.vocabulary.number_at(self.text, at).filter(|number| !number.article)?;
                if number.value.fract() != 0.0 || !(1.0..=31.0).contains(&number.value) {
                    return None;
                }
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 31")]
                let day = number.value as u64;
                (day, number.end)
            }
        };
        if self.text.is_digits(at) && end == at + 1 {
            let separated = |mark: usize| {
                ['/', '.', '-'].into_iter().find(|&sign| self.text.is_mark(mark, sign)).filter(|_| {
                    self.text.is_glued(mark) && self.text.is_digits(mark + 1) && self.text.is_glued(mark + 1)
                })
            };
            if let Some(sign) = separated(at + 1) {
                let second = self.text.digits(at + 2)?;
                let third = separated(at + 3).filter(|&other| other == sign).map(|_| at + 4);
                if self.text.str(at).len() == 4 {
                    let third = third?;
                    let date = date(i64::try_from(first).ok()?, second, self.text.digits(third)?)?;
                    // "2026-11-03T18:30": what follows the T is read as the hour.
                    let end = third + 1 + usize::from(self.text.word(third + 1) == "t");
                    return Some((Days::one(date), end));
                }
                if self.text.str(at).len() > 2 || self.text.str(at + 2).len() > 2 {
                    return None;
                }
                let (day, month) = (i8::try_from(first).ok()?, i8::try_from(second).ok()?);
                // "18.30" and "3-4" are hours, amounts and quantities as often as dates.
                if third.is_none() && (sign != '/' || first == 0) {
                    return None;
                }
                let dated = match third {
                    Some(year) => self.with_year(day, month, year),
                    None => self.of_year(day, month, at + 3),
                };
                return match dated {
                    None if self.month_first_too => match third {
                        Some(year) => self.with_year(month, day, year),
                        None => self.of_year(month, day, at + 3),
                    },
                    dated => dated,
                };
            }
        }
        if self.text.word(end) == "de" || self.text.word(end) == "of" {
            end += 1;
        }
        let (TimeWord::Month(month), end) = self.word(end)? else { return None };
        self.of_year(i8::try_from(first).ok()?, month, end)
    }

    /// Past the ending of a rank: "1er", "3rd".
    fn after_rank(&self, at: usize) -> usize {
        let ending = matches!(self.text.word(at), "er" | "st" | "nd" | "rd" | "th");
        if ending && self.text.is_glued(at) { at + 1 } else { at }
    }

    fn with_year(&self, day: i8, month: i8, at: usize) -> Option<(Days, usize)> {
        let days = self.years(at, |year| Date::new(year, month, day).ok())?;
        Some((days, at + 1))
    }

    /// The year written at `at`, in two figures or four, past and future.
    fn years(&self, at: usize, date: impl Fn(i16) -> Option<Date>) -> Option<Days> {
        let year = i16::try_from(self.text.digits(at)?).ok()?;
        match self.text.str(at).len() {
            4 if (1900..=2100).contains(&year) => date(year).map(Days::one),
            2 => {
                let this_century = 2000 + year;
                let past = if this_century > self.today().year() { 1900 + year } else { this_century };
                Some(Days::either(date(past)?, date(this_century).or_else(|| date(past))?))
            }
            _ => None,
        }
    }

    /// A day and month, with the year that follows or the nearest one.
    fn of_year(&self, day: i8, month: i8, end: usize) -> Option<(Days, usize)> {
        let year_at = if self.text.is_mark(end, ',') { end + 1 } else { end };
        if self.text.str(year_at).len() == 4
            && let Some(days) = self.years(year_at, |year| Date::new(year, month, day).ok())
        {
            return Some((days, year_at + 1));
        }
        let today = self.today();
        let year = today.year();
        // Eight years always hold a 29 February.
        let past = (0..=8).find_map(|back| Date::new(year - back, month, day).ok().filter(|date| *date <= today))?;
        let ahead = (0..=8).find_map(|on| Date::new(year + on, month, day).ok().filter(|date| *date >= today))?;
        Some((Days::either(past, ahead), end))
    }

    /// "mi-juillet", "début mars", "en juillet", "juillet 2025", "juillet dernier", "en 2024".
    fn month(&self, next: usize, at: usize, led: bool) -> Option<(Days, usize)> {
        let (third, start) = match self.word(next) {
            Some((TimeWord::Beginning, end)) => (Some(0), self.skip_leading(end)),
            Some((TimeWord::Middle, end)) => (Some(1), self.skip_leading(end)),
            Some((TimeWord::Ending, end)) => (Some(2), self.skip_leading(end)),
            _ => (None, next),
        };
        let Some((TimeWord::Month(month), mut end)) = self.word(start) else {
            let year = self.text.digits(start).filter(|year| (1900..=2100).contains(year));
            let meant = led && matches!(self.text.word(next.checked_sub(1)?), "en" | "in" | "depuis" | "since");
            return match (year, third) {
                (Some(year), None) if meant && self.text.str(start).len() == 4 => {
                    Some((Days::whole(Date::new(i16::try_from(year).ok()?, 1, 1).ok()?, Precision::Year), start + 1))
                }
                _ => None,
            };
        };
        let today = self.today();
        let first = |year| Date::new(year, month, 1).ok();
        let (mut past, mut ahead) = if month <= today.month() {
            (first(today.year())?, first(if month == today.month() { today.year() } else { today.year() + 1 })?)
        } else {
            (first(today.year() - 1)?, first(today.year())?)
        };
        let mut telling = third.is_some();
        if let Some(days) = self.years(end, first).filter(|_| self.text.str(end).len() == 4) {
            (past, ahead, end, telling) = (days.past, days.ahead, end + 1, true);
        } else if let Some((way @ (TimeWord::Last | TimeWord::Next), after)) = self.word(end) {
            let date = if way == TimeWord::Last { past } else { ahead };
            (past, ahead, end, telling) = (date, date, after, true);
        }
        // "mars" and "may" are also other words: a month alone must be led to, or be all that is said.
        let alone = at == 0 && end == self.text.len();
        let led =
            led && matches!(self.text.word(next.checked_sub(1)?), "en" | "in" | "de" | "depuis" | "since" | "courant");
        if !(telling || alone || led) {
            return None;
        }
        let Some(third) = third else {
            return Some((Days { precision: Precision::Month, ..Days::either(past, ahead) }, end));
        };
        let place = |date: Date| date.checked_add((10 * third).days()).ok();
        let count = if third == 2 { i32::from(past.days_in_month()) - 20 } else { 10 };
        Some((Days { past: place(past)?, ahead: place(ahead)?, count: Some(count), precision: Precision::Week }, end))
    }

    /// "le 3": a day of this month or of the nearest.
    fn day_of_month(&self, at: usize, led: bool) -> Option<(Days, usize)> {
        let day = self.text.digits(at).filter(|day| (1..=31).contains(day) && self.text.str(at).len() <= 2)?;
        let before = self.text.word(at.checked_sub(1)?);
        let end = self.after_rank(at + 1);
        let closed = match self.text.token(end) {
            None => true,
            Some(_) if self.text.is_word(end) => {
                matches!(self.word(end), Some((word, _)) if !matches!(word, TimeWord::Unit(_) | TimeWord::Month(_)))
            }
            Some(_) => !self.text.is_digits(end) && !self.text.is_glued(end + 1),
        };
        let led = led
            && (matches!(before, "le" | "du" | "au" | "the")
                || matches!(self.word(at - 1), Some((TimeWord::Weekday(_), _))));
        if !led || !closed {
            return None;
        }
        let day = i8::try_from(day).ok()?;
        let today = self.today();
        let this_month = first_of(today, Precision::Month)?;
        let nth = |months: i64| {
            let month = this_month.checked_add(months.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        };
        let past = (0..3).find_map(|back| nth(-back).filter(|date| *date <= today))?;
        let ahead = (0..3).find_map(|on| nth(on).filter(|date| *date >= today))?;
        Some((Days::either(past, ahead), end))
    }
}

fn same(moment: Moment, end: usize) -> When {
    When { past: moment.clone(), ahead: moment, since: false, end }
}

fn date(year: i64, month: u64, day: u64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
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
