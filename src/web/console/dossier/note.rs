//! A note for colleagues. Whom it names by `@login` finds it in their list.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::{act, actions::Prose};
use crate::{
    conversation::Action,
    store::HandlerRow,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Note {
    text: Prose,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Note>,
) -> Result<Redirect, ConsoleError> {
    let Prose(text) = sent.form.text;
    let mentions = mentioned(&text, &console.users().handlers().await?);
    act(&console, &sent.session, &id, Action::Note { text, mentions }).await
}

/// The logins that a text names, in its order, each once.
fn mentioned(text: &str, users: &[HandlerRow]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for part in text.split('@').skip(1) {
        let word: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
        // "@hugo." ends a sentence.
        let login = word.trim_end_matches(['.', '-', '_']);
        let is_user = users.iter().any(|user| user.login == login && user.disabled_at.is_none());
        if is_user && !named.iter().any(|known| known == login) {
            named.push(login.to_owned());
        }
    }
    named
}

#[cfg(test)]
mod tests;
