use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_dossier_is_closed_for_a_reason() {
    let trial = Trial::start().await;
    assert_eq!(trial.act("close", "&reason=+").await, Err(StatusCode::BAD_REQUEST));
    trial.act("close", "&reason=R%C3%A9gl%C3%A9").await.unwrap();
    assert_eq!(trial.acts(), [("camille".to_owned(), Action::Close { reason: "Réglé".into() })]);
}

#[tokio::test]
async fn an_unknown_dossier_and_no_dossier_are_the_same() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    for id in ["0190a0b0-c0d0-7e0f-8a0b-0123456789ab", "nonsense"] {
        let address = format!("/console/dossiers/{id}/close");
        let (status, _, _) = trial.post_as(&cookie, &address, &format!("csrf={csrf}&reason=x")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
