//! `/console/dossiers/{id}/templates`: what handlers write often, filled in for this dossier. The composer takes the list from it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};

use super::find;
use crate::{
    flow::WrittenTemplate,
    web::console::{
        Console, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
    },
};

#[derive(Template)]
#[template(path = "templates.html")]
struct TemplatesPage {
    shell: Shell,
    dossier: String,
    reference: String,
    templates: Vec<WrittenTemplate>,
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Html<String>, ConsoleError> {
    let dossier = find(&console, &session, &id).await?;
    let templates = console.actions().templates(dossier.id, &session.name).await?;
    html(&TemplatesPage {
        shell: Shell::from(&session),
        dossier: dossier.id.to_string(),
        reference: dossier.reference,
        templates,
    })
}

#[cfg(test)]
mod tests;
