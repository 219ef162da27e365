use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::{Trial, names};

fn counts() -> Vec<InboxCount> {
    let count = |status, orientation, peril: &str, waiting, count| InboxCount {
        status,
        orientation,
        priority: Priority::Normal,
        peril: peril.into(),
        insurer: "demo".into(),
        desk: String::new(),
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
        Self { shell: Shell::sample(), query, facets, lines: vec![line], total: 1, is_cut: false, next: None, now }
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

#[test]
fn a_page_leads_to_the_next_one_and_back_to_the_first() {
    let cursor = "20!-5!0190a0b0-c0d0-7e0f-8a0b-0123456789ab";
    let query = InboxQuery { status: "closed".into(), after: cursor.into(), ..InboxQuery::default() };
    let here = "/console?status=closed&after=20%21-5%210190a0b0-c0d0-7e0f-8a0b-0123456789ab";
    assert_eq!((query.here().as_str(), query.first().as_str()), (here, "/console?status=closed"));
    assert_eq!(InboxQuery::default().at("a&b"), "/console?after=a%26b");
    assert_eq!(query.sorted_by("peril"), "/console?status=closed&sort=peril", "another order begins at its beginning");

    let page = InboxPage { next: Some(query.at("x")), ..InboxPage::sample(query) }.render().unwrap();
    assert!(
        page.contains("hx-get=\"/console?status=closed&#38;after=20%21-5"),
        "what is refreshed is the page at hand"
    );
    assert!(page.contains("<a href=\"/console?status=closed&#38;after=x\" rel=\"next\">"));
    assert!(page.contains("<a href=\"/console?status=closed\">Début de la liste</a>"));
    let only = InboxPage::sample(InboxQuery::default()).render().unwrap();
    assert!(!only.contains("class=\"pager\""));
}

#[test]
fn a_search_that_was_cut_says_so() {
    let page = InboxPage { is_cut: true, ..InboxPage::sample(InboxQuery { q: "a".into(), ..InboxQuery::default() }) };
    assert!(page.render().unwrap().contains("ajoutez un mot"));
}

#[test]
fn what_is_over_is_counted_beside_what_is_open() {
    let mut counts = counts();
    let over = InboxCount { status: Status::Closed, peril: "storm".into(), count: 9, ..counts[0].clone() };
    counts.push(over);
    let facets =
        |status: &str| Facets::of(&InboxQuery { status: status.into(), ..InboxQuery::default() }, &counts, &names());
    let open = facets("");
    assert_eq!((open.all.count, open.perils.iter().any(|peril| peril.code == "storm")), (7, false));
    assert_eq!(open.statuses.iter().find(|status| status.code == "closed").map(|status| status.count), Some(9));
    let closed = facets("closed");
    assert_eq!(
        closed.perils.iter().map(|peril| (peril.code.as_str(), peril.count)).collect::<Vec<_>>(),
        [("storm", 9)]
    );
}

#[tokio::test]
async fn a_second_page_goes_on_where_the_first_ended() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.dossier().await;
    // Behind the only line there is nothing, and a page that nobody could have asked for is the first one.
    let dossier = trial.engine().dossier(id).await.unwrap().unwrap();
    let behind = format!("/console?sort=reference&after=!{}!{id}", dossier.reference);
    let (_, _, page) = trial.get_as(&cookie, &behind).await;
    assert!(!page.contains("Jeanne Petit") && page.contains("Revenir au début"));
    let (_, _, page) = trial.get_as(&cookie, "/console?sort=reference&after=zzz").await;
    assert!(page.contains("Jeanne Petit"));
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
