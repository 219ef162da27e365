use super::*;
use crate::web::console::{dossier::tests::with, testing::Trial};

/// One of everything.
pub(in crate::web::console::dossier) fn section() -> DueSection {
    let at = When(Timestamp::UNIX_EPOCH);
    let task = TaskLine {
        id: "t".into(),
        is_call: true,
        text: "Dire la date <b>".into(),
        assignee: Some("Inès Caron".into()),
        due: at,
        is_overdue: true,
        done: None,
    };
    let done = TaskLine { done: Some((at, "Hugo Bernard".into())), is_call: false, ..task.clone() };
    let reply = ReplyLine { id: "r".into(), by: "Claire Martin".into(), text: "Bonjour".into(), at };
    let clock = ClockLine {
        id: "c".into(),
        label: "Information sur la garantie".into(),
        owner: "Assureur".into(),
        source: "C. ass., art. L125-2".into(),
        is_doubtful: true,
        effect: Some("Intérêts".into()),
        start: at,
        due: at,
        is_overdue: true,
        kept: None,
    };
    let declared = ClockLine { id: String::new(), kept: Some(false), is_overdue: false, ..clock.clone() };
    DueSection {
        open: vec![task],
        clocks: vec![clock, declared],
        starts: vec![("decree".into(), "Publication de l’arrêté".into())],
        done: vec![done],
        replies: vec![reply],
        snoozed_until: Some(at),
        alerted_since: Some(at),
        people: vec![("ines".into(), "Inès Caron".into())],
        proposals: Proposals::at(Timestamp::UNIX_EPOCH),
    }
}

#[test]
fn forms_propose_the_next_morning_the_next_monday_and_a_week() {
    let at = |now: &str| Proposals::at(now.parse().unwrap());
    let sunday = at("2026-11-29T22:30:00+01:00");
    assert_eq!(sunday.tomorrow, "2026-11-30T09:00");
    assert_eq!(sunday.monday, "2026-11-30T09:00");
    assert_eq!(sunday.in_a_week, "2026-12-06T09:00");
    assert_eq!(at("2026-11-30T08:00:00+01:00").monday, "2026-12-07T09:00", "on a Monday it is the next one");
}

#[test]
fn a_colleague_who_is_gone_is_named_by_the_login() {
    with(|lexicon| {
        let task = ClockRow {
            id: "t".into(),
            kind: ClockKind::Task,
            rule: String::new(),
            dossier: crate::domain::id::DossierId::new(Timestamp::UNIX_EPOCH),
            conversation: crate::domain::id::ConversationId::new(Timestamp::UNIX_EPOCH),
            insurer: "demo".into(),
            owner: "insurer".into(),
            assignee: Some("gone".into()),
            text: "Relancer".into(),
            started_at: Timestamp::UNIX_EPOCH,
            due_at: Timestamp::UNIX_EPOCH,
            made_by: "gone".into(),
            ended: None,
        };
        assert_eq!(TaskLine::of(task, lexicon, Timestamp::UNIX_EPOCH).assignee.as_deref(), Some("gone"));
    });
}

#[tokio::test]
async fn a_time_that_is_over_or_a_colleague_whom_nobody_knows_is_refused() {
    let trial = Trial::start().await;
    let id = trial.dossier().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    for (action, form) in [
        ("task", "kind=task&text=x&assignee=&due=2020-01-01T10:00"),
        ("task", "kind=task&text=x&assignee=&due=2099-01-01T10:00"),
        ("task", "kind=task&text=x&assignee=nobody&due=2027-01-04T10:00"),
        ("task", "kind=rule&text=x&assignee=&due=2027-01-04T10:00"),
        ("task", "kind=task&text=+&assignee=&due=2027-01-04T10:00"),
        ("snooze", "until=2020-01-01T10:00"),
        ("snooze", "until=demain"),
        ("reply-later", "text=Bonjour&at=2020-01-01T10:00"),
    ] {
        let address = format!("/console/dossiers/{id}/{action}");
        let (status, _) =
            trial.ask_for(&cookie, &axum::http::Method::POST, &address, &format!("csrf={csrf}&{form}")).await;
        assert_eq!(status, axum::http::StatusCode::BAD_REQUEST, "{action} {form}");
    }
    assert!(trial.acts().is_empty());
}
