//! Dates and times as people say them, in French and in English.
//!
//! Every moment is read twice: for the past ("lundi" is the last Monday) and for the future ("lundi" is the next one).
//! The `end` of an interval is exclusive; a single minute, day, week, month or year, which its precision names, has no
//! `end`. A date that does not exist is not read.
//!
//! Each file reads one kind of words: [`calendar`] figures and months, [`weekday`] names of days and weeks, [`month`]
//! longer periods, [`edge`] their thirds, [`holiday`] feasts, [`relative`] spans from now, [`clock`] hours, [`part`]
//! parts of the day and nights. This file combines them to a point in time, and [`interval`] two points to an interval.

mod calendar;
mod clock;
mod days;
mod edge;
mod holiday;
mod interval;
mod month;
mod part;
mod relative;
mod tense;
mod weekday;

use jiff::{
    ToSpan,
    civil::{Date, DateTime},
};

use super::{
    Vocabulary,
    text::Text,
    vocabulary::{ClockWord, Part, TimeWord, Unit},
};
use crate::domain::fact::{Moment, Precision};
use clock::Hours;
use days::{Days, moment_of};

pub(super) use days::{Cycle, contains, holds};
pub(super) use interval::moved;
pub(super) use tense::{Tense, Tenses};

/// How many small words may lead to a time: "aux alentours de la fin du". It bounds the work on a text of nothing but
/// them.
const MAX_LEADING: usize = 8;

/// Which end of an interval is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Open {
    /// The later one: "depuis lundi", "à partir du 8".
    After,
    /// The earlier one: "avant le 12", "jusqu'à samedi".
    Before,
}

/// A moment, with its reading for the past and for the future.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct When {
    pub(super) past: Moment,
    pub(super) ahead: Moment,
    /// The span after which the same words name another moment.
    pub(super) cycle: Cycle,
    /// Whether a day was named, and not only an hour.
    pub(super) dated: bool,
    /// Whether the reading is uncertain, so that it should be confirmed.
    pub(super) uncertain: bool,
    /// So many days after a day that was named before: "le lendemain".
    pub(super) beside: Option<i8>,
    pub(super) open: Option<Open>,
    /// The position after its last token.
    pub(super) end: usize,
}

impl When {
    fn sure(moment: Moment, end: usize) -> Self {
        Self {
            past: moment.clone(),
            ahead: moment,
            cycle: Cycle::Fixed,
            dated: false,
            uncertain: false,
            beside: None,
            open: None,
            end,
        }
    }
}

/// Reads the moments of one message, relative to `now`.
pub(super) struct TimeReader<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) text: &'a Text,
    pub(super) now: DateTime,
    /// Whether the month may stand first, as English speakers write it, where the day first makes no date.
    pub(super) month_first_too: bool,
}

