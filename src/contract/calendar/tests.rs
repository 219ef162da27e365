use jiff::civil::date;

use super::{Calendar, easter};

fn calendar() -> Calendar {
    Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap()
}

#[test]
fn easter_falls_where_the_church_says() {
    for (year, month, day) in [(2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2026, 4, 5), (2038, 4, 25)]
    {
        assert_eq!(easter(year), Some(date(year, month, day)));
    }
}

#[test]
fn a_delay_skips_week_ends_and_holidays() {
    // Friday 6 November 2026; the 11th is a Wednesday and a holiday.
    assert_eq!(calendar().deadline(date(2026, 11, 6), 5, None), date(2026, 11, 16));
    // Found on a Saturday, two days: Monday and Tuesday.
    assert_eq!(calendar().deadline(date(2026, 11, 21), 2, None), date(2026, 11, 24));
}

#[test]
fn some_holidays_hold_in_some_places_only() {
    let good_friday = date(2026, 4, 3);
    assert!(calendar().is_working_day(good_friday, Some("69003")));
    assert!(!calendar().is_working_day(good_friday, Some("67000")));
    assert!(calendar().is_working_day(good_friday, None));
    assert!(!calendar().is_working_day(date(2026, 5, 27), Some("97100")));
}

#[test]
fn an_impossible_day_is_named() {
    let error = Calendar::from_yaml("holidays: [{ on: 02-30, fr: Jamais }]").unwrap_err();
    assert!(error.to_string().contains("Jamais"));
}
