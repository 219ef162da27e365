//! What people ask for beside a claim, through the whole house; and what handlers teach.

use guichet::{
    domain::message::Body,
    intake::{Action, Actor},
    store::Store,
};

use crate::support::{Database, House, endpoint, on_both_engines};

on_both_engines! {
    a_complaint_gets_its_legal_deadlines_and_is_done_in_the_timeline,
    what_a_handler_teaches_serves_the_conversations_that_begin_then,
}

fn said(text: &str) -> Body {
    Body { text: text.to_owned(), ..Body::default() }
}

async fn kinds(store: &Store, dossier: guichet::domain::id::DossierId) -> Vec<String> {
    let entries = store.timeline(dossier).await.unwrap();
    entries.into_iter().map(|entry| format!("{} {}", entry.actor, entry.kind)).collect()
}

async fn a_complaint_gets_its_legal_deadlines_and_is_done_in_the_timeline(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = endpoint("complainer");
    house.receive(house.inbound(&person, said("c'est inadmissible, je fais une réclamation"))).await;
    let [request] = &house.store.requests(None, false, 10).await.unwrap()[..] else { panic!("one request") };
    assert_eq!((request.kind.as_str(), request.desk.as_str()), ("complaint", "complaints"));
    // Ten days from the next day on, Saturdays counted, Sundays not; two months for the answer.
    assert_eq!(request.acknowledge_by.unwrap().to_string(), "2026-12-02T22:59:59Z");
    assert_eq!(request.answer_by.to_string(), "2027-01-20T22:59:59Z");
    assert!(kinds(&house.store, request.dossier).await.contains(&"policyholder request".to_owned()));

    // Said again, it is one complaint still.
    house.receive(house.inbound(&person, said("vraiment lamentable"))).await;
    assert_eq!(house.store.requests(None, false, 10).await.unwrap().len(), 1);

    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    let action = Action::DoRequest { request: request.id, kind: request.kind.clone() };
    house.intake.act(request.dossier, actor, action).await.unwrap();
    assert!(house.store.requests(None, false, 10).await.unwrap().is_empty());
    assert!(kinds(&house.store, request.dossier).await.contains(&"camille request_done".to_owned()));
}

async fn what_a_handler_teaches_serves_the_conversations_that_begin_then(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let text = "zorglub patatras kramouille";
    let before = house.intake.library();
    let knows = |library: &guichet::flow::Library| {
        library
            .intents()
            .classify(text)
            .first()
            .is_some_and(|best| best.intent == "declare_tempete" && best.score > 0.5)
    };
    assert!(!knows(&before));
    let person = endpoint("unclear");
    for text in ["bonjour", "aucun danger", text] {
        house.receive(house.inbound(&person, said(text))).await;
    }
    let missed = house.store.missed(10).await.unwrap();
    let row = missed.iter().find(|row| row.text == text).expect("it is listed");
    assert!(house.store.settle_missed(row.id, Some("declare_tempete"), "camille", row.at).await.unwrap());
    house.intake.learn().await.unwrap();
    let after = house.intake.library();
    assert!(knows(&after) && after.revision() != before.revision());
    // Another node learns it when it starts; whoever began before goes on with what they began with.
    let other = House::open(&db, "2026-11-20T11:00:00+01:00").await;
    assert_eq!(other.intake.library().revision(), after.revision());
    house.receive(house.inbound(&person, said("une fuite d'eau"))).await;
}
