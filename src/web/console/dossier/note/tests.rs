use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[test]
fn colleagues_are_named_once_by_logins_that_exist() {
    let user = |login: &str| HandlerRow::new(login, login, "handler", "");
    let mut gone = user("gone");
    gone.disabled_at = Some(jiff::Timestamp::UNIX_EPOCH);
    let users = [user("hugo"), user("j.lemoine"), gone];
    let text = "@hugo, voir avec @j.lemoine. @hugo @nobody @gone, julie@hugo.example";
    assert_eq!(mentioned(text, &users), ["hugo", "j.lemoine"]);
}

#[tokio::test]
async fn a_note_is_no_reply() {
    let trial = Trial::start().await;
    assert_eq!(trial.act("note", "&text=Le+syndic+confirme.+%40ines").await, Ok(()));
    let action = Action::Note { text: "Le syndic confirme. @ines".into(), mentions: vec!["ines".into()] };
    assert_eq!(trial.acts(), [("camille".to_owned(), action)]);
    assert_eq!(trial.act("note", "&text=+").await, Err(StatusCode::BAD_REQUEST));
}
