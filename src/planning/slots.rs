//! Free time: the slots in which an expert could come, and the few of them that are offered.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{Expert, Experts};
use crate::{
    contract::Calendar,
    domain::fact::{Moment, Precision},
};

/// Appointments begin on the hour or the half-hour.
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// How many slots are offered at once: nobody reads more.
const OFFERED: usize = 3;
/// More than the longest run of days without work.
const MAX_DAYS: usize = 120;
/// The hour at which a person is reminded of the next day's appointment.
const EVENING: i8 = 17;

/// From when until when an expert would come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    #[serde(rename = "s")]
    pub start: Timestamp,
    #[serde(rename = "e")]
    pub end: Timestamp,
}

/// Time that is taken: an appointment, with the way to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    pub start: Timestamp,
    pub until: Timestamp,
}

/// What bounds the search.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub now: Timestamp,
    /// The insurer's: in it hours and days are counted.
    pub zone: &'a TimeZone,
    pub calendar: &'a Calendar,
    /// Of the loss: some holidays hold in some departments only.
    pub postcode: Option<&'a str>,
    pub notice_hours: u16,
    pub days_ahead: u16,
}

impl<'a> Rules<'a> {
    pub fn of(experts: &Experts, now: Timestamp, zone: &'a TimeZone, calendar: &'a Calendar) -> Self {
        let Experts { notice_hours, days_ahead, .. } = *experts;
        Self { now, zone, calendar, postcode: None, notice_hours, days_ahead }
    }
}

/// When a person would rather have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub moment: Moment,
    /// A day was said, and not only a time of day.
    pub dated: bool,
    /// "À partir de jeudi": the moment is only where it begins.
    pub onwards: bool,
}

/// What is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// In the order of time.
    pub slots: Vec<Slot>,
    /// Whether they are what the person wished for; what is nearest else.
    pub as_wished: bool,
}

/// The free slots of an expert, in the order of time: within their hours, not on a public holiday, not before the notice,
/// not over what is taken and not beyond their daily limit.
pub fn free_slots(expert: &Expert, mode: &str, busy: &[Busy], rules: &Rules) -> Vec<Slot> {
    let length = SignedDuration::from_mins(i64::from(expert.lengths.of(mode)));
    let travel = SignedDuration::from_mins(travel(expert, mode));
    let earliest = rules.now + SignedDuration::from_hours(i64::from(rules.notice_hours));
    let today = rules.now.to_zoned(rules.zone.clone()).date();
    let mut slots = Vec::new();
    let mut working_days = 0;
    for date in today.series(1.day()).take(MAX_DAYS) {
        // Today is none of the days ahead, so that there are as many whatever the hour.
        if date > today && rules.calendar.is_working_day(date, rules.postcode) {
            working_days += 1;
        }
        if working_days > rules.days_ahead {
            break;
        }
        let is_full = || {
            let that_day = busy.iter().filter(|busy| busy.start.to_zoned(rules.zone.clone()).date() == date);
            expert.per_day.is_some_and(|most| that_day.count() >= most)
        };
        if rules.calendar.is_holiday(date, rules.postcode) || is_full() {
            continue;
        }
        for (from, until) in &expert.hours[weekday(date)] {
            let until = date.to_datetime(*until);
            let mut local = date.to_datetime(*from);
            while local + length <= until {
                if let Some(start) = instant(local, rules.zone) {
                    let slot = Slot { start, end: start + length };
                    let collides = |busy: &Busy| slot.start < busy.until && busy.start < slot.end + travel;
                    if start >= earliest && !busy.iter().any(collides) {
                        slots.push(slot);
                    }
                }
                local += STEP;
            }
        }
    }
    slots
}

/// The instant of a local time; none for an hour that the clocks skip or show twice.
fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).unambiguous().ok()
}

fn weekday(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default()
}

/// Minutes on the way after an appointment.
pub(super) fn travel(expert: &Expert, mode: &str) -> i64 {
    if mode == "field" { i64::from(expert.travel) } else { 0 }
}

impl Expert {
    /// Until when an appointment keeps the expert from another one.
    pub fn busy_until(&self, mode: &str, slot: Slot) -> Timestamp {
        slot.end + SignedDuration::from_mins(travel(self, mode))
    }
}

