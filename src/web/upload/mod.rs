//! The upload page, to which the short link of a message leads where the channel carries no files.
//!
//! It shows which documents are wanted and receives them; the files become a message of the conversation, and the flow
//! replies on the person's channel, never here. A person is recognised by the token in the page's address, which the
//! page sends in the `Authorization` header: there is no cookie, so another site's page cannot act in a person's name,
//! and opening the link changes nothing.

mod files;
mod message;
mod page;
#[cfg(test)]
mod tests;
mod visitor;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::map_request,
    routing::{get, post, put},
};

use super::{App, request_body::streams};

/// The largest JSON body; files are uploaded by requests of their own.
const MAX_BYTES: usize = 64 * 1024;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/{token}", get(page::get))
        .route("/api/message", post(message::post).layer(DefaultBodyLimit::max(MAX_BYTES)))
        // The file is streamed to the disk, where the configured limit applies.
        .route(
            "/api/uploads/{client_id}",
            put(files::put).layer(DefaultBodyLimit::disable()).layer(map_request(streams)),
        )
}
