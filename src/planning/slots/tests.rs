use jiff::civil::date;

use super::*;
use crate::domain::clock::paris;

fn calendar() -> Calendar {
    Calendar::from_yaml(include_str!("../../../flows/holidays.yaml")).unwrap()
}

fn at(local: &str) -> Timestamp {
    local.parse::<DateTime>().unwrap().to_zoned(paris()).unwrap().timestamp()
}

/// A busy time of another mission.
fn busy(start: &str, until: &str) -> Busy {
    Busy { mission: MissionId::new(Timestamp::UNIX_EPOCH), start: at(start), until: at(until) }
}

/// The free slots' local beginnings, one day a line: "11-24 09:00 09:30 …".
fn free(expert: &Expert, mode: OrientationMode, now: &str, taken: &[Busy], days_ahead: u16) -> Vec<String> {
    let (calendar, zone) = (calendar(), paris());
    let postcode = Some("69003");
    let rules = Rules { now: at(now), zone: &zone, calendar: &calendar, postcode, notice_hours: 24, days_ahead };
    let mut days: Vec<String> = Vec::new();
    for slot in free_slots(expert, mode, MissionId::new(rules.now), taken, &rules) {
        let local = slot.start.to_zoned(paris());
        let (day, clock) = (local.strftime("%m-%d").to_string(), local.strftime("%H:%M").to_string());
        match days.last_mut().filter(|line| line.starts_with(&day)) {
            Some(line) => *line = format!("{line} {clock}"),
            None => days.push(format!("{day} {clock}")),
        }
    }
    days
}

const HOURLY: &str = "09:00 09:30 10:00 10:30 11:00 14:00 14:30 15:00 15:30 16:00";

#[test]
fn free_time_is_within_hours_after_the_notice_and_never_over_what_is_taken() {
    let expert = Expert::sample("x", &[]);
    // Friday 20 November 2026, ten in the morning: the notice ends on Saturday.
    let now = "2026-11-20T10:00";
    assert_eq!(
        free(&expert, OrientationMode::Field, now, &[], 2),
        [format!("11-23 {HOURLY}"), format!("11-24 {HOURLY}")]
    );
    for (taken, monday) in [
        (vec![busy("2026-11-23T09:30", "2026-11-23T10:30")], "10:30 11:00 14:00 14:30 15:00 15:30 16:00"),
        (vec![busy("2026-11-23T08:00", "2026-11-23T16:00")], "16:00"),
        (vec![busy("2026-11-23T11:45", "2026-11-23T12:15")], "09:00 09:30 10:00 10:30 14:00 14:30 15:00 15:30 16:00"),
        // The busy time ends when the next slot begins.
        (vec![busy("2026-11-23T10:00", "2026-11-23T17:00")], "09:00"),
    ] {
        assert_eq!(free(&expert, OrientationMode::Field, now, &taken, 1), [format!("11-23 {monday}")], "{taken:?}");
    }
    // Wednesday afternoon: a whole day of notice leaves Thursday afternoon.
    assert_eq!(free(&expert, OrientationMode::Field, "2026-11-25T15:10", &[], 1), ["11-26 15:30 16:00"]);
    assert_eq!(free(&expert, OrientationMode::Visio, "2026-11-25T15:10", &[], 1), ["11-26 15:30 16:00 16:30"]);
}

#[test]
fn nobody_comes_on_holidays_and_free_days() {
    let mut expert = Expert::sample("x", &[]);
    let days = |lines: Vec<String>| lines.iter().map(|line| line[..5].to_owned()).collect::<Vec<_>>();
    // Christmas 2026 is a Friday; New Year's Day as well.
    assert_eq!(days(free(&expert, OrientationMode::Field, "2026-12-23T08:00", &[], 3)), ["12-24", "12-28", "12-29"]);
    // Who works on Saturdays comes on Saturdays, and not on Boxing Day's eve.
    expert.hours[5] = expert.hours[0].clone();
    assert_eq!(days(free(&expert, OrientationMode::Field, "2026-12-23T08:00", &[], 2)), ["12-24", "12-26", "12-28"]);
    expert.hours = Default::default();
    assert!(free(&expert, OrientationMode::Field, "2026-12-23T08:00", &[], 3).is_empty());
}

