use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_proposal_is_refused_by_name() {
    let trial = Trial::start().await;
    let address = "reject-duplicate";
    assert_eq!(trial.act(address, "&other=x").await, Err(StatusCode::BAD_REQUEST));
    let other = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab";
    trial.act(address, &format!("&other={other}")).await.unwrap();
    let action = Action::RejectDuplicate { other: other.parse().unwrap() };
    assert_eq!(trial.acts(), [("camille".to_owned(), action)]);
}
