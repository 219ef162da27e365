//! Deadlines of flows/clocks.yaml: begun when a claim is sent or by a handler's day, warned of, told to the person, ended; and a
//! call back that a person asks for at a time.

use guichet::{
    conversation::{Action, Actor, DueStep},
    domain::message::{Channel, Endpoint},
    store::ClockRow,
};
use jiff::Timestamp;

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    a_claim_that_is_sent_has_its_deadlines_and_the_person_is_told_of_theirs,
    a_day_that_a_handler_enters_starts_what_follows_from_it,
    whoever_asks_to_be_called_at_a_time_has_a_request_that_is_due_then,
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";

fn ines() -> Actor {
    Actor { login: "ines".into(), name: "Inès".into() }
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

async fn clock(house: &House, person: &Endpoint, rule: &str) -> Option<ClockRow> {
    let clocks = house.store.clocks(house.at(person).await).await.unwrap();
    clocks.into_iter().find(|clock| clock.rule == rule)
}

async fn act(house: &House, person: &Endpoint, step: DueStep) -> bool {
    let dossier = house.dossier(person).await;
    house.intake.act(dossier.id, ines(), Action::Due(step)).await.is_ok()
}

async fn a_claim_that_is_sent_has_its_deadlines_and_the_person_is_told_of_theirs(db: Database) {
    let house = House::open(&db, MORNING).await;
    let person = on(Channel::Sms, "+33639980001");
    house.declare(&person).await;
    let clock = clock(&house, &person, "presc_general").await.unwrap();
    assert_eq!(clock.started_at, at("2026-11-19T00:00:00+01:00"), "it was yesterday");
    assert_eq!(clock.due_at, at("2028-11-19T23:59:59+01:00"));
    assert_eq!((clock.owner.as_str(), clock.ended), ("both", None));
    // Half a year before the end, at a decent hour.
    let before = house.guichet_said(&person).await.len();
    house.set_clock("2028-05-19T12:00:00+02:00");
    for _ in 0..5 {
        house.intake.do_due().await.unwrap();
    }
    house.set_clock("2028-05-22T12:00:00+02:00");
    house.intake.do_due().await.unwrap();
    let said = house.guichet_said(&person).await;
    let told: Vec<&String> =
        said.iter().skip(before).map(|(_, text)| text).filter(|text| text.contains("deux ans")).collect();
    assert_eq!(told.len(), 1, "{said:?}");
    assert!(told[0].contains("19 novembre 2028"), "{told:?}");
}

async fn a_day_that_a_handler_enters_starts_what_follows_from_it(db: Database) {
    let house = House::open(&db, MORNING).await;
    let person = on(Channel::Sms, "+33639980001");
    house.declare(&person).await;
    let on_day = |start: &str, day: &str| DueStep::StartClocks { start: start.into(), on: day.parse().unwrap() };
    assert!(!act(&house, &person, on_day("decree", "2026-11-18")).await, "a leak is no natural disaster");
    assert!(act(&house, &person, on_day("works_claim", "2026-11-18")).await);
    let position = clock(&house, &person, "do_position").await.unwrap();
    assert_eq!(position.due_at, at("2027-01-17T23:59:59+01:00"));
    assert_eq!(clock(&house, &person, "do_offer").await.unwrap().due_at, at("2027-02-16T23:59:59+01:00"));
    // Entered anew, it is another one.
    assert!(act(&house, &person, on_day("works_claim", "2026-11-19")).await);
    assert_eq!(clock(&house, &person, "do_position").await.unwrap().due_at, at("2027-01-18T23:59:59+01:00"));
    // Half way the dossier waits, and at the end; and not when it is kept.
    house.intake.act(house.dossier(&person).await.id, ines(), Action::Reply { text: "Bonjour".into() }).await.unwrap();
    house.set_clock("2026-12-20T12:00:00+01:00");
    house.intake.do_due().await.unwrap();
    let dossier = house.dossier(&person).await;
    assert!(dossier.waiting_since.is_some());
    assert!(act(&house, &person, DueStep::EndTask { task: position.id.clone() }).await);
    assert!(clock(&house, &person, "do_position").await.unwrap().ended.is_some());
    let due = house.store.due_of(dossier.conversation).await.unwrap();
    assert!(!due.iter().any(|row| row.subject == position.id));
}

async fn whoever_asks_to_be_called_at_a_time_has_a_request_that_is_due_then(db: Database) {
    let house = House::open(&db, MORNING).await;
    let person = on(Channel::Sms, "+33639980001");
    house.say(&person, "bonjour").await;
    house.say(&person, "non").await;
    house.say(&person, "une fuite d'eau").await;
    let said = house.say(&person, "rappelez-moi demain à 10 h").await;
    assert!(said.contains("un conseiller vous rappelle") && said.contains("10"), "{said}");
    let asked = house.store.open_requests(house.at(&person).await).await.unwrap();
    let [request] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((request.kind.as_str(), request.answer_by), ("call_back", at("2026-11-21T10:00:00+01:00")));
    house.set_clock("2026-11-21T10:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert!(house.dossier(&person).await.waiting_since.is_some());
}
