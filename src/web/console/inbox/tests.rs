use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::{Trial, names};

fn counts() -> Vec<InboxCount> {
    let count = |status, orientation, peril: &str, waiting, count| InboxCount {
        status,
        orientation,
        peril: peril.into(),
        insurer: "demo".into(),
        waiting,
        count,
    };
    vec![
        count(Status::Oriented, Some(OrientationMode::Tele), "water_damage", false, 4),
        count(Status::HandedOver, None, "water_damage", true, 2),
        count(Status::HandedOver, Some(OrientationMode::Field), "fire", true, 1),
    ]
}

impl InboxPage {
    pub(in crate::web::console) fn sample(query: InboxQuery) -> Self {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let line = InboxLine {
            id: "0190a0b0-c0d0-7e0f-8a0b-0123456789ab".into(),
            reference: "K7QF-93MX".into(),
            holder: Some("Jeanne <Petit>".into()),
            peril: "Dégât des eaux".into(),
            insurer: "Mutuelle des Rives".into(),
            status: Status::HandedOver,
            orientation: Some(OrientationMode::Tele),
            priority: Priority::Urgent,
            handler: None,
            waiting: Some(When(now)),
            updated: When(now),
            missing: vec!["Bail".into()],
            has_wanted_documents: true,
        };
        let facets = Facets::of(&query, &counts(), &names());
        Self { shell: Shell::sample(), query, facets, lines: vec![line], total: 1, now }
    }
}

#[test]
fn the_page_renders_and_escapes() {
    let page = InboxPage::sample(InboxQuery::default()).render().unwrap();
    assert!(page.contains("K7QF-93MX") && page.contains("Jeanne &#60;Petit&#62;"));
    let empty = InboxPage {
        lines: vec![],
        total: 0,
        ..InboxPage::sample(InboxQuery { q: "x".into(), ..InboxQuery::default() })
    };
    assert!(empty.render().unwrap().contains("inbox-empty"));
}

#[test]
fn a_count_tells_what_its_filter_would_show() {
    let query = InboxQuery { peril: "water_damage".into(), ..InboxQuery::default() };
    let facets = Facets::of(&query, &counts(), &names());
    let of = |facets: &[Facet], code: &str| facets.iter().find(|facet| facet.code == code).unwrap().count;
    assert_eq!(of(&facets.statuses, "handed_over"), 2);
    assert_eq!(of(&facets.orientations, "none"), 2);
    assert_eq!(of(&facets.perils, "fire"), 1);
    assert_eq!((facets.waiting.count, facets.all.count), (2, 7));
}

#[test]
fn a_filter_is_a_plain_address_and_goes_away_the_same_way() {
    let query = InboxQuery { q: "Le Goff & fils".into(), status: "oriented".into(), ..InboxQuery::default() };
    assert_eq!(query.address(&[("peril", "fire")]), "/console?status=oriented&peril=fire&q=Le+Goff+%26+fils");
    let facets = Facets::of(&query, &counts(), &names());
    let active = facets.statuses.iter().find(|facet| facet.active).unwrap();
    assert_eq!(active.href, "/console?q=Le+Goff+%26+fils");
    assert_eq!(query.sorted_by("peril"), "/console?status=oriented&q=Le+Goff+%26+fils&sort=peril");
    let sorted = InboxQuery { sort: "peril".into(), ..InboxQuery::default() };
    assert_eq!(sorted.sorted_by("peril"), "/console?sort=peril&dir=desc");
}

#[tokio::test]
async fn dossiers_are_found_filtered_and_sorted() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    trial.dossier().await;
    let (status, _, page) = trial.get_as(&cookie, "/console?status=oriented&q=petit&sort=missing&dir=desc").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Jeanne Petit"));
    let (_, _, page) = trial.get_as(&cookie, "/console?status=collecting").await;
    assert!(!page.contains("Jeanne Petit"));
    let (_, _, page) = trial.get_as(&cookie, "/console?orientation=none&waiting=1&peril=fire&insurer=x").await;
    assert!(!page.contains("Jeanne Petit"));
    assert_eq!(trial.get_as(&cookie, "/console?status=closed&sort=holder").await.0, StatusCode::OK);
}
