use axum::http::StatusCode;

use crate::{conversation::Action, web::console::testing::Trial};

const INES: &str = "chaton-roux-42";

#[tokio::test]
async fn a_reply_while_a_colleague_is_writing_is_asked_about_and_kept() {
    let trial = Trial::start().await;
    let address = format!("/console/dossiers/{}", trial.dossier().await);
    let (ours, theirs) = (trial.log_in().await, trial.log_in_as("ines", INES).await);
    let (csrf, her_csrf) = (trial.csrf(&ours).await, trial.csrf(&theirs).await);

    let draft = format!("csrf={her_csrf}&kind=reply&text=Je+regarde");
    assert_eq!(trial.post_as(&theirs, &format!("{address}/draft"), &draft).await.0, StatusCode::NO_CONTENT);
    assert_eq!(trial.typed(), 1, "the person sees it in the chat");
    let (_, _, list) = trial.get_as(&ours, "/console").await;
    assert!(list.contains("Inès répond…"), "colleagues see it in the list");
    assert!(!trial.get_as(&theirs, "/console").await.2.contains("Inès répond…"), "she knows");

    let reply = format!("csrf={csrf}&text=Bonjour+Jeanne");
    let (status, _, asked) = trial.post_as(&ours, &format!("{address}/reply"), &reply).await;
    assert_eq!(status, StatusCode::OK);
    assert!(asked.contains("est en train de répondre") && asked.contains("Bonjour Jeanne"));
    assert_eq!(trial.acts(), []);
    let (_, _, preview) = trial.post_as(&ours, &format!("{address}/answer"), &reply).await;
    assert!(preview.contains("est en train de répondre") && preview.contains("Envoyer quand même"));

    // What was typed is there on another device, and after a log-out.
    let again = trial.log_in().await;
    let (_, _, preview) = trial.get_as(&again, &format!("{address}/preview")).await;
    assert!(preview.contains("Bonjour Jeanne</textarea>"));

    let (status, _, _) = trial.post_as(&ours, &format!("{address}/reply"), &format!("{reply}&sure=1")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(trial.acts(), [("camille".to_owned(), Action::Reply { text: "Bonjour Jeanne".into() })]);
    let (_, _, preview) = trial.get_as(&again, &format!("{address}/preview")).await;
    assert!(!preview.contains("Bonjour Jeanne</textarea>"), "what was sent is no draft");
}

#[tokio::test]
async fn what_is_new_is_unread_until_its_dossier_is_looked_at() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let before = trial.get_as(&cookie, "/console").await.2;
    let address = format!("/console/dossiers/{}/preview", trial.dossier().await);
    let (status, _, preview) = trial.get_as(&cookie, &address).await;
    assert_eq!(status, StatusCode::OK);
    assert!(preview.contains("Jeanne Petit") && preview.contains("K7QF") | preview.contains("class=\"ref\""));
    let after = trial.get_as(&cookie, "/console").await.2;
    assert!(!after.contains("Non lu, ") && (before.contains("Non lu, ") || !before.contains("it un")));
}

#[tokio::test]
async fn a_dossier_is_given_only_to_who_sees_it() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let address = format!("/console/dossiers/{}/assign", trial.dossier().await);
    let to = async |login: &str| {
        trial.post_as(&cookie, &address, &format!("csrf={csrf}&to={login}&reason=Elle+sait")).await.0
    };
    assert_eq!(to("ines").await, StatusCode::SEE_OTHER);
    assert_eq!(to("nobody").await, StatusCode::BAD_REQUEST);
    trial.user("p.handler", "handler", ["phare"].into_iter().collect(), crate::identity::Reach::All).await;
    assert_eq!(to("p.handler").await, StatusCode::CONFLICT);
    assert_eq!(trial.acts().len(), 1);
}
