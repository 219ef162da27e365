//! Times of the day: "18h30", "7 heures et demie du soir", "entre 8h et 19h", "midi", "half past six".

use jiff::civil::Date;

use super::{ClockWord, Part, Precision, TimeReader, TimeWord, Unit, edge::Edge, is_leading, part::part_on};
use crate::domain::fact::Moment;

/// A time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: i8,
    minute: i8,
    second: Option<i8>,
    /// Whether it is exact to the minute, and not "vers".
    precise: bool,
    /// Whether it is "minuit", which is the end of the day that is named with it.
    midnight: bool,
}

impl Clock {
    /// Whether this hour of a day's night lies on the day after.
    pub(super) fn is_early(self) -> bool {
        self.hour < 12 && !self.midnight
    }

    /// The hour within a part of the day: "8 h" in the evening is 20 h.
    pub(super) fn within(self, part: Hours) -> Self {
        let later = matches!(part, Hours::Part(Part::Afternoon | Part::Evening, _)) && (1..12).contains(&self.hour);
        Self { hour: if later { self.hour + 12 } else { self.hour }, ..self }
    }
}

/// Some hours of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    At(Clock),
    Between(Clock, Clock),
    Part(Part, Option<Edge>),
}

impl Hours {
    /// These hours on a day.
    pub(super) fn on(self, date: Date) -> Option<Moment> {
        let at = |clock: Clock| {
            let date = if clock.midnight { date.tomorrow().ok()? } else { date };
            Some(date.at(clock.hour, clock.minute, clock.second.unwrap_or_default(), 0))
        };
        match self {
            Self::At(clock) => {
                let precision = match clock {
                    Clock { second: Some(_), .. } => Precision::Second,
                    Clock { precise: true, .. } => Precision::Minute,
                    _ => Precision::Hour,
                };
                Some(Moment { start: at(clock)?, end: None, precision })
            }
            Self::Between(from, to) => {
                let start = at(Clock { midnight: false, ..from })?;
                let end = at(to)?;
                let end = if end <= start { end.date().tomorrow().ok()?.to_datetime(end.time()) } else { end };
                Some(Moment { start, end: Some(end), precision: Precision::Interval })
            }
            Self::Part(part, edge) => part_on(date, part, edge),
        }
    }

    /// The same hours without a day: midnight is then the last or the next one.
    pub(super) fn alone(self) -> Self {
        match self {
            Self::At(clock) => Self::At(Clock { midnight: false, ..clock }),
            hours => hours,
        }
    }
}

