//! What the list's address says: the view, the filters, the order, the place, and the dossier that is looked at.

use serde::Deserialize;

use super::own_desks;
use crate::{
    domain::priority::Priority,
    dossier::Status,
    store::{InboxFilter, InboxSort, Oriented},
    web::console::auth::Session,
};

pub(super) const NOT_ORIENTED: &str = "none";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web::console) struct InboxQuery {
    pub(super) view: String,
    pub(super) status: String,
    pub(super) orientation: String,
    pub(super) priority: String,
    pub(super) peril: String,
    pub(super) insurer: String,
    /// The log-in of who holds them.
    pub(super) who: String,
    pub(super) tag: String,
    pub(super) waiting: String,
    pub(super) q: String,
    pub(super) sort: String,
    pub(super) dir: String,
    /// The row behind which the page begins.
    pub(super) after: String,
    /// The dossier beside the list.
    pub(super) d: String,
    /// What was just done.
    pub(super) done: String,
}

/// A view that everybody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Mine,
    Unassigned,
    Waiting,
    Urgent,
    Desk,
    All,
    Closed,
}

impl View {
    pub(super) const EACH: [Self; 7] =
        [Self::Mine, Self::Unassigned, Self::Waiting, Self::Urgent, Self::Desk, Self::All, Self::Closed];

    /// As it stands in an address; nothing for the one that is shown without one.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Waiting => "waiting",
            Self::Urgent => "urgent",
            Self::Desk => "desk",
            Self::All => "",
            Self::Closed => "closed",
        }
    }

    pub(super) fn of(code: &str) -> Self {
        Self::EACH.into_iter().find(|view| view.code() == code).unwrap_or(Self::All)
    }

    /// What it shows before any filter.
    pub(super) fn filter(self, session: &Session) -> InboxFilter {
        let all = InboxFilter::default();
        match self {
            Self::Mine => InboxFilter { handler: Some(session.login.clone()), ..all },
            Self::Unassigned => InboxFilter { unassigned: true, ready: true, ..all },
            Self::Waiting => InboxFilter { waiting: true, ..all },
            Self::Urgent => InboxFilter { priority: Some(Priority::Urgent), ..all },
            Self::Desk => InboxFilter { desks: own_desks(session), ..all },
            Self::All => all,
            Self::Closed => InboxFilter { status: Some(Status::Closed), sort: InboxSort::Updated, ..all },
        }
    }
}

impl InboxQuery {
    pub(super) fn filter(&self, session: &Session) -> InboxFilter {
        let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let view = View::of(&self.view).filter(session);
        InboxFilter {
            status: self.status.parse().ok().or(view.status),
            orientation: match self.orientation.as_str() {
                NOT_ORIENTED => Some(Oriented::NotYet),
                mode => mode.parse().ok().map(Oriented::To),
            },
            priority: self.priority.parse().ok().or(view.priority),
            peril: given(&self.peril),
            insurer: given(&self.insurer),
            handler: given(&self.who).or(view.handler),
            tag: given(&self.tag),
            waiting: self.waiting == "1" || view.waiting,
            search: given(&self.q),
            sort: match self.sort.as_str() {
                "priority" => InboxSort::Priority,
                "waiting" => InboxSort::Waiting,
                "reference" => InboxSort::Reference,
                "holder" => InboxSort::Holder,
                "peril" => InboxSort::Peril,
                "status" => InboxSort::Status,
                "orientation" => InboxSort::Orientation,
                "insurer" => InboxSort::Insurer,
                "missing" => InboxSort::Missing,
                "updated" => InboxSort::Updated,
                _ => view.sort,
            },
            reversed: self.dir == "desc",
            ..view
        }
    }

    fn params(&self) -> [(&'static str, &str); 12] {
        [
            ("view", &self.view),
            ("status", &self.status),
            ("orientation", &self.orientation),
            ("priority", &self.priority),
            ("peril", &self.peril),
            ("insurer", &self.insurer),
            ("who", &self.who),
            ("tag", &self.tag),
            ("waiting", &self.waiting),
            ("q", &self.q),
            ("sort", &self.sort),
            ("dir", &self.dir),
        ]
    }

    /// Those that narrow the view.
    pub(super) fn filters(&self) -> [(&'static str, &str); 9] {
        let [_, filters @ .., _, _] = self.params();
        filters
    }

    /// The same with one filter set.
    pub(super) fn with(&self, filter: &str, code: &str) -> Self {
        let mut chosen = self.clone();
        let field = match filter {
            "status" => &mut chosen.status,
            "orientation" => &mut chosen.orientation,
            "priority" => &mut chosen.priority,
            "peril" => &mut chosen.peril,
            "insurer" => &mut chosen.insurer,
            "who" => &mut chosen.who,
            "tag" => &mut chosen.tag,
            _ => &mut chosen.waiting,
        };
        code.clone_into(field);
        chosen
    }

    /// The address of the first page with some filters changed.
    pub(super) fn address(&self, changes: &[(&str, &str)]) -> String {
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

    /// The address of the page that begins behind a row.
    pub(super) fn at(&self, after: &str) -> String {
        let first = self.first();
        if after.is_empty() {
            return first;
        }
        let after: String = url::form_urlencoded::byte_serialize(after.as_bytes()).collect();
        format!("{first}{}after={after}", if first.contains('?') { '&' } else { '?' })
    }

    /// The address of this page.
    pub(super) fn here(&self) -> String {
        self.at(&self.after)
    }

    /// The address of the list's first page.
    pub(super) fn first(&self) -> String {
        self.address(&[])
    }

    /// The address of the view without its filters.
    pub(super) fn bare(&self) -> String {
        let none: Vec<(&str, &str)> = self.filters().iter().map(|(name, _)| (*name, "")).collect();
        self.address(&none)
    }

    /// Everything that a view of one's own keeps, as it stands in an address.
    pub(super) fn kept(&self) -> String {
        self.first().strip_prefix("/console?").unwrap_or_default().to_owned()
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.filters().iter().any(|(_, value)| !value.is_empty())
    }

    /// The address that sorts so.
    pub(super) fn sorted_by(&self, sort: &str) -> String {
        self.address(&[("sort", sort), ("dir", "")])
    }

    /// The address of the same list in the other direction.
    pub(super) fn turned(&self) -> String {
        self.address(&[("dir", if self.dir == "desc" { "" } else { "desc" })])
    }
}
