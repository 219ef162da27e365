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
