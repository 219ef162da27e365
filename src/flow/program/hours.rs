//! An insurer's `hours`: when its people answer.

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
/// No insurer is closed for longer than this.
const DAYS_AHEAD: i64 = 30;

/// An insurer's `hours`. Public holidays are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// From Monday; each with the times from which and until which people answer.
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

    /// The hours by themselves, from Monday on.
    pub(crate) fn into_week(self) -> Week {
        self.week
    }

    /// When people answer again. None while they answer, or where no hours are set.
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
mod tests {
    use jiff::civil::date;

    use super::*;

    fn hours() -> Hours {
        let yaml = "monday: [['09:00', '12:30'], ['13:30', '18:00']]\nfriday: [['09:00', '17:00']]";
        let (node, mut problems) = (Node::parse("insurer", yaml).unwrap(), Diagnostics::default());
        let hours = Hours::read("insurer", &node, &mut problems);
        assert!(problems.into_sorted().is_empty());
        hours
    }

    #[test]
    fn whoever_asks_outside_business_hours_learns_when_people_answer() {
        let calendar = Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap();
        let friday = date(2026, 11, 20);
        for (now, opens) in [
            (friday.at(8, 59, 0, 0), Some(friday.at(9, 0, 0, 0))),
            (friday.at(9, 0, 0, 0), None),
            (friday.at(17, 0, 0, 0), Some(date(2026, 11, 23).at(9, 0, 0, 0))),
            (date(2026, 11, 23).at(12, 45, 0, 0), Some(date(2026, 11, 23).at(13, 30, 0, 0))),
            // Christmas 2026 is a Friday: the next opening is on Monday.
            (date(2026, 12, 22).at(10, 0, 0, 0), Some(date(2026, 12, 28).at(9, 0, 0, 0))),
        ] {
            assert_eq!(hours().reopening(now, &calendar), opens, "{now}");
        }
        assert_eq!(Hours::default().reopening(friday.at(3, 0, 0, 0), &calendar), None);
    }

    #[test]
    fn times_that_are_none_are_mistakes() {
        for yaml in ["monday: [['9']]", "monday: [['12:00', '09:00']]", "lundi: []", "monday: 9"] {
            let (node, mut problems) = (Node::parse("insurer", yaml).unwrap(), Diagnostics::default());
            Hours::read("insurer", &node, &mut problems);
            assert_eq!(problems.into_sorted().len(), 1, "{yaml}");
        }
    }
}
