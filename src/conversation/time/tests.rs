use super::*;
use crate::domain::clock::paris;

#[test]
fn nobody_is_written_to_at_night_on_sundays_and_on_holidays() {
    let calendar = Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap();
    for (at, decent_at) in [
        ("2026-11-20T14:30:00+01:00", "2026-11-20T14:30:00+01:00"),
        ("2026-11-20T07:59:59+01:00", "2026-11-20T08:00:00+01:00"),
        ("2026-11-20T20:00:00+01:00", "2026-11-21T08:00:00+01:00"),
        // Saturday evening: Monday morning.
        ("2026-11-21T21:30:00+01:00", "2026-11-23T08:00:00+01:00"),
        // The eve of Armistice Day, which is a Wednesday.
        ("2026-11-10T21:30:00+01:00", "2026-11-12T08:00:00+01:00"),
        // Christmas is a Friday, the night before the clocks change is a Saturday.
        ("2026-12-24T21:00:00+01:00", "2026-12-26T08:00:00+01:00"),
        ("2026-03-28T22:00:00+01:00", "2026-03-30T08:00:00+02:00"),
    ] {
        let (at, expected): (Timestamp, Timestamp) = (at.parse().unwrap(), decent_at.parse().unwrap());
        assert_eq!(decent(at, &paris(), &calendar), expected, "{at}");
    }
    let reunion = TimeZone::get("Indian/Reunion").unwrap();
    let at: Timestamp = "2026-11-20T17:00:00+01:00".parse().unwrap();
    assert_eq!(decent(at, &reunion, &calendar), "2026-11-21T08:00:00+04:00".parse().unwrap());
}
