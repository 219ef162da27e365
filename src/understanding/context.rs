//! Resolves the moments of a message by each other: by the tense of their sentence, the day of an hour, the order of
//! two ends.

use jiff::{ToSpan, civil::DateTime};

use super::{
    Entity, Open, ValueKind, Vocabulary,
    text::Text,
    time::{Cycle, Tense, Tenses, moved},
};
use crate::domain::fact::{Moment, Precision, Value};

/// How many tokens may stand between two moments that belong together, as in "la semaine passée, mardi".
const NEAR: usize = 3;

/// How many words may stand between "découvert" and the moment of it.
const SEEN_BESIDE: usize = 4;

/// Resolves each moment by the others and by the verbs.
pub(super) fn settle(text: &Text, vocabulary: &Vocabulary, now: DateTime, values: &mut Vec<Entity>) {
    note_what_is_denied(text, vocabulary, values);
    doubt_signatures(text, vocabulary, values);
    if values.iter().all(|found| found.kind != ValueKind::Time) {
        return;
    }
    settle_tenses(text, vocabulary, now, values);
    settle_neighbours(now, values);
    note_what_was_seen(text, vocabulary, values);
    settle_days(values);
    settle_order(values);
}

/// Puts moments that could lie in the past or in the future where the verbs of their sentences say, else on the side of
/// the other moments: "demain, ou lundi".
fn settle_tenses(text: &Text, vocabulary: &Vocabulary, now: DateTime, values: &mut [Entity]) {
    if values.iter().all(|found| found.ahead.is_none()) {
        return;
    }
    let tenses = Tenses::of(text, vocabulary);
    let comes = |found: &Entity| {
        found.ahead.is_none() && found.beside.is_none() && moment(&found.value).is_some_and(|moment| moment.start > now)
    };
    let coming = values.iter().any(comes);
    for found in values.iter_mut().filter(|found| found.ahead.is_some()) {
        match tenses.around(text, &found.tokens) {
            Some(Tense::Past) => found.ahead = None,
            None if !coming => {}
            Some(Tense::Future) | None => found.value = found.ahead.take().unwrap_or(Value::Unknown),
        }
    }
}

/// Marks what a "pas" stands right before, where something else of the kind is told: "samedi, pas dimanche", "pas 800 € mais 600".
/// Not knowing denies nothing: "je ne sais pas lundi ou mardi".
fn note_what_is_denied(text: &Text, vocabulary: &Vocabulary, values: &mut [Entity]) {
    let negated = |found: &Entity| {
        // "Je ne suis pas là lundi": no weekday has the article "la".
        let weekday = vocabulary.is_weekday(text, found.tokens.start);
        let small = |at: &usize| match text.word(*at) {
            "la" => !weekday,
            word => matches!(word, "le" | "les" | "l" | "du" | "de" | "a" | "en" | "au"),
        };
        let before = (found.tokens.start.saturating_sub(3)..found.tokens.start).rev().find(|at| !small(at));
        before.is_some_and(|at| matches!(text.word(at), "pas" | "not") && !vocabulary.is_part_of_not_knowing(text, at))
            && found.open.is_none()
    };
    let denied: Vec<bool> = values.iter().map(negated).collect();
    for at in 0..values.len() {
        let kind = values[at].kind;
        let others = values.iter().zip(&denied).any(|(other, denied)| other.kind == kind && !denied);
        values[at].denied = denied[at] && others;
    }
}

/// Doubts the addresses behind what ends a letter: where the writer lives need not be where it happened.
fn doubt_signatures(text: &Text, vocabulary: &Vocabulary, values: &mut [Entity]) {
    if values.iter().all(|found| found.kind != ValueKind::Address) {
        return;
    }
    let closing = (0..text.len()).rev().find(|&at| vocabulary.closings.at(text, at).is_some());
    for found in values.iter_mut().filter(|found| found.kind == ValueKind::Address) {
        found.uncertain |= closing.is_some_and(|closing| closing < found.tokens.start);
    }
}

/// Marks the moments in which something was only seen, or done about it: a word for that stands near, in the same clause, and
/// nearer than to any other moment ("hier …, j'ai porté plainte ce matin").
fn note_what_was_seen(text: &Text, vocabulary: &Vocabulary, values: &mut [Entity]) {
    let seen = (0..text.len()).filter_map(|at| Some(at..vocabulary.noticing.at(text, at)?.end));
    for seen in seen.collect::<Vec<_>>() {
        let distance = |found: &Entity| {
            let (from, to) = if found.tokens.start >= seen.end {
                (seen.end, found.tokens.start)
            } else {
                (found.tokens.end, seen.start.max(found.tokens.end))
            };
            let near = to - from <= SEEN_BESIDE && (from..to).all(|at| text.is_word(at) && !joins_clauses(text, at));
            near.then_some(to - from)
        };
        let times = values.iter_mut().filter(|found| found.kind == ValueKind::Time);
        let nearest = times.filter_map(|found| Some((distance(found)?, found))).min_by_key(|(distance, _)| *distance);
        if let Some((_, found)) = nearest {
            found.noticed = true;
        }
    }
}