#[test]
fn a_day_takes_no_more_than_its_limit_and_the_way_is_left_free() {
    let mut expert = Expert::sample("x", &[]);
    let taken = [busy("2026-11-23T09:00", "2026-11-23T10:00"), busy("2026-11-23T11:00", "2026-11-23T12:00")];
    expert.per_day = Some(2);
    assert_eq!(free(&expert, OrientationMode::Field, "2026-11-20T10:00", &taken, 2), [format!("11-24 {HOURLY}")]);
    expert.per_day = Some(3);
    expert.travel = 30;
    let taken = [busy("2026-11-23T10:30", "2026-11-23T12:00")];
    assert_eq!(
        free(&expert, OrientationMode::Field, "2026-11-20T10:00", &taken, 1),
        ["11-23 09:00 14:00 14:30 15:00 15:30 16:00"]
    );
    // A call needs no travel.
    expert.lengths.tele = 60;
    let monday = "11-23 09:00 09:30 14:00 14:30 15:00 15:30 16:00";
    assert_eq!(free(&expert, OrientationMode::Tele, "2026-11-20T10:00", &taken, 1), [monday]);
    let slot = Slot { start: at("2026-11-23T09:00"), end: at("2026-11-23T10:00") };
    assert_eq!(expert.busy_until(OrientationMode::Field, slot), at("2026-11-23T10:30"));
    assert_eq!(expert.busy_until(OrientationMode::Visio, slot), slot.end);
}

