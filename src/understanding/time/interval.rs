//! Intervals: "du 3 au 5 novembre", "de lundi à mercredi", "entre hier 18h et ce matin 7h"; and those with an open end:
//! "depuis lundi", "à partir du 8", "avant le 12", "jusqu'à samedi matin".

use jiff::{Span, ToSpan};

use super::{
    ClockWord, Open, Precision, TimeReader, TimeWord, When,
    days::{Cycle, Days, Stretch, end_of, moment_of},
};
use crate::domain::fact::Moment;

impl TimeReader<'_> {
    /// A closed interval, which begins with "du", "entre", or with its first moment.
    pub(super) fn range(&self, at: usize) -> Option<When> {
        let led = self.is_clock(at, ClockWord::Between);
        if let Some(found) = self.days_of_one_month(led.unwrap_or(at), led.is_some()) {
            return Some(found);
        }
        let start = led.unwrap_or(at);
        let left = self.open(start).filter(|when| when.open == Some(Open::After)).or_else(|| self.point(start))?;
        let end = if self.text.is_mark(left.end, ',') { left.end + 1 } else { left.end };
        let since = left.open.is_some();
        let until = self.is_word(end, TimeWord::Until);
        // "fin septembre début octobre": the second begins where the first ends.
        if left.past.end.is_some()
            && self.edge_at(start).is_some()
            && self.edge_at(end).is_some()
            && let Some(right) = self.point(end).filter(|right| Some(right.past.start) == left.past.end)
        {
            return joined(&left, &right);
        }
        let link = until
            .or_else(|| if led.is_some() && !since { self.is_clock(end, ClockWord::And) } else { None })
            .or_else(|| self.text.is_mark(end, '-').then_some(end + 1))
            // "lundi-mercredi": a hyphen between letters is no token.
            .or_else(|| (self.text.is_word(end) && self.text.is_glued(end) && left.dated).then_some(end))
            .or_else(|| matches!(self.text.word(end), "a" | "au" | "to").then_some(end + 1))?;
        let right = self.point(self.skip_articles(link))?;
        // "lundi à 8h" is one moment, "lundi à mercredi" an interval.
        if !(left.dated && right.dated) {
            return None;
        }
        joined(&left, &right)
    }

    /// "du 3 au 5 novembre", "3 au 5 novembre", "entre le 3 et le 5", "3 - 5 novembre": the month of the second day is the first one's too.
    fn days_of_one_month(&self, at: usize, led: bool) -> Option<When> {
        let start = if led { self.skip_days(at) } else { at };
        let (first, after) = self.day_number(start)?;
        // "du 13e au 15 juillet".
        let ranked = matches!(self.text.word(after), "e" | "eme" | "ieme") && self.text.is_glued(after);
        let after = after + usize::from(ranked);
        let link = if led { self.is_clock(after, ClockWord::And) } else { None }
            .or_else(|| (self.text.is_mark(after, '-')).then_some(after + 1))
            .or_else(|| matches!(self.text.word(after), "a" | "au" | "to" | "et" | "and").then_some(after + 1))?;
        // "Les 12 et 13 novembre" are a stretch, "les 3 et 15 novembre" are none.
        let apart = !led && matches!(self.text.word(link - 1), "et" | "and");
        let second = self.skip_days(link);
        if let Some((days, end)) = self.calendar_date(second).filter(|(days, _)| days.is_day()) {
            let of = |last: Stretch| {
                let month = last.start.first_of_month();
                let from = |back: i64| {
                    let month = month.checked_sub(Span::new().months(back)).ok()?;
                    jiff::civil::Date::new(month.year(), month.month(), first).ok()
                };
                // "du 28 au 3 novembre" begins in October.
                let from = from(0).filter(|from| *from <= last.start).or_else(|| from(1))?;
                if apart && from.tomorrow().ok()? != last.start {
                    return None;
                }
                Stretch::through(from, last.start)
            };
            let days = days.map(of)?;
            return Some(Self::days_when(days, end));
        }
        // "du 3 au 5": days of the nearest month, unless a word follows that says what is counted.
        let (last, end) = self.day_number(second)?;
        let alone = at == 0 && end == self.text.len();
        let articled =
            (led || alone) && (second > link || matches!(self.text.word(link - 1), "au")) && self.text.is_digits(start);
        let (days, _) =
            self.day_of_month(second).filter(|_| articled && last > first && (!apart || last == first + 1))?;
        let days = days
            .map(|days| Stretch::through(days.start.checked_sub(i64::from(last - first).days()).ok()?, days.start))?;
        Some(Self::days_when(days, end))
    }

    /// Skips articles and weekdays: "le vendredi 13".
    fn skip_days(&self, at: usize) -> usize {
        let mut next = self.skip_articles(at);
        if let Some((TimeWord::Weekday(_), end)) = self.word(next) {
            next = end;
        }
        next
    }

    fn days_when(days: Days, end: usize) -> When {
        let of = |stretch| moment_of(stretch, days.precision);
        When {
            past: of(days.past),
            ahead: of(days.ahead),
            cycle: days.cycle,
            dated: true,
            uncertain: days.uncertain,
            beside: None,
            open: None,
            end,
        }
    }

    /// "depuis lundi", "à partir du 8", "avant midi", "jusqu'à samedi matin".
    pub(super) fn open(&self, at: usize) -> Option<When> {
        let at = if matches!(self.word(at), Some((TimeWord::About, _))) { at + 1 } else { at };
        let (word, start) = self.word(at)?;
        let open = match word {
            TimeWord::Since | TimeWord::After => Open::After,
            TimeWord::Until | TimeWord::Before => Open::Before,
            _ => return None,
        };
        // "d'ici vendredi", "d'ici 3 jours" lie ahead.
        let by = word == TimeWord::Before && matches!(self.text.word(at + 1), "ici");
        if by && let Some(when) = self.in_so_long(start) {
            return Some(When { open: Some(open), ..when });
        }
        let when = self.point(start)?;
        if by {
            return Some(When { past: when.ahead.clone(), cycle: Cycle::Fixed, open: Some(open), ..when });
        }
        // "avant 1500" and "by 3" are read only as a day or an hour, which `point` requires.
        match word {
            // What lasts since then has begun, so the moment lies in the past.
            TimeWord::Since => Some(When { ahead: when.past.clone(), cycle: when.cycle, open: Some(open), ..when }),
            _ => Some(When { open: Some(open), ..when }),
        }
    }
}

