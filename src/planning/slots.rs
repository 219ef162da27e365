//! Slots: those in which an expert is free, and the few of them that are offered.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{Expert, Experts};
use crate::{
    contract::Calendar,
    domain::{
        fact::{Moment, Precision},
        id::MissionId,
        orientation_mode::OrientationMode,
    },
};

/// Appointments begin on the hour or the half-hour.
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// How many slots are offered at once: a person reads them on a telephone.
const OFFERED: usize = 3;
/// The most days that the search looks at: more than any run of days without work.
const MAX_DAYS: usize = 120;
/// The local hour at which a person is reminded of the next day's appointment.
const EVENING: i8 = 17;

/// The beginning and the end of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    #[serde(rename = "s")]
    pub start: Timestamp,
    #[serde(rename = "e")]
    pub end: Timestamp,
}

/// A busy time of an expert: the appointment of a mission, and the way to the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    pub mission: MissionId,
    pub start: Timestamp,
    pub until: Timestamp,
}

/// What bounds the search for slots.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub now: Timestamp,
    /// The insurer's time zone, in which hours and days are counted.
    pub zone: &'a TimeZone,
    pub calendar: &'a Calendar,
    /// The postcode of the place: some holidays hold in some departments only.
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

/// When the person would like the appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub moment: Moment,
    /// Whether a day was named, and not only a time of day.
    pub dated: bool,
    /// "À partir de jeudi": the wish is open-ended and `moment` is its beginning.
    pub onwards: bool,
}

/// The slots that are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// In the order of time.
    pub slots: Vec<Slot>,
    /// Whether they are what the person wished for; otherwise they are the nearest ones.
    pub as_wished: bool,
}

/// The slots in which an expert is free for a mission, in the order of time: within their hours, not on a public
/// holiday, not before the notice ends, not over a busy time and not beyond their daily limit. Slots that overlap the
/// mission's own appointment are free, for it may move; the slot that is booked already is left out. Every search for
/// slots is this one.
///
/// `busy`: the busy times of this expert, those of this mission included.
pub fn free_slots(
    expert: &Expert,
    mode: OrientationMode,
    mission: MissionId,
    busy: &[Busy],
    rules: &Rules,
) -> Vec<Slot> {
    let (own, others): (Vec<Busy>, Vec<Busy>) = busy.iter().copied().partition(|busy: &Busy| busy.mission == mission);
    let mut slots = slots_between(expert, mode, &others, rules);
    slots.retain(|slot| own.iter().all(|own| own.start != slot.start));
    slots
}

fn slots_between(expert: &Expert, mode: OrientationMode, busy: &[Busy], rules: &Rules) -> Vec<Slot> {
    let length = SignedDuration::from_mins(i64::from(expert.lengths.of(mode)));
    let travel = SignedDuration::from_mins(travel(expert, mode));
    let earliest = rules.now + SignedDuration::from_hours(i64::from(rules.notice_hours));
    let today = rules.now.to_zoned(rules.zone.clone()).date();
    let mut slots = Vec::new();
    let mut working_days = 0;
    for date in today.series(1.day()).take(MAX_DAYS) {
        // Today does not count as a day ahead, so that the hour of the search does not change how many there are.
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

/// The instant of a local time; none for a time that the change of clocks skips or repeats.
fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).unambiguous().ok()
}

fn weekday(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default()
}

/// Minutes on the way after an appointment.
pub(super) fn travel(expert: &Expert, mode: OrientationMode) -> i64 {
    if mode == OrientationMode::Field { i64::from(expert.travel) } else { 0 }
}

impl Expert {
    /// When the expert is free again after an appointment: its end and the way to the next one.
    pub fn busy_until(&self, mode: OrientationMode, slot: Slot) -> Timestamp {
        slot.end + SignedDuration::from_mins(travel(self, mode))
    }
}

/// Picks the slots to offer from the `free` ones: those that the person wished for, else the nearest; on different days
/// and at different times of day as far as there are any.
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
    /// Whether the wish names an appointment that begins at `local`. A wish for an hour names no other hour of that
    /// day.
    pub fn names(&self, local: DateTime) -> bool {
        let sharp = matches!(self.moment.precision, Precision::Minute | Precision::Hour) && !self.onwards;
        self.holds(local) && (!sharp || local.time() == self.moment.start.time())
    }

    /// Whether an appointment that begins at `local` would suit. For an hour on a named day, any hour of that day
    /// suits.
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

/// Picks slots that leave a real choice: the first of each half-day, one a day while there are enough days, mornings
/// and afternoons in turn.
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
    // First another day and another half of it, then another day, then another half-day.
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
    // Then slots of the same half-day: an hour apart, then any.
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

/// When a person is reminded of an appointment: at [`EVENING`] of the day before; where that is a Sunday or a public
/// holiday, of the last day before it that is neither.
pub fn eve_of(start: Timestamp, zone: &TimeZone, calendar: &Calendar) -> Option<Timestamp> {
    let mut date = start.to_zoned(zone.clone()).date().yesterday().ok()?;
    while date.weekday() == Weekday::Sunday || calendar.is_holiday(date, None) {
        date = date.yesterday().ok()?;
    }
    date.at(EVENING, 0, 0, 0).to_zoned(zone.clone()).ok().map(|eve| eve.timestamp())
}

#[cfg(test)]
mod tests;
