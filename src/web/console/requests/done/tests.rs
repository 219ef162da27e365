use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_request_is_done_as_an_action_so_that_the_timeline_tells_it() {
    let trial = Trial::start().await;
    let id = trial.ask("contracts", "une attestation svp", "2026-12-20T22:59:59Z").await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let address = format!("/console/requests/{id}/done");
    let (status, _, _) = trial.post_as(&cookie, &address, &format!("csrf={csrf}&desk=contracts")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let action = Action::DoRequest { request: id, kind: "attestation".into(), asked_at: trial.now() };
    assert_eq!(trial.acts(), [("camille".to_owned(), action)]);
    let (status, _, _) = trial.post_as(&cookie, &address, "csrf=wrong").await;
    assert_ne!(status, StatusCode::SEE_OTHER);
    for id in ["nonsense", "0190a0b0-c0d0-7e0f-8a0b-0123456789ab"] {
        let address = format!("/console/requests/{id}/done");
        let (status, _, _) = trial.post_as(&cookie, &address, &format!("csrf={csrf}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
