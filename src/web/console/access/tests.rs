use axum::http::StatusCode;

use super::*;
use crate::{identity::Reach, web::console::testing::Trial};

impl AccessPage {
    pub(in crate::web::console) fn sample() -> Self {
        let at = When(jiff::Timestamp::UNIX_EPOCH);
        let line = AccessLine {
            at,
            who: Some("Camille <b>".into()),
            what: "a lu le dossier".into(),
            is_refused: false,
            dossier: Some("d".into()),
            user: None,
            detail: String::new(),
            origin: "192.0.2.1".into(),
        };
        let refused = AccessLine { who: None, is_refused: true, dossier: None, ..line.clone() };
        let changed =
            AccessLine { dossier: None, user: Some("Inès".into()), detail: "reader |demo| |".into(), ..line.clone() };
        Self {
            shell: Shell::sample(),
            who: String::new(),
            users: vec![("camille".into(), "Camille Morel".into())],
            lines: vec![line, refused, changed],
            next: Some("/console/access?after=1".into()),
            is_first: false,
        }
    }
}

#[test]
fn every_kind_of_line_has_words() {
    for kind in AccessKind::ALL {
        assert_ne!(words::access(kind.name()), kind.name());
    }
}

#[tokio::test]
async fn reading_is_written_once_in_a_quarter_of_an_hour_and_shown_to_who_may_see_it() {
    let trial = Trial::start().await;
    let (dossier, photo) = (trial.dossier().await, trial.photo(trial.dossier().await).await);
    let ines = trial.log_in_as("ines", "chaton-roux-42").await;
    for address in [
        format!("/console/dossiers/{dossier}"),
        format!("/console/dossiers/{dossier}"),
        format!("/console/documents/{photo}/thumbnail"),
        format!("/console/documents/{photo}"),
    ] {
        assert_eq!(trial.get_as(&ines, &address).await.0, StatusCode::OK);
    }
    let cases = crate::identity::Scope::everything();
    let lines = trial.engine().cases(&cases).access_of(dossier).await.unwrap();
    let kinds: Vec<_> = lines.iter().map(|line| (line.login.as_str(), line.kind)).collect();
    assert_eq!(kinds, [("ines", AccessKind::Dossier), ("ines", AccessKind::Document)]);

    let admin = trial.log_in().await;
    let (_, _, page) = trial.get_as(&admin, "/console/access").await;
    for told in ["Inès Robert", "a lu le dossier", "a téléchargé une pièce", "connexion", "0.0.0.0"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let (_, _, page) = trial.get_as(&admin, "/console/access?who=camille").await;
    assert!(page.contains("connexion") && !page.contains("a lu le dossier"));
    // A reader of another insurer is told nothing of it; a handler has no such page, and a supervisor sees it on the case.
    let reader = trial.user("eva", "reader", ["phare"].into_iter().collect(), Reach::none()).await;
    let (status, _, page) = trial.get_as(&reader, "/console/access").await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("a lu le dossier") && !page.contains("connexion</span>"));
    assert_eq!(trial.get_as(&ines, "/console/access").await.0, StatusCode::NOT_FOUND);
    let supervisor = trial.user("lea", "supervisor", Reach::All, Reach::All).await;
    let address = format!("/console/dossiers/{dossier}");
    assert!(trial.get_as(&supervisor, &address).await.2.contains("id=\"accesses\""));
    assert!(!trial.get_as(&ines, &address).await.2.contains("id=\"accesses\""));
}

#[tokio::test]
async fn a_refused_log_in_is_written_without_what_was_typed() {
    let trial = Trial::start().await;
    trial.try_log_in("ines", "wrong").await;
    trial.try_log_in("my-own-password", "wrong").await;
    let everything = crate::identity::Scope::everything();
    let page = trial.engine().cases(&everything).accesses(None, None, 10).await.unwrap();
    let lines: Vec<_> = page.lines.iter().map(|line| (line.login.as_str(), line.kind)).collect();
    assert_eq!(lines, [("ines", AccessKind::LogInRefused), ("", AccessKind::LogInRefused)]);
    assert!(!format!("{page:?}").contains("my-own-password"));
}
