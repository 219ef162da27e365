//! The upload page: where the short link of a message leads, on a phone whose channel carries no files.
//!
//! It shows which documents are wanted and takes them; the files become a message of the conversation, and the flow answers
//! where the person is, never here. A person is known by the token in the page's address, which the page sends in the
//! `Authorization` header: there is no cookie, so another site's page cannot act in a person's name, and opening the
//! link changes nothing.

mod files;
mod message;
mod page;
#[cfg(test)]
mod tests;
mod visitor;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post, put},
};

use super::App;

/// A message of names of files is small.
const MAX_BYTES: usize = 64 * 1024;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/{token}", get(page::get))
        .route("/api/message", post(message::post).layer(DefaultBodyLimit::max(MAX_BYTES)))
        // Streamed to the disk and limited there, by the configured size.
        .route("/api/uploads/{client_id}", put(files::put).layer(DefaultBodyLimit::disable()))
}
