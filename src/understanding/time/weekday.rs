//! Days, weekends and weeks by name: "hier", "lundi dernier", "mardi de la semaine dernière", "lundi en huit".

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{
    Precision, TimeReader, TimeWord, Unit,
    days::{Cycle, Days, Stretch, first_of},
};

impl TimeReader<'_> {
    /// The direction of a word before a name of days: "last", "ce", "avant-dernière".
    pub(super) fn direction_at(&self, at: usize) -> (Option<i8>, usize) {
        match self.word(at) {
            Some((TimeWord::Last, end)) => (Some(-1), end),
            Some((TimeWord::BeforeLast, end)) => (Some(-2), end),
            Some((TimeWord::Next, end)) => (Some(1), end),
            Some((TimeWord::This, end)) => (Some(0), end),
            _ => (None, at),
        }
    }

    /// The direction of a word after the name: "lundi dernier", "the week before last".
    pub(super) fn direction_after(&self, direction: Option<i8>, at: usize) -> (Option<i8>, usize) {
        match (direction, self.direction_at(at)) {
            (None | Some(0), (Some(way), end)) if way != 0 => (Some(way), end),
            _ => (direction, at),
        }
    }

    pub(super) fn named_days(&self, next: usize, led: bool, this: bool) -> Option<(Days, usize)> {
        let (direction, start) = self.direction_at(next);
        let direction = direction.or_else(|| this.then_some(0));
        let (word, named) = self.word(start)?;
        let (direction, end) = self.direction_after(direction, named);
        match word {
            TimeWord::Day(offset) if direction.is_none() => {
                let date = self.today().checked_add(i64::from(offset).days()).ok()?;
                // "demain en huit".
                if let Some((TimeWord::WeeksOn(weeks), end)) = self.word(end) {
                    return Some((Days::one(date.checked_add(i64::from(weeks).weeks()).ok()?), end));
                }
                Some((Days::one(date), end))
            }
            TimeWord::Weekday(day) => self.weekday(day, direction, named, end),
            TimeWord::ShortWeekday(day) => {
                let end = if self.text.is_mark(end, '.') { end + 1 } else { end };
                let told = self.text.is_digits(end) || matches!(self.word(end), Some((TimeWord::Part(_), _)));
                if told { self.weekday(day, direction, end, end) } else { None }
            }
            // "we" alone is the English pronoun.
            TimeWord::Weekend if self.text.word(start) == "we" && !(led || this || direction.is_some()) => None,
            TimeWord::Weekend => self.weekend(direction, end),
            TimeWord::Unit(unit) => self.whole_unit(unit, direction, end),
            _ => None,
        }
    }

    /// The day of a weekday's name, which ends at `named`; `end` is the position after "dernier" or "prochain".
    fn weekday(&self, day: i8, direction: Option<i8>, named: usize, end: usize) -> Option<(Days, usize)> {
        let weekday = Weekday::from_monday_zero_offset(day).ok()?;
        // "samedi 3 novembre", "lundi le 3/11": the date decides.
        let after = self.skip_leading(if self.text.is_mark(named, ',') { named + 1 } else { named });
        if let Some((days, end)) = self.calendar_date(after).or_else(|| self.day_of_month(after)) {
            return Some((agreeing(days, weekday), end));
        }
        if let Some(found) = self.weekday_of_week(day, named).or_else(|| self.weekday_of_week(day, end)) {
            return Some(found);
        }
        let today = self.today();
        let mut days =
            Days::either(today.nth_weekday(-1, weekday).ok()?, today.nth_weekday(1, weekday).ok()?, Cycle::Week);
        if direction == Some(0) && today.weekday() == weekday {
            days = Days::one(today);
        }
        if let Some((TimeWord::WeeksOn(weeks), end)) = self.word(end) {
            let days = days
                .turned(Some(1))
                .map(|days| Some(Stretch::unit(days.start.checked_add(i64::from(weeks).weeks()).ok()?)))?;
            return Some((days, end));
        }
        Some((days.turned(direction), end))
    }

    /// "mardi de la semaine dernière", "Tuesday last week".
    fn weekday_of_week(&self, day: i8, at: usize) -> Option<(Days, usize)> {
        let next = self.skip_articles(at);
        let (direction, start) = self.direction_at(next);
        let (TimeWord::Unit(Unit::Week), end) = self.word(start)? else { return None };
        let (direction, end) = self.direction_after(direction, end);
        let monday = first_of(self.today(), Precision::Week)?.checked_add(i64::from(direction?).weeks()).ok()?;
        Some((Days::one(monday.checked_add(i64::from(day).days()).ok()?), end))
    }

    fn weekend(&self, direction: Option<i8>, end: usize) -> Option<(Days, usize)> {
        // "le week-end du 14", "le week-end de la Toussaint".
        let of = self.skip_articles(end);
        if of > end
            && let Some((days, end)) =
                self.calendar_date(of).or_else(|| self.day_of_month(of)).or_else(|| self.holiday(of))
            && days.is_day()
        {
            return Some((days.map(|days| weekend_of(days.start))?, end));
        }
        let today = self.today();
        let saturday = weekend_of(today)?.start;
        let inside = today >= saturday;
        let date = |weeks: i64| saturday.checked_add(weeks.weeks()).ok();
        let (past, ahead) = match direction {
            Some(-1) => (date(-1)?, date(-1)?),
            Some(-2) => (date(-2)?, date(-2)?),
            Some(1) if inside => (date(1)?, date(1)?),
            Some(1) => (saturday, saturday),
            _ if inside => (saturday, saturday),
            _ => (date(-1)?, saturday),
        };
        let days = Days::stretches(weekend_of(past)?, weekend_of(ahead)?, Cycle::Week);
        Some((days, end))
    }

    /// "la semaine dernière", "cette année", "la semaine du 3 novembre", "semaine 45".
    fn whole_unit(&self, unit: Unit, direction: Option<i8>, end: usize) -> Option<(Days, usize)> {
        let today = self.today();
        if unit == Unit::Week && direction.is_none() {
            if let Some(week) = self.text.digits(end).filter(|_| self.text.str(end).len() <= 2) {
                return Some((self.week_of_year(i8::try_from(week).ok()?)?, end + 1));
            }
            let of = self.skip_articles(end);
            let named = self.calendar_date(of).or_else(|| self.day_of_month(of)).or_else(|| self.holiday(of));
            // "dans la semaine" alone is this one.
            let within = end > 2 && self.text.word(end - 2) == "la" && matches!(self.text.word(end - 3), "dans" | "ds");
            let Some((days, end)) = named else {
                let monday = first_of(today, Precision::Week).filter(|_| within)?;
                return Some((Days::whole(monday, Precision::Week), end));
            };
            let monday = |days: Stretch| first_of(days.start, Precision::Week).map(Stretch::unit);
            return (of > 0 && days.is_day())
                .then(|| Some((Days { precision: Precision::Week, ..days.map(monday)? }, end)))
                .flatten();
        }
        let steps = i64::from(direction?);
        let (precision, span) = match unit {
            Unit::Week => (Precision::Week, steps.weeks()),
            Unit::Month => (Precision::Month, steps.months()),
            Unit::Quarter => (Precision::Quarter, (3 * steps).months()),
            Unit::Year => (Precision::Year, steps.years()),
            _ => return None,
        };
        let date = first_of(first_of(today, precision)?.checked_add(span).ok()?, precision)?;
        Some((Days::whole(date, precision), end))
    }

    /// A week by its number in the year (ISO 8601).
    fn week_of_year(&self, week: i8) -> Option<Days> {
        let today = self.today();
        let of = |year| {
            let date = jiff::civil::ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
            Stretch::through(date, date.checked_add(6.days()).ok()?)
        };
        let days = super::days::yearly(today, of)?;
        Some(Days { precision: Precision::Week, ..days.map(|days| Some(Stretch::unit(days.start)))? })
    }
}

/// A date with the weekday that was said beside it; uncertain where they agree neither in the past nor in the future.
fn agreeing(days: Days, weekday: Weekday) -> Days {
    let agrees = |stretch: Stretch| stretch.start.weekday() == weekday;
    Days { uncertain: !(agrees(days.past) || agrees(days.ahead)), ..days }
}

/// The Saturday and Sunday of the week of `date`.
fn weekend_of(date: Date) -> Option<Stretch> {
    let monday = first_of(date, Precision::Week)?;
    Stretch::through(monday.checked_add(5.days()).ok()?, monday.checked_add(6.days()).ok()?)
}
