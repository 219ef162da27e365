//! `POST /chat/api/typing`: the person is writing. Nothing is kept of it.

use axum::{extract::State, http::StatusCode};

use super::session::Session;
use crate::web::App;

pub(super) async fn post(State(app): State<App>, session: Session) -> StatusCode {
    app.intake.tell_typing(session.id(), false);
    StatusCode::NO_CONTENT
}
