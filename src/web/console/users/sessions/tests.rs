use axum::http::StatusCode;

use super::*;
use crate::{store::IDLE, web::console::testing::Trial};

#[test]
fn a_browser_is_named_by_what_it_is() {
    for (said, name) in [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Safari/605", "Safari"),
        ("curl/8", ""),
    ] {
        assert_eq!(browser(said), name);
    }
}

#[tokio::test]
async fn ones_own_sessions_are_listed_and_ended_and_nobody_elses() {
    let trial = Trial::start().await;
    let (one, other) = (trial.log_in().await, trial.log_in().await);
    let ines = trial.log_in_as("ines", "chaton-roux-42").await;
    let users = trial.engine().users();
    let of = async |login: &str| users.sessions(login, trial.now()).await.unwrap();
    assert_eq!(of("camille").await.len(), 2);
    let foreign = of("ines").await.remove(0).token_hash;
    let csrf = trial.csrf(&one).await;
    let body = format!("csrf={csrf}&session={foreign}");
    assert_eq!(trial.post_as(&one, "/console/sessions", &body).await.0, StatusCode::NOT_FOUND);
    assert_eq!(trial.post_as(&one, "/console/sessions", &format!("csrf={csrf}")).await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.get_as(&other, "/console").await.0, StatusCode::SEE_OTHER);
    for kept in [one, ines] {
        assert_eq!(trial.get_as(&kept, "/console").await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_anything_done() {
    let trial = Trial::start().await;
    trial.log_in().await;
    let users = trial.engine().users();
    let session = users.sessions("camille", trial.now()).await.unwrap().remove(0);
    let last = trial.now() + IDLE - jiff::SignedDuration::from_secs(1);
    assert!(users.session(&session.token_hash, last).await.unwrap().is_some());
    assert!(users.session(&session.token_hash, trial.now() + IDLE).await.unwrap().is_none());
    // What is done in between puts the end off.
    users.touch(&session, last).await.unwrap();
    assert!(users.session(&session.token_hash, trial.now() + IDLE).await.unwrap().is_some());
}

#[tokio::test]
async fn whoever_was_given_a_password_changes_it_before_anything_else() {
    let trial = Trial::start().await;
    let hash = crate::web::console::auth::password::hash("chaton-donne-42".into()).await.unwrap();
    trial.engine().users().set_password("ines", &hash, true).await.unwrap();
    let cookie = trial.log_in_as("ines", "chaton-donne-42").await;
    for page in
        ["/console".to_owned(), "/console/requests".into(), format!("/console/dossiers/{}", trial.dossier().await)]
    {
        let (status, headers, _) = trial.get_as(&cookie, &page).await;
        assert_eq!(
            (status, headers["location"].to_str().unwrap()),
            (StatusCode::SEE_OTHER, "/console/password"),
            "{page}"
        );
    }
    let csrf = trial.csrf(&cookie).await;
    let change = |new: &str| format!("csrf={csrf}&current=chaton-donne-42&new={new}&repeated={new}");
    for refused in ["chaton-donne-42", "azertyuiop12", "ines-et-ses-chats"] {
        let (status, _, _) = trial.post_as(&cookie, "/console/password", &change(refused)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
    let (status, _, _) = trial.post_as(&cookie, "/console/password", &change("quatre-chats-noirs")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let cookie = trial.log_in_as("ines", "quatre-chats-noirs").await;
    assert_eq!(trial.get_as(&cookie, "/console").await.0, StatusCode::OK);
}