impl TimeReader<'_> {
    /// The moment that begins at the token `at`.
    pub(super) fn at(&self, at: usize) -> Option<When> {
        if !self.may_begin(at) {
            return None;
        }
        self.range(at).or_else(|| self.open(at)).or_else(|| self.point(at))
    }

    /// Whether a moment may begin at `at`. A cheap test, since it is made at every token and most begin none.
    fn may_begin(&self, at: usize) -> bool {
        // "la D12", "l'A7": figures after a letter are a name.
        let named =
            |at: usize| self.text.is_digits(at) && self.text.is_glued(at) && at > 0 && self.text.str(at - 1).len() == 1;
        if (named(at) && self.text.is_word(at - 1)) || (self.text.is_word(at) && named(at + 1)) {
            return false;
        }
        let known = self.text.is_digits(at)
            || self.word(at).is_some()
            || self.clock_word(at).is_some()
            || self.vocabulary.numbers.at(self.text, at).is_some()
            || self.vocabulary.ordinals.at(self.text, at).is_some()
            || self.vocabulary.counts.at(self.text, at).is_some()
            || matches!(self.text.word(at), "a" | "an" | "half" | "quarter");
        if known && self.is_surname(at) {
            return false;
        }
        let lasting = |at: usize| self.is_clock(at, ClockWord::Lasting).is_some();
        let lasts = lasting(at) && self.part_after(at).is_none();
        known
            && !lasts
            && !(at > 0 && lasting(at - 1) && self.relative(at).is_none() && self.count_of_units(at).is_some())
    }

    fn word(&self, at: usize) -> Option<(TimeWord, usize)> {
        let found = self.vocabulary.time.at(self.text, at)?;
        let word = if found.tag == TimeWord::TuesdayOrMarch { self.tuesday_or_march(at, found.end) } else { found.tag };
        Some((word, found.end))
    }

    /// "mar. 17 nov.", "mar 17/11" and "mar soir" are a Tuesday; "17 mar" is March, as "Mar 17" is where the month may
    /// stand first.
    fn tuesday_or_march(&self, at: usize, end: usize) -> TimeWord {
        let next = if self.text.is_mark(end, '.') { end + 1 } else { end };
        let tag = |at: usize| self.vocabulary.time.at(self.text, at).map(|found| found.tag);
        let day = self.text.is_digits(next) && self.text.str(next).len() <= 2;
        let in_month = matches!(tag(next + 1), Some(TimeWord::Month(_))) || self.text.is_mark(next + 1, '/');
        let tuesday = (day && (in_month || !self.month_first_too)) || matches!(tag(next), Some(TimeWord::Part(_)));
        let ends_date = at > 0 && self.text.is_digits(at - 1);
        if tuesday && !ends_date { TimeWord::ShortWeekday(1) } else { TimeWord::Month(3) }
    }

    /// "Mme Noël", "M. Avril": a name, and no date.
    fn is_surname(&self, at: usize) -> bool {
        let last = at.saturating_sub(1);
        let dated =
            matches!(self.word(at), Some((TimeWord::Holiday(_) | TimeWord::Month(_) | TimeWord::Weekday(_), _)));
        // "Mme Noël", "M. Avril"; but "Madame. Lundi soir …" begins a sentence.
        let abbreviated = self.text.is_mark(last, '.') && last > 0 && self.text.str(last - 1).len() <= 3;
        let before = if abbreviated { last - 1 } else { last };
        let goes_on = self.text.is_digits(at + 1)
            || matches!(self.word(at + 1), Some((TimeWord::Part(_) | TimeWord::Last | TimeWord::Next, _)));
        let titled = self.vocabulary.titles.at(self.text, before).is_some_and(|title| title.end == before + 1);
        let introduced = (at.saturating_sub(4)..at)
            .any(|start| self.vocabulary.introductions.at(self.text, start).is_some_and(|found| found.end == at));
        // "Noël Martin": a first name before a surname.
        let capital = |at: usize| self.text.written(at..at + 1).starts_with(char::is_uppercase);
        let before_name = at == 0
            && self.text.is_word(1)
            && capital(1)
            && self.text.str(1).len() > 3
            && self.word(1).is_none()
            && self.text.len() <= 3;
        dated && !goes_on && capital(at) && (titled || introduced || before_name)
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

    /// The part of the day, or the weekend, after "pendant": "pendant la nuit" is a moment, although "pendant" says how
    /// long.
    fn part_after(&self, at: usize) -> Option<TimeWord> {
        let next = self.skip_leading(at);
        match self.word(next) {
            Some((
                word @ (TimeWord::Part(_)
                | TimeWord::Meal(_)
                | TimeWord::Weekend
                | TimeWord::Last
                | TimeWord::Season(_)),
                _,
            )) if next > at => Some(word),
            _ => None,
        }
    }

    /// Skips words of some kinds, at most [`MAX_LEADING`] of them.
    fn skip(&self, at: usize, kinds: impl Fn(TimeWord) -> bool) -> usize {
        let next = |at: &usize| self.word(*at).filter(|(word, _)| kinds(*word)).map(|(_, end)| end);
        std::iter::successors(Some(at), next).take(MAX_LEADING + 1).last().unwrap_or(at)
    }

    fn skip_leading(&self, at: usize) -> usize {
        self.skip(at, is_leading)
    }

    /// Skips "de", "du", "le", "of the", but not "ce" or "vers".
    fn skip_articles(&self, at: usize) -> usize {
        self.skip(at, |word| word == TimeWord::Leading)
    }

    fn today(&self) -> Date {
        self.now.date()
    }

    /// One moment, without "depuis" or "jusqu'à".
    fn point(&self, at: usize) -> Option<When> {
        if let Some(found) = self.relative(at) {
            return Some(found);
        }
        let next = self.skip_leading(at);
        let led_by = |wanted: TimeWord| self.skip(at, |word| is_leading(word) && word != wanted) < next;
        let (about, this) = (led_by(TimeWord::About), led_by(TimeWord::This));
        let led = next > at;
        self.relative(next)
            .or_else(|| self.night_between(next))
            .or_else(|| self.part_of_days(next))
            .or_else(|| self.last_units(next))
            .or_else(|| self.past_or_to(next).and_then(|_| self.hours_then_days(next, at, about)))
            .or_else(|| self.days_then_hours(next, at, led, this, about))
            .or_else(|| self.part_of_today(next, led, this))
            .or_else(|| self.hours_then_days(next, at, about))
            .or_else(|| self.beside_told(next))
    }

    /// "la veille au soir", "le lendemain matin", "the next day at 8": counted from today until the day that the message
    /// names before it is known.
    fn beside_told(&self, at: usize) -> Option<When> {
        let (TimeWord::Beside(steps), end) = self.word(at)? else { return None };
        let days = Days::one(self.today().checked_add(i64::from(steps).days()).ok()?);
        let when = match self.hours(end, false) {
            Some((hours, end)) => both(days, |date| hours.on(date), end)?,
            None => both(days, |date| Some(moment_of(days::Stretch::unit(date), Precision::Day)), end)?,
        };
        Some(When { beside: Some(steps), uncertain: true, ..when })
    }

    /// The days named at `next`. The words that lead to them begin at `at`.
    fn days(&self, next: usize, at: usize, led: bool, this: bool) -> Option<(Days, usize)> {
        self.neighbour(next)
            .or_else(|| self.calendar_date(next))
            .or_else(|| self.holiday(next))
            .or_else(|| self.ranked(next))
            .or_else(|| self.edge_of(next))
            .or_else(|| self.named_days(next, led, this))
            .or_else(|| self.period(next, at, led, this))
            .or_else(|| self.day_of_month(next))
    }

    /// "la veille de Noël", "le lendemain du 14 juillet", "two days before Christmas".
    fn neighbour(&self, at: usize) -> Option<(Days, usize)> {
        let (steps, start) = if let Some((TimeWord::Beside(steps), end)) = self.word(at) {
            (i64::from(steps), end)
        } else {
            let count = self.count_of_units(at)?;
            let steps = match (count.unit, self.word(count.end)?) {
                (Unit::Day, (TimeWord::Before, _)) => -count.value,
                (Unit::Day, (TimeWord::After, _)) => count.value,
                (Unit::Week, (TimeWord::Before, _)) => -7.0 * count.value,
                (Unit::Week, (TimeWord::After, _)) => 7.0 * count.value,
                _ => return None,
            };
            #[expect(clippy::cast_possible_truncation, reason = "a count is at most a thousand")]
            (steps as i64, count.end + 1)
        };
        let of = self.skip_articles(start);
        let (days, end) =
            self.days(of, start, true, false).filter(|(days, _)| days.is_day() && of > start || days.is_day())?;
        let shifted = days.map(|days| Some(days::Stretch::unit(days.start.checked_add(steps.days()).ok()?)))?;
        Some((shifted, end))
    }

    /// "hier soir vers 18h30", "samedi", "le 3/11 à 7h".
    fn days_then_hours(&self, next: usize, at: usize, led: bool, this: bool, about: bool) -> Option<When> {
        let (days, end) = self.days(next, at, led, this)?;
        let hours = if days.is_day() { self.hours(end, about) } else { None };
        let Some((hours, end)) = hours else {
            let of = |stretch| moment_of(stretch, days.precision);
            let (past, ahead) = (of(days.past), of(days.ahead));
            return Some(When {
                past,
                ahead,
                cycle: days.cycle,
                dated: true,
                uncertain: days.uncertain,
                beside: None,
                open: None,
                end,
            });
        };
        // "hier soir vers 18h30": the part of the day tells in which half of it the hour lies.
        if matches!(hours, Hours::Part(..))
            && let Some((Hours::At(clock), after)) = self.hours(end, false).or_else(|| self.bare_hour(end))
        {
            let early = matches!(hours, Hours::Part(Part::Night, _)) && clock.is_early();
            let hours = Hours::At(clock.within(hours));
            return both(days, |date| hours.on(if early { date.tomorrow().ok()? } else { date }), after);
        }
        both(days, |date| hours.on(date), end)
    }

    /// "à 7h", "vers 18h30 samedi", "midi", "6h ce matin".
    fn hours_then_days(&self, next: usize, at: usize, about: bool) -> Option<When> {
        let told = self.interval_of_hours(at).or_else(|| self.hour_at(next, about));
        // "at 7 this morning", "vers 7 ce matin".
        let this_part = |end: usize| {
            self.is_word(end, TimeWord::This)
                .is_some_and(|part| matches!(self.word(part), Some((TimeWord::Part(_), _))))
        };
        let (hours, end) = told.or_else(|| self.bare_hour(at).filter(|(_, end)| this_part(*end)))?;
        let start = if self.text.is_mark(end, ',') { end + 1 } else { end };
        let follows = self.skip_leading(start);
        if let Some((days, end)) = self.days(follows, end, follows > end, false).filter(|(days, _)| days.is_day()) {
            // "vers 19h hier soir".
            let part = self.part_at(self.skip_articles(end));
            let (hours, end) = match (hours, part) {
                (Hours::At(clock), Some((part, end))) => (Hours::At(clock.within(part)), end),
                (Hours::Between(from, to), Some((part, end))) => {
                    (Hours::Between(from.within(part), to.within(part)), end)
                }
                _ => (hours, end),
            };
            return both(days, |date| hours.on(date), end);
        }
        if let Hours::At(clock) = hours
            && let Some((TimeWord::This, part_start)) = self.word(start)
            && let Some((part, end)) = self.part_at(part_start)
        {
            let hours = Hours::At(clock.within(part));
            let today = Days::one(self.today());
            return both(today, |date| hours.on(date), end);
        }
        let hours = hours.alone();
        let today = self.today();
        let now = hours.on(today)?;
        let past = if days::end_of(&now)? > self.now { hours.on(today.yesterday().ok()?)? } else { now.clone() };
        let ahead = if now.start < self.now { hours.on(today.tomorrow().ok()?)? } else { now };
        Some(When { past, ahead, cycle: Cycle::Day, dated: false, uncertain: false, beside: None, open: None, end })
    }
}

/// Whether a word may lead to a time: "le", "vers", "ce", "dans".
fn is_leading(word: TimeWord) -> bool {
    matches!(word, TimeWord::Leading | TimeWord::About | TimeWord::This | TimeWord::Ahead)
}

/// The moment that `on` makes of the day in the past and of the one in the future.
fn both(days: Days, on: impl Fn(Date) -> Option<Moment>, end: usize) -> Option<When> {
    let (past, ahead) = (on(days.past.start)?, on(days.ahead.start)?);
    Some(When { past, ahead, cycle: days.cycle, dated: true, uncertain: days.uncertain, beside: None, open: None, end })
}
