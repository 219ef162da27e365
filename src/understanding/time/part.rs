//! Parts of the day and nights: "ce matin", "en fin d'après-midi", "dans la nuit de mardi à mercredi".

use jiff::{ToSpan, civil::Date};

use super::{
    Hours, Precision, TimeReader, TimeWord, When, both,
    days::{Cycle, Days, Stretch},
    edge::Edge,
};
use crate::{domain::fact::Moment, understanding::vocabulary::Part};

impl TimeReader<'_> {
    /// "soir", "fin d'après-midi", "début de soirée", "tôt le matin".
    pub(super) fn part_at(&self, at: usize) -> Option<(Hours, usize)> {
        if let Some((edge, named)) = self.edge_at(at)
            && let Some((TimeWord::Part(part), end)) = self.word(self.skip_leading(named))
        {
            return Some((Hours::Part(part, Some(edge)), end));
        }
        let (part, end) = match self.word(at)? {
            (TimeWord::Part(part), end) => (part, end),
            (TimeWord::Meal(part), end) if self.is_at_meal(at) => (part, end),
            _ => return None,
        };
        // "ce matin à l'aube", "hier soir tard".
        if part == Part::Morning
            && let Some((TimeWord::Part(Part::Dawn), end)) = self.word(self.skip_leading(end))
        {
            return Some((Hours::Part(Part::Dawn, None), end));
        }
        let trails = |end: usize| matches!(self.text.word(end - 1), "tot" | "tard" | "early" | "late");
        if let Some((edge, after)) = self.edge_at(end)
            && (trails(after) || self.text.word(after - 1) == "heure")
            && !matches!(self.word(after), Some((TimeWord::Part(_) | TimeWord::Month(_) | TimeWord::Unit(_), _)))
        {
            return Some((Hours::Part(part, Some(edge)), after));
        }
        Some((Hours::Part(part, None), end))
    }

    /// Whether a word before a meal says that it is a time: "pendant le déjeuner", "au dîner".
    fn is_at_meal(&self, at: usize) -> bool {
        let times = ["pendant", "pdt", "durant", "lors", "cours", "moment", "heure", "avant", "apres"];
        let english = ["during", "before", "after", "at", "over"];
        let said = |at: usize| times.contains(&self.text.word(at)) || english.contains(&self.text.word(at));
        (at.saturating_sub(3)..at).any(said) || (at > 0 && self.text.word(at - 1) == "au")
    }

    /// "nuit de mardi à mercredi", "nuit du 3 au 4 novembre", "nuit d'hier à aujourd'hui".
    pub(super) fn night_between(&self, at: usize) -> Option<When> {
        let (TimeWord::Part(Part::Night), end) = self.word(at)? else { return None };
        let first = self.is_clock(end, super::ClockWord::Between).unwrap_or_else(|| self.skip_leading(end));
        let first = self.skip_articles(first);
        if first == end {
            return None;
        }
        let joint = |at: usize| {
            let end = self.is_clock(at, super::ClockWord::And).or_else(|| self.text.is_mark(at, '/').then_some(at + 1));
            end.map(|end| self.skip_articles(end))
        };
        // "du 3 au 4 novembre": the month of the second day is the first one's too.
        if let Some((one, after)) = self.day_number(first)
            && let Some(second) = joint(after)
            && let Some((two, _)) = self.day_number(second)
            && let Some((days, end)) = self.day_in_full(second)
            && (one + 1 == two || two == 1)
        {
            let days = days.map(|days| Some(Stretch::unit(days.start.yesterday().ok()?)))?;
            return self.night_then_hour(days, end);
        }
        let (days, end) = self.days(first, end, true, false).filter(|(days, _)| days.is_day())?;
        if let Some(second) = joint(end)
            && let Some((next, after)) = self.days(second, end, true, false).filter(|(days, _)| days.is_day())
        {
            // Compared as weekdays, since on a Wednesday "mercredi" is not only today.
            let follows = days.past.start.weekday().next() == next.past.start.weekday();
            if follows {
                return self.night_then_hour(days, after);
            }
        }
        self.night_then_hour(days, end)
    }

    /// A night, and perhaps an hour of it: "dans la nuit de mardi vers 3h" lies on Wednesday.
    fn night_then_hour(&self, days: Days, end: usize) -> Option<When> {
        if let Some((Hours::At(clock), after)) = self.hours(end, false) {
            let days = if clock.is_early() {
                days.map(|days| Some(Stretch::unit(days.start.tomorrow().ok()?)))?
            } else {
                days
            };
            return both(days, |date| Hours::At(clock).on(date), after);
        }
        both(days, night, end)
    }

    /// A day after "le matin de", with its month if that follows.
    fn day_in_full(&self, at: usize) -> Option<(Days, usize)> {
        self.calendar_date(at).or_else(|| self.day_of_month(at)).or_else(|| {
            let (day, end) = self.day_number(at)?;
            Some((self.nearest_day(day)?, end))
        })
    }

    /// "le matin du 3", "dans la soirée de mardi", "la nuit de Noël".
    pub(super) fn part_of_days(&self, next: usize) -> Option<When> {
        let (part, end) = self.part_at(next)?;
        let start = self.skip_articles(end);
        // "en début d'après-midi lundi".
        let named = matches!(self.word(start), Some((TimeWord::Weekday(_) | TimeWord::Day(_), _)));
        let noon = matches!(part, Hours::Part(Part::Noon, _));
        if start == end && (noon || !named) {
            return None;
        }
        let (days, end) = self.days(start, end, true, false).filter(|(days, _)| days.is_day())?;
        if let Some((Hours::At(clock), after)) = self.hours(end, false) {
            let hours = Hours::At(clock.within(part));
            return both(days, |date| hours.on(date), after);
        }
        both(days, |date| part.on(date), end)
    }

    /// "ce matin", "cette nuit", "last night", "dans la soirée", "en fin de matinée", and then perhaps an hour.
    pub(super) fn part_of_today(&self, next: usize, led: bool, this: bool) -> Option<When> {
        let (direction, start) = self.direction_at(next);
        if let Some((TimeWord::Tonight, end)) = self.word(start) {
            let today = Days::one(self.today());
            return self.part_then_hour(today, Hours::Part(Part::Evening, None), end);
        }
        let (hours, mut end) = self.part_at(start)?;
        let Hours::Part(part, edge) = hours else { return None };
        if part == Part::Noon && this {
            let (noon, end) = self.hour_at(start, false)?;
            return both(Days::one(self.today()), |date| noon.on(date), end);
        }
        let mut way = direction.unwrap_or_default();
        if let (None | Some(0), (Some(back), after)) = (direction, self.direction_at(end))
            && back < 0
        {
            (way, end) = (back, after);
        }
        let last = way < 0;
        let overnight = self.text.word(start) == "overnight";
        let within = led && start > 0 && {
            let before = self.text.word(start - 1);
            matches!(before, "la" | "l" | "en" | "the" | "a" | "au" | "de" | "d" | "le") || edge.is_some()
        };
        // "au soir", "le midi" do not say on which day.
        let vague =
            matches!(part, Part::Noon) || (matches!(self.text.word(start.wrapping_sub(1)), "le" | "the") && !this);
        // "pendant le déjeuner" does.
        let meal = matches!(self.word(start), Some((TimeWord::Meal(_), _)));
        if !(this
            || last
            || overnight
            || meal
            || (within && !vague)
            || (edge.is_some() && (part != Part::Night || edge == Some(Edge::Middle))))
        {
            return None;
        }
        let (today, hour) = (self.today(), self.now.hour());
        // "the night before last".
        let yesterday = today.checked_sub(i64::from(way.abs().max(1)).days()).ok()?;
        let (past, ahead) = match part {
            Part::Night if last => (yesterday, yesterday),
            Part::Night if hour >= 22 => (today, today),
            Part::Night if hour < 6 => (yesterday, yesterday),
            Part::Night => (yesterday, today),
            _ if last => (yesterday, yesterday),
            _ if this => (today, today),
            _ => {
                let starts = hours.on(today)?.start;
                let past = if starts >= self.now { yesterday } else { today };
                (past, if starts < self.now { today.tomorrow().ok()? } else { today })
            }
        };
        self.part_then_hour(Days::either(past, ahead, Cycle::Day), hours, end)
    }

    /// The part of these days, or the hour of it that follows.
    fn part_then_hour(&self, days: Days, part: Hours, end: usize) -> Option<When> {
        let Some((Hours::At(clock), after)) = self.hours(end, false).or_else(|| self.bare_hour(end)) else {
            return both(days, |date| part.on(date), end);
        };
        let clock = clock.within(part);
        let after_midnight = matches!(part, Hours::Part(Part::Night, _)) && clock.is_early();
        both(days, |date| Hours::At(clock).on(if after_midnight { date.tomorrow().ok()? } else { date }), after)
    }
}

