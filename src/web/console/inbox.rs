//! `/console`: the dossiers that are open, the most urgent first, page by page, with filters, counts and a search.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Console, Names, assets,
    auth::Session,
    error::ConsoleError,
    page::{Shell, html},
    when::{Ago, When},
};
use crate::{
    domain::{orientation_mode::OrientationMode, priority::Priority},
    dossier::{Dossier, Status},
    identity::Permission,
    store::{InboxCount, InboxCursor, InboxFilter, InboxSort, Oriented},
};

/// Lines on one page.
const LINES: usize = 50;
const NOT_ORIENTED: &str = "none";

/// The filters in the query.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InboxQuery {
    status: String,
    orientation: String,
    peril: String,
    insurer: String,
    waiting: String,
    q: String,
    sort: String,
    dir: String,
    /// The line behind which the page begins.
    after: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
pub(super) struct InboxPage {
    shell: Shell,
    query: InboxQuery,
    facets: Facets,
    lines: Vec<InboxLine>,
    /// How many lines all pages have.
    total: i64,
    /// Whether the search found more than is counted.
    is_cut: bool,
    /// The address of the next page.
    next: Option<String>,
    now: Timestamp,
}

/// The filters with their choices, and how many dossiers each choice would show.
struct Facets {
    all: Facet,
    waiting: Facet,
    statuses: Vec<Facet>,
    orientations: Vec<Facet>,
    perils: Vec<Facet>,
    insurers: Vec<Facet>,
}

/// One choice of a filter.
struct Facet {
    code: String,
    name: String,
    count: i64,
    active: bool,
    /// The address that selects it, or deselects it where it is selected.
    href: String,
}

/// A dossier in the list.
struct InboxLine {
    id: String,
    reference: String,
    holder: Option<String>,
    peril: String,
    insurer: String,
    status: Status,
    orientation: Option<OrientationMode>,
    priority: Priority,
    handler: Option<String>,
    waiting: Option<When>,
    updated: When,
    missing: Vec<String>,
    /// Whether any documents were asked for.
    has_wanted_documents: bool,
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
    let filter = query.filter();
    let after: Option<InboxCursor> = query.after.parse().ok();
    let page = console.cases(&session).inbox(&filter, after.as_ref(), LINES).await?;
    let names = console.names();
    let handlers = console.users().handlers().await?;
    let people: HashMap<_, _> = handlers.into_iter().map(|handler| (handler.login, handler.name)).collect();
    let page = html(&InboxPage {
        shell: Shell::from(&session),
        total: filter.count(&page.counts),
        facets: Facets::of(&query, &page.counts, names),
        lines: page.dossiers.into_iter().map(|dossier| InboxLine::of(dossier, names, &people)).collect(),
        is_cut: page.is_cut,
        next: page.next.map(|next| query.at(&next.to_string())),
        query,
        now: console.now(),
    })?;
    Ok(page.into_response())
}

impl InboxQuery {
    fn filter(&self) -> InboxFilter {
        let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        InboxFilter {
            status: self.status.parse().ok(),
            orientation: match self.orientation.as_str() {
                NOT_ORIENTED => Some(Oriented::NotYet),
                mode => mode.parse().ok().map(Oriented::To),
            },
            peril: given(&self.peril),
            insurer: given(&self.insurer),
            waiting: self.waiting == "1",
            search: given(&self.q),
            sort: match self.sort.as_str() {
                "waiting" => InboxSort::Waiting,
                "reference" => InboxSort::Reference,
                "holder" => InboxSort::Holder,
                "peril" => InboxSort::Peril,
                "status" => InboxSort::Status,
                "orientation" => InboxSort::Orientation,
                "insurer" => InboxSort::Insurer,
                "missing" => InboxSort::Missing,
                "updated" => InboxSort::Updated,
                _ => InboxSort::Priority,
            },
            reversed: self.dir == "desc",
        }
    }

