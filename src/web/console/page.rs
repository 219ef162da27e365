//! The frame of every page.

use askama::Template;
use axum::response::Html;

use super::{auth::Session, error::ConsoleError};

/// The frame around a page: who is logged in.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub name: String,
    pub is_admin: bool,
    pub csrf: String,
}

impl From<&Session> for Shell {
    fn from(session: &Session) -> Self {
        Self { name: session.name.clone(), is_admin: session.is_admin, csrf: session.csrf.clone() }
    }
}

impl Shell {
    #[cfg(test)]
    pub(super) fn sample() -> Self {
        Self { name: "Camille Morel".into(), is_admin: true, csrf: "c5f".into() }
    }
}

/// Renders a page.
pub(super) fn html(page: &impl Template) -> Result<Html<String>, ConsoleError> {
    Ok(Html(page.render()?))
}
