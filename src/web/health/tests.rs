use std::net::Ipv4Addr;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use tower::ServiceExt as _;

use super::*;
use crate::web::{router, testing::Trial};

async fn asked(app: &App) -> (StatusCode, String) {
    let mut request = Request::builder().uri("/ready").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ClientAddress(Ipv4Addr::LOCALHOST.into()));
    let response = router(app.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_service_whose_documents_went_away_is_not_ready_until_they_are_back() {
    let trial = Trial::open(Vec::new()).await;
    let (app, folder) = (&trial.app, trial.documents());
    let (status, told) = asked(app).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(told.contains("\"oldest_commit_ms\":null") && told.contains("\"probed_ms\":"), "{told}");

    let elsewhere = folder.with_extension("unmounted");
    std::fs::rename(&folder, &elsewhere).unwrap();
    std::fs::create_dir(&folder).unwrap();
    probe(app).await;
    let (status, told) = asked(app).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(told.contains("share is mounted"), "{told}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing is made on another disk");

    std::fs::remove_dir(&folder).unwrap();
    std::fs::rename(&elsewhere, &folder).unwrap();
    probe(app).await;
    assert_eq!(asked(app).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_service_whose_database_takes_no_row_is_not_ready() {
    let trial = Trial::open(Vec::new()).await;
    assert_eq!(asked(&trial.app).await.0, StatusCode::OK);
    trial.app.engine.close().await;
    assert_eq!(asked(&trial.app).await.0, StatusCode::OK, "it tells what was found last");
    probe(&trial.app).await;
    assert_eq!(asked(&trial.app).await.0, StatusCode::SERVICE_UNAVAILABLE);
}

/// A task that hangs in the middle of a probe notes nothing more.
#[tokio::test]
async fn a_probe_that_is_old_says_nothing() {
    let trial = Trial::open(Vec::new()).await;
    let then = Instant::now().checked_sub(STALE).unwrap();
    *trial.app.probe.last.lock().unwrap() = Some((then, Ok(None)));
    let (status, told) = asked(&trial.app).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(told.contains("the last probe is 20 s old"), "{told}");
}
