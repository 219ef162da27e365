use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

impl UsersPage {
    pub(in crate::web::console) fn sample() -> Self {
        let user = |login: &str, state| User {
            login: login.into(),
            name: "Camille Morel".into(),
            role: "Gestionnaire".into(),
            insurers: Some(vec!["Mutuelle des Rives".into()]),
            desks: None,
            state,
        };
        let at = When(jiff::Timestamp::UNIX_EPOCH);
        Self {
            shell: Shell::sample(),
            users: vec![
                user("camille", Standing::Seen(at)),
                user("zoe", Standing::Invited),
                user("ali", Standing::Disabled(at)),
                user("eva", Standing::NeverSeen),
            ],
            login: String::new(),
            name: String::new(),
            choices: Choices::sample(),
            wrong: None,
        }
    }
}

#[test]
fn the_page_renders_with_every_mistake() {
    assert!(UsersPage::sample().render().unwrap().contains("Camille Morel"));
    for wrong in [Wrong::Login, Wrong::Name, Wrong::Role, Wrong::Insurers, Wrong::Taken] {
        let page = UsersPage { wrong: Some(wrong), ..UsersPage::sample() }.render().unwrap();
        assert!(page.contains("role=\"alert\""), "{wrong:?}");
    }
}

#[tokio::test]
async fn to_a_handler_the_page_does_not_exist() {
    let trial = Trial::start().await;
    let admin = trial.log_in().await;
    assert_eq!(trial.get_as(&admin, "/console/users").await.0, StatusCode::OK);
    let handler = trial.log_in_as("ines", "chaton-roux-42").await;
    assert_eq!(trial.get_as(&handler, "/console/users").await.0, StatusCode::NOT_FOUND);
}
