//! `/console`: the dossiers that are open, the most urgent first, page by page, as views with counts and filters, a row of
//! two lines each, and beside them the one that is looked at.

pub(super) mod away;
pub(super) mod bulk;
mod query;
mod row;
pub(super) mod saved;
mod views;

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;

use super::{
    Console, Names, assets,
    auth::Session,
    dossier::{assign, preview},
    error::ConsoleError,
    page::{Shell, html},
    when::Ago,
};
use crate::{
    domain::{orientation_mode::OrientationMode, priority::Priority},
    dossier::Status,
    identity::{Permission, Reach},
    store::{InboxCount, InboxCursor, InboxFilter, SavedView},
};
use bulk::Outcome;
pub(super) use query::InboxQuery;
use query::NOT_ORIENTED;
use row::{Due, InboxRow};
pub(super) use row::{Person, icon, writes};
use views::{SavedLine, ViewLine, bounded};

/// Rows on one page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "inbox.html")]
pub(super) struct InboxPage {
    shell: Shell,
    query: InboxQuery,
    views: Vec<ViewLine>,
    saved: Vec<SavedLine>,
    /// What the list is called.
    title: String,
    facets: Facets,
    chips: Vec<Chip>,
    rows: Vec<InboxRow>,
    /// How many rows all pages have.
    total: String,
    is_one: bool,
    /// Whether there are more than were looked at.
    is_cut: bool,
    /// The address of the next page.
    next: Option<String>,
    /// The dossier that is looked at beside the list.
    preview: Option<String>,
    /// To whom dossiers can be given: log-in, and what is shown.
    colleagues: Vec<assign::Choice>,
    document_kinds: Vec<(String, String)>,
    /// What was just done to several dossiers.
    outcome: Option<Outcome>,
    now: Timestamp,
}

/// The filters with their choices, and how many dossiers each choice would show.
struct Facets {
    statuses: Vec<Facet>,
    orientations: Vec<Facet>,
    priorities: Vec<Facet>,
    perils: Vec<Facet>,
    insurers: Vec<Facet>,
    people: Vec<Facet>,
}

/// One choice of a filter.
struct Facet {
    code: String,
    name: String,
    /// None where it is not counted.
    count: Option<String>,
    active: bool,
    /// The address that selects it, or deselects it where it is selected.
    href: String,
}

/// A filter that is set, and the address without it.
struct Chip {
    name: String,
    href: String,
}

pub(super) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(query): Query<InboxQuery>,
) -> Result<Response, ConsoleError> {
    if session.must_change_password {
        return Err(ConsoleError::ChangePassword);
    }
    if !session.scope.may(Permission::Cases) {
        // Whoever has no lists has their appointments.
        return Ok(Redirect::to("/console/appointments").into_response());
    }
    let cases = console.cases(&session);
    let filter = query.filter(&session);
    let after: Option<InboxCursor> = query.after.parse().ok();
    let page = cases.inbox(&filter, after.as_ref(), ROWS).await?;
    let counts = cases.counts().await?;
    let mine = cases.count_held(&session.login).await?;
    let names = console.names();
    let handlers = console.users().handlers().await?;
    let people: HashMap<_, _> = handlers.iter().map(|handler| (handler.login.clone(), handler.name.clone())).collect();
    let rows = Box::pin(row::rows(&console, &session, page.dossiers, &people)).await?;
    let saved = console.users().views(&session.login).await?;
    let preview = match query.d.parse() {
        Ok(id) => Box::pin(preview::fragment(&console, &session, id)).await?,
        Err(_) => None,
    };
    // Of few it is known what each choice would show, and no more than that.
    let of_page = if filter.search.is_some() || filter.handler.is_some() { &page.counts } else { &counts };
    let total = filter.count(&page.counts);
    let page = html(&InboxPage {
        shell: Shell::from(&session),
        views: views::lines(&query, &session, &counts, mine),
        saved: views::saved(saved, &query, &session, &counts),
        title: views::title(&query),
        total: bounded(total),
        is_one: total == 1,
        facets: Facets::of(&query, &session, of_page, names, &people),
        chips: chips(&query, names, &people),
        rows,
        is_cut: page.is_cut,
        next: page.next.map(|next| query.at(&next.to_string())),
        preview,
        colleagues: assign::choices(&handlers, &session, None, console.now()),
        document_kinds: names.documents().into_iter().map(|(kind, name)| (kind.to_owned(), name.to_owned())).collect(),
        outcome: query.done.parse().ok(),
        query,
        now: console.now(),
    })?;
    Ok(page.into_response())
}

