//! `POST /channels/sms/ACCOUNT`: where a provider delivers messages. The answer is given when they are on disk.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use serde::Serialize;

use super::{App, problem::Problem};
use crate::{
    channel::sms::{render, webhook},
    intake::IntakeError,
};

/// A text message is small; whoever sends more than this sends something else.
const MOST_BYTES: usize = 256 * 1024;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/sms/{account}", post(receive)).layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// What the sender learns: where the message stands, and what to say to the person.
#[derive(Debug, Serialize)]
struct Received {
    conversation: String,
    seq: i64,
    duplicate: bool,
    replies: Vec<String>,
}

async fn receive(
    State(app): State<App>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Received>, Problem> {
    let begun = std::time::Instant::now();
    let account =
        app.config.sms.webhooks.iter().find(|webhook| webhook.account == account).ok_or_else(Problem::not_found)?;
    let text_of = |name| headers.get(name).and_then(|value| value.to_str().ok());
    webhook::verify(account, text_of(header::AUTHORIZATION))
        .map_err(|error| Problem::new(StatusCode::UNAUTHORIZED, error.to_string()))?;
    let inbound = webhook::decode(account, text_of(header::CONTENT_TYPE).unwrap_or_default(), &body)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    let receipt = app.intake.receive(inbound).await?;
    app.metrics.receipt_seconds.observe(begun.elapsed().as_secs_f64());
    let said = if receipt.unheard {
        app.intake.said_around(receipt.conversation, receipt.seq).await?
    } else {
        receipt.replies
    };
    Ok(Json(Received {
        conversation: receipt.conversation.to_string(),
        seq: receipt.seq,
        duplicate: receipt.duplicate,
        replies: said.iter().map(render::plain).collect(),
    }))
}

impl From<IntakeError> for Problem {
    /// Every refusal here comes before any acknowledgement, so the sender may and should try again.
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::NotFound => Self::not_found(),
            IntakeError::Busy => Self::too_many(1),
            error => {
                tracing::error!(%error, "a message was refused before it was acknowledged");
                Self::unavailable("Not received: the service cannot store messages at the moment. Please try again.")
            }
        }
    }
}
