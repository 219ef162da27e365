//! The handlers' console: log in, the inbox, a dossier and what a handler does to it.
//!
//! Pages are askama templates; htmx refreshes a page's live part when a server-sent event says that something changed, and
//! every form works without it too. One page is one file: its request, its context with a `sample()`, its handler and its
//! tests; what is done on a dossier's page is a line of [`dossier::actions`]. What a handler does goes through the
//! [`CaseActions`], which stores it with its line in the timeline.
//!
//! # What this room refuses to do
//!
//! It changes no dossier itself, shows nothing without a session, runs only vendored scripts (the content security
//! policy allows neither inline script nor inline style), and answers the same for an unknown dossier and for somebody
//! else's.

mod access;
mod appointments;
mod assets;
pub mod auth;
mod case_actions;
mod clocks;
mod document;
mod dossier;
mod error;
mod events;
mod inbox;
mod log_in;
mod log_out;
mod names;
mod page;
mod requests;
mod routes;
mod search;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod users;
mod when;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    middleware,
    response::{Redirect, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use tower_http::compression::CompressionLayer;

use super::Streams;
use crate::{
    conversation::Accounts,
    document::Documents,
    domain::{clock::Clock, id::DossierId},
    flow::Library,
    identity::Permission,
    store::{AccessKind, AccessLog, AccessRow, CaseAccess, Cases, StoreError, Users},
};
pub use case_actions::{CaseActionError, CaseActions};
use names::Names;
pub(crate) use users::{
    add::is_login,
    invitation::{GOOD_FOR as INVITATION_GOOD_FOR, address as invitation_address, hash as invitation_hash},
};

use auth::{ClientAddress, Cookies, Session, Throttle};
use error::ConsoleError;
use routes::{Needs, Routes};

/// The largest form: a handler's text, each of its characters escaped.
const MAX_FORM: usize = 64 * 1024;

/// What the console needs.
pub struct Setup {
    /// Opens cases to the scope of a session.
    pub cases: CaseAccess,
    pub users: Users,
    /// Where it is written who read what.
    pub access_log: AccessLog,
    pub documents: Documents,
    pub actions: Arc<dyn CaseActions>,
    /// The accounts by which messages can be sent to people.
    pub accounts: Accounts,
    /// For its names, experts, insurers and holidays.
    pub library: Arc<Library>,
    pub clock: Clock,
    /// The service's public URL; over plain HTTP the session's cookie cannot be `Secure`.
    pub public_url: String,
    pub streams: Streams,
    /// Signs the cookies by which devices are known.
    pub device_key: Arc<str>,
}

/// The state of every endpoint here. Cheap to clone.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    setup: Setup,
    names: Names,
    cookies: Cookies,
    throttle: Throttle,
}

impl Console {
    pub fn new(setup: Setup) -> Self {
        let cookies = Cookies::for_public_url(&setup.public_url);
        let names = Names::new(Arc::clone(&setup.library), words::LANGUAGE);
        Self(Arc::new(Inner { setup, names, cookies, throttle: Throttle::default() }))
    }

    /// The cases within the scope of a session's user.
    fn cases<'s>(&'s self, session: &'s Session) -> Cases<'s> {
        self.0.setup.cases.of(&session.scope)
    }

    fn users(&self) -> &Users {
        &self.0.setup.users
    }

    /// Writes that a session's user reads something, before they see it.
    async fn note_reading(
        &self,
        session: &Session,
        kind: AccessKind,
        subject: &str,
        dossier: Option<DossierId>,
    ) -> Result<(), StoreError> {
        let row = AccessRow::new(&session.login, kind, subject, &session.from.0.to_string(), self.now());
        self.0.setup.access_log.note(&AccessRow { dossier, ..row }).await
    }

    /// Writes what a session's user did with a user, or with their own account.
    async fn note_change(
        &self,
        session: &Session,
        kind: AccessKind,
        login: &str,
        detail: String,
    ) -> Result<(), StoreError> {
        let row = AccessRow::new(&session.login, kind, login, &session.from.0.to_string(), self.now());
        self.0.setup.access_log.note(&AccessRow { detail, ..row }).await
    }

    /// Writes that somebody came in by a log-in or a link, or did not.
    async fn note_entry(&self, kind: AccessKind, login: &str, from: ClientAddress) -> Result<(), StoreError> {
        let origin = from.0.to_string();
        // What was typed is no login: it may be a password.
        let subject = if login.is_empty() { origin.as_str() } else { login };
        self.0.setup.access_log.note(&AccessRow::new(login, kind, subject, &origin, self.now())).await
    }

    fn documents(&self) -> &Documents {
        &self.0.setup.documents
    }

    fn actions(&self) -> &dyn CaseActions {
        &*self.0.setup.actions
    }

    fn accounts(&self) -> &Accounts {
        &self.0.setup.accounts
    }

    fn names(&self) -> &Names {
        &self.0.names
    }

    fn library(&self) -> &Library {
        &self.0.setup.library
    }

    fn public_url(&self) -> &str {
        self.0.setup.public_url.trim_end_matches('/')
    }

