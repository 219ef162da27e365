//! `experts.yaml`: who surveys losses, where, and when.

use std::collections::BTreeSet;

use super::{
    diagnostics::{Diagnostics, SourcePosition},
    hours::Hours,
    yaml::{Data, Fields, Node},
};
use crate::{
    domain::orientation_mode::OrientationMode,
    planning::{ANYWHERE, Expert, Experts, Lengths, Week},
};

pub(crate) const FILE: &str = "experts.yaml";
/// Lengths of time are multiples of a quarter of an hour, in minutes.
const QUARTER: f64 = 15.0;
/// The longest notice, a month, and the most working days that are searched for slots.
const MAX_NOTICE_HOURS: f64 = 720.0;
const MAX_DAYS_AHEAD: f64 = 60.0;
/// The longest appointment, and the longest way to the next one: a working day.
const MAX_MINUTES: f64 = 480.0;

/// Reads the file; `perils` are those of the flows.
pub(crate) fn read(root: &Node, perils: &BTreeSet<&str>, problems: &mut Diagnostics) -> Experts {
    let mut fields = Fields::of(FILE, root, problems);
    let mut experts = Experts::default();
    if let Some(hours) = whole(&mut fields, "notice_hours", MAX_NOTICE_HOURS, problems) {
        experts.notice_hours = hours;
    }
    if let Some(days) = whole(&mut fields, "days_ahead", MAX_DAYS_AHEAD, problems) {
        experts.days_ahead = days;
    }
    let mut seen = BTreeSet::new();
    for node in fields.list("experts", problems) {
        let expert = one(node, perils, problems);
        if !seen.insert(expert.id.clone()) {
            problems.error(FILE, node.place, format!("there are two experts `{}`", expert.id));
        }
        experts.experts.push(expert);
    }
    fields.finish(problems);
    experts
}

fn one(node: &Node, perils: &BTreeSet<&str>, problems: &mut Diagnostics) -> Expert {
    let mut fields = Fields::of(FILE, node, problems);
    let name = fields.required("name", problems);
    let id = fields.string("id", problems).unwrap_or_else(|| name.clone());
    let phone = fields.required("phone", problems);
    let skills = listed(&mut fields, "skills", problems, |_| None);
    for (peril, place) in skills.iter().filter(|(peril, _)| !perils.contains(peril.as_str())) {
        problems.warn(FILE, *place, format!("no flow has the peril `{peril}`"));
    }
    let modes = listed(&mut fields, "modes", problems, |mode| {
        let names = OrientationMode::WITH_EXPERT.map(OrientationMode::name);
        (!names.contains(&mode)).then(|| format!("`{mode}` is no mode: {}", names.join(", ")))
    });
    let departments = listed(&mut fields, "departments", problems, |code| {
        let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (code != ANYWHERE && !is_code).then(|| format!("`{code}` is no department: \"69\", \"974\" or \"*\""))
    });
    let hours = if let Some(node) = fields.take("hours") {
        let hours = Hours::read(FILE, node, problems).into_week();
        let quarter = |time: &jiff::civil::Time| time.minute() % 15 == 0 && time.second() == 0;
        if hours.iter().flatten().any(|(from, until)| !quarter(from) || !quarter(until)) {
            problems.error(FILE, node.place, "`hours` begin and end on a quarter of an hour".to_owned());
        }
        hours
    } else {
        problems.warn(FILE, node.place, format!("`{name}` has no `hours`: no appointment can be proposed"));
        Week::default()
    };
    let mut lengths = Lengths::default();
    if let Some(node) = fields.take("minutes") {
        let mut fields = Fields::of(FILE, node, problems);
        for (mode, length) in
            [("field", &mut lengths.field), ("visio", &mut lengths.visio), ("tele", &mut lengths.tele)]
        {
            *length = quarters(&mut fields, mode, problems).filter(|minutes| *minutes > 0).unwrap_or(*length);
        }
        fields.finish(problems);
    }
    let travel = quarters(&mut fields, "travel", problems).unwrap_or_default();
    let per_day = whole(&mut fields, "per_day", 50.0, problems).map(usize::from);
    let link = fields.take("link").and_then(|node| {
        let link = node.scalar().filter(|link| link.starts_with("https://"));
        if link.is_none() {
            problems.error(FILE, node.place, "`link` begins with https://".to_owned());
        }
        link
    });
    fields.finish(problems);
    let texts = |listed: Vec<(String, SourcePosition)>| listed.into_iter().map(|(text, _)| text).collect();
    let modes = modes.iter().filter_map(|(mode, _)| mode.parse().ok()).collect();
    let (skills, departments) = (texts(skills), texts(departments));
    Expert { id, name, phone, skills, modes, departments, hours, lengths, travel, per_day, link }
}

/// The texts of a list, which must not be empty; `wrong` tells what is wrong with one of them.
fn listed(
    fields: &mut Fields,
    key: &str,
    problems: &mut Diagnostics,
    wrong: impl Fn(&str) -> Option<String>,
) -> Vec<(String, SourcePosition)> {
    let (place, nodes) = (fields.place, fields.list(key, problems));
    if nodes.is_empty() {
        problems.error(FILE, place, format!("an expert needs `{key}`"));
    }
    let mut texts = Vec::new();
    for node in nodes {
        let text = node.scalar().unwrap_or_default();
        if let Some(message) = wrong(&text) {
            problems.error(FILE, node.place, message);
        }
        texts.push((text, node.place));
    }
    texts
}

/// A whole number from 0 to `max`.
fn whole(fields: &mut Fields, key: &str, max: f64, problems: &mut Diagnostics) -> Option<u16> {
    let node = fields.take(key)?;
    match node.data {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked by the guard")]
        Data::Number(number) if number.fract() == 0.0 && (0.0..=max).contains(&number) => Some(number as u16),
        _ => {
            problems.error(FILE, node.place, format!("`{key}` is a whole number, 0 to {max}"));
            None
        }
    }
}

/// A number of minutes that is a multiple of a quarter of an hour.
fn quarters(fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Option<u16> {
    let node = fields.take(key)?;
    match node.data {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked by the guard")]
        Data::Number(number) if number % QUARTER == 0.0 && (0.0..=MAX_MINUTES).contains(&number) => Some(number as u16),
        _ => {
            let message = format!("`{key}` is a number of minutes by quarters of an hour: 15, 30, … {MAX_MINUTES}");
            problems.error(FILE, node.place, message);
            None
        }
    }
}

#[cfg(test)]
mod tests;
