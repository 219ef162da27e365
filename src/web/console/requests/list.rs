//! `/console/requests`: the open requests by desk, the most urgent first.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use serde::Deserialize;

use super::RequestLine;
use crate::{
    domain::desk::Desk,
    store::DeskCount,
    web::console::{
        Console, Names, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
    },
};

/// The most lines on one page.
const MAX_LINES: i64 = 200;

/// The filters in the query.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RequestsQuery {
    desk: String,
    /// `1` shows the requests that are done.
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
    code: Desk,
    name: String,
    open: i64,
    overdue: i64,
    active: bool,
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(query): Query<RequestsQuery>,
) -> Result<Html<String>, ConsoleError> {
    let desk = Some(query.desk.as_str()).filter(|desk| !desk.is_empty()).map(Desk::from);
    let rows = console.cases(&session).requests(desk.as_ref(), query.done == "1", MAX_LINES).await?;
    let counts = console.cases(&session).request_counts(console.now()).await?;
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

#[cfg(test)]
mod tests;
