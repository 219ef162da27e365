//! The HTTP edge: one router, problem responses, and the rooms behind it (chat, console, channels).
//!
//! Architecture invariant: no rule of the trade lives here. A handler decodes, asks the intake or the store, and
//! answers.

mod channels;
mod chat;
mod client;
mod connections;
pub mod console;
mod dossier;
pub(crate) mod health;
mod link;
pub mod problem;
mod problem_page;
mod request_body;
mod server;
mod socket;
mod streams;
#[cfg(test)]
mod testing;
mod upload;
mod visitor;

use std::{ops::Deref, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{Redirect, Response},
    routing::get,
};

use crate::{
    channel::{Providers, Receiver},
    config::{self, Config, Network},
    document::Documents,
    domain::clock::Clock,
    intake::Intake,
    store::{Doors, Engine},
    telemetry::Metrics,
};

pub use channels::Spool;
pub use chat::{Openings, Uploads, Writing};
pub use connections::ConnectionLimits;
pub use health::Probe;
pub use server::{Server, raise_descriptors};
pub use socket::Sockets;
pub use streams::Streams;

/// What requests need. Cheap to clone: each route and each layer has its own, for each request.
#[derive(Clone, Debug)]
pub struct App(Arc<AppParts>);

/// The parts of [`App`].
#[derive(Debug)]
pub struct AppParts {
    pub config: Arc<Config>,
    pub engine: Engine,
    /// Opens conversations to policyholders' pages.
    pub doors: Doors,
    pub intake: Intake,
    pub documents: Documents,
    pub providers: Providers,
    pub receiver: Receiver,
    pub clock: Clock,
    pub metrics: Metrics,
    pub streams: Streams,
    pub openings: Openings,
    pub writing: Writing,
    pub spool: Spool,
    pub uploads: Uploads,
    pub probe: Probe,
    /// Signs the cookies by which the console knows devices.
    pub device_key: Arc<str>,
}

impl From<AppParts> for App {
    fn from(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

/// All routes.
pub fn router(app: App) -> Router {
    let console = console::router(console_of(&app));
    let edge = Edge { proxies: app.config.server.proxies.clone().into(), is_https: is_https(&app.config.server) };
    Router::new()
        .route("/", get(|| async { Redirect::to("/chat") }))
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/c/{token}", get(link::get))
        .nest("/channels", channels::routes())
        .merge(chat::routes())
        .merge(dossier::routes())
        .nest("/u", upload::routes())
        .with_state(app)
        .merge(console)
        .fallback(|| async { problem::Problem::not_found() })
        .layer(middleware::from_fn_with_state(edge, surround))
}

/// What every request and response is treated by.
#[derive(Clone)]
struct Edge {
    proxies: Arc<[Network]>,
    is_https: bool,
}

/// What is done with every request and every response: one layer, for each copies the router and boxes its future.
async fn surround(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    fence_in(problem_page::for_people(client::note(request, &edge.proxies), next).await, edge.is_https)
}

/// Whether the world uses this service by TLS.
fn is_https(server: &config::Server) -> bool {
    server.public_url.starts_with("https:")
}

/// Adds the security headers to every response that does not have its own.
fn fence_in(mut response: Response, is_https: bool) -> Response {
    const TRANSPORT: &str = "max-age=31536000";
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
    response
}

fn console_of(app: &App) -> console::Console {
    let library = app.intake.library();
    console::Console::new(console::Setup {
        cases: app.engine.case_access(),
        users: app.engine.users(),
        access_log: app.engine.access_log(),
        documents: app.documents.clone(),
        actions: Arc::new(app.intake.clone()),
        accounts: app.intake.accounts().clone(),
        library,
        clock: app.clock.clone(),
        public_url: app.config.server.public_url.clone(),
        streams: app.streams.clone(),
        device_key: Arc::clone(&app.device_key),
    })
}
