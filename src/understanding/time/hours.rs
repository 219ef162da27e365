//! Times of the day: "18h30", "7 heures et demie du soir", "entre 8h et 19h", "midi".

use super::{ClockWord, Part, TimeReader, TimeWord, Unit};

/// A time of the day.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hours {
    At { hour: i8, minute: i8, precise: bool },
    Between { from: (i8, i8), to: (i8, i8) },
    Part(Part),
}

impl TimeReader<'_> {
    /// A time of the day after a day: an hour, an interval, a part.
    pub(super) fn hours(&self, at: usize, about: bool) -> Option<(Hours, usize)> {
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
    pub(super) fn interval_of_hours(&self, at: usize) -> Option<(Hours, usize)> {
        let start = self.is_clock(at, ClockWord::Between)?;
        let (Hours::At { hour, minute, .. }, end) = self.hour_at(start, false)? else { return None };
        let second = self.is_clock(end, ClockWord::And)?;
        let (Hours::At { hour: to_hour, minute: to_minute, .. }, end) = self.hour_at(second, false)? else {
            return None;
        };
        Some((Hours::Between { from: (hour, minute), to: (to_hour, to_minute) }, end))
    }

    /// "18h30", "18:30", "7 heures et demie du soir", "7pm", "midi", "minuit et quart".
    pub(super) fn hour_at(&self, at: usize, about: bool) -> Option<(Hours, usize)> {
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
}
