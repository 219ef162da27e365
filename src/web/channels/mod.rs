//! `/channels/CHANNEL/ACCOUNT`: where providers post messages and reports. The response is given when they are on disk;
//! every refusal comes before that.
//!
//! The accounts of `[[sms.webhooks]]` that do not send get our replies in the response; to all others the outbox sends
//! them.

mod spool;
#[cfg(test)]
mod tests;

use std::time::Instant;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{FromRequestParts, OriginalUri, Path, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use serde::Serialize;

use super::{
    App,
    client::ClientAddress,
    problem::Problem,
    request_body::{Sender, note_sender},
};
use crate::{
    channel::{
        Admission, Head, Post, Provider, ReceiverError, Refusal,
        sms::{render, webhook},
    },
    config::Webhook,
    domain::{
        id::ConversationId,
        link::LinkPurpose,
        message::{self, Channel},
    },
    intake::{IntakeError, lead_in, link},
};
pub use spool::Spool;
use spool::{SpoolError, Whole};

/// The largest post to a webhook: text messages are small.
const MAX_BYTES: usize = 256 * 1024;

pub(super) fn routes() -> Router<App> {
    // The rest of the path is the provider's own: a secret, for providers that do not sign.
    Router::new().route("/{channel}/{account}", any(receive)).route("/{channel}/{account}/{*rest}", any(receive))
}

/// The channel and account in a request's path.
#[derive(Debug)]
struct AccountPath {
    channel: Channel,
    name: String,
}

impl FromRequestParts<App> for AccountPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Path(path) =
            Path::<Vec<(String, String)>>::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        let part = |name: &str| path.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let (channel, name) = part("channel").zip(part("account")).ok_or_else(Problem::not_found)?;
        Ok(Self { channel: channel.parse().map_err(|_| Problem::not_found())?, name })
    }
}

async fn receive(
    State(app): State<App>,
    account: AccountPath,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Result<Response, Problem> {
    let begun = Instant::now();
    let (head, body) = request.into_parts();
    let answered = app.config.sms.answered().find(|webhook| webhook.account == account.name);
    if let (Channel::Sms, Some(webhook)) = (account.channel, answered) {
        // The secret first: a stranger's body is not read.
        verify(webhook, &head.headers)?;
        let body = read(&app, &head, body, Sender::Known, MAX_BYTES).await?;
        return answer(&app, webhook, &head.headers, &body.bytes, begun).await.map(IntoResponse::into_response);
    }
    let provider = app.providers.find(account.channel, &account.name).ok_or_else(Problem::not_found)?;
    let url = format!("{}{uri}", app.config.server.public_url.trim_end_matches('/'));
    let sender = match provider.admit(&Head { method: &head.method, url: &url, headers: &head.headers })? {
        Admission::Known => Sender::Known,
        Admission::Unproven => Sender::Stranger,
    };
    let body = read(&app, &head, body, sender, provider.max_bytes()).await?;
    let post = Post { method: &head.method, url: &url, headers: &head.headers, body: &body.bytes };
    take(&app, &**provider, &post, begun).await
}

/// Stores the events of a post in order, and acknowledges.
async fn take(app: &App, provider: &dyn Provider, post: &Post<'_>, begun: Instant) -> Result<Response, Problem> {
    for event in provider.decode_apart(post).await? {
        app.receiver.take(provider, event).await?;
    }
    app.metrics.receipt_seconds.observe(begun.elapsed().as_secs_f64());
    let acknowledgement = provider.acknowledgement();
    let kind = [(header::CONTENT_TYPE, acknowledgement.content_type)];
    Ok((acknowledgement.status, kind, acknowledgement.body).into_response())
}

/// Reads a body: into memory where it can only be small, else by way of a file.
async fn read(app: &App, head: &Parts, body: Body, sender: Sender, max_bytes: usize) -> Result<Whole, Problem> {
    if max_bytes <= MAX_BYTES {
        note_sender(&head.extensions, sender);
        let bytes = to_bytes(body, max_bytes).await.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, ""))?;
        return Ok(bytes.into());
    }
    note_sender(&head.extensions, Sender::Streams);
    let from = ClientAddress::of(&head.extensions).network();
    let folder = std::path::Path::new(&app.config.documents.folder);
    Ok(app.spool.read(folder, body, max_bytes, from, sender).await?)
}