/// From the beginning of one moment to the end of the other, in both tenses.
fn joined(left: &When, right: &When) -> Option<When> {
    let between = |from: &Moment, to: &Moment| {
        let end = end_of(to)?;
        (from.start < end).then_some(Moment { start: from.start, end: Some(end), precision: Precision::Interval })
    };
    let past = between(&left.past, &right.past)
        .or_else(|| between(&moved(&left.past, left.cycle, -1)?, &right.past))
        .or_else(|| between(&left.past, &moved(&right.past, right.cycle, 1)?))?;
    let ahead = between(&left.ahead, &right.ahead)
        .or_else(|| between(&left.ahead, &moved(&right.ahead, right.cycle, 1)?))
        .or_else(|| between(&left.past, &right.ahead))
        .unwrap_or_else(|| past.clone());
    let uncertain = left.uncertain || right.uncertain;
    let cycle = if left.cycle == right.cycle { left.cycle } else { Cycle::Fixed };
    Some(When { past, ahead, cycle, dated: true, uncertain, beside: None, open: None, end: right.end })
}

/// The moment that the same words name `by` cycles later, or earlier.
pub(in crate::understanding) fn moved(moment: &Moment, cycle: Cycle, by: i64) -> Option<Moment> {
    let span = match cycle {
        Cycle::Fixed => return None,
        Cycle::Day => by.days(),
        Cycle::Week => by.weeks(),
        Cycle::Month => by.months(),
        Cycle::Year => by.years(),
    };
    let end = match moment.end {
        Some(end) => Some(end.checked_add(span).ok()?),
        None => None,
    };
    Some(Moment { start: moment.start.checked_add(span).ok()?, end, precision: moment.precision })
}