#[test]
fn an_appointment_may_move_over_itself_and_is_not_offered_again() {
    let expert = Expert { per_day: Some(1), ..Expert::sample("x", &[]) };
    let (calendar, zone, now) = (calendar(), paris(), at("2026-11-20T10:00"));
    let rules = Rules { now, zone: &zone, calendar: &calendar, postcode: None, notice_hours: 24, days_ahead: 1 };
    let own = Busy { mission: MissionId::new(now), ..busy("2026-11-23T09:30", "2026-11-23T10:30") };
    let starts = |mission| {
        let slots = free_slots(&expert, OrientationMode::Field, mission, &[own], &rules);
        slots.iter().map(|slot| slot.start.to_zoned(paris()).strftime("%H:%M").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(starts(own.mission).join(" "), HOURLY.replace(" 09:30", ""));
    assert!(starts(MissionId::new(now)).is_empty(), "to another mission the day is full");
}

#[test]
fn nine_in_the_morning_is_nine_whatever_the_clocks_do() {
    let mut expert = Expert::sample("x", &[]);
    expert.hours[6] = vec![(date(2026, 1, 1).at(1, 0, 0, 0).time(), date(2026, 1, 1).at(5, 0, 0, 0).time())];
    let (calendar, zone) = (calendar(), paris());
    let (notice_hours, days_ahead) = (0, 1);
    // The clocks go forward on Sunday 29 March 2026 at two, back on Sunday 25 October at three.
    for (now, sunday, monday_at_nine) in [
        ("2026-03-28T12:00", "01:00 03:00 03:30 04:00", "2026-03-30T07:00:00Z"),
        ("2026-10-24T12:00", "01:00 01:30 03:00 03:30 04:00", "2026-10-26T08:00:00Z"),
    ] {
        let rules = Rules { now: at(now), zone: &zone, calendar: &calendar, postcode: None, notice_hours, days_ahead };
        let slots = free_slots(&expert, OrientationMode::Field, MissionId::new(rules.now), &[], &rules);
        let local = |slot: &Slot| slot.start.to_zoned(paris());
        let of_sunday = slots.iter().filter(|slot| local(slot).weekday() == Weekday::Sunday);
        let clocks: Vec<_> = of_sunday.map(|slot| local(slot).strftime("%H:%M").to_string()).collect();
        // The slot that begins at 01:30 ends at 03:30 by the clock, and lasts an hour of real time.
        let expected: Vec<_> = sunday.split(' ').collect();
        assert!(expected.iter().all(|clock| clocks.iter().any(|found| found == clock)), "{now}: {clocks:?}");
        assert!(clocks.iter().all(|clock| !clock.starts_with("02:")), "{now}: {clocks:?}");
        let monday: Timestamp = monday_at_nine.parse().unwrap();
        assert!(slots.iter().any(|slot| slot.start == monday), "{now}");
        assert!(slots.iter().all(|slot| slot.end.duration_since(slot.start).as_mins() == 60));
    }
}

fn offered(proposal: &Proposal) -> Vec<String> {
    proposal.slots.iter().map(|slot| slot.start.to_zoned(paris()).strftime("%d %H:%M").to_string()).collect()
}

fn slots(starts: &[&str]) -> Vec<Slot> {
    let slot = |start: &&str| Slot { start: at(start), end: at(start) + SignedDuration::from_hours(1) };
    starts.iter().map(slot).collect()
}

#[test]
fn what_is_offered_leaves_a_choice() {
    let week: Vec<String> = [23, 24, 25, 26]
        .iter()
        .flat_map(|day| [9, 10, 14, 15].map(|hour| format!("2026-11-{day}T{hour:02}:00")))
        .collect();
    let week: Vec<&str> = week.iter().map(String::as_str).collect();
    for (free, expected) in [
        (slots(&week), vec!["23 09:00", "24 14:00", "25 09:00"]),
        (slots(&week[..8]), vec!["23 09:00", "23 14:00", "24 14:00"]),
        (slots(&week[..4]), vec!["23 09:00", "23 10:00", "23 14:00"]),
        (slots(&week[..1]), vec!["23 09:00"]),
        (slots(&[]), vec![]),
    ] {
        assert_eq!(offered(&propose(&free, None, &paris())), expected);
    }
}

#[test]
fn a_wish_is_served_where_it_can_be_and_its_neighbours_else() {
    let free = slots(&[
        "2026-11-23T09:00",
        "2026-11-24T09:00",
        "2026-11-24T14:00",
        "2026-11-24T16:00",
        "2026-11-26T10:00",
        "2026-12-01T15:00",
    ]);
    let moment = |start: &str, end: Option<&str>, precision| Moment {
        start: start.parse().unwrap(),
        end: end.map(|end| end.parse().unwrap()),
        precision,
    };
    let wish = |moment| Wish { moment, dated: true, onwards: false };
    let tuesday = moment("2026-11-24T00:00", None, Precision::Day);
    let afternoon = moment("2026-11-24T12:00", Some("2026-11-24T18:00"), Precision::PartOfDay);
    let wednesday = moment("2026-11-25T00:00", None, Precision::Day);
    let next_week = moment("2026-11-30T00:00", None, Precision::Week);
    let sharp = moment("2026-11-24T15:30", None, Precision::Minute);
    for (wish, expected, as_wished) in [
        (wish(tuesday.clone()), vec!["24 09:00", "24 14:00", "24 16:00"], true),
        (wish(afternoon.clone()), vec!["24 14:00", "24 16:00"], true),
        (Wish { dated: false, ..wish(afternoon) }, vec!["24 14:00", "24 16:00", "01 15:00"], true),
        (wish(next_week), vec!["01 15:00"], true),
        (wish(wednesday), vec!["26 10:00", "01 15:00"], false),
        (Wish { onwards: true, ..wish(tuesday) }, vec!["24 09:00", "26 10:00", "01 15:00"], true),
        (wish(sharp), vec!["24 09:00", "24 14:00", "24 16:00"], false),
    ] {
        let proposal = propose(&free, Some(&wish), &paris());
        let mut shown = offered(&proposal);
        shown.sort();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(
            (shown, proposal.as_wished),
            (expected.iter().map(|s| (*s).to_owned()).collect(), as_wished),
            "{wish:?}"
        );
    }
}

#[test]
fn the_reminder_comes_on_the_last_decent_evening_before() {
    for (start, eve) in [
        ("2026-11-24T14:00", "2026-11-23T17:00"),
        // A Monday: Saturday. The day after Armistice Day, a Wednesday: Tuesday.
        ("2026-11-23T09:00", "2026-11-21T17:00"),
        ("2026-11-12T09:00", "2026-11-10T17:00"),
        // After Christmas and a Sunday: the 26th; the morning after the clocks went back.
        ("2026-12-28T09:00", "2026-12-26T17:00"),
        ("2026-10-26T09:00", "2026-10-24T17:00"),
    ] {
        assert_eq!(eve_of(at(start), &paris(), &calendar()), Some(at(eve)), "{start}");
    }
}
