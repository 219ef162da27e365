//! What somebody is writing is kept here until it is sent: it outlives the page, the log-out and the device. Colleagues see that
//! they are writing, and the person does in the chat.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;

use super::find;
use crate::web::console::{Console, auth::Checked, error::ConsoleError};

/// The longest text, as of a reply.
const MAX_TEXT: usize = 4000;

#[derive(Deserialize)]
pub(in crate::web::console) struct Draft {
    kind: Kind,
    #[serde(default)]
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Reply,
    Note,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Note => "note",
        }
    }
}

pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Draft>,
) -> Result<StatusCode, ConsoleError> {
    let Checked { session, form } = sent;
    if form.text.chars().count() > MAX_TEXT {
        return Err(ConsoleError::BadForm);
    }
    let dossier = find(&console, &session, &id).await?;
    let cases = console.cases(&session);
    let is_news = cases.keep_draft(&dossier, &session.login, form.kind.name(), &form.text, console.now()).await?;
    if form.kind == Kind::Reply && !form.text.trim().is_empty() {
        console.actions().tell_typing(dossier.conversation);
    }
    if is_news {
        console.actions().tell_change(dossier.conversation);
    }
    Ok(StatusCode::NO_CONTENT)
}
