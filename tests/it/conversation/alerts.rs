//! On call: an urgent case at night is told to the first of the rota, then to the second, until somebody takes it.

use guichet::{
    conversation::{Accounts, Action, Actor},
    domain::message::{Channel, Endpoint},
    flow::{Library, built_in},
    store::{OutboxKind, OutboxRow},
};

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    an_alert_at_night_is_taken_by_the_second_of_the_rota,
    nobody_is_alerted_while_somebody_at_work_takes_it,
    without_a_rota_nobody_is_said_to_be_told_at_night,
}

const NIGHT: &str = "2026-11-20T23:00:00+01:00";
const ROTA: &str = "    rota:\n      after_minutes: 10\n      members:\n        - { login: claire, sms: \"+33639980190\" }\n        \
                    - { login: hugo, sms: \"+33639980191\" }\n";

/// A node whose desk has two people on call.
async fn on_call(db: &Database, at: &str) -> House {
    let mut sources = built_in();
    let desks = sources.get_mut("desks.yaml").unwrap();
    *desks = desks.replace("  front:\n", &format!("  front:\n{ROTA}"));
    let accounts = Accounts::new([(Channel::Sms, "test".to_owned())]);
    House::open_on(db, at, accounts, Library::from_sources(sources).unwrap()).await
}

/// The alerts that wait to be sent, claimed as whoever sends does.
async fn alerts(house: &House) -> Vec<String> {
    let (now, later) = (house.now(), house.now() + jiff::SignedDuration::from_mins(1));
    let mut found = Vec::new();
    loop {
        let claimed = house.store.claim_outbox(Channel::Sms, "test", now, later, 100).await.unwrap();
        if claimed.is_empty() {
            found.sort();
            return found;
        }
        let sent = |row: OutboxRow| (row, guichet::store::Settled::Sent { provider_id: None });
        for row in claimed.iter().filter(|row| row.kind == OutboxKind::Alert) {
            assert!(row.payload.as_deref().unwrap().contains("/console/dossiers/"), "{row:?}");
            found.push(row.to.address.clone());
        }
        house.store.settle_outbox(&claimed.into_iter().map(sent).collect::<Vec<_>>()).await.unwrap();
    }
}

async fn lines(house: &House, person: &Endpoint, kind: &str) -> usize {
    let dossier = house.dossier(person).await;
    house.timeline(&dossier).await.iter().filter(|line| *line == kind).count()
}

async fn an_alert_at_night_is_taken_by_the_second_of_the_rota(db: Database) {
    let house = on_call(&db, NIGHT).await;
    let person = on(Channel::Sms, "+33639980001");
    house.say(&person, "bonjour").await;
    let said = house.say(&person, "il y a le feu dans ma cuisine").await;
    assert!(said.contains("Un conseiller est prévenu"), "{said}");
    house.intake.do_due().await.unwrap();
    assert_eq!(alerts(&house).await, ["+33639980190"]);
    // Told once more before anybody took it, it goes to the next one, not to the first again.
    house.set_clock("2026-11-20T23:09:00+01:00");
    house.say(&person, "vite, ça brûle").await;
    house.intake.do_due().await.unwrap();
    assert_eq!(alerts(&house).await, Vec::<String>::new());
    house.set_clock("2026-11-20T23:10:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(alerts(&house).await, ["+33639980191"]);
    let hugo = Actor { login: "hugo".into(), name: "Hugo".into() };
    house.intake.act(house.dossier(&person).await.id, hugo, Action::TakeOver).await.unwrap();
    house.set_clock("2026-11-21T09:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(alerts(&house).await, Vec::<String>::new());
    assert_eq!((lines(&house, &person, "alert_sent").await, lines(&house, &person, "alert_taken").await), (2, 1));
}

async fn nobody_is_alerted_while_somebody_at_work_takes_it(db: Database) {
    let house = on_call(&db, "2026-11-20T10:00:00+01:00").await;
    let [taken, left] = ["+33639980001", "+33639980002"].map(|number| on(Channel::Sms, number));
    for person in [&taken, &left] {
        house.say(person, "bonjour").await;
        house.say(person, "il y a le feu dans ma cuisine").await;
    }
    let hugo = Actor { login: "hugo".into(), name: "Hugo".into() };
    house.intake.act(house.dossier(&taken).await.id, hugo, Action::TakeOver).await.unwrap();
    house.set_clock("2026-11-20T10:10:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(alerts(&house).await, ["+33639980190"]);
    assert_eq!((lines(&house, &taken, "alert_sent").await, lines(&house, &left, "alert_sent").await), (0, 1));
    // Nobody answers: it is said, and the case waits.
    for minutes in 1..10 {
        house.set_clock(&format!("2026-11-20T1{}:{:02}:00+01:00", 1 + minutes / 6, minutes * 10 % 60));
        house.intake.do_due().await.unwrap();
    }
    assert_eq!(lines(&house, &left, "alert_sent").await, 6);
    assert_eq!(lines(&house, &left, "alert_unanswered").await, 1);
    assert!(house.dossier(&left).await.waiting_since.is_some());
}

async fn without_a_rota_nobody_is_said_to_be_told_at_night(db: Database) {
    let house = House::open(&db, NIGHT).await;
    let person = on(Channel::Sms, "+33639980001");
    house.say(&person, "bonjour").await;
    let said = house.say(&person, "il y a le feu dans ma cuisine").await;
    assert!(!said.contains("Un conseiller est prévenu"), "{said}");
    assert!(house.store.due_of(house.at(&person).await).await.unwrap().is_empty());
}
