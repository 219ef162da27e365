//! What people ask for beside a claim, through the whole house; and what handlers teach.

use guichet::{
    conversation::{Accounts, Action, Actor},
    domain::message::{Body, Channel},
    flow::{Library, built_in},
    store::{Engine, RequestRow},
};
use jiff::SignedDuration;

use crate::support::{ALL, Database, House, endpoint, on, on_both_engines};

on_both_engines! {
    a_complaint_gets_its_legal_deadlines_and_is_done_in_the_timeline,
    a_complaint_that_was_long_on_its_way_counts_from_its_sending,
    a_new_complaint_is_recorded_and_the_same_one_is_not,
    what_the_flow_promises_is_due_until_a_handler_writes,
    our_letter_or_text_message_acknowledges_and_what_a_chat_says_does_not,
    what_a_handler_teaches_serves_all_conversations_on_all_nodes_from_then_on,
}

fn said(text: &str) -> Body {
    Body { text: text.to_owned(), ..Body::default() }
}

async fn kinds(store: &Engine, dossier: guichet::domain::id::DossierId) -> Vec<String> {
    let dossier = store.dossier(dossier).await.unwrap().unwrap();
    let entries = store.timeline(dossier.conversation).await.unwrap();
    entries.into_iter().map(|entry| format!("{} {}", entry.actor, entry.kind)).collect()
}

async fn a_complaint_gets_its_legal_deadlines_and_is_done_in_the_timeline(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Web, "complainer");
    house.receive(house.inbound(&person, said("c'est inadmissible, je fais une réclamation"))).await;
    let [request] = &house.store.cases(&ALL).requests(None, false, 10).await.unwrap()[..] else {
        panic!("one request")
    };
    assert_eq!((request.kind.as_str(), request.desk.as_str()), ("complaint", "complaints"));
    // Ten days from the next day on, Saturdays counted, Sundays not; two months for the answer.
    assert_eq!(request.acknowledge_by.unwrap().to_string(), "2026-12-02T22:59:59Z");
    assert_eq!(request.answer_by.to_string(), "2027-01-20T22:59:59Z");
    assert!(kinds(&house.store, request.dossier).await.contains(&"policyholder request".to_owned()));

    // Said again, it is one complaint still.
    house.receive(house.inbound(&person, said("vraiment lamentable"))).await;
    assert_eq!(house.store.cases(&ALL).requests(None, false, 10).await.unwrap().len(), 1);

    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    assert_eq!(overdue(&house, "2026-12-03T00:00:00+01:00").await, 1);
    let action = Action::AcknowledgeRequest { request: request.id, kind: request.kind.clone() };
    house.intake.act(request.dossier, actor.clone(), action).await.unwrap();
    assert_eq!(overdue(&house, "2026-12-03T00:00:00+01:00").await, 0);
    assert_eq!(overdue(&house, "2027-01-21T00:00:00+01:00").await, 1, "the answer is still owed");
    assert!(kinds(&house.store, request.dossier).await.contains(&"camille request_acknowledged".to_owned()));

    house.intake.act(request.dossier, actor, do_request(request)).await.unwrap();
    assert!(house.store.cases(&ALL).requests(None, false, 10).await.unwrap().is_empty());
    assert!(kinds(&house.store, request.dossier).await.contains(&"camille request_done".to_owned()));
}

async fn a_complaint_that_was_long_on_its_way_counts_from_its_sending(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let cases = [
        ("in time", "2026-11-20", "2026-12-02T22:59:59Z"),
        ("late", "2026-11-16", "2026-11-27T22:59:59Z"),
        ("a clock in the future", "2026-11-25", "2026-12-02T22:59:59Z"),
        ("a clock that stands still", "1970-01-01", "2026-12-02T22:59:59Z"),
    ];
    for (name, sent, due) in cases {
        let person = on(Channel::Email, &format!("{}@example.org", name.replace(' ', "-")));
        let body = Body { sent: Some(sent.parse().unwrap()), ..said("c'est inadmissible, je fais une réclamation") };
        house.receive(house.inbound(&person, body)).await;
        let [request] = &house.store.open_requests(house.at(&person).await).await.unwrap()[..] else {
            panic!("one request: {name}")
        };
        assert_eq!(request.acknowledge_by.unwrap().to_string(), due, "{name}");
    }
}

