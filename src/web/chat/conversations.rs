//! `POST /chat/api/conversations`: opens a conversation and returns the secret by which the page is recognised from
//! then on.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{json, json::Json, page, secret};
use crate::{
    domain::{id::ConversationId, language::Language},
    intake::{Inbound, InboundKind, Key, Limit, Throttle},
    web::{App, client::ClientAddress, problem::Problem},
};

/// The shortest `client_id`, in characters: it must be too random to be guessed, because the secret is derived from it.
const MIN_CLIENT_ID: usize = 32;
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// How much a person may do in one conversation.
const WRITING: SignedDuration = SignedDuration::from_mins(10);
const MOST_WRITTEN: u32 = 100;
const MOST_FIELDS: u32 = 600;

/// Counts what people do in their conversations. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Writing {
    messages: Arc<Throttle>,
    /// The fields of the form that completes the file: no messages, and many more.
    fields: Arc<Throttle>,
}

impl Default for Writing {
    fn default() -> Self {
        let throttle = || Arc::new(Throttle::new(WRITING));
        Self { messages: throttle(), fields: throttle() }
    }
}

impl Writing {
    /// Counts one more thing in a conversation.
    ///
    /// # Errors
    ///
    /// When there are too many: the page tries again later, and keeps what was written until then.
    pub(in crate::web) fn count(&self, conversation: ConversationId, now: Timestamp) -> Result<(), Problem> {
        let key = Key::of(&[conversation.to_string().as_bytes()]);
        self.messages.count(&[(key, Limit::Most(MOST_WRITTEN))], now).map_err(Problem::too_many)
    }

    /// Counts one more field that was filled in.
    ///
    /// # Errors
    ///
    /// When there are too many: the page tries again later.
    pub(in crate::web) fn count_field(&self, conversation: ConversationId, now: Timestamp) -> Result<(), Problem> {
        let key = Key::of(&[conversation.to_string().as_bytes()]);
        self.fields.count(&[(key, Limit::Most(MOST_FIELDS))], now).map_err(Problem::too_many)
    }
}

/// Counts the conversations that were opened, by address: a mobile network's people share one, and an IPv6 subscriber has a
/// whole /64. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Openings(Arc<Throttle>);

impl Default for Openings {
    fn default() -> Self {
        Self(Arc::new(Throttle::new(WINDOW)))
    }
}

impl Openings {
    fn count(&self, from: ClientAddress, most: u32, now: Timestamp) -> Result<(), u32> {
        self.0.count(&[(Key::of(&[from.network().to_string().as_bytes()]), Limit::Most(most))], now)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    insurer: Option<String>,
    site: Option<String>,
    #[serde(default)]
    lang: String,
    client_id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    token: String,
}

pub(super) async fn post(
    State(app): State<App>,
    from: ClientAddress,
    Json(request): Json<Request>,
) -> Result<(StatusCode, axum::Json<Response>), Problem> {
    check_seed(&request.client_id)?;
    app.openings.count(from, app.config.chat.openings_per_hour, app.clock.now()).map_err(Problem::too_many)?;
    let insurer = page::insurer(&app, request.insurer.as_deref(), request.site.as_deref())?;
    let token = secret::of_client(&request.client_id);
    app.intake
        .receive(Inbound {
            endpoint: secret::endpoint(&token),
            provider_id: request.client_id,
            insurer,
            language: Language::from_tag(&request.lang),
            token: None,
            cites: Vec::new(),
            settle: false,
            kind: InboundKind::Open,
        })
        .await?;
    Ok((StatusCode::CREATED, axum::Json(Response { token })))
}

/// Checks a `client_id` of which a secret is made.
pub(super) fn check_seed(client_id: &str) -> Result<(), Problem> {
    json::check_client_id(client_id)?;
    if client_id.len() < MIN_CLIENT_ID {
        return Err(json::unprocessable("`client_id` must be 128 random bits or more, in hexadecimal."));
    }
    Ok(())
}
