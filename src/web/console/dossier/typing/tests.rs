use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn the_person_is_told_and_nothing_is_done() {
    let trial = Trial::start().await;
    assert_eq!(trial.act("typing", "").await, Err(StatusCode::NO_CONTENT));
    assert_eq!(trial.typed(), 1);
    assert!(trial.acts().is_empty());
}
