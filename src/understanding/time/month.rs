//! Periods longer than a week: "en juillet", "cet été", "au 3e trimestre", "en 2024"; and ranks within them: "le
//! premier lundi de novembre", "la dernière semaine de juillet".

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{
    Precision, TimeReader, TimeWord, Unit,
    days::{Cycle, Days, Stretch, first_of},
};

/// The rank of the last one.
const LAST: u64 = u64::MAX;

impl TimeReader<'_> {
    /// A month, season, quarter or year. `led`: a word that a time can follow stands before it.
    pub(super) fn period(&self, next: usize, at: usize, led: bool, this: bool) -> Option<(Days, usize)> {
        self.month(next, at, this).or_else(|| self.season(next, led, this)).or_else(|| self.year(next, led))
    }

    fn month(&self, next: usize, at: usize, this: bool) -> Option<(Days, usize)> {
        let (direction, start) = self.direction_at(next);
        let (TimeWord::Month(_), named) = self.word(start)? else { return None };
        let (days, end) = self.month_at(start)?;
        let telling = end > named || direction.is_some() || this;
        // "mars", "mai" and "may" are also other words: a month alone needs a leading word, unless it is the whole
        // message.
        let alone = at == 0 && end == self.text.len();
        let before = self.text.word(start.wrapping_sub(1));
        let led = matches!(
            before,
            "en" | "in"
                | "de"
                | "d"
                | "depuis"
                | "since"
                | "courant"
                | "avant"
                | "before"
                | "a"
                | "au"
                | "mois"
                | "entre"
                | "between"
                | "from"
                | "to"
                | "et"
                | "and"
        );
        let distinct = self.text.word(start).len() > 4 && self.text.word(start) != "march";
        // "le 30 février" is no date, and does not mean February either.
        if start > 0 && self.text.is_digits(start - 1) && self.text.str(start - 1).len() <= 2 {
            return None;
        }
        (telling || alone || led || distinct).then(|| (days.turned(direction), end))
    }

    /// The whole month named at `at`, in the year that follows, or its last and next occurrence.
    pub(super) fn month_at(&self, at: usize) -> Option<(Days, usize)> {
        let (TimeWord::Month(month), end) = self.word(at)? else { return None };
        let of = |year| Date::new(year, month, 1).ok().map(Stretch::unit);
        // "nov. 2025".
        let end = if self.text.is_mark(end, '.') && self.year_at(end + 1).is_some() { end + 1 } else { end };
        if let Some((year, end)) = self.told_year(end) {
            return Some((Days::whole(of(year)?.start, Precision::Month), end));
        }
        // "construite en mars 87": two figures that no day of a month can be, or any after "en".
        let led = at > 0 && matches!(self.text.word(at - 1), "en" | "in" | "depuis" | "since" | "fin" | "debut" | "mi");
        if let Some(year) = self.short_year(end).filter(|_| led || self.text.digits(end).is_some_and(|year| year > 31))
        {
            return Some((Days::whole(of(year)?.start, Precision::Month), end + 1));
        }
        let through = |year| of(year).and_then(|first| Stretch::through(first.start, first.start.last_of_month()));
        let (days, end) = self.in_year(end, through)?;
        let days = days.map(|days| Some(Stretch::unit(days.start)))?;
        Some((Days { precision: Precision::Month, ..days }, end))
    }

    /// "cet été", "l'hiver dernier", "en automne 2025": astronomical seasons, which begin with solstices and equinoxes.
    pub(super) fn season(&self, next: usize, led: bool, this: bool) -> Option<(Days, usize)> {
        let (direction, start) = self.direction_at(next);
        let (TimeWord::Season(season), end) = self.word(start)? else { return None };
        // "a été" is a verb; "spring" and "fall" are other words too.
        let article = start > 0
            && matches!(
                self.text.word(start - 1),
                "l" | "en" | "cet" | "ct" | "this" | "last" | "in" | "the" | "d" | "au" | "du"
            );
        if !(this || direction.is_some() || (led && article) || self.year_at(end).is_some()) {
            return None;
        }
        let of = |year: i16| {
            let (from, to) = match season {
                0 => ((year, 3, 20), (year, 6, 21)),
                1 => ((year, 6, 21), (year, 9, 23)),
                2 => ((year, 9, 23), (year, 12, 21)),
                _ => ((year, 12, 21), (year + 1, 3, 20)),
            };
            let date = |(year, month, day)| Date::new(year, month, day).ok();
            Some(Stretch::until(date(from)?, date(to)?))
        };
        let (days, end) = self.in_year(end, of)?;
        Some((days.turned(direction), end))
    }

    /// "en 2024", "depuis 2010", "courant 2025", "l'année 2023".
    fn year(&self, next: usize, led: bool) -> Option<(Days, usize)> {
        let start = match self.word(next) {
            Some((TimeWord::Unit(Unit::Year), end)) => end,
            _ if led || (next > 0 && matches!(self.text.word(next - 1), "depuis" | "since")) => next,
            _ => return None,
        };
        let before = self.text.word(start.checked_sub(1)?);
        let meant =
            start > next || matches!(before, "en" | "in" | "depuis" | "since" | "courant" | "fin" | "debut" | "avant");
        let year = self.year_at(start).filter(|_| meant)?;
        Some((Days::whole(Date::new(year, 1, 1).ok()?, Precision::Year), start + 1))
    }

    /// "premier lundi de novembre", "dernière semaine de juillet", "2e quinzaine d'août", "3e trimestre 2026".
    pub(super) fn ranked(&self, at: usize) -> Option<(Days, usize)> {
        let (rank, start) = match self.word(at) {
            Some((TimeWord::Last, end)) => (LAST, end),
            // "3 semaines" counts, "3e semaine" ranks.
            _ => self.vocabulary.rank_at(self.text, at).filter(|(_, end)| !self.text.is_digits(at) || *end > at + 1)?,
        };
        if !(1..=10).contains(&rank) && rank != LAST {
            return None;
        }
        let (word, end) = match (self.word(start), self.vocabulary.counts.at(self.text, start)) {
            (_, Some(count)) if count.tag == 15 => (TimeWord::Unit(Unit::Fortnight), count.end),
            _ if matches!(self.text.word(start), "moitie" | "half") => (TimeWord::Unit(Unit::Fortnight), start + 1),
            (Some(found), _) => found,
            _ => return None,
        };
        if word == TimeWord::Unit(Unit::Quarter) {
            return self.quarter(rank, end);
        }
        let of = self.skip_articles(end);
        if of == end {
            return None;
        }
        let (month, end) = match self.word(of) {
            Some((TimeWord::Unit(Unit::Month), end)) => {
                // "du mois d'octobre".
                if let Some(named) = self.month_at(self.skip_articles(end)) {
                    named
                } else {
                    let (direction, end) = self.direction_after(Some(0), end);
                    let first = first_of(self.today(), Precision::Month)?;
                    let first = first.checked_add(i64::from(direction.unwrap_or_default()).months()).ok()?;
                    (Days::whole(first, Precision::Month), end)
                }
            }
            _ => self.month_at(of)?,
        };
        let of = |first: Date| ranked_in(first, rank, word);
        // The ranked day decides between past and future: the last Monday of this November may still be to come.
        let days = if month.cycle == Cycle::Year {
            let name = month.past.start.month();
            super::days::yearly(self.today(), |year| of(Date::new(year, name, 1).ok()?))?
        } else {
            let days = of(month.past.start)?;
            Days::stretches(days, days, Cycle::Fixed)
        };
        let days = match word {
            TimeWord::Unit(Unit::Week) => {
                Days { precision: Precision::Week, ..days.map(|days| Some(Stretch::unit(days.start)))? }
            }
            _ => days,
        };
        Some((days, end))
    }

    fn quarter(&self, rank: u64, at: usize) -> Option<(Days, usize)> {
        let month = match rank {
            LAST => {
                let first = first_of(self.today(), Precision::Quarter)?.checked_sub(3.months()).ok()?;
                return Some((Days::whole(first, Precision::Quarter), at));
            }
            1..=4 => i8::try_from(3 * rank - 2).ok()?,
            _ => return None,
        };
        let of = |year| {
            let first = Date::new(year, month, 1).ok()?;
            Some(Stretch::until(first, first.checked_add(3.months()).ok()?))
        };
        let (days, end) = match self.told_year(at) {
            Some((year, end)) => (Days::one(of(year)?.start), end),
            None => self.in_year(at, of)?,
        };
        let days = days.map(|days| Some(Stretch::unit(days.start)))?;
        Some((Days { precision: Precision::Quarter, ..days }, end))
    }
}

