//! Tasks, cases that are put aside, replies that are sent later, deadlines that come: on both engines, on one node and on two,
//! and after a kill.

use guichet::{
    conversation::{Action, Actor, DueStep},
    domain::{
        clock_kind::ClockKind,
        message::{Author, Channel, Endpoint},
    },
    dossier::Dossier,
};
use jiff::Timestamp;

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    a_task_brings_its_dossier_back_when_it_is_due,
    a_dossier_that_is_put_aside_comes_back_by_itself_or_when_the_person_writes,
    a_reply_that_is_planned_is_sent_once_by_two_nodes,
    a_reply_that_is_planned_is_not_sent_when_the_person_wrote_meanwhile,
    what_was_due_while_no_node_ran_is_done_once_by_the_next_one,
    whoever_promised_an_answer_is_warned_before_and_when_it_is_due,
    timers_of_the_last_version_go_on,
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";

fn ines() -> Actor {
    Actor { login: "ines".into(), name: "Inès".into() }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// A claim that waits for a person.
async fn waiting(house: &House, person: &Endpoint) -> Dossier {
    house.say(person, "bonjour").await;
    house.say(person, "non").await;
    house.say(person, "une fuite d'eau").await;
    house.say(person, "un conseiller").await;
    house.dossier(person).await
}

async fn act(house: &House, dossier: &Dossier, step: DueStep) {
    house.intake.act(dossier.id, ines(), Action::Due(step)).await.unwrap();
}

async fn lines(house: &House, dossier: &Dossier, kind: &str) -> usize {
    house.timeline(dossier).await.iter().filter(|line| *line == kind).count()
}

/// What Inès said to the person.
async fn said_by_ines(house: &House, person: &Endpoint) -> Vec<String> {
    let dossier = house.dossier(person).await;
    let messages = house.store.messages(dossier.conversation, 0, 1_000).await.unwrap();
    let hers = messages
        .into_iter()
        .filter(|message| matches!(&message.author, Author::Handler { login, .. } if login == "ines"));
    hers.map(|message| message.body.text).collect()
}

async fn a_task_brings_its_dossier_back_when_it_is_due(db: Database) {
    let house = House::open(&db, MORNING).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = waiting(&house, &person).await;
    house.intake.act(dossier.id, ines(), Action::Reply { text: "Je regarde.".into() }).await.unwrap();
    let due_at = at("2026-11-23T10:00:00+01:00");
    let task = DueStep::AddTask {
        kind: ClockKind::CallBack,
        text: "Dire la date".into(),
        assignee: Some("hugo".into()),
        due_at,
    };
    act(&house, &dossier, task).await;
    let tasks = house.store.clocks(dossier.conversation).await.unwrap();
    assert_eq!((tasks.len(), tasks[0].due_at, tasks[0].assignee.as_deref()), (1, due_at, Some("hugo")));
    house.set_clock("2026-11-23T09:59:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.dossier(&person).await.waiting_since, None);
    house.set_clock("2026-11-23T10:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.dossier(&person).await.waiting_since, Some(due_at));
    assert_eq!(lines(&house, &dossier, "came_due").await, 1);
    // Done, and reopened: it is overdue at once.
    act(&house, &dossier, DueStep::EndTask { task: tasks[0].id.clone() }).await;
    assert!(house.store.clocks(dossier.conversation).await.unwrap()[0].ended.is_some());
    let again = house.intake.act(dossier.id, ines(), Action::Due(DueStep::EndTask { task: tasks[0].id.clone() })).await;
    assert!(again.is_err(), "it is done already");
    act(&house, &dossier, DueStep::ReopenTask { task: tasks[0].id.clone() }).await;
    house.intake.do_due().await.unwrap();
    assert_eq!(lines(&house, &dossier, "came_due").await, 2);
}

async fn a_dossier_that_is_put_aside_comes_back_by_itself_or_when_the_person_writes(db: Database) {
    let house = House::open(&db, MORNING).await;
    let [one, two] = ["+33639980001", "+33639980002"].map(|number| on(Channel::Sms, number));
    let until = at("2026-11-23T08:00:00+01:00");
    for person in [&one, &two] {
        let dossier = waiting(&house, person).await;
        assert!(dossier.waiting_since.is_some());
        act(&house, &dossier, DueStep::Snooze { until }).await;
        let dossier = house.dossier(person).await;
        assert_eq!((dossier.waiting_since, dossier.snoozed_until), (None, Some(until)));
    }
    house.set_clock("2026-11-21T12:00:00+01:00");
    house.say(&two, "et alors ?").await;
    let dossier = house.dossier(&two).await;
    assert_eq!((dossier.waiting_since, dossier.snoozed_until), (Some(at("2026-11-21T12:00:00+01:00")), None));
    // Put off once more, the first time does nothing.
    let later = at("2026-11-24T08:00:00+01:00");
    act(&house, &house.dossier(&one).await, DueStep::Snooze { until: later }).await;
    house.set_clock("2026-11-23T08:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.dossier(&one).await.snoozed_until, Some(later));
    house.set_clock("2026-11-24T08:00:00+01:00");
    house.intake.do_due().await.unwrap();
    let dossier = house.dossier(&one).await;
    assert_eq!((dossier.waiting_since, dossier.snoozed_until), (Some(later), None));
    assert_eq!(lines(&house, &dossier, "came_back").await, 1);
    let dossier = house.dossier(&two).await;
    assert_eq!(lines(&house, &dossier, "came_back").await, 0, "the person brought it back");
}

async fn a_reply_that_is_planned_is_sent_once_by_two_nodes(db: Database) {
    let nodes = [House::open(&db, MORNING).await, House::open(&db, MORNING).await];
    let people: Vec<_> = (0..20).map(|n| on(Channel::Sms, &format!("+336399800{n:02}"))).collect();
    let planned = at("2026-11-21T09:00:00+01:00");
    for person in &people {
        let dossier = waiting(&nodes[0], person).await;
        act(&nodes[0], &dossier, DueStep::ReplyLater { text: "Votre expert passe mardi.".into(), at: planned }).await;
        assert_eq!(said_by_ines(&nodes[0], person).await, Vec::<String>::new());
    }
    for node in &nodes {
        node.set_clock("2026-11-21T09:00:00+01:00");
    }
    let (one, two) = tokio::join!(nodes[0].intake.do_due(), nodes[1].intake.do_due());
    assert!(one.unwrap() + two.unwrap() >= people.len());
    for node in &nodes {
        node.intake.do_due().await.unwrap();
    }
    for person in &people {
        assert_eq!(said_by_ines(&nodes[1], person).await, ["Votre expert passe mardi."]);
    }
    // A claim that ran out before its node was done.
    let person = on(Channel::Sms, "+33639980099");
    let dossier = waiting(&nodes[0], &person).await;
    let planned = at("2026-11-21T10:00:00+01:00");
    act(&nodes[0], &dossier, DueStep::ReplyLater { text: "Bonjour.".into(), at: planned }).await;
    for node in &nodes {
        node.set_clock("2026-11-21T10:00:00+01:00");
    }
    let taken = nodes[0].store.claim_due(planned, planned, 100).await.unwrap();
    assert!(taken.iter().any(|row| row.conversation == Some(dossier.conversation)));
    let (one, two) = tokio::join!(nodes[0].intake.do_due(), nodes[1].intake.do_due());
    one.unwrap();
    two.unwrap();
    assert_eq!(said_by_ines(&nodes[1], &person).await, ["Bonjour."]);
}

async fn a_reply_that_is_planned_is_not_sent_when_the_person_wrote_meanwhile(db: Database) {
    let house = House::open(&db, MORNING).await;
    let [wrote, cancelled] = ["+33639980001", "+33639980002"].map(|number| on(Channel::Sms, number));
    let planned = at("2026-11-21T09:00:00+01:00");
    for person in [&wrote, &cancelled] {
        let dossier = waiting(&house, person).await;
        act(&house, &dossier, DueStep::ReplyLater { text: "Où en êtes-vous ?".into(), at: planned }).await;
        assert_eq!(house.dossier(person).await.waiting_since, None, "it is answered");
    }
    house.say(&wrote, "c'est réparé").await;
    let dossier = house.dossier(&cancelled).await;
    let due = house.store.due_of(dossier.conversation).await.unwrap();
    let reply = due.iter().find(|row| row.payload.is_some()).unwrap().subject.clone();
    act(&house, &dossier, DueStep::CancelReply { reply }).await;
    house.set_clock("2026-11-21T09:00:00+01:00");
    house.intake.do_due().await.unwrap();
    for person in [&wrote, &cancelled] {
        assert_eq!(said_by_ines(&house, person).await, Vec::<String>::new());
        let dossier = house.dossier(person).await;
        assert!(dossier.waiting_since.is_some());
        assert_eq!(lines(&house, &dossier, "reply_dropped").await, 1);
    }
}

async fn what_was_due_while_no_node_ran_is_done_once_by_the_next_one(db: Database) {
    let person = on(Channel::Sms, "+33639980001");
    let house = House::open(&db, MORNING).await;
    let dossier = waiting(&house, &person).await;
    act(&house, &dossier, DueStep::Snooze { until: at("2026-11-21T08:00:00+01:00") }).await;
    let task = DueStep::AddTask {
        kind: ClockKind::Task,
        text: "Relancer".into(),
        assignee: None,
        due_at: at("2026-11-21T09:00:00+01:00"),
    };
    act(&house, &dossier, task).await;
    // Claimed by a node that is killed before it did anything.
    let until = at("2026-11-21T10:05:00+01:00");
    house.store.claim_due(at("2026-11-21T10:00:00+01:00"), until, 100).await.unwrap();
    house.store.close().await;
    let house = House::open(&db, "2026-11-21T10:01:00+01:00").await;
    house.intake.do_due().await.unwrap();
    assert_eq!(house.dossier(&person).await.waiting_since, None, "its claim holds");
    house.set_clock("2026-11-21T10:05:00+01:00");
    house.intake.do_due().await.unwrap();
    house.intake.do_due().await.unwrap();
    let dossier = house.dossier(&person).await;
    assert!(dossier.waiting_since.is_some());
    // Whichever of the two came first brought it back.
    assert_eq!(lines(&house, &dossier, "came_due").await, 1);
    assert!(lines(&house, &dossier, "came_back").await <= 1);
    assert_eq!(house.store.due_of(dossier.conversation).await.unwrap(), []);
}

async fn whoever_promised_an_answer_is_warned_before_and_when_it_is_due(db: Database) {
    let house = House::open(&db, MORNING).await;
    let person = on(Channel::Sms, "+33639980001");
    house.say(&person, "bonjour").await;
    house.say(&person, "je voudrais une attestation d'assurance").await;
    let dossier = house.dossier(&person).await;
    let asked = house.store.open_requests(dossier.conversation).await.unwrap();
    let [request] = &asked[..] else { panic!("{asked:?}") };
    let due = request.answer_by;
    house.set_clock(&(due - jiff::SignedDuration::from_hours(1)).to_string());
    house.intake.do_due().await.unwrap();
    assert_eq!(lines(&house, &dossier, "came_due").await, 1);
    house.set_clock(&due.to_string());
    house.intake.do_due().await.unwrap();
    assert_eq!(lines(&house, &dossier, "came_due").await, 2);
    house.set_clock(&(due + jiff::SignedDuration::from_hours(100)).to_string());
    house.intake.do_due().await.unwrap();
    assert_eq!(lines(&house, &dossier, "came_due").await, 2, "it is told twice, and then it stands in the lists");
}

/// A node of the program before writes into `timer`, on the engine that several nodes share.
async fn timers_of_the_last_version_go_on(db: Database) {
    if db.is_sqlite() {
        return;
    }
    let house = House::open(&db, MORNING).await;
    db.execute("INSERT INTO timer (conversation, due_at) VALUES ('a', 1)").await;
    db.execute("UPDATE timer SET due_at = 2 WHERE conversation = 'a'").await;
    assert_eq!(db.number("SELECT at FROM due WHERE subject = 'a' AND kind = 'wake'").await, 2);
    db.execute("DELETE FROM timer").await;
    assert_eq!(db.number("SELECT COUNT(*) FROM due WHERE subject = 'a'").await, 0);
    house.store.close().await;
}
