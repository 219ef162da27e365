use axum::http::StatusCode;

use crate::web::console::testing::Trial;

#[tokio::test]
async fn an_original_is_a_download_and_its_preview_a_picture() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.photo(trial.dossier().await).await;
    let (status, headers, _) = trial.get_as(&cookie, &format!("/console/documents/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
    let (status, headers, _) = trial.get_as(&cookie, &format!("/console/documents/{id}/thumbnail")).await;
    assert_eq!((status, &headers["content-type"]), (StatusCode::OK, &"image/jpeg".parse().unwrap()));
    let (status, _, _) = trial.get_as(&cookie, &format!("/console/documents/{id}/huge")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(trial.get(&format!("/console/documents/{id}")).await.0, StatusCode::SEE_OTHER);
}