/// The `rank`-th day, week, weekend or fortnight of the month that begins on `first`.
fn ranked_in(first: Date, rank: u64, word: TimeWord) -> Option<Stretch> {
    let nth = |weekday: Weekday| {
        let rank = if rank == LAST { -1 } else { i8::try_from(rank).ok()? };
        first.nth_weekday_of_month(rank, weekday).ok()
    };
    match word {
        TimeWord::Weekday(day) => nth(Weekday::from_monday_zero_offset(day).ok()?).map(Stretch::unit),
        TimeWord::Weekend => {
            let saturday = nth(Weekday::Saturday)?;
            Stretch::through(saturday, saturday.tomorrow().ok()?)
        }
        // As in ISO 8601, a week belongs to the month of its Thursday.
        TimeWord::Unit(Unit::Week) => {
            let monday = nth(Weekday::Thursday)?.checked_sub(3.days()).ok()?;
            Stretch::through(monday, monday.checked_add(6.days()).ok()?)
        }
        TimeWord::Unit(Unit::Day) if rank == LAST => Some(Stretch::unit(first.last_of_month())),
        TimeWord::Unit(Unit::Day) => Some(Stretch::unit(first.checked_add(i64::try_from(rank - 1).ok()?.days()).ok()?)),
        TimeWord::Unit(Unit::Fortnight) => {
            let middle = first.checked_add(14.days()).ok()?;
            match rank {
                1 => Stretch::through(first, middle),
                2 | LAST => Stretch::through(middle.tomorrow().ok()?, first.last_of_month()),
                _ => None,
            }
        }
        _ => None,
    }
}
