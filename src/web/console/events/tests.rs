use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let trial = Trial::start().await;
    assert_eq!(trial.get("/console/events").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_flood_is_one_event_and_other_dossiers_are_none() {
    let trial = Trial::start().await;
    let (mine, other) = (trial.dossier().await, DossierId::new(trial.now()));
    let mut following = Following {
        console: trial.console(),
        token_hash: String::new(),
        changes: stream::iter([other, mine, mine, other].map(Changed::Dossier)).boxed(),
        dossier: Some(mine),
        place: trial.console().streams().open("me").unwrap(),
    };
    assert!(following.hear().await);
    following.skip_what_came_meanwhile();
    assert!(!following.hear().await);
    assert!(following.matters(Changed::Much));
    let inbox = Following { dossier: None, ..following };
    assert!(inbox.matters(Changed::Dossier(other)));
}
