//! `POST /chat/api/messages`: a text, a pressed button or files of the person; or the answer that they want to change.

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::{
    json,
    json::Json,
    session::Session,
    uploads::{self, Slots},
};
use crate::{
    domain::{fact_name::FactName, id::DocumentId, message::Body},
    intake::InboundKind,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    client_id: String,
    #[serde(default)]
    text: String,
    choice: Option<String>,
    #[serde(default)]
    attachments: Vec<DocumentId>,
    /// The kinds of those that were put into a slot.
    #[serde(default)]
    slots: Slots,
    /// The fact whose answer is to be changed ("Modifier").
    edit: Option<FactName>,
}

#[derive(Debug, Serialize)]
pub(super) struct Response {
    seq: i64,
    duplicate: bool,
}

pub(super) async fn post(
    State(app): State<App>,
    session: Session,
    Json(request): Json<Request>,
) -> Result<axum::Json<Response>, Problem> {
    json::check_client_id(&request.client_id)?;
    app.writing.count(session.id(), app.clock.now())?;
    let kind = if let Some(fact) = request.edit {
        InboundKind::Edit { fact }
    } else {
        let text = request.text.trim().to_owned();
        if text.is_empty() && request.choice.is_none() && request.attachments.is_empty() {
            return Err(json::unprocessable("There is nothing in this message."));
        }
        let attachments =
            uploads::attachments(&app, &session.one, session.language(), request.attachments, &request.slots).await?;
        InboundKind::Message(Body { text, choice: request.choice, attachments, ..Body::default() })
    };
    let receipt = app.intake.receive(session.inbound(request.client_id, kind)).await?;
    Ok(axum::Json(Response { seq: receipt.seq, duplicate: receipt.duplicate }))
}