async fn what_the_flow_promises_is_due_until_a_handler_writes(db: Database) {
    let mut sources = built_in();
    let opening = sources.get_mut("claims/shared/opening.yaml").unwrap();
    let promising = "steps:\n  - hand_over: complex\n    resume: true\n    promise: answer\n    text: { fr: C’est envoyé., en: Sent. }\n";
    *opening = opening.replacen("steps:\n", promising, 1);
    let library = Library::from_sources(sources).unwrap();
    let house = House::open_on(&db, "2026-11-20T10:00:00+01:00", Accounts::default(), library).await;
    let person = on(Channel::Web, "sender");
    let said = house.say(&person, "bonjour").await;
    assert!(said.contains("C’est envoyé. Réponse sous 2 jours ouvrés."), "{said}");
    let open = async || house.store.open_requests(house.at(&person).await).await.unwrap();
    let promise = open().await.remove(0);
    // Friday's two working days end on Tuesday.
    assert_eq!((promise.kind.as_str(), promise.answer_by.to_string().as_str()), ("answer", "2026-11-24T22:59:59Z"));
    assert!(kinds(&house.store, promise.dossier).await.contains(&"guichet request".to_owned()));

    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    house.intake.act(promise.dossier, actor, Action::Reply { text: "Tout est couvert.".into() }).await.unwrap();
    assert!(open().await.is_empty());
    assert!(kinds(&house.store, promise.dossier).await.contains(&"camille request_done".to_owned()));
}

fn do_request(request: &RequestRow) -> Action {
    Action::DoRequest { request: request.id, kind: request.kind.clone(), asked_at: request.asked_at }
}

/// How many open requests are late at an instant.
async fn overdue(house: &House, at: &str) -> i64 {
    let counts = house.store.cases(&ALL).request_counts(at.parse().unwrap()).await.unwrap();
    counts.iter().map(|count| count.overdue).sum()
}

async fn a_new_complaint_is_recorded_and_the_same_one_is_not(db: Database) {
    let house = House::open(&db, "2026-11-20T10:00:00+01:00").await;
    let person = on(Channel::Web, "complainer");
    let open = async || house.store.open_requests(house.at(&person).await).await.unwrap();
    house.say(&person, "c'est inadmissible, je fais une réclamation").await;
    let again = house.say(&person, "je fais une réclamation, c'est honteux").await;
    assert!(again.contains("déjà transmise"), "{again}");
    assert_eq!(open().await.len(), 1);

    // A handler has answered it: said again, it is another.
    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    let first = open().await.remove(0);
    house.intake.act(first.dossier, actor, do_request(&first)).await.unwrap();
    house.pass(60_000);
    let said = house.say(&person, "je fais une réclamation").await;
    assert!(!said.contains("déjà transmise"), "{said}");
    assert_eq!(open().await.len(), 1);

    // On another day too, for it is the new day's.
    house.set_clock("2026-11-23T10:00:00+01:00");
    house.say(&person, "je fais une réclamation").await;
    assert_eq!(open().await.len(), 2);
}