/// The night after `evening`: from ten in the evening to six in the morning.
pub(super) fn night(evening: Date) -> Option<Moment> {
    let end = evening.tomorrow().ok()?.at(6, 0, 0, 0);
    Some(Moment { start: evening.at(22, 0, 0, 0), end: Some(end), precision: Precision::PartOfDay })
}

/// The hours of a part of a day, or of a third of it.
pub(super) fn part_on(date: Date, part: Part, edge: Option<Edge>) -> Option<Moment> {
    let (from, to) = match (part, edge) {
        (Part::Night, None) => return night(date),
        (Part::Morning, Some(Edge::Earliest)) => (4, 7),
        (Part::Night, Some(Edge::Earliest | Edge::Beginning)) => (22, 25),
        (Part::Night, Some(Edge::Middle)) => (25, 28),
        (Part::Night, Some(Edge::Ending)) => (28, 30),
        (Part::Dawn, _) => (5, 8),
        (Part::Morning, None) => (6, 12),
        (Part::Morning, Some(Edge::Beginning)) => (6, 9),
        (Part::Morning, Some(Edge::Middle)) => (9, 11),
        (Part::Morning, Some(Edge::Ending)) => (10, 12),
        (Part::Noon, _) => (12, 14),
        (Part::Afternoon, None) => (12, 18),
        (Part::Afternoon, Some(Edge::Earliest | Edge::Beginning)) => (12, 15),
        (Part::Afternoon, Some(Edge::Middle)) => (14, 16),
        (Part::Afternoon, Some(Edge::Ending)) => (16, 18),
        (Part::Evening, None) => (18, 24),
        (Part::Evening, Some(Edge::Earliest | Edge::Beginning)) => (18, 20),
        (Part::Evening, Some(Edge::Middle)) => (20, 22),
        (Part::Evening, Some(Edge::Ending)) => (21, 24),
    };
    let at = |hour: i64| date.at(0, 0, 0, 0).checked_add(hour.hours()).ok();
    Some(Moment { start: at(from)?, end: Some(at(to)?), precision: Precision::PartOfDay })
}
