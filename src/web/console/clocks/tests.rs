use super::*;
use crate::web::console::testing::{Trial, names};

impl ClocksPage {
    /// One line of each stretch of time.
    pub(in crate::web::console) fn sample() -> Self {
        let now: Timestamp = "2026-12-01T10:42:00+01:00".parse().unwrap();
        let owed = |due: &str, kind, what: &str| Owed {
            id: "c".into(),
            kind,
            what: what.into(),
            owner: "insurer".into(),
            assignee: Some("hugo".into()),
            started_at: now,
            due_at: due.parse().unwrap(),
            dossier: crate::domain::id::DossierId::new(now),
            reference: "Q4D9-1RVE".into(),
            holder: Some("Karim <b>Haddad".into()),
            handler: None,
        };
        let owed = vec![
            owed("2026-11-28T23:59:59+01:00", Some(ClockKind::Rule), "cat_inform"),
            owed("2026-12-01T17:00:00+01:00", Some(ClockKind::CallBack), "Dire la date"),
            owed("2026-12-04T17:00:00+01:00", None, "complaint"),
            owed("2028-12-04T17:00:00+01:00", Some(ClockKind::Rule), "presc_general"),
        ];
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        let ends = (now, at("2026-12-02T00:00:00+01:00"), at("2026-12-08T00:00:00+01:00"));
        let count = |kind, what: &str| OwedCount { kind, what: what.into(), all: 3, overdue: 1, today: 1 };
        let counts =
            [count(Some(ClockKind::Rule), "cat_inform"), count(None, "complaint"), count(Some(ClockKind::Task), "")];
        let names = names();
        Self {
            is_cut: true,
            shell: Shell::sample(),
            query: ClocksQuery::default(),
            tiles: tiles(&counts, false, &names),
            mine: address(true, "", ""),
            all: address(false, "", ""),
            groups: groups(owed, ends, &names, &HashMap::from([("hugo".into(), "Hugo Bernard".into())])),
            handlers: vec![(Some("Hugo Bernard".into()), 2), (None, 1)],
            next: Some("1.c".into()),
        }
    }
}

#[test]
fn the_page_tells_what_is_owed_by_the_time_that_is_left() {
    let page = ClocksPage::sample();
    let spans: Vec<TimeSpan> = page.groups.iter().map(|group| group.span).collect();
    assert_eq!(spans, [TimeSpan::Overdue, TimeSpan::Today, TimeSpan::Week, TimeSpan::Later]);
    assert_eq!((page.tiles[0].overdue, page.tiles[0].today, page.tiles[0].all), (3, 3, 9));
    let page = page.render().unwrap();
    for told in [
        "Dépassés",
        "Information sur la garantie",
        "C. ass., art. L125-2 al. 4",
        "2 j de retard",
        "Réclamation",
        "Hugo Bernard",
    ] {
        assert!(page.contains(told), "{told}");
    }
    assert!(!page.contains("<b>Haddad"));
}

#[test]
fn what_is_left_is_told_in_one_unit() {
    let at = |time: &str| time.parse::<Timestamp>().unwrap();
    let now = at("2026-12-01T10:00:00Z");
    for (due, left) in [
        ("2026-11-28T09:00:00Z", Left::LateDays(3)),
        ("2026-12-01T07:00:00Z", Left::LateHours(3)),
        ("2026-12-01T10:00:00Z", Left::LateHours(0)),
        ("2026-12-01T10:30:00Z", Left::Minutes(30)),
        ("2026-12-02T10:00:00Z", Left::Hours(24)),
        ("2026-12-04T10:00:00Z", Left::Days(3)),
    ] {
        assert_eq!(Left::of(at(due), now), left, "{due}");
    }
}

#[test]
fn a_key_that_nobody_gave_out_begins_at_the_beginning() {
    assert_eq!(key("1500.abc"), Some((Timestamp::from_millisecond(1500).unwrap(), "abc".into())));
    for strange in ["", "abc", "x.y", "99999999999999999.a"] {
        assert_eq!(key(strange), None, "{strange}");
    }
}

#[tokio::test]
async fn the_list_shows_what_people_asked_for_beside_the_claim() {
    let trial = Trial::start().await;
    trial.ask("contracts", "une attestation", "2026-12-01T10:00:00Z").await;
    let cookie = trial.log_in().await;
    let (status, page) = trial.ask_for(&cookie, &axum::http::Method::GET, "/console/clocks", "").await;
    assert_eq!(status, axum::http::StatusCode::OK);
    assert!(page.contains("/console/dossiers/"), "{page}");
    let (_, mine) = trial.ask_for(&cookie, &axum::http::Method::GET, "/console/clocks?mine=1", "").await;
    assert!(mine.contains("Rien à l’échéance"), "{mine}");
}
