//! `POST /u/api/message`: "C'est tout". The files become one message of the conversation; the reply goes to the channel
//! that the person uses.
//!
//! The message is known by its last file: sent again it is the same message, and there are never more messages than files.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;

use super::visitor::Sender;
use crate::{
    domain::{id::DocumentId, message::Body},
    intake::{Inbound, InboundKind},
    web::{
        App,
        chat::{
            json::{self, Json},
            uploads::{self, Slots},
        },
        problem::Problem,
        visitor::Visitor,
    },
};

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    attachments: Vec<DocumentId>,
    /// The kinds of those that were put into a slot.
    #[serde(default)]
    slots: Slots,
}

pub(super) async fn post(
    State(app): State<App>,
    Sender(Visitor { one, conversation }): Sender,
    Json(request): Json<Request>,
) -> Result<StatusCode, Problem> {
    app.writing.count(one.id(), app.clock.now())?;
    let Some(last) = request.attachments.last().copied() else {
        return Err(json::unprocessable("There is nothing in this message."));
    };
    let attachments =
        uploads::attachments(&app, &one, conversation.language, request.attachments, &request.slots).await?;
    app.intake
        .receive(Inbound {
            endpoint: conversation.endpoint,
            // No provider knows this identifier, so nothing can be a reply to it.
            provider_id: format!("upload:{last}"),
            insurer: conversation.insurer,
            language: conversation.language,
            token: None,
            cites: Vec::new(),
            settle: false,
            kind: InboundKind::Message(Body { attachments, ..Body::default() }),
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