/// The filters that are set.
fn chips(query: &InboxQuery, names: &Names, people: &HashMap<String, String>) -> Vec<Chip> {
    let words = super::words::status;
    let mut chips = Vec::new();
    for (param, value) in query.filters() {
        if value.is_empty() {
            continue;
        }
        let name = match param {
            "status" => words(value).to_owned(),
            "orientation" => super::words::mode(value).to_owned(),
            "priority" => super::words::priority(value).to_owned(),
            "peril" => names.peril(value).to_owned(),
            "insurer" => names.insurer(value).to_owned(),
            "who" => people.get(value).cloned().unwrap_or_else(|| value.to_owned()),
            "tag" => format!("#{value}"),
            "q" => format!("«\u{a0}{value}\u{a0}»"),
            _ => "Attend une réponse".to_owned(),
        };
        chips.push(Chip { name, href: query.address(&[(param, "")]) });
    }
    chips
}

impl Facets {
    fn of(
        query: &InboxQuery,
        session: &Session,
        counts: &[InboxCount],
        names: &Names,
        people: &HashMap<String, String>,
    ) -> Self {
        let facets = |filter: &str, codes: Vec<String>, name: &dyn Fn(&str) -> String| {
            codes
                .into_iter()
                .map(|code| Facet::of(query, session, Some(counts), filter, &code, name(&code)))
                .collect::<Vec<_>>()
        };
        let status = query.filter(session).status.filter(|status| status.is_over());
        let in_view = InboxFilter { status, ..InboxFilter::default() };
        let distinct = |of: fn(&InboxCount) -> &String| {
            let codes: BTreeSet<_> = counts.iter().filter(|count| in_view.shows(count)).map(of).collect();
            codes.into_iter().cloned().collect::<Vec<_>>()
        };
        let mut perils = facets("peril", distinct(|count| &count.peril), &|code| names.peril(code).to_owned());
        perils.sort_by(|a, b| a.name.cmp(&b.name));
        let statuses = Status::ALL.map(|status| status.name().to_owned()).to_vec();
        let orientations = OrientationMode::ALL.map(OrientationMode::name).into_iter().chain([NOT_ORIENTED]);
        let orientations = orientations.map(str::to_owned).collect();
        let priorities = [Priority::Urgent, Priority::High].map(|priority| priority.name().to_owned()).to_vec();
        let mut others: Vec<Facet> =
            people.iter().map(|(login, name)| Facet::of(query, session, None, "who", login, name.clone())).collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            statuses: facets("status", statuses, &|code| super::words::status(code).to_owned()),
            orientations: facets("orientation", orientations, &|code| super::words::mode(code).to_owned()),
            priorities: facets("priority", priorities, &|code| super::words::priority(code).to_owned()),
            perils,
            insurers: facets("insurer", distinct(|count| &count.insurer), &|code| names.insurer(code).to_owned()),
            people: others,
        }
    }
}

impl Facet {
    fn of(
        query: &InboxQuery,
        session: &Session,
        counts: Option<&[InboxCount]>,
        filter: &str,
        code: &str,
        name: String,
    ) -> Self {
        let current = query.filters().into_iter().find(|(param, _)| *param == filter).map_or("", |(_, value)| value);
        let active = current == code;
        let chosen = query.with(filter, code);
        Self {
            code: code.to_owned(),
            name,
            count: counts.map(|counts| bounded(chosen.filter(session).count(counts))),
            active,
            href: query.address(&[(filter, if active { "" } else { code })]),
        }
    }
}

/// The desks that are a user's own. Whoever has all of them has none that is theirs alone.
fn own_desks(session: &Session) -> Option<BTreeSet<String>> {
    match &session.own_desks {
        Reach::Only(desks) if !desks.is_empty() => Some(desks.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
