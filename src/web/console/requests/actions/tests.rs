use axum::http::{StatusCode, header};

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_receipt_is_acknowledged_from_the_list_and_from_the_dossier() {
    let trial = Trial::start().await;
    let complaint = trial.ask("complaints", "service lamentable", "2026-12-20T22:59:59Z").await;
    let attestation = trial.ask("contracts", "une attestation svp", "2026-12-20T22:59:59Z").await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let dossier = format!("/console/dossiers/{}", trial.dossier().await);
    let (_, _, page) = trial.get_as(&cookie, &dossier).await;
    assert!(page.contains("service lamentable"), "the dossier shows what was asked for");
    for (from, back) in [("", "/console/requests?desk=complaints"), ("dossier", dossier.as_str())] {
        let address = format!("/console/requests/{complaint}/acknowledge");
        assert!(page.contains(&address));
        let form = format!("csrf={csrf}&desk=complaints&from={from}");
        let (status, headers, _) = trial.post_as(&cookie, &address, &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(headers[header::LOCATION], back);
    }
    let action = Action::AcknowledgeRequest { request: complaint, kind: "complaint".into() };
    assert_eq!(trial.acts(), vec![("camille".to_owned(), action); 2]);
    // Where none is owed there is nothing to do.
    let address = format!("/console/requests/{attestation}/acknowledge");
    assert!(!page.contains(&address));
    assert_eq!(trial.post_as(&cookie, &address, &format!("csrf={csrf}")).await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.acts().len(), 2);
}

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
