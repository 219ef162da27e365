//! The HTTP edge: one router, problem responses, and the rooms behind it (chat, console, channels).
//!
//! Architecture invariant: no rule of the trade lives here. A handler decodes, asks the intake or the store, and
//! answers.

mod channels;
mod chat;
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
    Router::new()
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .nest("/channels", channels::routes())
        .merge(chat::routes())
        .with_state(app)
}