impl TimeReader<'_> {
    /// A time of the day after a day: an hour, an interval, a part.
    pub(super) fn hours(&self, at: usize, about: bool) -> Option<(Hours, usize)> {
        let at = if self.text.is_mark(at, ',') { at + 1 } else { at };
        if let Some(found) = self.interval_of_hours(at) {
            return Some(found);
        }
        let next = self.skip_leading(at);
        let about = about || self.skip(at, |word| is_leading(word) && word != TimeWord::About) < next;
        self.hour_at(next, about).or_else(|| self.part_at(next))
    }

    /// "entre 8h et 19h", "de 8h à 10h", "8h-10h", "entre 18 et 19h".
    pub(super) fn interval_of_hours(&self, at: usize) -> Option<(Hours, usize)> {
        let led = self.is_clock(at, ClockWord::Between);
        let start = self.skip_about(led.unwrap_or(at));
        let dash = |at: usize| self.text.is_mark(at, '-').then_some(at + 1);
        let joint = |at: usize| match led {
            Some(_) => self.is_clock(at, ClockWord::And).or_else(|| dash(at)),
            None => dash(at),
        };
        if let Some((Hours::At(from), end)) = self.hour_at(start, false) {
            let second = self.skip_about(joint(end)?);
            // "entre midi et deux".
            let after_noon = || {
                let (hour, end) = self.whole_number(second).filter(|(hour, _)| (1..=6).contains(hour))?;
                let to = Clock { hour: hour + 12, precise: false, ..from };
                (from.hour == 12 && self.counts_nothing(end)).then_some((Hours::At(to), end))
            };
            let (Hours::At(to), end) = self.hour_at(second, false).or_else(after_noon)? else { return None };
            return Some((Hours::Between(from, to), end));
        }
        // The word "h" may stand after the second hour only: "entre neuf et dix heures".
        let figures = self.text.digits(start).filter(|hour| *hour < 24 && self.text.str(start).len() <= 2);
        let (hour, after) = match figures {
            Some(hour) => (i8::try_from(hour).ok()?, start + 1),
            None => self.whole_number(start).filter(|(hour, _)| led.is_some() && (1..24).contains(hour))?,
        };
        let second = joint(after)?;
        let (Hours::At(to), end) = self.hour_at(second, false)? else { return None };
        // "between 3 and 5pm": both hours lie in the same half of the day.
        let hour =
            if to.hour >= 12 && hour < 12 && hour + 12 < to.hour && self.half_told(end) { hour + 12 } else { hour };
        let from = Clock { hour, minute: 0, second: None, precise: false, midnight: false };
        Some((Hours::Between(from, to), end))
    }

    /// "vers 8", "at 7": an hour without the word "h", beside a part of the day.
    pub(super) fn bare_hour(&self, at: usize) -> Option<(Hours, usize)> {
        let at = if self.text.is_mark(at, ',') { at + 1 } else { at };
        let start = self.skip_about(at);
        let (hour, end) = self.whole_number(start).filter(|(hour, _)| (1..=23).contains(hour))?;
        let clock = Clock { hour, minute: 0, second: None, precise: false, midnight: false };
        (start > at && self.counts_nothing(end)).then_some((Hours::At(clock), end))
    }

    /// Skips words for "about" that follow an hour: "18h environ".
    pub(super) fn about_after(&self, at: usize) -> Option<usize> {
        let trails = matches!(
            self.text.word(at),
            "environ" | "env" | "approximativement" | "about" | "approximately" | "roughly"
        );
        let end = self.is_word(at, TimeWord::About).filter(|_| trails)?;
        self.vocabulary.number_at(self.text, end).is_none().then_some(end)
    }

    /// Whether the half of the day ("pm") was said just before `end`.
    fn half_told(&self, end: usize) -> bool {
        let told = |at: usize| matches!(self.clock_word(at), Some((ClockWord::AfterNoon, after)) if after == end);
        (end.saturating_sub(3)..end).any(told)
    }

    fn skip_about(&self, at: usize) -> usize {
        self.skip(at, |word| matches!(word, TimeWord::About | TimeWord::Leading))
    }

    /// "18h30", "18:30", "7 heures et demie du soir", "7pm", "midi", "minuit et quart", "half past six".
    pub(super) fn hour_at(&self, at: usize, about: bool) -> Option<(Hours, usize)> {
        let (mut clock, mut end) = self
            .named_hour(at)
            .or_else(|| self.past_or_to(at))
            .or_else(|| self.counted_hour(at))
            .or_else(|| self.hour_by_half(at))?;
        if clock.minute == 0 && !clock.precise {
            (clock, end) = self.fraction(clock, end);
        }
        // "quinze heures passées de dix minutes".
        if let Some(after) = self.is_clock(end, ClockWord::Past)
            && let Some((minute, after)) = self.whole_number(after).filter(|(minute, _)| (1..60).contains(minute))
        {
            let after = if self.unit_at(after) == Some(Unit::Minute) { after + 1 } else { after };
            (clock, end) = (Clock { minute, precise: true, ..clock }, after);
        }
        match self.clock_word(end) {
            Some((ClockWord::AfterNoon, after)) => {
                (clock.hour, end) = (if clock.hour < 12 { clock.hour + 12 } else { clock.hour }, after);
            }
            Some((ClockWord::BeforeNoon, after)) => {
                (clock.hour, end) = (if clock.hour == 12 { 0 } else { clock.hour }, after);
            }
            _ => {}
        }
        let mut about = about;
        if let Some(after) = self.is_clock(end, ClockWord::Sharp) {
            (clock.precise, end) = (true, after);
        } else if let Some(after) = self.about_after(end) {
            (about, end) = (true, after);
        }
        clock.hour %= 24;
        clock.precise &= !about;
        Some((Hours::At(clock), end))
    }

    fn named_hour(&self, at: usize) -> Option<(Clock, usize)> {
        let (word, end) = self.word(at)?;
        let (hour, midnight) = match word {
            TimeWord::Part(Part::Noon) => (12, false),
            TimeWord::Midnight => (0, true),
            _ => return None,
        };
        let clock = Clock { hour, minute: 0, second: None, precise: false, midnight };
        // "midi trente", "midi moins cinq".
        let told = self.minutes_spelled(end).map(|(minute, end)| (Clock { minute, precise: true, ..clock }, end));
        Some(told.or_else(|| self.less(clock, end)).unwrap_or((clock, end)))
    }

    /// "8h moins dix": the minutes that miss to the hour.
    fn less(&self, clock: Clock, at: usize) -> Option<(Clock, usize)> {
        if self.text.word(at) != "moins" {
            return None;
        }
        let (less, end) = self.whole_number(at + 1).filter(|(less, _)| (1..60).contains(less))?;
        let clock = Clock { hour: (clock.hour + 23) % 24, minute: 60 - less, precise: true, midnight: false, ..clock };
        Some((clock, end))
    }

    /// "half past six", "quarter to seven", "ten past five".
    pub(super) fn past_or_to(&self, at: usize) -> Option<(Clock, usize)> {
        let at = if self.text.word(at) == "a" { at + 1 } else { at };
        let (minutes, joint) = match self.text.word(at) {
            "half" => (30, at + 1),
            "quarter" => (15, at + 1),
            _ => {
                let number = self.whole_number(at).filter(|(minutes, _)| (1..30).contains(minutes))?;
                let joint = if self.text.word(number.1).starts_with("minute") { number.1 + 1 } else { number.1 };
                (number.0, joint)
            }
        };
        let to = match self.text.word(joint) {
            "past" => false,
            "to" => true,
            _ => return None,
        };
        let (hour, end) = self.whole_number(joint + 1).filter(|(hour, _)| (1..=12).contains(hour))?;
        let (hour, minute) = if to { ((hour + 23) % 24, 60 - minutes) } else { (hour, minutes) };
        Some((Clock { hour, minute, second: None, precise: true, midnight: false }, end))
    }

    /// A small whole number, in figures or in words.
    fn whole_number(&self, at: usize) -> Option<(i8, usize)> {
        let number = self.vocabulary.number_at(self.text, at)?;
        let whole = number.value.fract() == 0.0 && (0.0..100.0).contains(&number.value);
        #[expect(clippy::cast_possible_truncation, reason = "a whole number under a hundred")]
        whole.then_some((number.value as i8, number.end))
    }

    /// "18h30", "18 h 30", "18:30:15", "dix-huit heures trente", "8h moins dix".
    fn counted_hour(&self, at: usize) -> Option<(Clock, usize)> {
        let figures = self.text.is_digits(at);
        let (hour, after) = if figures {
            (i8::try_from(self.text.digits(at)?).ok().filter(|_| self.text.str(at).len() <= 2)?, at + 1)
        } else {
            // "une heure" is a duration, "à une heure" a time.
            let led = at > 0 && matches!(self.text.word(at - 1), "a" | "vers" | "at" | "les");
            // "une heure du matin".
            let halved = |end: usize| {
                let after = self.is_clock(end, ClockWord::Hour).and_then(|end| self.clock_word(end));
                matches!(after, Some((ClockWord::BeforeNoon | ClockWord::AfterNoon, _)))
            };
            self.whole_number(at).filter(|(hour, end)| *hour != 1 || led || halved(*end))?
        };
        if hour > 24 {
            return None;
        }
        let clock = Clock { hour, minute: 0, second: None, precise: false, midnight: false };
        if figures && self.text.is_mark(after, ':') && self.text.is_glued(after) {
            let minute = self.minutes(after + 1)?;
            let second = if self.text.is_mark(after + 2, ':') { self.minutes(after + 3) } else { None };
            let end = if second.is_some() { after + 4 } else { after + 2 };
            return Some((Clock { minute, second, precise: true, ..clock }, end));
        }
        let named = self.is_clock(after, ClockWord::Hour)?;
        let glued = self.text.is_glued(after);
        let follows = self.text.digits(named).filter(|_| self.text.is_glued(named) || !glued);
        // "9 h 5" at the end of what is said.
        let few = |minute: &u64| *minute < 10 && !self.text.is_word(named + 1) && !self.text.is_digits(named + 1);
        let single = || follows.filter(few).and_then(|minute| i8::try_from(minute).ok());
        let minutes =
            follows.and_then(|_| self.two_figures(named).or_else(single)).filter(|_| self.unit_at(named + 1).is_none());
        if let Some(minute) = minutes {
            return Some((Clock { minute, precise: true, ..clock }, named + 1));
        }
        if let Some((minute, end)) = self.minutes_spelled(named) {
            return Some((Clock { minute, precise: true, ..clock }, end));
        }
        Some(self.less(clock, named).unwrap_or((clock, named)))
    }

    /// "7pm", "6.30 pm", "11 am", "8 du matin".
    fn hour_by_half(&self, at: usize) -> Option<(Clock, usize)> {
        let hour = i8::try_from(self.text.digits(at)?).ok().filter(|hour| (0..=12).contains(hour))?;
        let dotted = self.text.is_mark(at + 1, '.').then(|| self.minutes(at + 2)).flatten();
        let end = if dotted.is_some() { at + 3 } else { at + 1 };
        let half = matches!(self.clock_word(end), Some((ClockWord::BeforeNoon | ClockWord::AfterNoon, _)));
        let short = matches!(self.text.word(end), "am" | "pm" | "a" | "p" | "in" | "du" | "de");
        let clock = Clock {
            hour,
            minute: dotted.unwrap_or_default(),
            second: None,
            precise: dotted.is_some(),
            midnight: false,
        };
        (half && short).then_some((clock, end))
    }

    fn fraction(&self, clock: Clock, end: usize) -> (Clock, usize) {
        let told = |hour: i8, minute: i8, end: usize| (Clock { hour, minute, precise: true, ..clock }, end);
        let earlier = (clock.hour + 23) % 24;
        match self.clock_word(end) {
            Some((ClockWord::Half, after)) => told(clock.hour, 30, after),
            Some((ClockWord::Quarter, after)) => told(clock.hour, 15, after),
            Some((ClockWord::ThreeQuarters, after)) => told(clock.hour, 45, after),
            // A quarter to midnight still lies on the day that is named.
            Some((ClockWord::LessQuarter, after)) => {
                let (clock, end) = told(earlier, 45, after);
                (Clock { midnight: false, ..clock }, end)
            }
            _ => (clock, end),
        }
    }

    /// Minutes in words after an hour: "dix-huit heures trente", "sept heures et dix".
    fn minutes_spelled(&self, at: usize) -> Option<(i8, usize)> {
        if self.is_clock(at, ClockWord::ThreeQuarters).is_some() {
            return None;
        }
        let joined = self.text.word(at) == "et";
        let at = at + usize::from(joined);
        let number = self.vocabulary.number_at(self.text, at).filter(|number| !number.article)?;
        let (minute, end) = self.whole_number(at).filter(|(minute, _)| (1..60).contains(minute))?;
        if self.text.is_digits(at) || number.value.fract() != 0.0 {
            return None;
        }
        if !joined {
            return self.unit_at(end).is_none().then_some((minute, end));
        }
        // "à sept heures et deux voisins" counts something else.
        let end = if self.unit_at(end) == Some(Unit::Minute) { end + 1 } else { end };
        let ends = !self.text.is_word(end) || self.word(end).is_some() || self.clock_word(end).is_some();
        (ends && minute % 5 == 0 && self.unit_at(end).is_none()).then_some((minute, end))
    }

    fn minutes(&self, at: usize) -> Option<i8> {
        if self.text.is_glued(at) { self.two_figures(at) } else { None }
    }

    fn two_figures(&self, at: usize) -> Option<i8> {
        let minutes = self.text.digits(at).filter(|&minutes| minutes < 60)?;
        if self.text.str(at).len() == 2 { i8::try_from(minutes).ok() } else { None }
    }

    pub(super) fn unit_at(&self, at: usize) -> Option<Unit> {
        match self.word(at)? {
            (TimeWord::Unit(unit), _) => Some(unit),
            _ => None,
        }
    }
}
