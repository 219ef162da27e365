//! The session of a request: the conversation whose secret it carries.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};

use super::secret;
use crate::{
    domain::{id::ConversationId, language::Language, message::Endpoint},
    intake::{Inbound, InboundKind},
    store::{ConversationRow, Fence, OneConversation},
    web::{App, problem::Problem},
};

/// The person who holds the secret of a conversation.
#[derive(Debug)]
pub(super) struct Session {
    /// The endpoint of this secret: a conversation may have several.
    pub(super) endpoint: Endpoint,
    /// Access to the person's own conversation.
    pub(super) one: OneConversation,
    pub(super) conversation: ConversationRow,
    pub(super) fence: Fence,
}

impl Session {
    pub(super) fn id(&self) -> ConversationId {
        self.one.id()
    }

    pub(super) fn language(&self) -> Language {
        self.conversation.language
    }

    /// An input of the person, for the intake.
    pub(super) fn inbound(&self, client_id: String, kind: InboundKind) -> Inbound {
        Inbound {
            endpoint: self.endpoint.clone(),
            provider_id: client_id,
            insurer: self.conversation.insurer.clone(),
            language: self.conversation.language,
            token: None,
            cites: Vec::new(),
            settle: false,
            kind,
        }
    }
}

impl FromRequestParts<App> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let unknown = || Problem::new(StatusCode::UNAUTHORIZED, "Open a conversation first.");
        let secret = bearer(&parts.headers).ok_or_else(unknown)?;
        let endpoint = secret::endpoint(secret);
        let one = app.doors.session(&endpoint, app.clock.now()).await?.ok_or_else(unknown)?;
        let (conversation, fence) = one.row().await?.ok_or_else(unknown)?;
        Ok(Self { endpoint, one, conversation, fence })
    }
}

/// The secret that a request carries.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
