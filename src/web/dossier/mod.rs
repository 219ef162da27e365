//! What a person sees of their claim by a link: how it stands (`/s/TOKEN`); and, to who holds the chat's session or proved there
//! who they are, what was declared, the receipt and the form that completes the file (`/d/TOKEN`).
//!
//! The pages are made here and work without a script. There is no cookie: who has the link has what its purpose opens, and
//! nothing else. No page of these is kept by a browser or listed by a search, and none tells another site its address.

mod assets;
mod calendar;
mod form;
mod frame;
mod mine;
pub(super) mod pdf;
pub(super) mod prove;
mod standing;
mod status;
mod summary;
#[cfg(test)]
mod tests;
mod words;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post, put},
};
use tower_http::compression::CompressionLayer;

use super::App;

/// The largest form: an answer to each question.
const MAX_BYTES: usize = 256 * 1024;

pub(super) fn routes() -> Router<App> {
    let assets = Router::new().route("/d/assets/{revision}/{file}", get(assets::get)).layer(CompressionLayer::new());
    Router::new()
        .route("/s/{token}", get(status::get))
        .route("/s/{token}/appointment.ics", get(calendar::of_status))
        .route("/s/{token}/code", post(prove::send_code))
        .route("/s/{token}/prove", post(prove::prove))
        .route("/d/{token}", get(mine::get))
        .route("/d/{token}/answer", put(form::put))
        .route("/d/{token}/appointment.ics", get(calendar::of_claim))
        .route("/d/{token}/complete", get(form::get).post(form::post))
        .route("/d/{token}/files", post(mine::files))
        .route("/d/{token}/follow", post(mine::follow))
        .route("/d/{token}/summary.pdf", get(summary::get))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .merge(assets)
}
