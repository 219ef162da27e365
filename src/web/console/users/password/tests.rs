use super::*;
use crate::web::console::testing::Trial;

impl PasswordPage {
    pub(in crate::web::console) fn sample() -> Self {
        Self { shell: Shell::sample(), wrong: None }
    }
}

#[test]
fn the_page_renders_with_every_mistake() {
    for wrong in [None, Some(Wrong::Current), Some(Wrong::New), Some(Wrong::Repeated), Some(Wrong::TooMany)] {
        let page = PasswordPage { wrong, ..PasswordPage::sample() }.render().unwrap();
        assert_eq!(page.contains("role=\"alert\""), wrong.is_some());
    }
}

#[tokio::test]
async fn a_changed_password_ends_every_session() {
    let trial = Trial::start().await;
    let (cookie, other) = (trial.log_in().await, trial.log_in().await);
    let csrf = trial.csrf(&cookie).await;
    let wrong = format!("csrf={csrf}&current=nope&new=chaton-noir-43&repeated=chaton-noir-43");
    assert_eq!(trial.post_as(&cookie, "/console/password", &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let right = format!("csrf={csrf}&current=chaton-gris-42&new=chaton-noir-43&repeated=chaton-noir-43");
    assert_eq!(trial.post_as(&cookie, "/console/password", &right).await.0, StatusCode::SEE_OTHER);
    for ended in [cookie, other] {
        assert_eq!(trial.get_as(&ended, "/console").await.0, StatusCode::SEE_OTHER);
    }
    trial.log_in_as("camille", "chaton-noir-43").await;
}
