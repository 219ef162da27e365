//! `GET /chat/api/slots`: the documents that the dossier wants, each as a slot that names it, shows a good one and says what
//! has come.

use axum::extract::State;
use serde::Serialize;

use super::session::Session;
use crate::{
    domain::language::Language,
    flow::{Accepts, Library},
    store::OneConversation,
    web::{App, problem::Problem},
};

#[derive(Debug, Serialize)]
pub(super) struct Response {
    slots: Vec<Slot>,
}

/// A wanted document, in the person's language.
#[derive(Debug, Serialize)]
pub(in crate::web) struct Slot {
    kind: String,
    /// The name above the slot.
    name: String,
    /// How to make a good one; empty where there is no advice.
    how: String,
    /// The lines of the drawing and what stands out in it, as SVG paths in a frame of 120 by 90.
    drawing: Option<[String; 2]>,
    is_photo: bool,
    required: bool,
    /// A file came that answers it.
    received: bool,
    /// A file came that is supposed to.
    supposed: bool,
}

pub(super) async fn get(State(app): State<App>, session: Session) -> Result<axum::Json<Response>, Problem> {
    let slots = slots(&session.one, &app.intake.library(), session.language()).await?;
    Ok(axum::Json(Response { slots }))
}

/// The slots of a conversation's dossier: what is required first.
pub(in crate::web) async fn slots(
    one: &OneConversation,
    library: &Library,
    language: Language,
) -> Result<Vec<Slot>, Problem> {
    let wanted = one.dossier().await?.map(|dossier| dossier.wanted).unwrap_or_default();
    let slot = |wanted: crate::dossier::Wanted| {
        let document = library.document(&wanted.kind)?;
        let drawing = document.drawing.as_ref();
        Some(Slot {
            name: document.short.as_ref().unwrap_or(&document.name).get(language).to_owned(),
            how: document.how.as_ref().map_or("", |how| how.get(language)).to_owned(),
            drawing: drawing.map(|drawing| [drawing.lines.clone(), drawing.accent.clone()]),
            is_photo: document.accepts == Accepts::Photo,
            required: wanted.required,
            received: wanted.received > 0,
            supposed: wanted.supposed > 0,
            kind: wanted.kind,
        })
    };
    let mut slots: Vec<Slot> = wanted.into_iter().filter_map(slot).collect();
    slots.sort_by_key(|slot| !slot.required);
    Ok(slots)
}
