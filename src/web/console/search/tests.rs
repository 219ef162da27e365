use axum::http::StatusCode;

use super::*;
use crate::{identity::Reach, web::console::testing::Trial};

#[tokio::test]
async fn what_is_typed_is_found_and_marked_and_the_words_are_not_written_down() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.dossier().await;
    let (status, _, page) = trial.get_as(&cookie, "/console/search?q=pet+jeanne").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(&format!("href=\"/console/dossiers/{id}\"")));
    assert!(page.contains("<mark>Jeanne</mark> <mark>Petit</mark>"), "{page}");
    let (_, _, list) = trial.get_as(&cookie, "/console/search?part=list&q=petit").await;
    assert!(list.contains("role=\"option\"") && !list.contains("<html"), "{list}");

    let rows = trial.engine().cases(&crate::identity::Scope::everything()).accesses(None, None, 50).await.unwrap();
    let searches: Vec<_> = rows.lines.iter().filter(|line| line.kind == AccessKind::Search).collect();
    assert_eq!(searches.len(), 1, "one line in a quarter of an hour");
    assert_eq!((searches[0].subject.as_str(), searches[0].detail.as_str(), searches[0].dossier), ("", "", None));
}

#[tokio::test]
async fn what_is_not_found_is_said_with_what_was_searched() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let (_, _, page) = trial.get_as(&cookie, "/console/search?q=%3Cscript%3E+zzz").await;
    assert!(page.contains("Aucun dossier pour") && page.contains("ouverts et clos") && !page.contains("<script>"));
    for nothing in ["", "?q=", "?q=%F0%9F%99%82", "?q=a", "?q='"] {
        let (status, _, page) = trial.get_as(&cookie, &format!("/console/search{nothing}")).await;
        assert!(status == StatusCode::OK && !page.contains("Aucun dossier pour"), "{nothing}");
    }
    let long = "x".repeat(10_000);
    assert_eq!(trial.get_as(&cookie, &format!("/console/search?q={long}")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn whoever_sees_another_insurer_is_told_nothing() {
    let trial = Trial::start().await;
    let cookie = trial.user("phare", "handler", ["phare"].into_iter().collect(), Reach::All).await;
    for part in ["", "&part=list"] {
        let (_, _, page) = trial.get_as(&cookie, &format!("/console/search?q=petit{part}")).await;
        assert!(page.contains("Aucun dossier pour") && !page.contains("Jeanne"));
    }
    let expert = trial.user("sgirard", "expert", Reach::All, Reach::All).await;
    assert_eq!(trial.get_as(&expert, "/console/search?q=petit").await.0, StatusCode::NOT_FOUND);
}