    fn params(&self) -> [(&'static str, &str); 8] {
        [
            ("status", &self.status),
            ("orientation", &self.orientation),
            ("peril", &self.peril),
            ("insurer", &self.insurer),
            ("waiting", &self.waiting),
            ("q", &self.q),
            ("sort", &self.sort),
            ("dir", &self.dir),
        ]
    }

    /// The address of the first page with some filters changed.
    fn address(&self, changes: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.params() {
            let value = changes.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { "/console".to_owned() } else { format!("/console?{query}") }
    }

    /// The address of the page that begins behind a line.
    fn at(&self, after: &str) -> String {
        let first = self.first();
        if after.is_empty() {
            return first;
        }
        let after: String = url::form_urlencoded::byte_serialize(after.as_bytes()).collect();
        format!("{first}{}after={after}", if first.contains('?') { '&' } else { '?' })
    }

    fn here(&self) -> String {
        self.at(&self.after)
    }

    /// The address of the list's first page.
    fn first(&self) -> String {
        self.address(&[])
    }

    /// The address that sorts by a column, or reverses its order.
    fn sorted_by(&self, column: &str) -> String {
        let dir = if self.is_sorted_by(column) && self.dir != "desc" { "desc" } else { "" };
        self.address(&[("sort", column), ("dir", dir)])
    }

    fn is_sorted_by(&self, column: &str) -> bool {
        self.sort == column
    }

    /// The value of `aria-sort`.
    fn direction(&self, column: &str) -> &'static str {
        match (self.is_sorted_by(column), self.dir.as_str()) {
            (false, _) => "none",
            (true, "desc") => "descending",
            (true, _) => "ascending",
        }
    }

    fn is_filtered(&self) -> bool {
        self.params()[..6].iter().any(|(_, value)| !value.is_empty())
    }
}

impl Facets {
    fn of(query: &InboxQuery, counts: &[InboxCount], names: &Names) -> Self {
        let facets = |filter: &str, codes: Vec<String>, name: &dyn Fn(&str) -> String| {
            codes.into_iter().map(|code| Facet::of(query, counts, filter, &code, name(&code))).collect::<Vec<_>>()
        };
        let plain = |code: &str| code.to_owned();
        let status = query.filter().status.filter(|status| status.is_over());
        let in_view = InboxFilter { status, ..InboxFilter::default() };
        let distinct = |of: fn(&InboxCount) -> &String| {
            let codes: BTreeSet<_> = counts.iter().filter(|count| in_view.shows(count)).map(of).collect();
            codes.into_iter().cloned().collect::<Vec<_>>()
        };
        let mut perils = facets("peril", distinct(|count| &count.peril), &|code| names.peril(code).to_owned());
        perils.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let statuses = Status::ALL.map(|status| status.name().to_owned()).to_vec();
        let orientations = OrientationMode::ALL.map(OrientationMode::name).into_iter().chain([NOT_ORIENTED]);
        let orientations = orientations.map(str::to_owned).collect();
        Self {
            all: Facet {
                code: String::new(),
                name: String::new(),
                count: InboxFilter::default().count(counts),
                active: !query.is_filtered(),
                href: "/console".to_owned(),
            },
            waiting: Facet::of(query, counts, "waiting", "1", String::new()),
            statuses: facets("status", statuses, &plain),
            orientations: facets("orientation", orientations, &plain),
            perils,
            insurers: facets("insurer", distinct(|count| &count.insurer), &|code| names.insurer(code).to_owned()),
        }
    }
}

impl Facet {
    fn of(query: &InboxQuery, counts: &[InboxCount], filter: &str, code: &str, name: String) -> Self {
        let current = query.params().into_iter().find(|(param, _)| *param == filter).map_or("", |(_, value)| value);
        let active = current == code;
        let mut chosen = query.clone();
        match filter {
            "status" => code.clone_into(&mut chosen.status),
            "orientation" => code.clone_into(&mut chosen.orientation),
            "peril" => code.clone_into(&mut chosen.peril),
            "insurer" => code.clone_into(&mut chosen.insurer),
            _ => code.clone_into(&mut chosen.waiting),
        }
        Self {
            code: code.to_owned(),
            name,
            count: chosen.filter().count(counts),
            active,
            href: query.address(&[(filter, if active { "" } else { code })]),
        }
    }
}

impl InboxLine {
    fn of(dossier: Dossier, names: &Names, people: &HashMap<String, String>) -> Self {
        Self {
            id: dossier.id.to_string(),
            has_wanted_documents: !dossier.wanted.is_empty(),
            missing: dossier.missing().map(|wanted| names.document(&wanted.kind).to_owned()).collect(),
            peril: names.peril(&dossier.peril).to_owned(),
            insurer: names.insurer(&dossier.insurer).to_owned(),
            reference: dossier.reference,
            holder: dossier.holder,
            status: dossier.status,
            orientation: dossier.orientation,
            priority: dossier.priority,
            handler: dossier.handler.map(|login| people.get(&login).cloned().unwrap_or(login)),
            waiting: dossier.waiting_since.map(When),
            updated: When(dossier.updated_at),
        }
    }
}

#[cfg(test)]
mod tests;