    fn now(&self) -> Timestamp {
        self.0.setup.clock.now()
    }

    fn streams(&self) -> &Streams {
        &self.0.setup.streams
    }

    fn device_key(&self) -> &str {
        &self.0.setup.device_key
    }

    fn cookies(&self) -> Cookies {
        self.0.cookies
    }

    fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }
}

/// Whoever sees cases, all of a scope or those of their own missions.
const SEES: Needs = Needs::OneOf(&[Permission::Cases, Permission::OwnMissions]);
const LISTS: Needs = Needs::OneOf(&[Permission::Cases]);
const ACTS: Needs = Needs::OneOf(&[Permission::Act]);
const TEACHES: Needs = Needs::OneOf(&[Permission::Teach]);
const ACCESS: Needs = Needs::OneOf(&[Permission::Access]);
const USERS: Needs = Needs::OneOf(&[Permission::Users]);

/// Everything under `/console`.
pub fn router(console: Console) -> Router {
    let (router, _) = routes(console.clone()).finish();
    router
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(CompressionLayer::new().compress_when(is_text))
        .layer(middleware::map_response(fence_in))
        .with_state(console)
}

/// Every route, with who may ask for it.
fn routes(console: Console) -> Routes {
    let log_in = get(log_in::get).post(log_in::post).layer(DefaultBodyLimit::max(log_in::MAX_FORM));
    let routes = Routes::new(console)
        .add("/console", Needs::LogIn, get(inbox::get))
        .add("/console/", Needs::Nothing, get(|| async { Redirect::permanent("/console") }))
        .add("/console/log-in", Needs::Nothing, log_in)
        .add("/console/log-out", Needs::LogIn, post(log_out::post))
        .add("/console/events", SEES, get(events::get))
        .add("/console/dossiers/{id}", SEES, get(dossier::show::get))
        .add("/console/bulk", ACTS, post(inbox::bulk::post))
        .add("/console/views", LISTS, post(inbox::saved::post))
        .add("/console/away", ACTS, post(inbox::away::post))
        .add("/console/dossiers/{id}/preview", LISTS, get(dossier::preview::get))
        .add("/console/dossiers/{id}/answer", ACTS, post(dossier::preview::post))
        .add("/console/dossiers/{id}/send-again", ACTS, post(dossier::send_again::post))
        .add("/console/dossiers/{id}/typing", ACTS, post(dossier::typing::post))
        .add("/console/dossiers/{id}/files.zip", SEES, get(dossier::archive::get))
        .add("/console/dossiers/{id}/dossier.pdf", SEES, get(dossier::pdf::get))
        .add("/console/dossiers/{id}/person", LISTS, get(dossier::person::get))
        .add("/console/dossiers/{id}/templates", ACTS, get(dossier::templates::get))
        .add("/console/dossiers/{id}/note", ACTS, post(dossier::note::post))
        .add("/console/dossiers/{id}/facts/{fact}", ACTS, get(dossier::correct::get).post(dossier::correct::post))
        .add("/console/appointments", SEES, get(appointments::list::get))
        .add("/console/appointments/{id}/calendar", SEES, get(appointments::calendar::get))
        .add("/console/documents/{id}", SEES, get(document::original))
        .add("/console/documents/{id}/{size}", SEES, get(document::preview))
        .add("/console/search", LISTS, get(search::get))
        .add("/console/clocks", LISTS, get(clocks::get))
        .add("/console/requests", LISTS, get(requests::list::get))
        .add("/console/missed", TEACHES, get(requests::missed::get))
        .add("/console/missed/{id}", TEACHES, post(requests::teach::post))
        .add("/console/users", USERS, get(users::list::get).post(users::add::post))
        .add("/console/users/{login}", USERS, get(users::change::get).post(users::change::post))
        .add("/console/users/{login}/invitation", USERS, post(users::invitation::make))
        .add("/console/users/{login}/disable", USERS, post(users::change::disable))
        .add("/console/users/{login}/enable", USERS, post(users::change::enable))
        // Whoever has the link has no session yet.
        .add("/console/invitation/{token}", Needs::Nothing, get(users::invitation::get).post(users::invitation::post))
        .add("/console/access", ACCESS, get(access::get))
        .add("/console/sessions", Needs::LogIn, post(users::sessions::post))
        .add("/console/password", Needs::LogIn, get(users::password::get).post(users::password::post))
        .add("/console/assets/{*path}", Needs::Nothing, get(assets::get))
        .add("/console/{*path}", Needs::Nothing, get(|| async { ConsoleError::NotFound }));
    requests::actions::routes(dossier::actions::routes(routes))
}

/// Whether a response is compressed: pages, styles, scripts and data are. Pictures are compressed already, an original
/// is sent unchanged, and an event must not wait in a buffer for the next one.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    const TEXTS: [&str; 5] =
        ["text/html", "text/css", "text/javascript", "application/json", "application/problem+json"];
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_download = headers.contains_key(header::CONTENT_DISPOSITION);
    !is_download && (TEXTS.iter().any(|text| kind.starts_with(text)) || kind == "image/svg+xml")
}

/// Adds the security headers to every response that does not have its own.
async fn fence_in(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
