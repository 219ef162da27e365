use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

async fn post_as_camille(trial: &Trial, fields: &str) -> (StatusCode, String) {
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let address = format!("/console/dossiers/{}/facts/loss_date", trial.dossier().await);
    let (status, _, body) = trial.post_as(&cookie, &address, &format!("csrf={csrf}&was=null{fields}")).await;
    (status, body)
}

fn seen(page: &str) -> &str {
    page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn what_follows_is_shown_before_it_is_done() {
    let trial = Trial::start().await;
    let (status, page) = post_as_camille(&trial, "&value=2026-11-19&reason=dit&foresee=1").await;
    assert_eq!(status, StatusCode::OK);
    for shown in ["Guichet a orienté le dossier", "Terrain", "Un expert &#60;vient&#62;.", "par SMS"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("own"), "the act itself is no consequence");
    let seen = seen(&page).to_owned();
    assert!(trial.acts().is_empty());

    // Without it, and with another, it is shown again and not done.
    for fields in ["", "&seen=0000"] {
        let (status, page) = post_as_camille(&trial, &format!("&value=2026-11-19&reason=dit{fields}")).await;
        assert_eq!((status, page.contains("Un expert")), (StatusCode::CONFLICT, true));
    }
    assert!(trial.acts().is_empty());
    let (status, _) = post_as_camille(&trial, &format!("&value=2026-11-19&reason=dit&seen={seen}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let value = Some(Value::Text("2026-11-19".into()));
    let action = Action::Correct { fact: "loss_date".into(), value, was: None, reason: "dit".into() };
    assert_eq!(trial.acts(), [("camille".to_owned(), action)]);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_a_reason_is_needed() {
    let trial = Trial::start().await;
    let (status, page) = post_as_camille(&trial, "&value=demain&reason=dit&foresee=1").await;
    assert_eq!((status, page.contains("Cette date est à venir.")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let (status, _) = post_as_camille(&trial, "&value=2026-11-19&reason=+").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(trial.acts().is_empty());
}

#[tokio::test]
async fn a_fact_is_a_form_and_what_is_concluded_is_none() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let address = |fact: &str, id| format!("/console/dossiers/{id}/facts/{fact}");
    let id = trial.dossier().await;
    let (status, _, page) = trial.get_as(&cookie, &address("loss_date", id)).await;
    assert_eq!(status, StatusCode::OK);
    for part in ["Date du sinistre", "type=\"date\"", "value=\"2026-11-18\""] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(trial.get_as(&cookie, &address("orientation", id)).await.0, StatusCode::NOT_FOUND);
}
