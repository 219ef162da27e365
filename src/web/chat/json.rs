//! JSON bodies, whose refusal is a problem response like every other refusal.

use axum::{
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use crate::web::problem::Problem;

/// The longest `client_id`, in characters.
const MAX_NAME: usize = 64;

/// A JSON body.
#[derive(Debug)]
pub(in crate::web) struct Json<T>(pub(in crate::web) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refuse(&rejection)),
        }
    }
}

fn refuse(rejection: &JsonRejection) -> Problem {
    let status = rejection.status();
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "The message is too long; send it in parts.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "Send JSON, with Content-Type: application/json.",
        _ => "The body does not have the expected form.",
    };
    Problem::new(status, detail)
}

/// Checks a `client_id`, by which a repeated request is recognised.
pub(in crate::web) fn check_client_id(id: &str) -> Result<(), Problem> {
    let is_name = !id.is_empty() && id.len() <= MAX_NAME && id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    if is_name { Ok(()) } else { Err(unprocessable("`client_id` must be a UUID.")) }
}

/// The problem of a well-formed body that cannot be processed.
pub(in crate::web) fn unprocessable(detail: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
}
