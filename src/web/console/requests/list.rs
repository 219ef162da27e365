//! `/console/requests`: what is to be answered, the most pressing first, by desk.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    store::{DeskCount, RequestRow},
    web::console::{
        Console, Names, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
        when::When,
    },
};

/// The most lines on one page.
const MAX_LINES: i64 = 200;

/// The filters, as the address has them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RequestsQuery {
    desk: String,
    /// `1`: those that were done.
    done: String,
}

#[derive(Template)]
#[template(path = "requests.html")]
pub(in crate::web::console) struct RequestsPage {
    shell: Shell,
    query: RequestsQuery,
    desks: Vec<DeskView>,
    open: i64,
    overdue: i64,
    lines: Vec<RequestLine>,
}

/// A desk with its open requests.
struct DeskView {
    code: String,
    name: String,
    open: i64,
    overdue: i64,
    active: bool,
}

/// A request in the list.
struct RequestLine {
    id: String,
    dossier: String,
    label: String,
    desk: String,
    insurer: String,
    text: String,
    asked: When,
    acknowledge_by: Option<When>,
    answer_by: When,
    /// The first deadline that is still to be kept has passed.
    overdue: bool,
    done: Option<(When, String)>,
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(query): Query<RequestsQuery>,
) -> Result<Html<String>, ConsoleError> {
    let desk = Some(query.desk.as_str()).filter(|desk| !desk.is_empty());
    let rows = console.store().requests(desk, query.done == "1", MAX_LINES).await?;
    let counts = console.store().request_counts(console.now()).await?;
    let (names, now) = (console.names(), console.now());
    html(&RequestsPage {
        shell: Shell::from(&session),
        open: counts.iter().map(|count| count.open).sum(),
        overdue: counts.iter().map(|count| count.overdue).sum(),
        desks: counts.into_iter().map(|count| DeskView::of(count, names, &query.desk)).collect(),
        lines: rows.into_iter().map(|row| RequestLine::of(row, names, now)).collect(),
        query,
    })
}

impl DeskView {
    fn of(count: DeskCount, names: &Names, current: &str) -> Self {
        let name = names.desk(&count.desk).to_owned();
        Self { name, open: count.open, overdue: count.overdue, active: count.desk == current, code: count.desk }
    }
}

impl RequestLine {
    fn of(row: RequestRow, names: &Names, now: Timestamp) -> Self {
        Self {
            id: row.id.to_string(),
            dossier: row.dossier.to_string(),
            label: names.request(&row.kind).to_owned(),
            desk: names.desk(&row.desk).to_owned(),
            insurer: names.insurer(&row.insurer).to_owned(),
            overdue: row.done.is_none() && row.acknowledge_by.unwrap_or(row.answer_by) < now,
            text: row.text,
            asked: When(row.asked_at),
            acknowledge_by: row.acknowledge_by.map(When),
            answer_by: When(row.answer_by),
            done: row.done.map(|done| (When(done.at), done.by)),
        }
    }
}

#[cfg(test)]
mod tests;
