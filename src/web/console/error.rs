//! The console's errors and their pages. Details go to the log, with identifiers only; people get a text.

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
        /// Whether htmx asked for a fragment, into which no whole page may be inserted.
        is_fragment: bool,
        /// The address to go to after the log-in.
        back: Option<String>,
    },
    /// The password was given by somebody else: its owner chooses another one first.
    #[error("the password is to be changed first")]
    ChangePassword,
    /// There is no such page, or not for this user: the answer is the same.
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
    #[error("a PDF could not be made: {0}")]
    Pdf(String),
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// The text of a problem page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProblemKind {
    NotFound,
    Forged,
    Malware,
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
            Self::Document(DocumentError::Malware) => (StatusCode::FORBIDDEN, ProblemKind::Malware),
            Self::Action(CaseActionError::Overtaken(_)) => (StatusCode::CONFLICT, ProblemKind::Overtaken),
            Self::BadForm | Self::NotLoggedIn { .. } | Self::ChangePassword => {
                (StatusCode::BAD_REQUEST, ProblemKind::BadForm)
            }
            Self::Store(_) | Self::Action(_) | Self::Document(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, ProblemKind::Unavailable)
            }
            Self::Page(_) | Self::Pdf(_) | Self::NoRandomness => {
                (StatusCode::INTERNAL_SERVER_ERROR, ProblemKind::Broken)
            }
        }
    }
}

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        if let Self::NotLoggedIn { is_fragment, back } = self {
            return to_log_in(is_fragment, back.as_deref());
        }
        if let Self::ChangePassword = self {
            return Redirect::to("/console/password").into_response();
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
