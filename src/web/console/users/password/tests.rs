use super::*;
use crate::web::console::testing::Trial;

impl PasswordPage {
    pub(in crate::web::console) fn sample() -> Self {
        let session = SessionView {
            id: "s".into(),
            opened: Some(crate::web::console::when::When(jiff::Timestamp::UNIX_EPOCH)),
            seen: None,
            origin: "192.0.2.1".into(),
            browser: "Firefox".into(),
            is_this: true,
        };
        let sessions = vec![session.clone(), SessionView { is_this: false, ..session }];
        Self { shell: Shell::sample(), wrong: None, must_change: true, sessions }
    }
}

#[test]
fn the_page_renders_with_every_mistake() {
    let all = [Wrong::Current, Wrong::New, Wrong::Common, Wrong::Name, Wrong::Same, Wrong::Repeated, Wrong::TooMany];
    for wrong in all.map(Some).into_iter().chain([None]) {
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
