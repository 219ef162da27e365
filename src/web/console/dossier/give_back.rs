//! A handler gives a conversation back to the flow.

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
pub(crate) struct Sent {}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    act(&console, &sent.session, &id, Action::GiveBack).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::console::testing::Trial;

    #[tokio::test]
    async fn it_is_done_under_the_handlers_name() {
        let trial = Trial::start().await;
        trial.act("give-back", "").await.unwrap();
        assert_eq!(trial.acts(), [("camille".to_owned(), Action::GiveBack)]);
    }
}
