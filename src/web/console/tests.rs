//! Tests of every page: it renders from its sample, obeys the content security policy, and is compressed.

use askama::Template as _;
use axum::http::header;
use http_body_util::BodyExt as _;

use super::{
    access::AccessPage,
    appointments::list::AppointmentsPage,
    clocks::ClocksPage,
    dossier::show::DossierPage,
    error::ProblemPage,
    inbox::{InboxPage, InboxQuery},
    log_in::LogInPage,
    requests::{list::RequestsPage, missed::MissedPage},
    testing::Trial,
    users::{change::UserPage, invitation::InvitationPage, list::UsersPage, password::PasswordPage},
};

#[test]
fn every_page_renders_whole_and_without_inline_script_or_style() {
    let pages = [
        ("the log-in", LogInPage::sample().render()),
        ("the inbox", InboxPage::sample(InboxQuery::default()).render()),
        ("the dossier", DossierPage::sample().render()),
        ("the appointments", AppointmentsPage::sample().render()),
        ("the requests", RequestsPage::sample().render()),
        ("what is owed", ClocksPage::sample().render()),
        ("what was missed", MissedPage::sample().render()),
        ("the users", UsersPage::sample().render()),
        ("who read what", AccessPage::sample().render()),
        ("a user", UserPage::sample().render()),
        ("an invitation", InvitationPage::sample().render()),
        ("the account", PasswordPage::sample().render()),
        ("a problem", ProblemPage::sample().render()),
    ];
    for (name, page) in pages {
        let page = page.unwrap();
        for needed in ["<!doctype html>", "<html lang=\"fr\">", "<h1", "</main>", "</html>"] {
            assert!(page.contains(needed), "{name} lacks {needed}");
        }
        for refused in [" style=", " onclick=", "<script>", "<style", "javascript:", "{{", "{%"] {
            assert!(!page.contains(refused), "{name} has {refused}");
        }
    }
}

#[tokio::test]
async fn texts_travel_compressed_and_pictures_and_events_as_they_are() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let dossier = trial.dossier().await;
    let photo = trial.photo(dossier).await;
    for text in [
        "/console".to_owned(),
        format!("/console/dossiers/{dossier}"),
        "/console/nowhere".to_owned(),
        "/console/assets/console.css".to_owned(),
        "/console/assets/console.js".to_owned(),
    ] {
        let (_, _, plain) = trial.get_as(&cookie, &text).await;
        let answer = trial.get_compressed(&cookie, &text).await;
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip", "{text}");
        let sent = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(sent.starts_with(&[0x1f, 0x8b]) && sent.len() < plain.len() / 10 * 7, "{text}: {} bytes", sent.len());
    }
    for other in [
        format!("/console/documents/{photo}"),
        format!("/console/documents/{photo}/thumbnail"),
        "/console/events".to_owned(),
    ] {
        let answer = trial.get_compressed(&cookie, &other).await;
        assert!(answer.status().is_success() && !answer.headers().contains_key(header::CONTENT_ENCODING), "{other}");
    }
}

#[tokio::test]
async fn a_page_never_holds_the_same_token_twice_and_each_is_good() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let (one, other) = (trial.csrf(&cookie).await, trial.csrf(&cookie).await);
    assert_ne!(one, other);
    let address = format!("/console/dossiers/{}/take-over", trial.dossier().await);
    for csrf in [one, other] {
        assert!(trial.post_as(&cookie, &address, &format!("csrf={csrf}")).await.0.is_redirection());
    }
}