/// Picks what is offered of the `free` slots: what the person wished for, where there is any, else what is nearest; on
/// different days and at different times of day as far as that goes.
pub fn propose(free: &[Slot], wish: Option<&Wish>, zone: &TimeZone) -> Proposal {
    let Some(wish) = wish else { return Proposal { slots: spread(free, zone), as_wished: true } };
    let local = |slot: &Slot| slot.start.to_zoned(zone.clone()).datetime();
    let wished: Vec<Slot> = free.iter().filter(|slot| wish.holds(local(slot))).copied().collect();
    if wished.is_empty() {
        let from = if wish.dated { wish.moment.start } else { DateTime::MIN };
        let later: Vec<Slot> = free.iter().filter(|slot| local(slot) >= from).copied().collect();
        let nearest = if later.is_empty() { free } else { &later };
        return Proposal { slots: spread(nearest, zone), as_wished: false };
    }
    if let (true, Precision::Hour | Precision::Minute) = (wish.dated, wish.moment.precision) {
        let mut slots = wished;
        slots.sort_by_key(|slot| local(slot).duration_since(wish.moment.start).abs());
        let exact = slots.first().is_some_and(|slot| local(slot) == wish.moment.start);
        slots.truncate(OFFERED);
        slots.sort_unstable();
        return Proposal { slots, as_wished: exact };
    }
    Proposal { slots: spread(&wished, zone), as_wished: true }
}

impl Wish {
    /// Whether it names what begins at `local`: an hour names that hour alone.
    pub fn names(&self, local: DateTime) -> bool {
        let sharp = matches!(self.moment.precision, Precision::Minute | Precision::Hour) && !self.onwards;
        self.holds(local) && (!sharp || local.time() == self.moment.start.time())
    }

    /// Whether something that begins at `local` is what is wished for. An hour on a day is looked for on that day.
    fn holds(&self, local: DateTime) -> bool {
        let Moment { start, end, precision } = &self.moment;
        if !self.dated {
            let until = end.map_or(local.time(), DateTime::time);
            return match precision {
                Precision::Minute | Precision::Hour => local.time() == start.time(),
                _ if start.time() < until => start.time() <= local.time() && local.time() < until,
                _ => start.time() <= local.time(),
            };
        }
        if self.onwards {
            return local >= *start;
        }
        let day = start.date().to_datetime(jiff::civil::Time::midnight());
        match (precision, end) {
            (Precision::Second | Precision::Minute | Precision::Hour | Precision::Day, _) => {
                local.date() == start.date()
            }
            (_, Some(end)) => *start <= local && local < *end,
            (Precision::Week, None) => day <= local && local < day.saturating_add(1.week()),
            (Precision::Month, None) => local.date().first_of_month() == start.date().first_of_month(),
            (Precision::Quarter, None) => day <= local && local < day.saturating_add(3.months()),
            (Precision::Year, None) => local.year() == start.year(),
            (Precision::PartOfDay | Precision::Interval, None) => local >= *start && local.date() == start.date(),
        }
    }
}

/// A few slots that leave a real choice: the first of each half-day, one a day while there are days enough, mornings and
/// afternoons in turn.
fn spread(free: &[Slot], zone: &TimeZone) -> Vec<Slot> {
    let half = |slot: &Slot| {
        let local = slot.start.to_zoned(zone.clone());
        (local.date(), local.hour() >= 13)
    };
    let mut firsts: Vec<(Slot, (Date, bool))> = Vec::new();
    for slot in free {
        let half = half(slot);
        if firsts.iter().all(|(_, known)| *known != half) {
            firsts.push((*slot, half));
        }
    }
    let mut picked: Vec<(Slot, (Date, bool))> = Vec::new();
    // Another day and another half, then another day, then another half-day.
    for pass in 0..3 {
        for (slot, half) in &firsts {
            let new_day = picked.iter().all(|(_, (date, _))| *date != half.0);
            let other_half = picked.last().is_none_or(|(_, (_, afternoon))| *afternoon != half.1);
            let new = picked.iter().all(|(known, _)| known != slot);
            if picked.len() < OFFERED && new && (pass == 2 || new_day) && (pass > 0 || other_half) {
                picked.push((*slot, *half));
            }
        }
    }
    let mut slots: Vec<Slot> = picked.into_iter().map(|(slot, _)| slot).collect();
    // Within a half-day: an hour apart, then whatever there is.
    for apart in [SignedDuration::from_hours(1), SignedDuration::from_mins(1)] {
        for slot in free {
            let is_apart = |known: &Slot| slot.start.duration_since(known.start).abs() >= apart;
            if slots.len() < OFFERED && slots.iter().all(is_apart) {
                slots.push(*slot);
            }
        }
    }
    slots.sort_unstable();
    slots
}

