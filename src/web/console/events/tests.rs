use axum::http::StatusCode;

use super::*;
use crate::{domain::id::DossierId, web::console::testing::Trial};

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let trial = Trial::start().await;
    assert_eq!(trial.get("/console/events").await.0, StatusCode::SEE_OTHER);
    assert!(trial.listened().is_empty());
}

#[tokio::test]
async fn a_page_listens_to_its_own_dossier_and_to_none_that_it_may_not_see() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    for unknown in [DossierId::new(trial.now()).to_string(), "1".into(), String::new()] {
        let (status, _, _) = trial.get_as(&cookie, &format!("/console/events?dossier={unknown}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{unknown:?}");
    }
    assert!(trial.listened().is_empty());
    for address in [format!("/console/events?dossier={}", trial.dossier().await), "/console/events".into()] {
        assert_eq!(trial.get_compressed(&cookie, &address).await.status(), StatusCode::OK);
    }
    assert_eq!(trial.listened(), [Some(trial.conversation().await), None]);
}

fn following(trial: &Trial, changes: usize) -> Following {
    Following {
        console: trial.console(),
        token_hash: String::new(),
        changes: stream::iter(vec![(); changes]).chain(stream::pending()).boxed(),
        looked_at: Instant::now(),
        place: trial
            .console()
            .streams()
            .open("me", crate::web::client::ClientAddress(std::net::Ipv4Addr::LOCALHOST.into()))
            .unwrap(),
    }
}

#[tokio::test]
async fn a_flood_is_one_event() {
    let trial = Trial::start().await;
    let mut following = following(&trial, 1000);
    assert_eq!(following.next_change().await, Some(()));
    assert_eq!(following.next_change().now_or_never(), None);
}

#[tokio::test]
async fn a_session_that_has_ended_is_told_nothing_more() {
    let trial = Trial::start().await;
    let mut following = following(&trial, 1);
    following.looked_at -= SESSION_HOLDS;
    assert_eq!(following.next_change().await, None);
}
