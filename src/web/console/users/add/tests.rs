use axum::http::StatusCode;

use super::*;
use crate::{identity::Reach, web::console::testing::Trial};

#[test]
fn a_login_is_plain_and_nobody_elses_name() {
    assert!(is_login("zoe.martin") && is_login("z2@rives.example"));
    for login in ["", "z", "Zoé", "guichet", "policyholder", "a b", &"z".repeat(41)] {
        assert!(!is_login(login), "{login}");
    }
}

#[tokio::test]
async fn an_administrator_invites_somebody_who_chooses_a_password_by_a_link() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let body = format!("csrf={csrf}&login=Zoe&name=Zo%C3%A9&role=handler&insurer%3Ademo=on&desk%3Astaff=on");
    let (status, _, page) = trial.post_as(&cookie, "/console/users", &body).await;
    assert_eq!(status, StatusCode::OK);
    let link = page.split("http://127.0.0.1:8480").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let added = trial.engine().users().handler("zoe").await.unwrap().unwrap();
    assert_eq!((added.insurers, added.desks), (["demo"].into_iter().collect(), ["staff"].into_iter().collect()));
    // Nobody has a password of hers before.
    assert_eq!(trial.try_log_in("zoe", "").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    for (password, wrong) in
        [("court", "10 caractères"), ("motdepasse2026", "deviner"), ("zoe-chaton-42", "identifiant")]
    {
        let (status, page) = trial.choose(&link, password).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(wrong), "{password}: {page}");
    }
    assert_eq!(trial.choose(&link, "chaton-blanc-42").await.0, StatusCode::SEE_OTHER);
    // It was good once.
    assert_eq!(trial.choose(&link, "chaton-noir-4242").await.0, StatusCode::NOT_FOUND);
    let zoe = trial.log_in_as("zoe", "chaton-blanc-42").await;
    assert_eq!(trial.get_as(&zoe, "/console").await.0, StatusCode::OK);
    assert_eq!(trial.get_as(&zoe, "/console/users").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_said_and_nobody_is_invited() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    for (body, alert) in [
        ("login=z&name=Z&role=handler&all_insurers=on", "40 caractères"),
        ("login=zoe&name=+&role=handler&all_insurers=on", "nom tel que"),
        ("login=zoe&name=Z&role=owner&all_insurers=on", "rôle"),
        ("login=zoe&name=Z&role=handler", "compagnie"),
        ("login=ines&name=Z&role=handler&all_insurers=on", "déjà utilisé"),
    ] {
        let (status, _, page) = trial.post_as(&cookie, "/console/users", &format!("csrf={csrf}&{body}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(page.contains("role=\"alert\"") && page.contains(alert), "{body}");
    }
    assert!(trial.engine().users().handler("zoe").await.unwrap().is_none());
    assert_eq!(trial.engine().users().handler("ines").await.unwrap().unwrap().insurers, Reach::All);
}
