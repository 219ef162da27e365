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
