use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

impl UsersPage {
    pub(in crate::web::console) fn sample() -> Self {
        let user = User { login: "camille".into(), name: "Camille Morel".into(), is_admin: true };
        Self { shell: Shell::sample(), users: vec![user], form: Form::default() }
    }
}

#[test]
fn the_page_renders_with_every_mistake() {
    assert!(UsersPage::sample().render().unwrap().contains("Camille Morel"));
    for wrong in [Wrong::Login, Wrong::Name, Wrong::Password, Wrong::Taken] {
        let form = Form { wrong: Some(wrong), ..Form::default() };
        let page = UsersPage { form, ..UsersPage::sample() }.render().unwrap();
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
