//! `/console/clocks`: what is owed and by when, over all cases: deadlines, tasks, and what people asked for.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use serde::Deserialize;

use super::{
    Console, Names, assets,
    auth::Session,
    error::ConsoleError,
    page::{Shell, html},
    when::When,
};
use crate::{
    domain::{clock::paris, clock_kind::ClockKind},
    identity::Permission,
    store::{COUNTED, Owed, OwedCount, OwedFilter},
};

/// The lines of one page.
const PAGE: i64 = 100;
/// What is due later than this many days from now is not counted.
const COUNTED_DAYS: i64 = 31;
/// The most rules that have a tile of their own.
const TILES: usize = 5;

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ClocksQuery {
    /// `1`: only what is mine.
    mine: String,
    /// A rule or a kind of request.
    what: String,
    /// The key behind which the page begins: milliseconds and an identifier.
    after: String,
}

#[derive(Template)]
#[template(path = "clocks.html")]
pub(in crate::web::console) struct ClocksPage {
    shell: Shell,
    query: ClocksQuery,
    /// Whether there is more than is counted.
    is_cut: bool,
    tiles: Vec<Tile>,
    groups: Vec<Group>,
    /// Who has something overdue; none where it is not shown.
    handlers: Vec<(Option<String>, i64)>,
    /// The addresses of what is mine, of all, and of the next page.
    mine: String,
    all: String,
    next: Option<String>,
}

/// A rule with how much of it is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tile {
    /// Empty: all.
    what: String,
    address: String,
    name: String,
    source: String,
    overdue: i64,
    today: i64,
    all: i64,
}

/// Lines of one stretch of time.
struct Group {
    span: TimeSpan,
    lines: Vec<Line>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeSpan {
    Overdue,
    Today,
    Week,
    Later,
}

/// Something that is owed.
struct Line {
    dossier: String,
    reference: String,
    holder: Option<String>,
    what: String,
    is_call: bool,
    source: String,
    owner: String,
    due: When,
    left: Left,
    /// The part of the time that is over, in percent.
    share: i64,
    handler: Option<String>,
}

/// How much time is left, or how late it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    LateDays(i64),
    LateHours(i64),
    Minutes(i64),
    Hours(i64),
    Days(i64),
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(query): Query<ClocksQuery>,
) -> Result<Html<String>, ConsoleError> {
    let (cases, now) = (console.cases(&session), console.now());
    let today = now.to_zoned(paris()).date();
    let midnight = |date: Date| date.to_zoned(paris()).map_or(now, |zoned| zoned.timestamp());
    let tomorrow = midnight(today.saturating_add(1.day()));
    let filter = OwedFilter {
        login: (query.mine == "1").then(|| session.login.clone()),
        what: Some(query.what.clone()).filter(|what| !what.is_empty()),
    };
    let until = now + SignedDuration::from_hours(24 * COUNTED_DAYS);
    let (owed, counts, users) = tokio::try_join!(
        cases.owed(&filter, key(&query.after), PAGE),
        cases.owed_counts(now, tomorrow, until),
        console.users().handlers(),
    )?;
    let people: HashMap<_, _> = users.into_iter().map(|user| (user.login, user.name)).collect();
    let named = |login: String| people.get(&login).cloned().unwrap_or(login);
    // Who is late is for those who look after others' work.
    let handlers = if session.scope.may(Permission::CaseAccess) {
        let late = cases.overdue_by_handler(now).await?;
        late.into_iter().map(|(login, count)| (login.map(named), count)).collect()
    } else {
        Vec::new()
    };
    let full = usize::try_from(PAGE).is_ok_and(|page| owed.len() == page);
    let next = owed.last().filter(|_| full).map(|last| {
        let key = format!("{}.{}", last.due_at.as_millisecond(), last.id);
        address(query.mine == "1", &query.what, &key)
    });
    let names = console.names();
    html(&ClocksPage {
        shell: Shell::from(&session),
        is_cut: counts.iter().map(|count| count.all).sum::<i64>() >= COUNTED,
        tiles: tiles(&counts, query.mine == "1", names),
        mine: address(true, &query.what, ""),
        all: address(false, &query.what, ""),
        groups: groups(owed, (now, tomorrow, midnight(today.saturating_add(7.days()))), names, &people),
        handlers,
        next,
        query,
    })
}

