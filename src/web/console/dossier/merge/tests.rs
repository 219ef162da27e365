use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn the_other_dossier_is_named() {
    let trial = Trial::start().await;
    let address = "merge";
    assert_eq!(trial.act(address, "&other=x").await, Err(StatusCode::BAD_REQUEST));
    let other = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab";
    trial.act(address, &format!("&other={other}")).await.unwrap();
    let action = Action::Merge { other: other.parse().unwrap() };
    assert_eq!(trial.acts(), [("camille".to_owned(), action)]);
}
