//! Days: by name ("lundi dernier"), by date ("3 novembre") and in bulk ("mi-juillet", "la semaine dernière").

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{Precision, TimeReader, TimeWord, Unit, first_of};

/// One or more days.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    pub(super) past: Date,
    pub(super) ahead: Date,
    /// How many days, when it is not the one day, week, month or year that the precision names.
    pub(super) count: Option<i32>,
    pub(super) precision: Precision,
}

impl Days {
    pub(super) fn one(date: Date) -> Self {
        Self { past: date, ahead: date, count: None, precision: Precision::Day }
    }

    pub(super) fn whole(date: Date, precision: Precision) -> Self {
        Self { precision, ..Self::one(date) }
    }

    pub(super) fn either(past: Date, ahead: Date) -> Self {
        Self { past, ahead, count: None, precision: Precision::Day }
    }
}

impl TimeReader<'_> {
    /// The days named at `next`. `at` is where the words that lead to them begin.
    pub(super) fn days(&self, next: usize, at: usize, led: bool, this: bool) -> Option<(Days, usize)> {
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

fn date(year: i64, month: u64, day: u64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
