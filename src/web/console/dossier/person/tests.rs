use axum::http::StatusCode;

use crate::web::console::testing::Trial;

#[tokio::test]
async fn what_else_there_is_of_the_person_is_on_one_page() {
    let trial = Trial::start().await;
    let id = trial.dossier().await;
    trial.ask("contracts", "une attestation", "2026-12-01T10:00:00Z").await;
    let cookie = trial.log_in().await;
    let (status, _, page) = trial.get_as(&cookie, &format!("/console/dossiers/{id}/person")).await;
    assert_eq!(status, StatusCode::OK);
    for shown in ["une attestation", "Contrats", "Autres dossiers"] {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
}
