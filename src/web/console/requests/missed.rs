//! `/console/missed`: messages that were not understood, and questions without an answer.

use askama::Template;
use axum::{extract::State, response::Html};

use crate::{
    store::MissedRow,
    web::console::{
        Console, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
        when::When,
    },
};

/// The most lines on one page: the latest ones.
const MAX_LINES: i64 = 100;

#[derive(Template)]
#[template(path = "missed.html")]
pub(in crate::web::console) struct MissedPage {
    shell: Shell,
    lines: Vec<MissedLine>,
    /// The intents that a text may have, with their names.
    intents: Vec<(String, String)>,
}

/// A text in the list.
struct MissedLine {
    id: String,
    dossier: Option<String>,
    text: String,
    question: bool,
    at: When,
    /// The most probable intent, which one click confirms.
    guess: String,
}

pub(crate) async fn get(State(console): State<Console>, session: Session) -> Result<Html<String>, ConsoleError> {
    let rows = console.cases(&session).missed(MAX_LINES).await?;
    let intents = console.names().intents().map(|(intent, name)| (intent.to_owned(), name.to_owned())).collect();
    let lines = rows.into_iter().map(|row| MissedLine::of(&console, row)).collect();
    html(&MissedPage { shell: Shell::from(&session), lines, intents })
}

impl MissedLine {
    fn of(console: &Console, row: MissedRow) -> Self {
        Self {
            guess: console.actions().guess(&row.text).unwrap_or_default(),
            id: row.id.to_string(),
            dossier: row.dossier.map(|id| id.to_string()),
            text: row.text,
            question: row.question,
            at: When(row.at),
        }
    }
}

#[cfg(test)]
mod tests;
