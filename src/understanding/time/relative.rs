//! Spans from now: "il y a trois jours", "y a 15 j", "dans deux semaines", "two weeks ago", "depuis 3 jours".

use jiff::{Span, ToSpan, civil::DateTime};

use super::{
    ClockWord, Precision, TimeReader, TimeWord, Unit, When, both,
    days::{Days, Stretch, end_of, first_of, midnight, moment_of},
};
use crate::domain::fact::Moment;

/// The most units in a span: nobody dates a claim by more.
const MAX_COUNT: f64 = 1_000.0;
/// How many "quelques" means, at least and at most.
const FEW: (i64, i64) = (2, 6);

/// How long, in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Count {
    pub(super) value: f64,
    pub(super) unit: Unit,
    /// Whether the count is approximate: "une dizaine", "environ".
    pub(super) about: bool,
    pub(super) end: usize,
}

impl TimeReader<'_> {
    pub(super) fn relative(&self, at: usize) -> Option<When> {
        if let Some(end) = self.is_word(at, TimeWord::Now) {
            let now = Moment { start: self.minute(), end: None, precision: Precision::Minute };
            return Some(When { dated: true, ..When::sure(now, end) });
        }
        let (mut sign, start) = match self.word(at) {
            Some((TimeWord::AgoBefore, end)) => (Some(-1), self.skip_leading(end)),
            Some((TimeWord::Ahead, end)) => (Some(1), self.skip_leading(end)),
            Some((TimeWord::About, end)) => (None, end),
            _ => (None, at),
        };
        let sign_of_few = sign.or_else(|| (at > 0 && self.follows_since(at)).then_some(-1));
        if let Some(found) = self.few_units(start, sign_of_few) {
            return Some(found);
        }
        let mut count = self.count_of_units(start)?;
        if let Some(after) = self.about_after(count.end) {
            (count.about, count.end) = (true, after);
        }
        let about = count.about || (start > at && (at..start).any(|at| self.is_word(at, TimeWord::About).is_some()));
        match self.word(count.end) {
            Some((TimeWord::AgoAfter, after)) if sign.is_none() => (sign, count.end) = (Some(-1), after),
            Some((TimeWord::AheadAfter, after)) if sign.is_none() => (sign, count.end) = (Some(1), after),
            _ => {}
        }
        if sign.is_none() && at > 0 && self.follows_since(at) {
            sign = Some(-1);
        }
        let moment = self.shifted(Count { value: f64::from(sign?) * count.value, ..count })?;
        // "il y a trois jours vers 18 h".
        if moment.precision == Precision::Day
            && let Some((hours, end)) = self.hours(count.end, false)
        {
            return both(Days::one(moment.start.date()), |date| hours.on(date), end);
        }
        let loose = matches!(count.unit, Unit::Week | Unit::Fortnight | Unit::Month)
            || (about && matches!(count.unit, Unit::Day | Unit::Year));
        Some(When { dated: true, uncertain: loose && about, ..When::sure(moment, count.end) })
    }

    /// "Il y a quelques jours", "several weeks ago", "dans quelques jours", "l'autre jour": the count is unknown, so
    /// the moment is an uncertain interval by [`FEW`].
    fn few_units(&self, at: usize, sign: Option<i32>) -> Option<When> {
        let (unit, sign, end) = match self.word(at)? {
            (TimeWord::OtherDay, end) => (Unit::Day, -1, end),
            (TimeWord::Few, named) => {
                let (TimeWord::Unit(unit), end) = self.word(named)? else { return None };
                match (sign, self.word(end)) {
                    (Some(sign), _) => (unit, sign, end),
                    (None, Some((TimeWord::AgoAfter, after))) => (unit, -1, after),
                    (None, Some((TimeWord::AheadAfter, after))) => (unit, 1, after),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let (least, most) = FEW;
        let (near, far) = (self.units_on(unit, i64::from(sign) * least)?, self.units_on(unit, i64::from(sign) * most)?);
        let (first, last) = if sign < 0 { (far, near) } else { (near, far) };
        let end_of_last = end_of(&last)?;
        let moment = Moment { start: first.start, end: Some(end_of_last), precision: Precision::Interval };
        Some(When { dated: true, uncertain: true, ..When::sure(moment, end) })
    }

    /// The moment `count` units from now, as whole days, months or years.
    fn units_on(&self, unit: Unit, count: i64) -> Option<Moment> {
        #[expect(clippy::cast_precision_loss, reason = "a count of a few")]
        let value = count as f64;
        self.shifted(Count { value, unit, about: true, end: 0 })
    }

    /// The moment after a span from now, where a word before it says so: "d'ici 3 jours".
    pub(super) fn in_so_long(&self, at: usize) -> Option<When> {
        let count = self.count_of_units(at)?;
        Some(When { dated: true, ..When::sure(self.shifted(count)?, count.end) })
    }

    /// "ces 3 derniers jours", "les deux dernières semaines": the interval from then until today. "Les 3 prochains
    /// jours": from tomorrow on.
    pub(super) fn last_units(&self, at: usize) -> Option<When> {
        if let Some(found) = self.last_few_units(at) {
            return Some(found);
        }
        let number =
            self.vocabulary.number_at(self.text, at).filter(|number| !number.article && number.value <= MAX_COUNT)?;
        let (ahead, named) = match self.word(number.end)? {
            (TimeWord::Last, end) => (false, end),
            (TimeWord::Next, end) => (true, end),
            _ => return None,
        };
        let (TimeWord::Unit(unit @ (Unit::Day | Unit::Week | Unit::Month | Unit::Year)), end) = self.word(named)?
        else {
            return None;
        };
        #[expect(clippy::cast_possible_truncation, reason = "a count is at most a thousand")]
        let count = number.value as i64;
        let span = match unit {
            Unit::Day => count.days(),
            Unit::Week => count.weeks(),
            Unit::Month => count.months(),
            _ => count.years(),
        };
        let today = self.today();
        let stretch = if ahead {
            Stretch::through(today.tomorrow().ok()?, today.checked_add(span).ok()?)?
        } else {
            Stretch::through(today.checked_sub(span).ok()?, today)?
        };
        Some(When { dated: true, ..When::sure(moment_of(stretch, Precision::Day), end) })
    }

    /// "ces derniers jours", "the last few weeks": the interval until today, as long as [`FEW`] allows.
    fn last_few_units(&self, at: usize) -> Option<When> {
        let plural = |at: usize| self.text.word(at).ends_with('s');
        let (last, few) = match (self.word(at)?, self.word(at + 1)) {
            ((TimeWord::Few, end), _) => (self.is_word(end, TimeWord::Last)?, true),
            ((TimeWord::Last, _), Some((TimeWord::Few, end))) => (end, true),
            ((TimeWord::Last, end), _) => (end, plural(at) || matches!(self.text.word(at), "last" | "past")),
            _ => return None,
        };
        let (TimeWord::Unit(unit @ (Unit::Day | Unit::Week | Unit::Month | Unit::Year)), end) = self.word(last)? else {
            return None;
        };
        if !few || !plural(last) {
            return None;
        }
        let first = self.units_on(unit, -FEW.1)?;
        let stretch = Stretch::through(first.start.date(), self.today())?;
        Some(When { dated: true, uncertain: true, ..When::sure(moment_of(stretch, Precision::Day), end) })
    }

    /// "trois jours", "une quinzaine de jours", "1h30", "une demi-heure", "un an et demi", "a couple of weeks".
    pub(super) fn count_of_units(&self, at: usize) -> Option<Count> {
        match self.word(at) {
            Some((TimeWord::HalfHour, end)) => {
                return Some(Count { value: 30.0, unit: Unit::Minute, about: false, end });
            }
            Some((TimeWord::QuarterHour, end)) => {
                return Some(Count { value: 15.0, unit: Unit::Minute, about: false, end });
            }
            Some((TimeWord::ThreeQuartersHour, end)) => {
                return Some(Count { value: 45.0, unit: Unit::Minute, about: false, end });
            }
            _ => {}
        }
        let article = matches!(self.text.word(at), "a" | "an" | "un" | "une");
        let counted = self.vocabulary.counts.at(self.text, if article { at + 1 } else { at });
        let (value, start, about) = if let Some(count) = counted {
            let of = matches!(self.text.word(count.end), "de" | "d" | "of");
            #[expect(clippy::cast_precision_loss, reason = "the vocabulary's counts are small")]
            (count.tag as f64, if of { count.end + 1 } else { count.end }, count.tag > 2)
        } else if let Some(number) = self.vocabulary.number_at(self.text, at) {
            (number.value, number.end, false)
        } else if article {
            (1.0, at + 1, false)
        } else {
            return None;
        };
        // "an hour" is one; the letter "a" before a word that is no unit is not. "Une quinzaine" counts days.
        let (unit, mut end) = match self.word(start) {
            Some((TimeWord::Unit(unit), end)) => (unit, end),
            _ if counted.is_some_and(|count| matches!(count.tag, 8 | 15) && count.end == start) => (Unit::Day, start),
            _ => return None,
        };
        let mut value = value;
        if unit == Unit::Hour
            && let Some(minutes) = self.text.digits(end).filter(|&minutes| minutes < 60 && self.text.is_glued(end))
        {
            let minutes = u32::try_from(minutes).map(f64::from).unwrap_or_default();
            return Some(Count { value: value * 60.0 + minutes, unit: Unit::Minute, about, end: end + 1 });
        }
        if let Some(after) = self.is_word(end, TimeWord::AndAHalf) {
            (value, end) = (value + 0.5, after);
        }
        (0.0..=MAX_COUNT).contains(&value).then_some(Count { value, unit, about, end })
    }

    /// A duration, in minutes: "2 h", "trois jours et demi", "1h30".
    pub(in crate::understanding) fn length_at(&self, at: usize) -> Option<(i64, usize)> {
        let count = self.count_of_units(at)?;
        let each = match count.unit {
            Unit::Minute => 1.0,
            Unit::Hour => 60.0,
            Unit::Day => 1_440.0,
            Unit::Week => 10_080.0,
            Unit::Fortnight => 20_160.0,
            Unit::Month => 43_200.0,
            Unit::Quarter => 129_600.0,
            Unit::Year => 525_600.0,
        };
        crate::understanding::number::whole(count.value * each).map(|minutes| (minutes, count.end))
    }

    /// A duration, in minutes, where none was asked for: "un jour" is then none, unless "pendant" stands before it.
    pub(in crate::understanding) fn duration_at(&self, at: usize) -> Option<(i64, usize)> {
        let lasting = at > 0 && (at.saturating_sub(2)..at).any(|at| self.is_clock(at, ClockWord::Lasting).is_some());
        let article = matches!(self.text.word(at), "a" | "an" | "un" | "une");
        if article && !lasting {
            return None;
        }
        self.length_at(at)
    }

    fn follows_since(&self, at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|start| self.is_word(start, TimeWord::Since).is_some_and(|end| end <= at))
    }

    /// The present, to the minute.
    fn minute(&self) -> DateTime {
        self.today().at(self.now.hour(), self.now.minute(), 0, 0)
    }

    /// The moment after a span from now, as precise as its unit; spans of days and weeks give a day.
    fn shifted(&self, count: Count) -> Option<Moment> {
        let halves = count.value * 2.0;
        if halves.fract() != 0.0 || halves.abs() > 2.0 * 60.0 * MAX_COUNT {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a whole number far within the type")]
        let (whole, halves) = (count.value as i64, halves as i64);
        let half = halves - 2 * whole;
        let (span, precision): (Span, Precision) = match count.unit {
            Unit::Minute => (whole.minutes(), Precision::Minute),
            Unit::Hour => ((30 * halves).minutes(), Precision::Hour),
            Unit::Day => (whole.days().hours(12 * half), Precision::Day),
            Unit::Week => ((7 * whole + 4 * half).days(), Precision::Day),
            Unit::Fortnight => ((14 * whole + 7 * half).days(), Precision::Day),
            Unit::Month => (whole.months().days(15 * half), Precision::Month),
            Unit::Quarter => ((3 * whole).months(), Precision::Month),
            Unit::Year => ((6 * halves).months(), if half == 0 { Precision::Year } else { Precision::Month }),
        };
        if matches!(count.unit, Unit::Minute | Unit::Hour) {
            return Some(Moment { start: self.minute().checked_add(span).ok()?, end: None, precision });
        }
        let date = first_of(self.today().checked_add(span).ok()?, precision)?;
        Some(Moment { start: midnight(date), end: None, precision })
    }
}
