//! A handler sends a message of ours again, to the same place or to another at which the person can be reached.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use serde::Deserialize;

use super::{act, find};
use crate::{
    domain::{id::ConversationId, message::Endpoint},
    intake::Action,
    store::StoreError,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Sent {
    message: String,
    /// The number of one of [`places`]; without it, where it went the last time.
    to: Option<String>,
}

/// Where messages can be pushed to a person, in an order that stays: new places come last.
pub(super) async fn places(console: &Console, conversation: ConversationId) -> Result<Vec<Endpoint>, StoreError> {
    let mut places = console.store().endpoints(conversation).await?;
    places.retain(|place| console.accounts().push_to(place));
    Ok(places)
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let dossier = find(&console, &id).await?;
    let message: i64 = sent.form.message.parse().map_err(|_| ConsoleError::BadForm)?;
    let to = if let Some(number) = sent.form.to {
        let number: usize = number.parse().map_err(|_| ConsoleError::BadForm)?;
        places(&console, dossier.conversation).await?.into_iter().nth(number)
    } else {
        let rows = console.store().outbox(dossier.conversation, message.saturating_sub(1)).await?;
        rows.into_iter().rfind(|row| row.seq == message).map(|row| row.to)
    };
    let to = to.ok_or(ConsoleError::BadForm)?;
    act(&console, &sent.session, &id, Action::SendAgain { message, to }).await
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::{domain::message::Channel, web::console::testing::Trial};

    fn to(account: &str, address: &str) -> Endpoint {
        Endpoint { channel: Channel::Sms, account: account.into(), address: address.into() }
    }

    #[tokio::test]
    async fn it_goes_where_it_went_or_where_the_handler_says() {
        let trial = Trial::start().await;
        trial.act("send-again", "&message=3").await.unwrap();
        trial.act("send-again", "&message=3&to=1").await.unwrap();
        let again = |to| ("camille".to_owned(), Action::SendAgain { message: 3, to });
        assert_eq!(trial.acts(), [again(to("first", "+33639980001")), again(to("second", "+33639980002"))]);
    }

    #[tokio::test]
    async fn what_was_never_pushed_and_places_of_others_are_refused() {
        let trial = Trial::start().await;
        for form in ["&message=1", "&message=99", "&message=3&to=2", "&message=3&to=-1", "&message=x", ""] {
            assert_eq!(trial.act("send-again", form).await, Err(StatusCode::BAD_REQUEST), "{form}");
        }
        assert!(trial.acts().is_empty());
    }
}
