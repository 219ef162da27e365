use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn it_is_done_under_the_handlers_name() {
    let trial = Trial::start().await;
    trial.act("take-over", "").await.unwrap();
    assert_eq!(trial.acts(), [("camille".to_owned(), Action::TakeOver)]);
}
