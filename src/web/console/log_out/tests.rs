use axum::http::StatusCode;

use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_session_that_ended_opens_nothing() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let (status, _, _) = trial.post_as(&cookie, "/console/log-out", "csrf=wrong").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    trial.post_as(&cookie, "/console/log-out", &format!("csrf={csrf}")).await;
    assert_eq!(trial.get_as(&cookie, "/console").await.0, StatusCode::SEE_OTHER);
}