fn joins_clauses(text: &Text, at: usize) -> bool {
    matches!(text.word(at), "et" | "and" | "mais" | "but" | "puis")
}

/// Puts "la veille" and "le lendemain" beside the day that was named before. Without one, "la veille" is an uncertain
/// yesterday, and "le lendemain" gives no moment.
fn settle_neighbours(now: DateTime, values: &mut Vec<Entity>) {
    for at in 0..values.len() {
        if values[at].beside.is_none() {
            continue;
        }
        let told = values[..at].iter().rev().filter(|found| found.dated).find_map(|found| moment(&found.value));
        let Some(told) = told.map(|told| told.start.date()) else { continue };
        let from_today = told.since(now.date()).map_or(0, |span| i64::from(span.get_days()));
        if let Some(moved) = moment(&values[at].value).and_then(|own| moved(own, Cycle::Day, from_today)) {
            values[at].value = Value::Moment(moved);
            (values[at].ahead, values[at].uncertain, values[at].beside) = (None, false, None);
        }
    }
    values.retain(|found| found.beside.is_none_or(|steps| steps < 0));
}

/// Puts an hour on the day, or the part of the day, that was named before it, and a weekday into its week: "mardi soir
/// je crois, vers 9h", "la semaine passée, mardi".
fn settle_days(values: &mut [Entity]) {
    let is_day = |found: &Entity| {
        let within_day = |moment: &Moment| match moment.precision {
            Precision::Day => moment.end.is_none(),
            precision => precision == Precision::PartOfDay,
        };
        found.dated && moment(&found.value).is_some_and(within_day)
    };
    for at in 1..values.len() {
        let (before, after) = values.split_at_mut(at);
        let Some(found) = after.first_mut().filter(|found| found.kind == ValueKind::Time) else { continue };
        let Some(last) = before.iter().rev().find(|found| found.kind == ValueKind::Time) else { continue };
        if !found.dated && is_day(last) && last.open.is_none() {
            let ahead = last.ahead.as_ref().unwrap_or(&last.value).clone();
            let own = found.ahead.take().unwrap_or_else(|| found.value.clone());
            let (past, ahead) = (on_day(&found.value, &last.value), on_day(&own, &ahead));
            found.ahead = ahead.filter(|ahead| past.as_ref() != Some(ahead));
            found.value = past.unwrap_or(own);
            (found.dated, found.cycle) = (true, last.cycle);
        } else if found.cycle == Cycle::Week
            && is_day(found)
            && found.tokens.start <= last.tokens.end + NEAR
            && let Some(week) = moment(&last.value).filter(|week| week.precision == Precision::Week)
            && let Some(day) = moment(&found.value)
        {
            // The same weekday, or part of it, in that week.
            let days = i64::from(week.start.date().since(day.start.date()).map_or(0, |span| span.get_days()));
            let weekday = i64::from(day.start.weekday().to_monday_zero_offset());
            if let Some(day) = moved(day, Cycle::Day, days + weekday) {
                found.value = Value::Moment(day);
                (found.ahead, found.cycle) = (None, Cycle::Fixed);
            }
        }
    }
}

/// Puts a beginning before its end: in "ça a commencé jeudi soir et ça a duré jusqu'à samedi" it is the Thursday before
/// that Saturday.
fn settle_order(values: &mut [Entity]) {
    for at in 1..values.len() {
        let (before, after) = values.split_at_mut(at);
        let (Some(first), Some(last)) = (before.last_mut(), after.first()) else { continue };
        if last.open == Some(Open::Before)
            && first.open != Some(Open::Before)
            && let (Some(from), Some(to)) = (moment(&first.value), moment(&last.value))
            && from.start > to.start
            && let Some(earlier) = moved(from, first.cycle, -1)
        {
            first.value = Value::Moment(earlier);
        }
    }
}

fn moment(value: &Value) -> Option<&Moment> {
    match value {
        Value::Moment(moment) => Some(moment),
        _ => None,
    }
}

/// The hours of one moment on the day of another, within its part where it is a part of a day.
fn on_day(hours: &Value, day: &Value) -> Option<Value> {
    let (hours, day) = (moment(hours)?, moment(day)?);
    let start = day.start.date().to_datetime(hours.start.time());
    let within = |start: &DateTime| day.end.is_none_or(|end| day.start <= *start && *start < end);
    // "Mardi soir … vers 8 h" is twelve hours later, "dans la nuit de mardi … vers 3 h" a day.
    let later = [0.hours(), 12.hours(), 24.hours()].into_iter().find_map(|span| {
        let start = start.checked_add(span).ok()?;
        (within(&start) && (span.get_hours() != 12 || hours.start.hour() < 12)).then_some(start)
    });
    let start = later.unwrap_or(start);
    let end = match hours.end {
        Some(end) => Some(start.checked_add(end.duration_since(hours.start)).ok()?),
        None => None,
    };
    Some(Value::Moment(Moment { start, end, precision: hours.precision }))
}
