//! What time brings about, on both engines: reminders at decent hours, albums answered once, on one node and on two.

use guichet::{
    conversation::{Action, Actor},
    domain::message::{Body, Channel},
    dossier::Status,
};

use crate::support::{Database, House, on, on_both_engines, photo, said};

on_both_engines! {
    whoever_is_silent_is_reminded_at_a_decent_hour_and_then_the_handler_is_told,
    whoever_answers_is_not_reminded_of_the_time_before,
    nobody_who_is_served_or_done_is_reminded,
    what_is_overdue_after_a_restart_is_done_once,
    two_nodes_remind_once,
    an_album_is_answered_once_after_its_last_photo,
    a_word_after_an_album_answers_both_at_once,
    two_photos_at_the_same_instant_on_two_nodes_make_one_conversation,
}

const FRIDAY_MORNING: &str = "2026-11-20T10:00:00+01:00";
const FRIDAY_NIGHT: &str = "2026-11-20T21:30:00+01:00";
const REMINDER: &str = "Votre déclaration n’est pas terminée";

async fn whoever_is_silent_is_reminded_at_a_decent_hour_and_then_the_handler_is_told(db: Database) {
    let house = House::open(&db, FRIDAY_NIGHT).await;
    let person = on(Channel::Sms, "+33639980001");
    house.say(&person, "bonjour").await;
    house.say(&person, "non").await;
    house.say(&person, "une fuite d'eau").await;
    let question = house.guichet_said(&person).await.pop().unwrap().1;
    // A day later it is Saturday 21:30: neither then nor on Sunday.
    for quiet in ["2026-11-21T21:29:00+01:00", "2026-11-21T21:31:00+01:00", "2026-11-22T12:00:00+01:00"] {
        house.set_clock(quiet);
        house.intake.do_due().await.unwrap();
        assert_eq!(house.guichet_said(&person).await.pop().unwrap().1, question, "{quiet}");
    }
    house.set_clock("2026-11-23T08:00:00+01:00");
    assert_eq!(house.intake.do_due().await.unwrap(), 1);
    let (channel, reminder) = house.guichet_said(&person).await.pop().unwrap();
    assert_eq!(channel, Channel::Sms);
    assert!(reminder.starts_with(REMINDER) && reminder.contains(question.lines().last().unwrap()), "{reminder}");
    // The second a day after the first; then no more, but the handler.
    house.set_clock("2026-11-24T08:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.dossier(&person).await.status, Status::Collecting);
    house.set_clock("2026-11-25T08:00:00+01:00");
    house.intake.do_due().await.unwrap();
    let said = house.guichet_said(&person).await;
    assert_eq!(said.iter().filter(|(_, text)| text.starts_with(REMINDER)).count(), 2);
    let dossier = house.dossier(&person).await;
    assert_eq!((dossier.status, dossier.handover.as_deref()), (Status::HandedOver, Some("silent")));
    assert!(dossier.waiting_since.is_some());
    assert_eq!(house.timeline(&dossier).await.last().unwrap(), "handed_over");
    house.set_clock("2026-12-24T10:00:00+01:00");
    assert_eq!(house.intake.do_due().await.unwrap(), 0);
    // Who answers after all goes on with the same question.
    assert!(!house.say(&person, "je suis là").await.is_empty());
}

async fn whoever_answers_is_not_reminded_of_the_time_before(db: Database) {
    let house = House::open(&db, FRIDAY_MORNING).await;
    let person = on(Channel::Sms, "+33639980001");
    house.say(&person, "bonjour").await;
    house.set_clock("2026-11-21T09:59:00+01:00");
    house.say(&person, "non").await;
    let before = house.guichet_said(&person).await.len();
    house.set_clock("2026-11-21T10:30:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(&person).await.len(), before);
    house.set_clock("2026-11-23T08:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(&person).await.len(), before + 1);
}

async fn nobody_who_is_served_or_done_is_reminded(db: Database) {
    let house = House::open(&db, FRIDAY_MORNING).await;
    let [served, asked, withdrawn, visitor] =
        ["+33639980001", "+33639980002", "+33639980003", "+33639980004"].map(|number| on(Channel::Sms, number));
    for person in [&served, &asked, &withdrawn] {
        house.say(person, "bonjour").await;
        house.say(person, "non").await;
        house.say(person, "une fuite d'eau").await;
    }
    let actor = Actor { login: "ines".into(), name: "Inès".into() };
    let dossier = house.dossier(&served).await;
    house.intake.act(dossier.id, actor, Action::TakeOver).await.unwrap();
    house.say(&asked, "un conseiller").await;
    house.say(&withdrawn, "annuler").await;
    house.say(&withdrawn, "oui").await;
    // Whoever opened the chat and said nothing is not pursued.
    let mut opening = house.inbound(&visitor, Body::default());
    opening.kind = guichet::intake::InboundKind::Open;
    house.receive(opening).await;
    let mut before = Vec::new();
    for person in [&served, &asked, &withdrawn, &visitor] {
        before.push(house.guichet_said(person).await.len());
    }
    for day in 21..28 {
        house.set_clock(&format!("2026-11-{day}T12:00:00+01:00"));
        house.intake.do_due().await.unwrap();
    }
    let mut after = Vec::new();
    for person in [&served, &asked, &withdrawn, &visitor] {
        after.push(house.guichet_said(person).await.len());
    }
    assert_eq!(after, before);
}

async fn what_is_overdue_after_a_restart_is_done_once(db: Database) {
    let person = on(Channel::Sms, "+33639980001");
    let house = House::open(&db, FRIDAY_MORNING).await;
    house.say(&person, "bonjour").await;
    house.store.close().await;
    let house = House::open(&db, "2026-11-24T12:00:00+01:00").await;
    assert_eq!(house.intake.do_due().await.unwrap(), 1);
    assert_eq!(house.intake.do_due().await.unwrap(), 0);
    assert_eq!(reminders(&house, &person).await, 1);
}

async fn two_nodes_remind_once(db: Database) {
    let nodes = [House::open(&db, FRIDAY_MORNING).await, House::open(&db, FRIDAY_MORNING).await];
    let people: Vec<_> = (0..20).map(|n| on(Channel::Sms, &format!("+336399800{n:02}"))).collect();
    for (n, person) in people.iter().enumerate() {
        nodes[n % 2].say(person, "bonjour").await;
    }
    for node in &nodes {
        node.set_clock("2026-11-21T10:00:00+01:00");
    }
    let (one, two) = tokio::join!(nodes[0].intake.do_due(), nodes[1].intake.do_due());
    assert_eq!(one.unwrap() + two.unwrap(), people.len());
    for person in &people {
        assert_eq!(reminders(&nodes[0], person).await, 1);
    }
    // A claim that ran out before its node was done: the conversation itself knows that it was reminded.
    db.execute("UPDATE due SET at = 0").await;
    for node in &nodes {
        node.intake.do_due().await.unwrap();
    }
    for person in &people {
        assert_eq!(reminders(&nodes[1], person).await, 1);
    }
}

async fn an_album_is_answered_once_after_its_last_photo(db: Database) {
    let house = House::open(&db, FRIDAY_MORNING).await;
    let person = on(Channel::Telegram, "4711");
    house.say(&person, "bonjour").await;
    let before = house.guichet_said(&person).await.len();
    for _ in 0..3 {
        let mut sibling = house.inbound(&person, photo());
        sibling.settle = true;
        let receipt = house.receive(sibling).await;
        assert_eq!(receipt.replies, []);
        house.pass(1_500);
        house.intake.do_due().await.unwrap();
    }
    assert_eq!(house.guichet_said(&person).await.len(), before);
    // After a restart it is answered as well.
    house.store.close().await;
    let house = House::open(&db, "2026-11-20T10:00:10+01:00").await;
    assert_eq!(house.intake.do_due().await.unwrap(), 1);
    let said = house.guichet_said(&person).await;
    assert_eq!(said.len(), before + 1);
    assert!(said.last().unwrap().1.starts_with("3 fichiers bien reçus."), "{said:?}");
    // A late sibling is confirmed once more.
    let mut late = house.inbound(&person, photo());
    late.settle = true;
    house.receive(late).await;
    house.pass(3_000);
    house.intake.do_due().await.unwrap();
    house.intake.do_due().await.unwrap();
    let said = house.guichet_said(&person).await;
    assert_eq!(said.len(), before + 2);
    assert!(said.last().unwrap().1.starts_with("Bien reçu."), "{said:?}");
}

async fn a_word_after_an_album_answers_both_at_once(db: Database) {
    let house = House::open(&db, FRIDAY_MORNING).await;
    let person = on(Channel::Telegram, "4711");
    house.say(&person, "bonjour").await;
    let mut album = house.inbound(&person, photo());
    album.settle = true;
    house.receive(album).await;
    let word = house.inbound(&person, Body { text: "non".into(), ..Body::default() });
    let answer = said(&house.receive(word).await.replies);
    assert!(answer.starts_with("Bien reçu.") && answer.contains("Que s’est-il passé\u{a0}?"), "{answer}");
    let before = house.guichet_said(&person).await.len();
    house.pass(5_000);
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(&person).await.len(), before);
}

async fn two_photos_at_the_same_instant_on_two_nodes_make_one_conversation(db: Database) {
    let nodes = [House::open(&db, FRIDAY_MORNING).await, House::open(&db, FRIDAY_MORNING).await];
    for round in 0..5 {
        let person = on(Channel::Telegram, &format!("47{round}"));
        let (one, two) = tokio::join!(
            nodes[0].intake.receive(nodes[0].inbound(&person, photo())),
            nodes[1].intake.receive(nodes[1].inbound(&person, photo())),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.conversation, two.conversation);
        let messages = nodes[0].store.messages(one.conversation, 0, 100).await.unwrap();
        assert_eq!(messages.iter().filter(|message| !message.body.attachments.is_empty()).count(), 2);
        assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq));
    }
}

async fn reminders(house: &House, person: &guichet::domain::message::Endpoint) -> usize {
    house.guichet_said(person).await.iter().filter(|(_, text)| text.starts_with(REMINDER)).count()
}
