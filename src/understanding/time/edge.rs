//! Thirds of a longer period: "mi-juillet", "fin octobre", "en début de semaine", "fin 2025".

use jiff::ToSpan;

use super::{
    Precision, TimeReader, TimeWord, Unit,
    days::{Days, Stretch, end_of, first_of, moment_of},
};

/// Which third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// "Très tôt".
    Earliest,
    Beginning,
    Middle,
    Ending,
}

impl TimeReader<'_> {
    pub(super) fn edge_at(&self, at: usize) -> Option<(Edge, usize)> {
        match self.word(at)? {
            (TimeWord::Earliest, end) => Some((Edge::Earliest, end)),
            (TimeWord::Beginning, end) => Some((Edge::Beginning, end)),
            (TimeWord::Middle, end) => Some((Edge::Middle, end)),
            (TimeWord::Ending, end) => Some((Edge::Ending, end)),
            _ => None,
        }
    }

    /// "mi-juillet", "fin de semaine", "début 2026", "à la fin du mois dernier".
    pub(super) fn edge_of(&self, at: usize) -> Option<(Days, usize)> {
        let (edge, named) = self.edge_at(at)?;
        let start = self.skip_leading(named);
        let this_unit = |unit| matches!(self.word(start), Some((TimeWord::Unit(found), _)) if found == unit);
        let (days, end) = if let Some(found) = self.month_at(start) {
            found
        } else if let Some(found) = self.season(start, true, true) {
            found
        } else if let Some(year) = self.year_at(start) {
            (Days::whole(jiff::civil::Date::new(year, 1, 1).ok()?, Precision::Year), start + 1)
        } else if let Some(found) = self.named_days(start, true, false).filter(|(days, _)| !days.is_day()) {
            found
        } else {
            // "fin de semaine", "début du mois": of this one.
            let precision = match () {
                () if this_unit(Unit::Week) => Precision::Week,
                () if this_unit(Unit::Month) => Precision::Month,
                () if this_unit(Unit::Year) => Precision::Year,
                () => return None,
            };
            let (_, end) = self.word(start)?;
            let (direction, end) = self.direction_after(Some(0), end);
            let steps = i64::from(direction.unwrap_or_default());
            let span = match precision {
                Precision::Week => steps.weeks(),
                Precision::Month => steps.months(),
                _ => steps.years(),
            };
            let days = Days::whole(first_of(self.today(), precision)?.checked_add(span).ok()?, precision);
            (days, end)
        };
        let precision = days.precision;
        let days = days.map(|days| third(days, precision, edge))?;
        Some((days, end))
    }
}

fn third(days: Stretch, precision: Precision, edge: Edge) -> Option<Stretch> {
    let end = end_of(&moment_of(days, precision))?.date();
    let length = i64::from(days.start.until(end).ok()?.get_days());
    // A week is cut on Tuesday and Thursday evening, a month after its 10th and 20th day, a longer period in three.
    let (first, second) = match precision {
        Precision::Week => (2, 4),
        Precision::Month => (10, 20),
        Precision::Year => (90, 273),
        _ => (length / 3, length - length / 3),
    };
    let from = |count: i64| days.start.checked_add(count.days()).ok();
    match edge {
        Edge::Earliest | Edge::Beginning => Some(Stretch::until(days.start, from(first)?)),
        Edge::Middle => Some(Stretch::until(from(first)?, from(second)?)),
        // The end of a week overlaps its middle: "fin de semaine" begins on Thursday.
        Edge::Ending if precision == Precision::Week => Some(Stretch::until(from(3)?, end)),
        Edge::Ending => Some(Stretch::until(from(second)?, end)),
    }
}
