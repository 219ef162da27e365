//! The views at the list's side, each with how many dossiers it shows.

use super::{
    SavedView,
    query::{InboxQuery, View},
};
use crate::{
    store::{InboxCount, MAX_VIEWS},
    web::console::{auth::Session, inbox::own_desks},
};

/// More than this is not counted.
const MOST: i64 = 999;

/// A view that everybody has.
pub(super) struct ViewLine {
    pub view: View,
    pub name: &'static str,
    pub icon: &'static str,
    pub count: String,
    /// Whether there is anything.
    pub is_due: bool,
    pub is_hot: bool,
    pub active: bool,
    pub href: String,
}

/// A view of one's own.
pub(super) struct SavedLine {
    pub name: String,
    pub count: Option<String>,
    pub active: bool,
    pub href: String,
}

/// A count as it is shown.
pub(super) fn bounded(count: i64) -> String {
    if count > MOST { format!("{MOST}+") } else { count.to_string() }
}

fn named(view: View) -> (&'static str, &'static str) {
    match view {
        View::Mine => ("À moi", "i-desk"),
        View::Unassigned => ("Non attribués", "i-inbox"),
        View::Waiting => ("En attente", "i-clock"),
        View::Urgent => ("Urgents", "i-warn"),
        View::Desk => ("Mon service", "i-users"),
        View::All => ("Tous", "i-file"),
        View::Closed => ("Clos", "i-check"),
    }
}

/// What the list of a view is called.
pub(super) fn title(query: &InboxQuery) -> String {
    named(View::of(&query.view)).0.to_owned()
}

/// The views of a user; whoever has no desk of their own has no view of it.
pub(super) fn lines(query: &InboxQuery, session: &Session, counts: &[InboxCount], mine: i64) -> Vec<ViewLine> {
    let current = View::of(&query.view);
    View::EACH
        .into_iter()
        .filter(|view| *view != View::Desk || own_desks(session).is_some())
        .map(|view| {
            let count = if view == View::Mine { mine } else { view.filter(session).count(counts) };
            let (name, icon) = named(view);
            let href = InboxQuery { view: view.code().to_owned(), ..InboxQuery::default() }.first();
            ViewLine {
                view,
                name,
                icon,
                count: bounded(count),
                is_due: view == View::Unassigned && count > 0,
                is_hot: view == View::Urgent && count > 0,
                active: view == current && !query.is_filtered(),
                href,
            }
        })
        .collect()
}

/// The views of one's own. One that searches, or that shows what somebody holds, is not counted.
pub(super) fn saved(
    views: Vec<SavedView>,
    query: &InboxQuery,
    session: &Session,
    counts: &[InboxCount],
) -> Vec<SavedLine> {
    let here = query.kept();
    views
        .into_iter()
        .take(MAX_VIEWS)
        .map(|view| {
            let own: InboxQuery = parse_query(&view.query);
            let filter = own.filter(session);
            let is_counted = filter.search.is_none() && filter.handler.is_none() && filter.tag.is_none();
            SavedLine {
                count: is_counted.then(|| bounded(filter.count(counts))),
                active: own.kept() == here,
                href: own.first(),
                name: view.name,
            }
        })
        .collect()
}

/// The query of a view's address. What this version does not know of it is left out.
pub(super) fn parse_query(query: &str) -> InboxQuery {
    let address = format!("/console?{query}");
    let parsed = address.parse().ok().and_then(|uri| axum::extract::Query::try_from_uri(&uri).ok());
    parsed.map(|axum::extract::Query(query)| query).unwrap_or_default()
}
