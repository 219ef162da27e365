//! Dates by their figures or their month: "03/11/2026", "3.11.26", "1er novembre", "November 3rd, 2026", "le 3".

use jiff::civil::Date;

use super::{
    Precision, TimeReader, TimeWord, Unit,
    days::{Cycle, Days, Stretch, first_of, yearly},
};

/// Years that a claim may be about.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// How many years ahead a date in two figures may lie: nobody books further.
const APPOINTED_YEARS: i16 = 2;

/// Words that may follow a date such as "le 3"; any other word would be what the figure counts.
const GOES_ON: &[&str] = &[
    "et", "ou", "j", "je", "on", "nous", "il", "elle", "ils", "ca", "c", "a", "au", "dans", "chez", "vers", "suite",
    "merci", "svp", "and", "or", "i", "we", "at", "pour", "est", "si", "mais", "mon", "ma", "mes", "le", "la", "les",
    "un", "une", "entre", "between",
];

impl TimeReader<'_> {
    pub(super) fn calendar_date(&self, at: usize) -> Option<(Days, usize)> {
        if let Some((TimeWord::Month(month), end)) = self.word(at) {
            // "en mars 24" names a year.
            if at > 0 && self.text.word(at - 1) == "en" {
                return None;
            }
            let end = self.past_dot(end);
            let end = if self.text.word(end) == "the" { end + 1 } else { end };
            let day = self.text.digits(end).filter(|_| self.text.str(end).len() <= 2)?;
            let end = self.after_rank(end + 1);
            // "novembre 3 h" is an hour.
            if self.is_clock(end, super::ClockWord::Hour).is_some() {
                return None;
            }
            return self.of_year(i8::try_from(day).ok()?, month, end);
        }
        // A date does not begin in the middle of figures that signs join.
        if at > 0 && self.text.is_glued(at) && self.separator(at - 1).is_some_and(|sign| sign != '-') {
            return None;
        }
        if self.text.is_digits(at) {
            if let Some(sign) = self.separator(at + 1) {
                return self.separated_figures(at, sign);
            }
            if let Some(found) = self.in_spaced_figures(at) {
                return Some(found);
            }
        }
        let (day, mut end) = self.day_number(at)?;
        if matches!(self.text.word(end), "de" | "of" | "d") {
            end += 1;
        }
        let (TimeWord::Month(month), end) = self.word(end)? else { return None };
        self.of_year(day, month, self.past_dot(end))
    }

    /// "3", "1er", "3rd", "premier", "trois", "twenty-third": a day of a month.
    pub(super) fn day_number(&self, at: usize) -> Option<(i8, usize)> {
        if let Some(day) = self.text.digits(at) {
            let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
            return (self.text.str(at).len() <= 2).then(|| (day, self.after_rank(at + 1)));
        }
        if let Some(rank) = self.vocabulary.ordinals.at(self.text, at) {
            return Some((i8::try_from(rank.tag).ok()?, rank.end));
        }
        let number = self.vocabulary.number_at(self.text, at)?;
        let whole = number.value.fract() == 0.0 && (1.0..=31.0).contains(&number.value);
        #[expect(clippy::cast_possible_truncation, reason = "between 1 and 31")]
        (whole && number.value > 1.0).then_some((number.value as i8, number.end))
    }

    /// Skips the ending of a rank: "1er", "3rd".
    fn after_rank(&self, at: usize) -> usize {
        let ending = matches!(self.text.word(at), "er" | "st" | "nd" | "rd" | "th");
        // "1 er novembre".
        let apart = self.text.word(at) == "er" && matches!(self.word(at + 1), Some((TimeWord::Month(_), _)));
        if ending && (self.text.is_glued(at) || apart) { at + 1 } else { at }
    }

    /// Skips the full stop of an abbreviated month: "3 nov. 2026", "3 nov. à 8h".
    fn past_dot(&self, at: usize) -> usize {
        let goes_on = self.text.is_digits(at + 1) || self.word(at + 1).is_some();
        if self.text.is_mark(at, '.') && self.text.is_glued(at) && goes_on { at + 1 } else { at }
    }

    /// The sign between two figures of a date.
    fn separator(&self, mark: usize) -> Option<char> {
        ['/', '.', '-']
            .into_iter()
            .find(|&sign| self.text.is_mark(mark, sign))
            .filter(|_| self.text.is_glued(mark) && self.text.is_digits(mark + 1) && self.text.is_glued(mark + 1))
    }

    /// "2026-11-03", "03/11/2026", "3.11.26", "3/11", "11/2025".
    fn separated_figures(&self, at: usize, sign: char) -> Option<(Days, usize)> {
        let text = self.text;
        let number = |at: usize| text.digits(at).and_then(|value| i16::try_from(value).ok());
        let (first, second) = (number(at)?, number(at + 2)?);
        let third = self.separator(at + 3).filter(|&other| other == sign).map(|_| at + 4);
        if text.str(at).len() == 4 {
            let third = third?;
            let (month, day) = (i8::try_from(second).ok()?, i8::try_from(number(third)?).ok()?);
            let date = YEARS.contains(&first).then(|| Date::new(first, month, day).ok()).flatten()?;
            // "2026-11-03T18:30": the hour follows the T.
            return Some((Days::one(date), third + 1 + usize::from(text.word(third + 1) == "t")));
        }
        // "11/2025".
        if third.is_none() && sign == '/' && text.str(at + 2).len() == 4 {
            let date =
                YEARS.contains(&second).then(|| Date::new(second, i8::try_from(first).ok()?, 1).ok()).flatten()?;
            return Some((Days::whole(date, Precision::Month), at + 3));
        }
        if text.str(at).len() > 2 || text.str(at + 2).len() > 2 {
            return None;
        }
        let (day, month) = (i8::try_from(first).ok()?, i8::try_from(second).ok()?);
        // "18.30" and "3-4" are as often hours, amounts or quantities as dates; "24/7" is no date.
        let follows = text.is_mark(at + 3, '/') && text.is_glued(at + 3);
        let led = matches!(text.word(at.wrapping_sub(1)), "le" | "du" | "au" | "depuis" | "the" | "on");
        let zeroed = text.str(at + 2).len() == 2 && month <= 12 && text.is_mark(at + 1, '.');
        let plain = (sign == '/' && !follows) || (sign == '.' && led && zeroed);
        let share = matches!(text.word(at.wrapping_sub(1)), "les" | "des" | "aux")
            || (day, month) == (24, 7) && !led
            || self.vocabulary.counted.at(text, at + 3).is_some();
        if third.is_none() && (share || !plain) {
            return None;
        }
        let dated = |day, month| match third {
            Some(year) => self.with_year(day, month, year),
            None => self.of_year(day, month, at + 3),
        };
        dated(day, month).or_else(|| if self.month_first_too { dated(month, day) } else { None })
    }

    /// "03 11 2026"; "le 03 11"; and "03 11 26" where the message says nothing else.
    fn in_spaced_figures(&self, at: usize) -> Option<(Days, usize)> {
        let text = self.text;
        let pairs = text.str(at).len() == 2 && text.str(at + 1).len() == 2 && text.is_digits(at + 1);
        if !pairs || text.is_digits(at + 3) || (at > 0 && text.is_digits(at - 1)) {
            return None;
        }
        let (day, month) = (i8::try_from(text.digits(at)?).ok()?, i8::try_from(text.digits(at + 1)?).ok()?);
        if text.is_digits(at + 2) {
            let alone = at == 0 && at + 3 == text.len();
            return if text.str(at + 2).len() == 4 || alone { self.with_year(day, month, at + 2) } else { None };
        }
        let led = at > 0 && matches!(text.word(at - 1), "le" | "du" | "au" | "depuis");
        let (days, end) = self.of_year(day, month, at + 2)?;
        (led && self.counts_nothing(end)).then_some((days, end))
    }

    fn with_year(&self, day: i8, month: i8, at: usize) -> Option<(Days, usize)> {
        let year = i16::try_from(self.text.digits(at)?).ok()?;
        let date = |year| Date::new(year, month, day).ok();
        let days = match self.text.str(at).len() {
            4 if YEARS.contains(&year) => Days::one(date(year)?),
            2 => {
                let this_century = 2000 + year;
                let this_year = self.today().year();
                let past = if this_century > this_year { 1900 + year } else { this_century };
                let ahead = if this_century > this_year + APPOINTED_YEARS { past } else { this_century };
                Days::either(date(past)?, date(ahead).or_else(|| date(past))?, Cycle::Fixed)
            }
            _ => return None,
        };
        Some((days, at + 1))
    }

    /// A year in four figures that is not the beginning of a time or an amount.
    pub(super) fn year_at(&self, at: usize) -> Option<i16> {
        let year = i16::try_from(self.text.digits(at)?).ok().filter(|year| YEARS.contains(year))?;
        let counted = self.vocabulary.is_money(self.text, at + 1);
        (self.text.str(at).len() == 4 && !counted).then_some(year)
    }

    /// A day and month, with the year that follows or the nearest one.
    fn of_year(&self, day: i8, month: i8, end: usize) -> Option<(Days, usize)> {
        if let Some(year) = self.short_year(end) {
            return Some((Days::one(Date::new(year, month, day).ok()?), end + 1));
        }
        let year_at = if self.text.is_mark(end, ',') && self.year_at(end + 1).is_some() { end + 1 } else { end };
        self.in_year(year_at, |year| Date::new(year, month, day).ok().map(Stretch::unit))
    }

    /// A year in two figures that no hour follows: "3 nov 26", "5 mai 71".
    pub(super) fn short_year(&self, at: usize) -> Option<i16> {
        let figures = i16::try_from(self.text.digits(at).filter(|_| self.text.str(at).len() == 2)?).ok()?;
        let this_year = self.today().year();
        let year = if 2000 + figures > this_year + 1 { 1900 + figures } else { 2000 + figures };
        let alone = !self.text.is_mark(at + 1, ':')
            && self.word(at + 1).is_none()
            && !self.text.is_digits(at + 1)
            && self.clock_word(at + 1).is_none();
        (alone && (year >= this_year - 12 || self.counts_nothing(at + 1))).then_some(year)
    }

    /// Yearly days, in the year that is named at `at`, or at their last and next occurrence.
    pub(super) fn in_year(&self, at: usize, of: impl Fn(i16) -> Option<Stretch>) -> Option<(Days, usize)> {
        let said = if matches!(self.text.word(at), "en" | "in" | "of" | "de") { at + 1 } else { at };
        if let Some(year) = self.year_at(said) {
            let days = of(year)?;
            return Some((Days::stretches(days, days, Cycle::Fixed), said + 1));
        }
        let days = yearly(self.today(), of)?;
        // "Noël dernier", "en juillet de l'an dernier".
        match self.word(at) {
            Some((TimeWord::Last, end)) => return Some((days.turned(Some(-1)), end)),
            Some((TimeWord::Next, end)) => return Some((days.turned(Some(1)), end)),
            _ => {}
        }
        Some((days, at))
    }

    /// The year of "de l'an dernier", "de cette année", "last year".
    pub(super) fn told_year(&self, at: usize) -> Option<(i16, usize)> {
        let next = self.skip_leading(at);
        if next == at && self.word(at).is_none_or(|(word, _)| !matches!(word, TimeWord::Last | TimeWord::This)) {
            return None;
        }
        if let Some(year) = self.year_at(next) {
            return Some((year, next + 1));
        }
        let (direction, start) = self.direction_at(next);
        let (TimeWord::Unit(Unit::Year), end) = self.word(start)? else { return None };
        let (direction, end) = self.direction_after(direction, end);
        let year = self.today().year() + i16::from(direction.unwrap_or_default());
        Some((year, end))
    }

    /// "le 3": a day of this month or of the nearest one that has it.
    pub(super) fn day_of_month(&self, at: usize) -> Option<(Days, usize)> {
        let figures = self.text.digits(at).filter(|day| (1..=31).contains(day) && self.text.str(at).len() <= 2);
        let before = self.text.word(at.checked_sub(1)?);
        let end = self.after_rank(at + 1);
        let led = matches!(before, "le" | "du" | "au" | "the" | "dep" | "depuis")
            || matches!(self.word(at - 1), Some((TimeWord::Weekday(_) | TimeWord::ShortWeekday(_), _)))
            || (at > 1
                && self.text.is_mark(at - 1, '.')
                && matches!(self.word(at - 2), Some((TimeWord::ShortWeekday(_), _))));
        if !led || !self.counts_nothing(end) {
            return None;
        }
        let day = i8::try_from(figures?).ok()?;
        // "le 2 du mois prochain".
        let of = self.skip_articles(end);
        let (before, unit) = self.direction_at(of);
        if of > end
            && let Some((TimeWord::Unit(Unit::Month), named)) = self.word(unit)
            && let (Some(direction), end) = self.direction_after(before, named)
        {
            let month = first_of(self.today(), Precision::Month)?;
            let month = month.checked_add(jiff::Span::new().months(i64::from(direction))).ok()?;
            return Some((Days::one(Date::new(month.year(), month.month(), day).ok()?), end));
        }
        // "le 2 ou le 3 décembre": the month of the second date is the first one's too.
        if matches!(self.text.word(end), "ou" | "et" | "or" | "and")
            && let Some((other, _)) = self.calendar_date(self.skip_articles(end + 1)).filter(|(days, _)| days.is_day())
        {
            let of = |date: Date| Date::new(date.year(), date.month(), day).ok().map(Stretch::unit);
            return Some((other.map(|other| of(other.start))?, end));
        }
        self.nearest_day(day).map(|days| (days, end))
    }

    /// Whether the figures that end before `end` count nothing: neither a counted word nor more figures follow.
    pub(super) fn counts_nothing(&self, end: usize) -> bool {
        match self.text.token(end) {
            None => true,
            Some(_) if self.text.is_word(end) => match self.word(end) {
                Some((TimeWord::Unit(_) | TimeWord::Month(_) | TimeWord::HalfHour, _)) => false,
                Some(_) => true,
                // "le 3 nous étions là": any word may follow but one that is counted.
                None => {
                    let counted = self.vocabulary.streets.at(self.text, end).is_some()
                        || self.vocabulary.complements.at(self.text, end).is_some()
                        || self.vocabulary.is_money(self.text, end)
                        || self.vocabulary.thousands.at(self.text, end).is_some();
                    let ranked = end > 0 && !self.text.is_digits(end - 1);
                    !counted && (GOES_ON.contains(&self.text.word(end)) || ranked)
                }
            },
            Some(_) => {
                let glued = self.text.is_glued(end + 1);
                let sign = [':', '/', '%'].into_iter().any(|sign| self.text.is_mark(end, sign)) && glued;
                let decimal = self.text.is_glued(end) && glued && self.text.is_digits(end + 1);
                !(self.text.is_digits(end) || self.vocabulary.is_money(self.text, end) || sign || decimal)
            }
        }
    }

    /// The last and the next occurrence of a day of the month.
    pub(super) fn nearest_day(&self, day: i8) -> Option<Days> {
        let today = self.today();
        let this_month = first_of(today, Precision::Month)?;
        let nth = |months: i64| {
            let month = this_month.checked_add(jiff::Span::new().months(months)).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        };
        let past = (0..3).find_map(|back| nth(-back).filter(|date| *date <= today))?;
        let ahead = (0..3).find_map(|on| nth(on).filter(|date| *date >= today))?;
        Some(Days::either(past, ahead, Cycle::Month))
    }
}
