//! The web chat: its page and assets, the widget that embeds it, and the requests that it makes.
//!
//! The page receives server-sent events and sends POST requests. An event's id is the message's number in its
//! conversation; events are replayed from the database, so a reload misses nothing. A message's `client_id` makes a
//! repeated POST do nothing. A person is recognised by an opaque secret in the `Authorization` header, of which only
//! the hash is stored: there is no cookie, so another site's page cannot act in a person's name.
//!
//! What this room refuses to do: it keeps nothing in memory that a person said, acknowledges nothing before it is
//! durable, and tells nobody whether something that is not theirs exists.

pub(super) mod assets;
mod communes;
mod conversations;
mod devices;
mod document_preview;
mod dossier_link;
mod events;
pub(super) mod json;
mod language;
mod messages;
mod page;
mod read;
mod resume;
mod resume_link;
mod secret;
mod session;
pub(super) mod slots;
#[cfg(test)]
mod tests;
pub(super) mod uploads;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::map_request,
    routing::{get, post, put},
};
use tower_http::compression::CompressionLayer;

use super::{App, request_body::streams};
pub use conversations::{Openings, Writing};
pub use uploads::Uploads;

/// The largest JSON body; files are uploaded by requests of their own.
const MAX_BYTES: usize = 64 * 1024;

pub(super) fn routes() -> Router<App> {
    let api = Router::new()
        .route("/communes", get(communes::get))
        .route("/conversations", post(conversations::post))
        .route("/devices", get(devices::get))
        .route("/devices/disconnect", post(devices::disconnect))
        .route("/devices/leave", post(devices::leave))
        .route("/documents/{id}/preview", get(document_preview::get))
        .route("/dossier-link", post(dossier_link::post))
        .route("/events", get(events::get))
        .route("/language", post(language::post))
        .route("/messages", post(messages::post))
        .route("/read", post(read::post))
        .route("/resume", post(resume::post))
        .route("/resume-link", post(resume_link::post))
        .route("/slots", get(slots::get))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        // The file is streamed to the disk, where the configured limit applies.
        .route(
            "/uploads/{client_id}",
            put(uploads::put).layer(DefaultBodyLimit::disable()).layer(map_request(streams)),
        );
    let assets = Router::new()
        .route("/chat/assets/{revision}/{file}", get(assets::get))
        .route("/widget.js", get(assets::widget))
        .layer(CompressionLayer::new());
    let page = Router::new().route("/chat", get(page::get)).layer(CompressionLayer::new());
    page.nest("/chat/api", api).merge(assets)
}
