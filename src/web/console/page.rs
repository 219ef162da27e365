//! The frame of every page.

use askama::Template;
use axum::response::Html;

use super::{auth::Session, error::ConsoleError};
use crate::identity::{Permission, Scope};

/// The frame around a page: who is logged in, and what they are shown.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub name: String,
    pub csrf: String,
    /// They say that they are away.
    pub away: bool,
    scope: Scope,
}

impl From<&Session> for Shell {
    fn from(session: &Session) -> Self {
        Self {
            name: session.name.clone(),
            csrf: session.csrf.clone(),
            away: session.away,
            scope: session.scope.clone(),
        }
    }
}

/// What pages ask, so that nothing is shown that would be refused.
impl Shell {
    pub(super) fn lists_cases(&self) -> bool {
        self.scope.may(Permission::Cases)
    }

    pub(super) fn sees_cases(&self) -> bool {
        self.lists_cases() || self.scope.may(Permission::OwnMissions)
    }

    pub(super) fn acts(&self) -> bool {
        self.scope.may(Permission::Act)
    }

    pub(super) fn arranges_missions(&self) -> bool {
        self.scope.may(Permission::Missions)
    }

    pub(super) fn teaches(&self) -> bool {
        self.scope.may(Permission::Teach)
    }

    pub(super) fn sees_access(&self) -> bool {
        self.scope.may(Permission::Access)
    }

    pub(super) fn looks_after_users(&self) -> bool {
        self.scope.may(Permission::Users)
    }

    pub(super) fn initials(&self) -> String {
        initials(&self.name)
    }
}

impl Shell {
    #[cfg(test)]
    pub(super) fn sample() -> Self {
        Self::with(Scope::everything())
    }

    #[cfg(test)]
    pub(super) fn with(scope: Scope) -> Self {
        Self { name: "Camille Morel".into(), csrf: "c5f".into(), away: false, scope }
    }
}

/// The first letters of the first and the last word of a name, for where it does not fit.
pub(super) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Renders a page.
pub(super) fn html(page: &impl Template) -> Result<Html<String>, ConsoleError> {
    Ok(Html(page.render()?))
}