async fn our_letter_or_text_message_acknowledges_and_what_a_chat_says_does_not(db: Database) {
    let accounts = Accounts::new([(Channel::Sms, "test".to_owned())]);
    let house = House::open_with(&db, "2026-11-20T10:00:00+01:00", accounts).await;
    let open = async |person| house.store.open_requests(house.at(person).await).await.unwrap().remove(0);
    let (by_chat, by_sms) = (on(Channel::Web, "chat"), on(Channel::Sms, "+33639980001"));
    for person in [&by_chat, &by_sms] {
        house.say(person, "c'est inadmissible, je fais une réclamation").await;
    }
    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    let reply = |text: &str| Action::Reply { text: text.into() };
    let chatted = open(&by_chat).await;
    house.intake.act(chatted.dossier, actor.clone(), reply("Je m'en occupe.")).await.unwrap();
    assert!(open(&by_chat).await.owes_acknowledgement(), "a chat is no durable medium");

    let texted = open(&by_sms).await;
    let acknowledged = texted.acknowledged.clone().expect("our text message did");
    assert_eq!(acknowledged.by, "guichet");
    assert!(kinds(&house.store, texted.dossier).await.contains(&"guichet request_acknowledged".to_owned()));
    let rows = house
        .store
        .claim_outbox(Channel::Sms, "test", acknowledged.at, acknowledged.at + SignedDuration::from_mins(1), 10)
        .await
        .unwrap();
    let row = rows.iter().find(|row| Some(row.seq) == acknowledged.message).expect("it is to be sent");
    // It did not arrive: it acknowledged nothing.
    house.intake.give_up(row, "no_such_address").await.unwrap();
    assert!(open(&by_sms).await.owes_acknowledgement());
    house.intake.act(texted.dossier, actor, reply("Nous avons bien reçu votre réclamation.")).await.unwrap();
    let acknowledged = open(&by_sms).await.acknowledged.expect("the handler's text message does");
    assert_eq!(acknowledged.by, "camille");
    assert!(kinds(&house.store, texted.dossier).await.contains(&"camille request_acknowledged".to_owned()));
}

async fn what_a_handler_teaches_serves_all_conversations_on_all_nodes_from_then_on(db: Database) {
    let text = "zorglub patatras kramouille";
    // Two people began with flows that are older than today's.
    let mut sources = built_in();
    sources.get_mut("faq.yaml").unwrap().push_str("\n# As it was last month.\n");
    let older = Library::from_sources(sources).unwrap();
    let (one, two) = (endpoint("one"), endpoint("two"));
    let before = House::open_on(&db, "2026-11-20T10:00:00+01:00", Accounts::default(), older).await;
    for person in [&one, &two] {
        before.say(person, "bonjour").await;
        before.say(person, "aucun danger").await;
    }
    drop(before);

    let house = House::open(&db, "2026-11-20T10:05:00+01:00").await;
    let other = House::open(&db, "2026-11-20T10:05:00+01:00").await;
    let knows = |house: &House| {
        let library = house.intake.library();
        library
            .intents()
            .classify(text)
            .first()
            .is_some_and(|best| best.intent == "declare_tempete" && best.score > 0.5)
    };
    assert!(!knows(&house) && !knows(&other));
    house.say(&one, text).await;
    let missed = house.store.cases(&ALL).missed(10).await.unwrap();
    let row = missed.iter().find(|row| row.text == text).expect("it is listed");
    assert!(house.store.cases(&ALL).settle_missed(row.id, Some("declare_tempete"), "camille", row.at).await.unwrap());
    let revision = house.intake.library().revision().to_owned();
    house.intake.learn().await.unwrap();
    assert!(knows(&house));
    assert_eq!(house.intake.library().revision(), revision, "people's words are no part of the flows");

    house.say(&two, text).await;
    let missed = house.store.cases(&ALL).missed(10).await.unwrap();
    assert!(missed.iter().all(|row| row.text != text), "whoever began before is understood with it too");

    if db.is_sqlite() {
        other.intake.look_after_flows().await.unwrap();
    } else {
        for _ in 0..200 {
            if knows(&other) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    assert!(knows(&other), "the other node learns it without a restart");
    assert!(knows(&House::open(&db, "2026-11-20T11:00:00+01:00").await));
}
