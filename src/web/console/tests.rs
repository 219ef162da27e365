//! Every page renders from its sample, and keeps what the content security policy asks of it.

use askama::Template as _;

use super::{
    appointments::list::AppointmentsPage,
    dossier::show::DossierPage,
    error::ProblemPage,
    inbox::{Asked, InboxPage},
    log_in::LogInPage,
    requests::{list::RequestsPage, missed::MissedPage},
    users::{list::UsersPage, password::PasswordPage},
};

#[test]
fn every_page_renders_whole_and_without_inline_script_or_style() {
    let pages = [
        ("the log-in", LogInPage::sample().render()),
        ("the inbox", InboxPage::sample(Asked::default()).render()),
        ("the dossier", DossierPage::sample().render()),
        ("the appointments", AppointmentsPage::sample().render()),
        ("the requests", RequestsPage::sample().render()),
        ("what was missed", MissedPage::sample().render()),
        ("the users", UsersPage::sample().render()),
        ("the password", PasswordPage::sample().render()),
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
