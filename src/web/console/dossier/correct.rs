//! `/console/dossiers/{id}/facts/{fact}`: a fact as a form, with its reason, and what follows before it is kept.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{
    actions::Prose,
    find,
    foreseen::{self, Fields},
};
use crate::{
    conversation::Action,
    domain::{fact::Value, fact_name::FactName, form::Field, message::Input},
    web::console::{
        Console, assets,
        auth::{Checked, Session},
        error::ConsoleError,
        page::{Shell, html},
    },
};

#[derive(Template)]
#[template(path = "correct.html")]
struct CorrectPage {
    shell: Shell,
    dossier: String,
    reference: String,
    /// The name of the fact.
    label: String,
    field: Field,
    /// What is known, as the form brings it back.
    was: String,
    reason: String,
    /// What is wrong with what was written.
    wrong: Option<String>,
}

impl CorrectPage {
    fn takes_one(&self) -> bool {
        !self.field.options.is_empty() && self.field.input != Input::Choices
    }

    fn input_type(&self) -> &'static str {
        match self.field.input {
            Input::Date => "date",
            Input::Email => "email",
            Input::Phone => "tel",
            _ => "text",
        }
    }
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path((id, fact)): Path<(String, String)>,
) -> Result<Html<String>, ConsoleError> {
    html(&page(&console, &session, &id, &fact.into()).await?)
}

async fn page(console: &Console, session: &Session, id: &str, fact: &FactName) -> Result<CorrectPage, ConsoleError> {
    let dossier = find(console, session, id).await?;
    let field = console.actions().desk_field(dossier.id, fact).await?.ok_or(ConsoleError::NotFound)?;
    let was = serde_json::to_string(&field.value).map_err(|_| ConsoleError::BadForm)?;
    Ok(CorrectPage {
        shell: Shell::from(session),
        dossier: dossier.id.to_string(),
        reference: dossier.reference,
        label: console.names().fact(fact).to_owned(),
        field,
        was,
        reason: String::new(),
        wrong: None,
    })
}

/// A correction. Several answers of a list come joined.
#[derive(Deserialize)]
struct Correction {
    #[serde(default)]
    value: String,
    was: String,
    reason: Option<Prose>,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path((id, fact)): Path<(String, String)>,
    sent: Checked<Fields>,
) -> Result<Response, ConsoleError> {
    let fact = FactName::from(fact);
    let mut fields = sent.form.clone();
    if fields.get("reason").is_some_and(|reason| reason.trim().is_empty()) {
        fields.remove("reason");
    }
    let Correction { value: written, was, reason } = foreseen::read(&fields)?;
    let was: Option<Value> = serde_json::from_str(&was).map_err(|_| ConsoleError::BadForm)?;
    let only_looks = fields.contains_key("foresee");
    let dossier = find(&console, &sent.session, &id).await?;
    let reason = match reason {
        Some(Prose(reason)) => reason,
        None if only_looks => String::new(),
        None => return Err(ConsoleError::BadForm),
    };
    match console.actions().read_desk_field(dossier.id, &fact, &written).await? {
        Ok(value) => {
            let action = Action::Correct { fact: fact.clone(), value, was, reason };
            foreseen::show_or_do(&console, sent, &id, &format!("facts/{fact}"), action).await
        }
        Err(wrong) if wrong.is_empty() => Err(ConsoleError::NotFound),
        Err(wrong) => {
            let mut page = page(&console, &sent.session, &id, &fact).await?;
            page.field.written = written;
            page.reason = reason;
            page.wrong = Some(wrong);
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

#[cfg(test)]
mod tests;
