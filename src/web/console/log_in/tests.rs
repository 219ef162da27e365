use super::*;
use crate::web::console::testing::{PASSWORD, Trial, cookie};

impl LogInPage {
    pub(in crate::web::console) fn sample() -> Self {
        Self { csrf: "c5f".into(), login: "camille".into(), next: String::new(), refused: None }
    }
}

#[test]
fn the_page_renders_with_every_refusal() {
    for refused in [None, Some(Refused::NotYou), Some(Refused::TooMany { minutes: 12 }), Some(Refused::Expired)] {
        let page = LogInPage { refused, ..LogInPage::sample() }.render().unwrap();
        assert!(page.contains("value=\"c5f\""));
        assert_eq!(page.contains("role=\"alert\""), refused.is_some());
    }
}

#[test]
fn a_log_in_leads_to_our_own_pages_only() {
    assert_eq!(safe_next("/console/dossiers/1?x=1"), "/console/dossiers/1?x=1");
    for elsewhere in ["https://evil.example", "//evil.example", "/console//evil", "/console\\evil", "/chat", ""] {
        assert_eq!(safe_next(elsewhere), "/console");
    }
}

#[tokio::test]
async fn the_right_password_opens_a_session() {
    let trial = Trial::start().await;
    let (status, _, page) = trial.get("/console").await;
    assert_eq!((status, page.as_str()), (StatusCode::SEE_OTHER, ""));
    let cookie = trial.log_in().await;
    let (status, _, page) = trial.get_as(&cookie, "/console").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Camille Morel"));
    let camille = trial.engine().users().handler("camille").await.unwrap().unwrap();
    assert!(camille.seen_at.is_some(), "the list of users tells when they were here");
}

#[tokio::test]
async fn wrong_and_unknown_get_the_same_answer_and_then_must_wait() {
    let trial = Trial::start().await;
    let wrong = trial.try_log_in("camille", "not the password").await;
    let unknown = trial.try_log_in("nobody", "not the password").await;
    assert_eq!(wrong.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(unknown.0, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..4 {
        trial.try_log_in("camille", "not the password").await;
    }
    assert_eq!(trial.try_log_in("camille", "not the password").await.0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_device_that_is_known_logs_in_while_its_address_is_locked() {
    let trial = Trial::start().await;
    let (_, headers) = trial.try_log_in("camille", PASSWORD).await;
    let known = cookie(&headers, "guichet-device-");
    for number in 0..25 {
        trial.try_log_in(&format!("nobody{}", number % 10), "not the password").await;
        trial.try_log_in("camille", "not the password").await;
    }
    assert_eq!(trial.try_log_in("camille", PASSWORD).await.0, StatusCode::TOO_MANY_REQUESTS);
    for (device, status) in [
        (known.clone(), StatusCode::SEE_OTHER),
        // Forged, another's, and none.
        (known.replace('.', "0."), StatusCode::TOO_MANY_REQUESTS),
        (known.replacen("guichet-device-", "guichet-device-0", 1), StatusCode::TOO_MANY_REQUESTS),
    ] {
        assert_eq!(trial.try_log_in_on(&device, "camille", PASSWORD).await.0, status, "{device}");
    }
}

#[tokio::test]
async fn a_login_of_megabytes_is_not_read() {
    let trial = Trial::start().await;
    let (status, _) = trial.try_log_in(&"a".repeat(1_900_000), PASSWORD).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused() {
    let trial = Trial::start().await;
    let body = "csrf=forged&login=camille&password=chaton-gris-42";
    let (status, headers, _) = trial.post_as("guichet-log-in=other", "/console/log-in", body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(!headers.get_all(header::SET_COOKIE).iter().any(|cookie| cookie.to_str().unwrap().starts_with("guichet=")));
}
