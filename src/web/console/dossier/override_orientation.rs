//! A handler orients otherwise than the table did, and says why.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::{act, said};
use crate::{
    intake::Action,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

/// The modes of an expertise.
pub(crate) const MODES: [&str; 4] = ["field", "tele", "visio", "desk"];

#[derive(Deserialize)]
pub(crate) struct Sent {
    mode: String,
    reason: String,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let Sent { mode, reason } = sent.form;
    if !MODES.contains(&mode.as_str()) {
        return Err(ConsoleError::BadForm);
    }
    let reason = said(&reason)?;
    act(&console, &sent.session, &id, Action::Override { mode, reason }).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::web::console::testing::Trial;

    #[tokio::test]
    async fn it_takes_a_mode_and_a_reason() {
        let trial = Trial::start().await;
        assert_eq!(trial.act("override", "&mode=field&reason=").await, Err(StatusCode::BAD_REQUEST));
        assert_eq!(trial.act("override", "&mode=moon&reason=x").await, Err(StatusCode::BAD_REQUEST));
        trial.act("override", "&mode=field&reason=Plafond").await.unwrap();
        let wanted = Action::Override { mode: "field".into(), reason: "Plafond".into() };
        assert_eq!(trial.acts(), [("camille".to_owned(), wanted)]);
    }
}
