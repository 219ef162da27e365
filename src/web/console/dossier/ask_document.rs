//! A handler asks the person for a document.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::act;
use crate::{
    intake::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Sent {
    kind: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let kind = sent.form.kind;
    if !console.names().is_document(&kind) {
        return Err(ConsoleError::BadForm);
    }
    act(&console, &sent.session, &id, Action::AskDocument { kind }).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::web::console::testing::Trial;

    #[tokio::test]
    async fn only_known_kinds_can_be_asked_for() {
        let trial = Trial::start().await;
        trial.act("ask-document", "&kind=lease").await.unwrap();
        assert_eq!(trial.acts(), [("camille".to_owned(), Action::AskDocument { kind: "lease".into() })]);
        assert_eq!(trial.act("ask-document", "&kind=unicorn").await, Err(StatusCode::BAD_REQUEST));
    }
}
