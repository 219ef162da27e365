//! What can go wrong at the console, and the page that says so. Details go to the log, by id; people get words.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::case_actions::CaseActionError;
use crate::{document::DocumentError, store::StoreError};

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    #[error("nobody is logged in")]
    NotLoggedIn {
        /// htmx asked: a page inside a page would help nobody.
        is_fragment: bool,
        /// Where to go on after the log-in.
        back: Option<String>,
    },
    /// Nothing here, or nothing for this handler: the answer is the same.
    #[error("no such page")]
    NotFound,
    #[error("the form was not sent from our page")]
    Forged,
    #[error("the form is incomplete")]
    BadForm,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Action(#[from] CaseActionError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error("a page could not be written: {0}")]
    Page(#[from] askama::Error),
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// What a problem page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProblemKind {
    NotFound,
    Forged,
    BadForm,
    Overtaken,
    Unavailable,
    Broken,
}

/// The page of a problem.
#[derive(Template)]
#[template(path = "problem.html")]
pub(super) struct ProblemPage {
    kind: ProblemKind,
}

impl ConsoleError {
    fn kind(&self) -> (StatusCode, ProblemKind) {
        match self {
            Self::NotFound | Self::Document(DocumentError::NotFound) | Self::Action(CaseActionError::NotFound) => {
                (StatusCode::NOT_FOUND, ProblemKind::NotFound)
            }
            Self::Forged => (StatusCode::FORBIDDEN, ProblemKind::Forged),
            Self::Action(CaseActionError::Overtaken(_)) => (StatusCode::CONFLICT, ProblemKind::Overtaken),
            Self::BadForm | Self::NotLoggedIn { .. } => (StatusCode::BAD_REQUEST, ProblemKind::BadForm),
            Self::Store(_) | Self::Action(_) | Self::Document(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unavailable)
            }
            Self::Page(_) | Self::NoRandomness => (StatusCode::INTERNAL_SERVER_ERROR, ProblemKind::Broken),
        }
    }
}

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        if let Self::NotLoggedIn { is_fragment, back } = self {
            return to_log_in(is_fragment, back.as_deref());
        }
        let (status, kind) = self.kind();
        if status.is_server_error() {
            tracing::error!(error = %self, "a page of the console could not be served");
        }
        let page = ProblemPage { kind }.render().unwrap_or_default();
        let mut response = (status, Html(page)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

fn to_log_in(is_fragment: bool, back: Option<&str>) -> Response {
    if is_fragment {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", "/console/log-in")]).into_response();
    }
    let mut address = "/console/log-in".to_owned();
    if let Some(back) = back.filter(|back| *back != "/console") {
        address.push_str("?next=");
        address.extend(url::form_urlencoded::byte_serialize(back.as_bytes()));
    }
    Redirect::to(&address).into_response()
}

#[cfg(test)]
mod tests;
