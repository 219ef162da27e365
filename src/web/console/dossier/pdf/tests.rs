use axum::http::StatusCode;

use crate::{store::AccessKind, web::console::testing::Trial};

#[tokio::test]
async fn the_dossier_is_a_pdf_and_that_is_noted() {
    let trial = Trial::start().await;
    let id = trial.dossier().await;
    trial.photo(id).await;
    let cookie = trial.log_in().await;
    let (status, headers, body) = trial.get_as(&cookie, &format!("/console/dossiers/{id}/dossier.pdf")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "application/pdf");
    assert!(body.starts_with("%PDF-"));
    let scope = crate::identity::Scope::everything();
    let lines = trial.engine().cases(&scope).access_of(id).await.unwrap();
    assert!(lines.iter().any(|line| line.kind == AccessKind::Pdf), "{lines:?}");
}
