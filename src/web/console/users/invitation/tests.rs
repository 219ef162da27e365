use super::*;
use crate::web::console::testing::Trial;

impl InvitationPage {
    pub(in crate::web::console) fn sample() -> Self {
        let user = Some(("zoe".into(), "Zoé <b>".into()));
        Self { csrf: "c5f".into(), token: "0123".into(), user, wrong: None }
    }
}

#[test]
fn the_page_renders_with_every_mistake_and_without_a_user() {
    for wrong in
        [Wrong::Short, Wrong::Long, Wrong::Common, Wrong::Name, Wrong::Repeated, Wrong::Expired, Wrong::TooMany]
    {
        let page = InvitationPage { wrong: Some(wrong), ..InvitationPage::sample() }.render().unwrap();
        assert!(page.contains("role=\"alert\""), "{wrong:?}");
    }
    let page = InvitationPage { user: None, ..InvitationPage::sample() }.render().unwrap();
    assert!(page.contains("ne sert plus") && !page.contains("<form"));
}

async fn link(trial: &Trial, admin: &str) -> String {
    let csrf = format!("csrf={}", trial.csrf(admin).await);
    let (status, _, page) = trial.post_as(admin, "/console/users/ines/invitation", &csrf).await;
    assert_eq!(status, StatusCode::OK);
    page.split("http://127.0.0.1:8480").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_password_by_a_link_ends_the_sessions_and_a_newer_link_the_older_one() {
    let trial = Trial::start().await;
    let (admin, ines) = (trial.log_in().await, trial.log_in_as("ines", "chaton-roux-42").await);
    let (first, second) = (link(&trial, &admin).await, link(&trial, &admin).await);
    assert_eq!(trial.get(&first).await.0, StatusCode::NOT_FOUND);
    assert_eq!(trial.get(&second).await.0, StatusCode::OK);
    // Opening it has changed nothing.
    assert_eq!(trial.get_as(&ines, "/console").await.0, StatusCode::OK);
    assert_eq!(trial.choose(&second, "quatre-chats-noirs").await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.get_as(&ines, "/console").await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.try_log_in("ines", "chaton-roux-42").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    trial.log_in_as("ines", "quatre-chats-noirs").await;
}

#[tokio::test]
async fn a_link_has_an_end_and_a_form_from_elsewhere_is_refused() {
    let trial = Trial::start().await;
    let admin = trial.log_in().await;
    let link = link(&trial, &admin).await;
    let body = "csrf=forged&new=quatre-chats-noirs&repeated=quatre-chats-noirs";
    assert_eq!(trial.post_as("guichet-log-in=other", &link, body).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (token, users) = (link.rsplit('/').next().unwrap(), trial.engine().users());
    assert!(users.invited(&hash(token), trial.now() + GOOD_FOR).await.unwrap().is_none());
    assert!(users.invited(&hash(token), trial.now()).await.unwrap().is_some());
}
