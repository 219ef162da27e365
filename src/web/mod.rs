//! The HTTP edge: one router, problem responses, and the rooms behind it (chat, console, channels).
//!
//! Architecture invariant: no rule of the trade lives here. A handler decodes, asks the intake or the store, and
//! answers.

mod channels;
mod chat;
pub mod console;
pub(crate) mod health;
pub mod problem;

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::{
    config::Config, document::Documents, domain::clock::Clock, intake::Intake, store::Store, telemetry::Metrics,
};

/// What requests need. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    pub intake: Intake,
    pub documents: Documents,
    pub clock: Clock,
    pub metrics: Metrics,
}

/// All routes.
pub fn router(app: App) -> Router {
    let console = console::router(console_of(&app));
    Router::new()
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .nest("/channels", channels::routes())
        .merge(chat::routes())
        .with_state(app)
        .merge(console)
}

fn console_of(app: &App) -> console::Console {
    let library = app.intake.library();
    let sources = library.sources().iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let names = console::Names::from_sources(sources).unwrap_or_else(|error| {
        tracing::error!(%error, "the console shows codes instead of names");
        console::Names::default()
    });
    console::Console::new(console::Setup {
        store: app.store.clone(),
        documents: app.documents.clone(),
        desk: Arc::new(app.intake.clone()),
        names,
        clock: app.clock.clone(),
        public_url: app.config.server.public_url.clone(),
    })
}