/// The address of the list with its filters.
fn address(mine: bool, what: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("mine", if mine { "1" } else { "" }), ("what", what), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    format!("/console/clocks?{}", query.finish())
}

/// The key that a page's address names.
fn key(after: &str) -> Option<(Timestamp, String)> {
    let (at, id) = after.split_once('.')?;
    Some((Timestamp::from_millisecond(at.parse().ok()?).ok()?, id.to_owned()))
}

/// All, and the rules of which most is late, or else due.
fn tiles(counts: &[OwedCount], mine: bool, names: &Names) -> Vec<Tile> {
    let mut tiles: Vec<Tile> =
        counts.iter().filter(|count| !count.what.is_empty()).map(|count| Tile::of(count, mine, names)).collect();
    tiles.sort_by_key(|tile| std::cmp::Reverse((tile.overdue, tile.today, tile.all)));
    tiles.truncate(TILES);
    let sum = |of: fn(&OwedCount) -> i64| counts.iter().map(of).sum();
    let all = Tile {
        address: address(mine, "", ""),
        what: String::new(),
        name: String::new(),
        source: String::new(),
        overdue: sum(|count| count.overdue),
        today: sum(|count| count.today),
        all: sum(|count| count.all),
    };
    std::iter::once(all).chain(tiles).collect()
}

fn groups(
    owed: Vec<Owed>,
    (now, tomorrow, week): (Timestamp, Timestamp, Timestamp),
    names: &Names,
    people: &HashMap<String, String>,
) -> Vec<Group> {
    let span = |due: Timestamp| match due {
        due if due <= now => TimeSpan::Overdue,
        due if due < tomorrow => TimeSpan::Today,
        due if due < week => TimeSpan::Week,
        _ => TimeSpan::Later,
    };
    let mut groups: Vec<Group> = Vec::new();
    for owed in owed {
        let span = span(owed.due_at);
        let line = Line::of(owed, now, names, people);
        match groups.last_mut().filter(|group| group.span == span) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { span, lines: vec![line] }),
        }
    }
    groups
}

impl Tile {
    fn of(count: &OwedCount, mine: bool, names: &Names) -> Self {
        let OwedCount { kind, what, all, overdue, today } = count.clone();
        let name = match kind {
            Some(_) => names.clock(&what).to_owned(),
            None => names.request(&what).to_owned(),
        };
        let (address, source) = (address(mine, &what, ""), names.clock_source(&what).to_owned());
        Self { what, address, name, source, overdue, today, all }
    }
}

impl Line {
    fn of(owed: Owed, now: Timestamp, names: &Names, people: &HashMap<String, String>) -> Self {
        let (what, source) = match owed.kind {
            Some(ClockKind::Rule) => (names.clock(&owed.what).to_owned(), names.clock_source(&owed.what).to_owned()),
            Some(ClockKind::Task | ClockKind::CallBack) => (owed.what.clone(), String::new()),
            None => (names.request(&owed.what).to_owned(), String::new()),
        };
        let whole = owed.due_at.duration_since(owed.started_at).as_secs().max(1);
        let over = now.duration_since(owed.started_at).as_secs();
        Self {
            dossier: owed.dossier.to_string(),
            reference: owed.reference,
            holder: owed.holder,
            what,
            is_call: owed.kind == Some(ClockKind::CallBack),
            source,
            owner: names.clock_owner(&owed.owner).to_owned(),
            due: When(owed.due_at),
            left: Left::of(owed.due_at, now),
            share: (over.saturating_mul(100) / whole).clamp(0, 100),
            handler: owed.assignee.or(owed.handler).map(|login| people.get(&login).cloned().unwrap_or(login)),
        }
    }
}

impl Left {
    fn of(due: Timestamp, now: Timestamp) -> Self {
        let minutes = due.duration_since(now).as_mins();
        match minutes {
            ..=-1440 => Self::LateDays(-minutes / 1440),
            -1439..=-1 => Self::LateHours(-minutes / 60),
            0 if due <= now => Self::LateHours(0),
            0..60 => Self::Minutes(minutes),
            60..2880 => Self::Hours(minutes / 60),
            _ => Self::Days(minutes / 1440),
        }
    }
}

#[cfg(test)]
mod tests;