fn verify(account: &Webhook, headers: &HeaderMap) -> Result<(), Problem> {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    webhook::verify(account, authorization).map_err(|error| Problem::new(StatusCode::UNAUTHORIZED, error.to_string()))
}

/// The response to a sender: the message's place in its conversation, and the replies to the person.
#[derive(Debug, Serialize)]
struct Received {
    conversation: String,
    seq: i64,
    duplicate: bool,
    replies: Vec<String>,
}

async fn answer(
    app: &App,
    account: &Webhook,
    headers: &HeaderMap,
    body: &[u8],
    begun: Instant,
) -> Result<Json<Received>, Problem> {
    let text_of = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let inbound = webhook::decode(account, text_of(header::CONTENT_TYPE).unwrap_or_default(), body)
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    let receipt = app.intake.receive(inbound).await?;
    app.metrics.receipt_seconds.observe(begun.elapsed().as_secs_f64());
    let said = if receipt.unheard {
        app.intake.said_around(receipt.conversation, receipt.seq).await?
    } else {
        receipt.replies
    };
    let mut lines: Vec<(LinkPurpose, String)> = Vec::new();
    for purpose in said.iter().filter_map(message::Body::leads_to) {
        if !lines.iter().any(|(known, _)| *known == purpose) {
            lines.push((purpose, link_line(app, receipt.conversation, purpose).await?));
        }
    }
    let line_of = |body: &message::Body| {
        let purpose = body.leads_to()?;
        lines.iter().find(|(known, _)| *known == purpose).map(|(_, line)| line.as_str())
    };
    let rendered = |body: &message::Body| render::with_link(body, line_of(body));
    Ok(Json(Received {
        conversation: receipt.conversation.to_string(),
        seq: receipt.seq,
        duplicate: receipt.duplicate,
        replies: said.iter().map(rendered).collect(),
    }))
}

/// The line with a link: by it the person leaves files, which a text message does not carry, or sees how the claim stands.
async fn link_line(app: &App, conversation: ConversationId, purpose: LinkPurpose) -> Result<String, Problem> {
    let unavailable = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, %conversation, "no link can be made");
        Problem::unavailable("The reply cannot be made at the moment. Please try again.")
    };
    let found = app.engine.conversation(conversation).await.map_err(|error| unavailable(&error))?;
    let language = found.map(|(row, _)| row.language).unwrap_or_default();
    let link = link(&app.engine, &app.config.server.public_url, conversation, purpose, app.clock.now())
        .await
        .map_err(|error| unavailable(&error))?;
    let lead_in = app.intake.library().sentence(lead_in(purpose), language).unwrap_or_default().to_owned();
    Ok(format!("{lead_in} {link}"))
}

impl From<SpoolError> for Problem {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, ""),
            SpoolError::Body => Self::new(StatusCode::BAD_REQUEST, error.to_string()),
            SpoolError::NoRoom => Self::unavailable(error.to_string()),
            SpoolError::File(_) => {
                tracing::error!(%error, "a post was refused before it was acknowledged");
                Self::unavailable("Not received: the post cannot be kept at the moment. Please try again.")
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotServed => Self::not_found(),
            Refusal::Busy => Self::unavailable("Too many messages are being read. Please try again."),
            Refusal::Unauthorized => Self::new(StatusCode::UNAUTHORIZED, refusal.to_string()),
            Refusal::Malformed(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string()),
        }
    }
}

impl From<ReceiverError> for Problem {
    fn from(error: ReceiverError) -> Self {
        match error {
            ReceiverError::Intake(error) => error.into(),
            ReceiverError::Document(error) => error.into(),
            ReceiverError::Store(error) => error.into(),
            ReceiverError::Replayed => Self::new(StatusCode::UNAUTHORIZED, error.to_string()),
            ReceiverError::Fetch(_) => Self::unavailable("A file of this message cannot be fetched at the moment."),
        }
    }
}

impl From<IntakeError> for Problem {
    /// Every refusal comes before the acknowledgement, so the sender should try again.
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
