use axum::http::StatusCode;

use super::*;
use crate::web::console::{testing::Trial, when::When};

impl RequestsPage {
    pub(in crate::web::console) fn sample() -> Self {
        let at = When(jiff::Timestamp::UNIX_EPOCH);
        let done = RequestLine { done: Some((at, "camille".into())), overdue: false, ..RequestLine::sample() };
        Self {
            shell: Shell::sample(),
            query: RequestsQuery::default(),
            desks: vec![DeskView {
                code: "complaints".into(),
                name: "Réclamations".into(),
                open: 1,
                overdue: 1,
                active: true,
            }],
            open: 1,
            overdue: 1,
            lines: vec![RequestLine::sample(), done],
        }
    }
}

#[test]
fn what_people_wrote_is_escaped() {
    let page = RequestsPage::sample().render().unwrap();
    assert!(page.contains("inadmissible &#60;b&#62;") && page.contains("En retard"));
}

#[tokio::test]
async fn requests_are_listed_by_desk_and_overdue_ones_marked() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let (_, _, empty) = trial.get_as(&cookie, "/console/requests").await;
    assert!(empty.contains("Aucune demande"));
    trial.ask("complaints", "service lamentable", "2026-11-20T22:59:59Z").await;
    trial.ask("contracts", "une attestation svp", "2026-12-20T22:59:59Z").await;
    let (status, _, page) = trial.get_as(&cookie, "/console/requests").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.find("service lamentable").unwrap() < page.find("une attestation svp").unwrap());
    assert_eq!(page.matches("<span class=\"chip status-handed_over\">En retard").count(), 1);
    let (_, _, page) = trial.get_as(&cookie, "/console/requests?desk=contracts").await;
    assert!(page.contains("une attestation svp") && !page.contains("service lamentable"));
    let (_, _, page) = trial.get_as(&cookie, "/console/requests?done=1").await;
    assert!(!page.contains("une attestation svp"));
}

#[tokio::test]
async fn nobody_reads_them_without_a_session() {
    let trial = Trial::start().await;
    for address in ["/console/requests", "/console/missed"] {
        assert_ne!(trial.get_as("", address).await.0, StatusCode::OK, "{address}");
    }
}
