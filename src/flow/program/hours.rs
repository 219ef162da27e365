//! An insurer's `hours`: its opening hours.

use jiff::{
    ToSpan,
    civil::{DateTime, Time},
};

use super::{
    diagnostics::Diagnostics,
    yaml::{Data, Fields, Node},
};
use crate::{contract::Calendar, planning::Week};

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// How many days ahead the next opening is searched for: no insurer is closed for longer.
const DAYS_AHEAD: i64 = 30;

/// An insurer's opening hours. It is closed on public holidays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// The hours of each day, from Monday on.
    week: Week,
}

impl Hours {
    pub(crate) fn read(file: &str, node: &Node, problems: &mut Diagnostics) -> Self {
        let mut hours = Self::default();
        let mut fields = Fields::of(file, node, problems);
        for (day, name) in hours.week.iter_mut().zip(WEEKDAYS) {
            for node in fields.list(name, problems) {
                if let Some(span) = span(node) {
                    day.push(span);
                } else {
                    let message = format!("`{name}` is a list of times: [[\"09:00\", \"12:30\"]]");
                    problems.error(file, node.place, message);
                }
            }
        }
        fields.finish(problems);
        hours
    }

    /// The hours of each day, from Monday on.
    pub(crate) fn into_week(self) -> Week {
        self.week
    }

    /// When the insurer opens again. None while it is open, or where no hours are set.
    pub fn reopening(&self, now: DateTime, calendar: &Calendar) -> Option<DateTime> {
        if self.week.iter().all(Vec::is_empty) {
            return None;
        }
        let mut opening = None;
        for ahead in 0..DAYS_AHEAD {
            let Ok(date) = now.date().checked_add(ahead.days()) else { break };
            if calendar.is_holiday(date, None) {
                continue;
            }
            let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
            for (from, until) in &self.week[weekday] {
                let (from, until) = (date.to_datetime(*from), date.to_datetime(*until));
                if from <= now && now < until {
                    return None;
                }
                if from > now && opening.is_none_or(|found| from < found) {
                    opening = Some(from);
                }
            }
            if opening.is_some() {
                break;
            }
        }
        opening
    }
}

fn span(node: &Node) -> Option<(Time, Time)> {
    let Data::List(times) = &node.data else { return None };
    let [from, until] = times.as_slice() else { return None };
    let (from, until) = (from.scalar()?.parse::<Time>().ok()?, until.scalar()?.parse::<Time>().ok()?);
    (from < until).then_some((from, until))
}

#[cfg(test)]
mod tests;
