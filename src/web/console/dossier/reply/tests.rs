use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn what_was_typed_is_sent_and_nothing_is_not() {
    let trial = Trial::start().await;
    trial.act("reply", "&text=Bonjour%0D%0AMadame+").await.unwrap();
    assert_eq!(trial.acts(), [("camille".to_owned(), Action::Reply { text: "Bonjour\nMadame".into() })]);
    assert_eq!(trial.act("reply", "&text=++").await, Err(StatusCode::BAD_REQUEST));
    assert_eq!(trial.act("reply", &format!("&text={}", "x".repeat(4001))).await, Err(StatusCode::BAD_REQUEST));
    assert_eq!(trial.acts().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_stored_is_not_said_to_be() {
    let trial = Trial::start().await;
    trial.break_actions();
    assert_eq!(trial.act("reply", "&text=Bonjour").await, Err(StatusCode::SERVICE_UNAVAILABLE));
}

#[tokio::test]
async fn without_the_forms_token_nothing_is_done() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let address = format!("/console/dossiers/{}/reply", trial.dossier().await);
    assert_eq!(trial.post_as(&cookie, &address, "csrf=x&text=a").await.0, StatusCode::FORBIDDEN);
    assert_eq!(trial.post_as(&cookie, &address, "text=a").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(trial.post_as("", &address, "csrf=x&text=a").await.0, StatusCode::SEE_OTHER);
    assert!(trial.acts().is_empty());
}
