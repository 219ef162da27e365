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
    let calendar = Calendar::from_yaml(include_str!("../../../../flows/holidays.yaml")).unwrap();
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
