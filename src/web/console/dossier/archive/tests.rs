use axum::http::StatusCode;

use crate::{store::AccessKind, web::console::testing::Trial};

#[tokio::test]
async fn all_files_come_as_one_archive_and_that_is_noted() {
    let trial = Trial::start().await;
    let id = trial.dossier().await;
    trial.photo(id).await;
    let cookie = trial.log_in().await;
    let (status, headers, body) = trial.get_as(&cookie, &format!("/console/dossiers/{id}/files.zip")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "application/zip");
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\""));
    assert!(body.starts_with("PK\u{3}\u{4}") && body.contains("PK\u{5}\u{6}") && body.contains("salon.png"));
    let scope = crate::identity::Scope::everything();
    let lines = trial.engine().cases(&scope).access_of(id).await.unwrap();
    assert!(lines.iter().any(|line| line.kind == AccessKind::Archive), "{lines:?}");
}
