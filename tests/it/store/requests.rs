//! What people ask for beside a claim, and what was not understood.

use guichet::{
    domain::id::{MissedId, RequestId},
    store::{Acknowledgement, Completion, DeskCount, MissedRow, RequestRow, Requests, TaughtRow},
};

use crate::support::{ALL, Case, Database, at, on_both_engines};

on_both_engines! {
    a_request_is_listed_by_its_deadline_until_it_is_done,
    what_is_acknowledged_is_due_by_its_answer_unless_the_message_did_not_arrive,
    what_was_missed_is_listed_until_it_is_settled_and_taught_in_order,
}

fn request(case: &Case, desk: &str, answer_by: i64) -> RequestRow {
    RequestRow {
        id: RequestId::new(at(1)),
        conversation: case.id(),
        dossier: case.dossier.id,
        insurer: "demo".into(),
        kind: "complaint".into(),
        desk: desk.into(),
        text: "« inadmissible » 🏠".into(),
        asked_at: at(1),
        acknowledge_by: (desk == "complaints").then(|| at(answer_by - 5)),
        answer_by: at(answer_by),
        acknowledged: None,
        done: None,
    }
}

async fn a_request_is_listed_by_its_deadline_until_it_is_done(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let (late, soon) = (request(&case, "contracts", 90), request(&case, "complaints", 40));
    let mut turn = case.turn("p-1", "une attestation");
    turn.rows.requests = Requests { asked: vec![late.clone(), soon.clone()], ..Requests::default() };
    store.commit(turn).await.unwrap();

    assert_eq!(store.cases(&ALL).requests(None, false, 10).await.unwrap(), [soon.clone(), late.clone()]);
    let contracts = "contracts".into();
    assert_eq!(store.cases(&ALL).requests(Some(&contracts), false, 10).await.unwrap(), std::slice::from_ref(&late));
    assert_eq!(store.cases(&ALL).requests(None, false, 1).await.unwrap(), std::slice::from_ref(&soon));
    let count = |desk: &str, overdue| DeskCount { desk: desk.into(), open: 1, overdue };
    // The receipt is owed first: at 36 it is late, though the answer is not.
    assert_eq!(
        store.cases(&ALL).request_counts(at(36)).await.unwrap(),
        [count("complaints", 1), count("contracts", 0)]
    );

    let mut turn = case.turn("p-2", "merci");
    turn.rows.requests = Requests { done: vec![(soon.id, at(50), "camille".into())], ..Requests::default() };
    store.commit(turn).await.unwrap();
    let done = RequestRow { done: Some(Completion { at: at(50), by: "camille".into() }), ..soon.clone() };
    assert_eq!(store.cases(&ALL).requests(None, true, 10).await.unwrap(), std::slice::from_ref(&done));
    assert_eq!(store.cases(&ALL).requests(None, false, 10).await.unwrap(), std::slice::from_ref(&late));
    assert_eq!(store.cases(&ALL).request(soon.id).await.unwrap(), Some(done));
    assert_eq!(store.cases(&ALL).request(RequestId::new(at(9))).await.unwrap(), None);
}

async fn what_is_acknowledged_is_due_by_its_answer_unless_the_message_did_not_arrive(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let complaint = request(&case, "complaints", 40);
    let certificate = RequestRow { asked_at: at(2), ..request(&case, "contracts", 38) };
    let overdue = async |now| {
        let counts = store.cases(&ALL).request_counts(at(now)).await.unwrap();
        counts.into_iter().map(|count| count.overdue).collect::<Vec<_>>()
    };
    let listed = async || {
        let rows = store.cases(&ALL).requests(None, false, 10).await.unwrap();
        rows.into_iter().map(|row| row.desk).collect::<Vec<_>>()
    };
    let mut turn = case.turn("p-1", "inadmissible");
    turn.rows.requests = Requests { asked: vec![complaint.clone(), certificate.clone()], ..Requests::default() };
    store.commit(turn).await.unwrap();
    assert_eq!(listed().await, ["complaints", "contracts"], "its receipt is owed first");
    assert_eq!(overdue(37).await, [1, 0]);

    let acknowledgement = Acknowledgement { at: at(20), by: "guichet".into(), message: Some(2) };
    let mut turn = case.turn("p-2", "bien reçu");
    turn.rows.requests =
        Requests { acknowledged: vec![(complaint.id, acknowledgement.clone())], ..Requests::default() };
    store.commit(turn).await.unwrap();
    assert_eq!(listed().await, ["contracts", "complaints"]);
    assert_eq!(overdue(37).await, [0, 0]);
    assert_eq!(overdue(41).await, [1, 1], "the answer is due as well");
    let acknowledged = RequestRow { acknowledged: Some(acknowledgement), ..complaint.clone() };
    assert_eq!(store.open_requests(case.id()).await.unwrap(), [acknowledged.clone(), certificate.clone()]);
    assert!(!acknowledged.owes_acknowledgement() && acknowledged.due() == Some(at(40)));

    // Acknowledged twice, the first stands.
    let later = Acknowledgement { at: at(30), by: "camille".into(), message: None };
    let mut turn = case.turn("p-3", "encore");
    turn.rows.requests = Requests { acknowledged: vec![(complaint.id, later.clone())], ..Requests::default() };
    store.commit(turn).await.unwrap();
    assert_eq!(store.cases(&ALL).request(complaint.id).await.unwrap(), Some(acknowledged));

    let mut turn = case.turn("p-4", "pas remis");
    turn.rows.requests = Requests { undelivered: Some((case.id(), 2)), ..Requests::default() };
    store.commit(turn).await.unwrap();
    assert_eq!(store.cases(&ALL).request(complaint.id).await.unwrap(), Some(complaint));
    assert_eq!(overdue(37).await, [1, 0]);
}

async fn what_was_missed_is_listed_until_it_is_settled_and_taught_in_order(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let missed = |text: &str, question, seq| MissedRow {
        id: MissedId::new(at(seq)),
        conversation: case.id(),
        dossier: None,
        text: text.into(),
        question,
        at: at(seq),
    };
    let rows = vec![missed("le bidule", false, 1), missed("combien de marches ?", true, 2), missed("pfff", false, 3)];
    let mut turn = case.turn("p-1", "le bidule");
    turn.rows.requests = Requests { missed: rows.clone(), ..Requests::default() };
    store.commit(turn).await.unwrap();
    let latest_first: Vec<MissedRow> = rows.iter().rev().cloned().collect();
    assert_eq!(store.cases(&ALL).missed(10).await.unwrap(), latest_first);

    assert!(store.cases(&ALL).settle_missed(rows[1].id, Some("ask_coverage"), "camille", at(10)).await.unwrap());
    assert!(store.cases(&ALL).settle_missed(rows[0].id, Some("declare_vol"), "camille", at(11)).await.unwrap());
    assert!(store.cases(&ALL).settle_missed(rows[2].id, None, "ines", at(12)).await.unwrap());
    assert!(
        !store.cases(&ALL).settle_missed(rows[2].id, Some("thanks"), "camille", at(13)).await.unwrap(),
        "settled once"
    );
    assert!(store.cases(&ALL).missed(10).await.unwrap().is_empty());
    let taught = |version, intent: &str, text: &str, by: &str, second| TaughtRow {
        version,
        intent: intent.into(),
        text: text.into(),
        taught_by: Some(by.into()),
        at: at(second),
    };
    let second = taught(2, "declare_vol", "le bidule", "camille", 11);
    assert_eq!(store.taught(1).await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(
        store.taught(0).await.unwrap(),
        [taught(1, "ask_coverage", "combien de marches ?", "camille", 10), second]
    );
}
