use super::*;
use crate::web::console::testing::Trial;

#[test]
fn a_login_is_plain_and_nobody_elses_name() {
    assert!(is_login("zoe.martin") && is_login("z2@rives.example"));
    for login in ["", "z", "Zoé", "guichet", "policyholder", "a b", &"z".repeat(41)] {
        assert!(!is_login(login), "{login}");
    }
}

#[tokio::test]
async fn an_administrator_adds_a_handler_who_can_log_in() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let body = format!("csrf={csrf}&login=Zoe&name=Zo%C3%A9&password=chaton-blanc-42&role=handler");
    assert_eq!(trial.post_as(&cookie, "/console/users", &body).await.0, StatusCode::SEE_OTHER);
    trial.log_in_as("zoe", "chaton-blanc-42").await;
    let (status, _, page) = trial.post_as(&cookie, "/console/users", &body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("role=\"alert\""));
    let short = format!("csrf={csrf}&login=ali&name=Ali&password=court");
    assert_eq!(trial.post_as(&cookie, "/console/users", &short).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_handler_adds_nobody() {
    let trial = Trial::start().await;
    let cookie = trial.log_in_as("ines", "chaton-roux-42").await;
    let csrf = trial.csrf(&cookie).await;
    let body = format!("csrf={csrf}&login=zoe&name=Z&password=chaton-blanc-42&role=admin");
    assert_eq!(trial.post_as(&cookie, "/console/users", &body).await.0, StatusCode::NOT_FOUND);
}
