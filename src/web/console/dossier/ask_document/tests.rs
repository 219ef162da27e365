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