/// When a person is reminded of an appointment: at five in the afternoon of the day before; where that is a Sunday or a
/// public holiday, of the last day before that is neither.
pub fn eve_of(start: Timestamp, zone: &TimeZone, calendar: &Calendar) -> Option<Timestamp> {
    let mut date = start.to_zoned(zone.clone()).date().yesterday().ok()?;
    while date.weekday() == Weekday::Sunday || calendar.is_holiday(date, None) {
        date = date.yesterday().ok()?;
    }
    date.at(EVENING, 0, 0, 0).to_zoned(zone.clone()).ok().map(|eve| eve.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::clock::paris;

    fn calendar() -> Calendar {
        Calendar::from_yaml(include_str!("../../flows/holidays.yaml")).unwrap()
    }

    fn at(local: &str) -> Timestamp {
        local.parse::<DateTime>().unwrap().to_zoned(paris()).unwrap().timestamp()
    }

    fn busy(start: &str, until: &str) -> Busy {
        Busy { start: at(start), until: at(until) }
    }

    /// The free slots' local beginnings, one day a line: "11-24 09:00 09:30 …".
    fn free(expert: &Expert, mode: &str, now: &str, taken: &[Busy], days_ahead: u16) -> Vec<String> {
        let (calendar, zone) = (calendar(), paris());
        let postcode = Some("69003");
        let rules = Rules { now: at(now), zone: &zone, calendar: &calendar, postcode, notice_hours: 24, days_ahead };
        let mut days: Vec<String> = Vec::new();
        for slot in free_slots(expert, mode, taken, &rules) {
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
        assert_eq!(free(&expert, "field", now, &[], 2), [format!("11-23 {HOURLY}"), format!("11-24 {HOURLY}")]);
        for (taken, monday) in [
            (vec![busy("2026-11-23T09:30", "2026-11-23T10:30")], "10:30 11:00 14:00 14:30 15:00 15:30 16:00"),
            (vec![busy("2026-11-23T08:00", "2026-11-23T16:00")], "16:00"),
            (
                vec![busy("2026-11-23T11:45", "2026-11-23T12:15")],
                "09:00 09:30 10:00 10:30 14:00 14:30 15:00 15:30 16:00",
            ),
            // Something ends when the other begins.
            (vec![busy("2026-11-23T10:00", "2026-11-23T17:00")], "09:00"),
        ] {
            assert_eq!(free(&expert, "field", now, &taken, 1), [format!("11-23 {monday}")], "{taken:?}");
        }
        // Wednesday afternoon: a whole day of notice leaves Thursday afternoon.
        assert_eq!(free(&expert, "field", "2026-11-25T15:10", &[], 1), ["11-26 15:30 16:00"]);
        assert_eq!(free(&expert, "visio", "2026-11-25T15:10", &[], 1), ["11-26 15:30 16:00 16:30"]);
    }

    #[test]
    fn nobody_comes_on_holidays_and_free_days() {
        let mut expert = Expert::sample("x", &[]);
        let days = |lines: Vec<String>| lines.iter().map(|line| line[..5].to_owned()).collect::<Vec<_>>();
        // Christmas 2026 is a Friday; New Year's Day as well.
        assert_eq!(days(free(&expert, "field", "2026-12-23T08:00", &[], 3)), ["12-24", "12-28", "12-29"]);
        // Who works on Saturdays comes on Saturdays, and not on Boxing Day's eve.
        expert.hours[5] = expert.hours[0].clone();
        assert_eq!(days(free(&expert, "field", "2026-12-23T08:00", &[], 2)), ["12-24", "12-26", "12-28"]);
        expert.hours = Default::default();
        assert!(free(&expert, "field", "2026-12-23T08:00", &[], 3).is_empty());
    }

    #[test]
    fn a_day_takes_no_more_than_its_limit_and_the_way_is_left_free() {
        let mut expert = Expert::sample("x", &[]);
        let taken = [busy("2026-11-23T09:00", "2026-11-23T10:00"), busy("2026-11-23T11:00", "2026-11-23T12:00")];
        expert.per_day = Some(2);
        assert_eq!(free(&expert, "field", "2026-11-20T10:00", &taken, 2), [format!("11-24 {HOURLY}")]);
        expert.per_day = Some(3);
        expert.travel = 30;
        let taken = [busy("2026-11-23T10:30", "2026-11-23T12:00")];
        assert_eq!(
            free(&expert, "field", "2026-11-20T10:00", &taken, 1),
            ["11-23 09:00 14:00 14:30 15:00 15:30 16:00"]
        );
        // Nobody travels to a call.
        expert.lengths.tele = 60;
        let monday = "11-23 09:00 09:30 14:00 14:30 15:00 15:30 16:00";
        assert_eq!(free(&expert, "tele", "2026-11-20T10:00", &taken, 1), [monday]);
        let slot = Slot { start: at("2026-11-23T09:00"), end: at("2026-11-23T10:00") };
        assert_eq!(expert.busy_until("field", slot), at("2026-11-23T10:30"));
        assert_eq!(expert.busy_until("visio", slot), slot.end);
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
            let rules =
                Rules { now: at(now), zone: &zone, calendar: &calendar, postcode: None, notice_hours, days_ahead };
            let slots = free_slots(&expert, "field", &[], &rules);
            let local = |slot: &Slot| slot.start.to_zoned(paris());
            let of_sunday = slots.iter().filter(|slot| local(slot).weekday() == Weekday::Sunday);
            let clocks: Vec<_> = of_sunday.map(|slot| local(slot).strftime("%H:%M").to_string()).collect();
            // An hour's visit at 01:30 would end at 03:30: it is offered as what it is, an hour of real time.
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
}
