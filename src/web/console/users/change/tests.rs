use super::*;
use crate::{identity::Reach, web::console::testing::Trial};

impl UserPage {
    pub(in crate::web::console) fn sample() -> Self {
        Self {
            shell: Shell::sample(),
            login: "zoe".into(),
            name: "Zoé <b>".into(),
            choices: Choices::sample(),
            wrong: None,
            disabled: None,
            is_invited: true,
            is_self: false,
            sessions: 2,
            link: Some("https://guichet.example/console/invitation/0123".into()),
        }
    }
}

#[tokio::test]
async fn a_change_holds_from_the_next_page_on() {
    let trial = Trial::start().await;
    let (admin, ines) = (trial.log_in().await, trial.log_in_as("ines", "chaton-roux-42").await);
    let (csrf, dossier) = (trial.csrf(&admin).await, format!("/console/dossiers/{}", trial.dossier().await));
    assert_eq!(trial.get_as(&ines, &dossier).await.0, StatusCode::OK);
    let body = format!("csrf={csrf}&name=In%C3%A8s&role=reader&insurer%3Aphare=on");
    assert_eq!(trial.post_as(&admin, "/console/users/ines", &body).await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.get_as(&ines, &dossier).await.0, StatusCode::NOT_FOUND);
    assert_eq!(trial.get_as(&ines, "/console").await.0, StatusCode::OK);
    let body = format!("csrf={csrf}&name=In%C3%A8s&role=reader");
    assert_eq!(trial.post_as(&admin, "/console/users/ines", &body).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once_and_can_be_let_in_again() {
    let trial = Trial::start().await;
    let (admin, ines) = (trial.log_in().await, trial.log_in_as("ines", "chaton-roux-42").await);
    let csrf = format!("csrf={}", trial.csrf(&admin).await);
    assert_eq!(trial.post_as(&admin, "/console/users/ines/disable", &csrf).await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.get_as(&ines, "/console").await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.try_log_in("ines", "chaton-roux-42").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(trial.post_as(&admin, "/console/users/ines/invitation", &csrf).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(trial.post_as(&admin, "/console/users/ines/enable", &csrf).await.0, StatusCode::SEE_OTHER);
    trial.log_in_as("ines", "chaton-roux-42").await;
    assert_eq!(trial.post_as(&admin, "/console/users/nobody/disable", &csrf).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_shuts_themselves_out() {
    let trial = Trial::start().await;
    let admin = trial.log_in().await;
    let csrf = format!("csrf={}", trial.csrf(&admin).await);
    assert_eq!(trial.post_as(&admin, "/console/users/camille/disable", &csrf).await.0, StatusCode::BAD_REQUEST);
    let body = format!("{csrf}&name=Camille&role=reader&all_insurers=on&all_desks=on");
    assert_eq!(trial.post_as(&admin, "/console/users/camille", &body).await.0, StatusCode::SEE_OTHER);
    let kept = trial.engine().users().handler("camille").await.unwrap().unwrap();
    assert_eq!((kept.role.as_str(), kept.name.as_str(), kept.desks), ("admin", "Camille", Reach::All));
}
