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
    domain::{
        fact_name::FactName,
        id::DocumentId,
        message::{Body, Shared},
    },
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
    /// Where the phone is, which the person chose to tell.
    place: Option<Place>,
}

/// A place on the map, in degrees (WGS 84).
#[derive(Debug, Deserialize)]
struct Place {
    latitude: f64,
    longitude: f64,
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
        let on_earth = |place: &Place| place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0;
        if !request.place.iter().all(on_earth) {
            return Err(json::unprocessable("There is no such place."));
        }
        let shared = request.place.map(|Place { latitude, longitude }| Shared::Place { latitude, longitude });
        if text.is_empty() && request.choice.is_none() && request.attachments.is_empty() && shared.is_none() {
            return Err(json::unprocessable("There is nothing in this message."));
        }
        let attachments =
            uploads::attachments(&app, &session.one, session.language(), request.attachments, &request.slots).await?;
        InboundKind::Message(Body { text, choice: request.choice, attachments, shared, ..Body::default() })
    };
    let receipt = app.intake.receive(session.inbound(request.client_id, kind)).await?;
    Ok(axum::Json(Response { seq: receipt.seq, duplicate: receipt.duplicate }))
}
