//! The expert's appointment, from the mission to the reminder of the evening before, through the whole house.

use std::fs::File;

use guichet::{
    contract::{name_key, number_key, read_policies},
    conversation::{Accounts, Action, Actor, MissionStep},
    domain::{
        message::{Body, Channel, Endpoint},
        orientation_mode::OrientationMode,
    },
    dossier::Dossier,
    flow::{Library, built_in},
    intake::{Inbound, InboundKind, IntakeError},
    store::{AppointmentState, MissionState, PolicyRow},
};
use jiff::Timestamp;

use crate::support::{ALL, Database, House, on, on_both_engines, photo_in};

on_both_engines! {
    a_person_chooses_moves_and_cancels_and_is_reminded_the_evening_before,
    a_slot_that_somebody_took_is_not_booked_twice,
    of_two_who_choose_at_once_one_is_offered_others,
    what_was_agreed_by_telephone_is_confirmed_in_writing_and_falls_with_the_dossier,
    whom_nothing_suits_is_passed_on_to_a_person,
    an_expert_is_sent_for_once_and_only_where_one_is_needed,
    a_handler_who_orients_otherwise_calls_the_expert_off,
    a_correction_that_orients_otherwise_calls_the_expert_off_and_a_handler,
    an_expert_who_does_not_know_the_corrected_peril_is_called_off,
    an_expert_goes_where_the_vehicle_stands,
}

const FRIDAY: &str = "2026-11-20T10:00:00+01:00";

fn camille() -> Actor {
    Actor { login: "camille".into(), name: "Camille".into() }
}

/// A house with the demo's policies.
async fn open(db: &Database) -> House {
    with_policies(House::open(db, FRIDAY).await).await
}

async fn with_policies(house: House) -> House {
    let file = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/flows/demo/policies.csv")).unwrap();
    let rows = read_policies(file).unwrap().into_iter().map(|policy| PolicyRow {
        insurer: policy.insurer.clone(),
        number_key: number_key(&policy.number),
        name_key: name_key(&policy.last_name),
        birth_date: policy.birth_date.map(|date| date.to_string()),
        postcode: policy.postcode.clone(),
        policy: serde_json::to_value(&policy).unwrap(),
    });
    let now = FRIDAY.parse().unwrap();
    house.store.put_policies(&rows.collect::<Vec<_>>(), now).await.unwrap();
    house
}

/// Declares a water damage in Lyon to its end; the table orients it.
async fn declared(house: &House, person: &Endpoint) -> Dossier {
    for text in [
        "bonjour",
        "non",
        "une fuite d'eau",
        "non",
        "rien de tout ça",
        "moi",
        "7541289",
        "hier soir",
        "12 rue des Lilas 69003 Lyon",
        "de chez moi",
        "la machine à laver",
        "rien de tout ça",
        "un appartement en copropriété",
        "propriétaire",
        "1 200 euros",
        "oui",
    ] {
        house.say(person, text).await;
    }
    for slot in ["photo_wide", "photo_close"] {
        let photo = house.inbound(person, photo_in(slot));
        house.receive(photo).await;
    }
    house.say(person, "c'est tout").await;
    let end = house.say(person, "envoyer").await;
    assert!(end.contains("C’est envoyé"), "{end}");
    house.dossier(person).await
}

async fn orients(house: &House, dossier: &Dossier, mode: OrientationMode) {
    let action = Action::Override { mode, reason: "Plafond à voir".into() };
    house.intake.act(dossier.id, camille(), action).await.unwrap();
}

/// The same; a handler then wants an expert on the spot.
async fn oriented(house: &House, person: &Endpoint) -> Dossier {
    let dossier = declared(house, person).await;
    orients(house, &dossier, OrientationMode::Field).await;
    dossier
}

async fn does(house: &House, dossier: &Dossier, step: MissionStep) -> Result<(), IntakeError> {
    house.intake.act(dossier.id, camille(), Action::Mission(step)).await
}

async fn sends_paul(house: &House, person: &Endpoint) -> Dossier {
    let dossier = oriented(house, person).await;
    does(house, &dossier, MissionStep::Order { expert: "plefevre".into() }).await.unwrap();
    dossier
}

/// The last thing that was said: its text and its buttons.
async fn last(house: &House, person: &Endpoint) -> (String, Vec<String>) {
    let messages = house.store.messages(house.at(person).await, 0, 1000).await.unwrap();
    let Body { text, quick_replies, .. } = messages.last().unwrap().body.clone();
    (text, quick_replies.into_iter().map(|reply| reply.label).collect())
}

/// The state of each appointment of a dossier that was ever more than proposed, the earliest first.
async fn appointments(house: &House, dossier: &Dossier) -> Vec<(String, AppointmentState)> {
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    let idle = [AppointmentState::Proposed, AppointmentState::Lapsed];
    let made = mission.appointments.into_iter().filter(|row| !idle.contains(&row.state));
    made.map(|row| (row.start.to_string(), row.state)).collect()
}

async fn a_person_chooses_moves_and_cancels_and_is_reminded_the_evening_before(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = sends_paul(&house, &person).await;
    let who = house.say(&person, "qui est l'expert ?").await;
    assert!(who.contains("Paul Lefèvre"), "{who}");

    does(&house, &dossier, MissionStep::Offer).await.unwrap();
    let (text, buttons) = last(&house, &person).await;
    assert!(text.contains("Paul Lefèvre") && text.contains("Quel moment vous convient"), "{text}");
    let offered = [
        "lundi 23 novembre à 9\u{a0}h",
        "mardi 24 novembre à 14\u{a0}h",
        "mercredi 25 novembre à 9\u{a0}h",
        "Aucun ne convient",
    ];
    assert_eq!(buttons, offered);
    assert_eq!(appointments(&house, &dossier).await, [], "nothing is booked yet");

    // Another time than those, in the future.
    let answer = house.say(&person, "plutôt jeudi après-midi").await;
    assert!(answer.contains("Voici ce qui est libre"), "{answer}");
    let thursday = [
        "jeudi 26 novembre à 14\u{a0}h",
        "jeudi 26 novembre à 15\u{a0}h",
        "jeudi 26 novembre à 16\u{a0}h",
        "Aucun ne convient",
    ];
    assert_eq!(last(&house, &person).await.1, thursday);
    let answer = house.say(&person, "le 2 svp").await;
    for told in ["Paul Lefèvre vient jeudi 26 novembre 2026 à 15\u{a0}h", "12 rue des Lilas", "factures"] {
        assert!(answer.contains(told), "{answer}");
    }
    let (thursday, booked) = ("2026-11-26T14:00:00Z".to_owned(), AppointmentState::Booked);
    assert_eq!(appointments(&house, &dossier).await, [(thursday.clone(), booked)]);
    let when = house.say(&person, "quand passe l'expert ?").await;
    assert!(when.contains("jeudi 26 novembre 2026 à 15\u{a0}h") && when.contains("Paul Lefèvre"), "{when}");

    // It is moved; the first one stands until then.
    let answer = house.say(&person, "je voudrais déplacer le rendez-vous").await;
    assert!(answer.contains("jeudi 26 novembre 2026 à 15\u{a0}h reste réservé"), "{answer}");
    let answer = house.say(&person, "mardi 24").await;
    assert!(answer.contains("mardi 24 novembre 2026 à 14\u{a0}h"), "{answer}");
    let tuesday = "2026-11-24T13:00:00Z".to_owned();
    assert_eq!(
        appointments(&house, &dossier).await,
        [(tuesday.clone(), booked), (thursday.clone(), AppointmentState::Moved)]
    );
    // An hour, and half an hour on the way.
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 6);

    // Monday at five, once.
    let before = house.guichet_said(&person).await.len();
    for quiet in ["2026-11-21T12:00:00+01:00", "2026-11-23T16:59:00+01:00"] {
        house.set_clock(quiet);
        house.intake.do_due().await.unwrap();
        assert_eq!(house.guichet_said(&person).await.len(), before, "{quiet}");
    }
    house.set_clock("2026-11-23T17:00:00+01:00");
    house.intake.do_due().await.unwrap();
    let reminder = last(&house, &person).await.0;
    assert!(reminder.contains("rappel") && reminder.contains("mardi 24 novembre 2026 à 14\u{a0}h"), "{reminder}");
    house.set_clock("2026-11-23T18:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(&person).await.len(), before + 1);

    let answer = house.say(&person, "je dois annuler le rendez-vous").await;
    assert!(answer.contains("mardi 24 novembre 2026 à 14\u{a0}h n’aura pas lieu"), "{answer}");
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 0);
    let when = house.say(&person, "quand passe l'expert ?").await;
    assert!(when.contains("Paul Lefèvre") && !when.contains("24 novembre"), "{when}");
    let timeline = house.timeline(&dossier).await;
    for kind in [
        "mission_ordered",
        "slots_offered",
        "appointment_booked",
        "appointment_moved",
        "appointment_reminded",
        "appointment_cancelled",
    ] {
        assert!(timeline.iter().any(|line| line == kind), "{kind}: {timeline:?}");
    }
}

async fn a_slot_that_somebody_took_is_not_booked_twice(db: Database) {
    let house = open(&db).await;
    let [first, second] = ["+33639980001", "+33639980002"].map(|number| on(Channel::Sms, number));
    for person in [&first, &second] {
        let dossier = sends_paul(&house, person).await;
        does(&house, &dossier, MissionStep::Offer).await.unwrap();
    }
    assert!(house.say(&first, "1").await.contains("lundi 23 novembre 2026 à 9\u{a0}h"));
    let answer = house.say(&second, "le premier").await;
    assert!(answer.contains("vient d’être pris"), "{answer}");
    let (_, buttons) = last(&house, &second).await;
    assert_eq!(buttons[0], "lundi 23 novembre à 10\u{a0}h\u{a0}30", "after the appointment and the way");
    assert!(house.say(&second, "lundi").await.contains("lundi 23 novembre 2026 à 10\u{a0}h\u{a0}30"));
}

async fn of_two_who_choose_at_once_one_is_offered_others(db: Database) {
    let house = open(&db).await;
    let [first, second] = ["+33639980001", "+33639980002"].map(|number| on(Channel::Sms, number));
    for person in [&first, &second] {
        let dossier = sends_paul(&house, person).await;
        does(&house, &dossier, MissionStep::Offer).await.unwrap();
    }
    let (one, other) = tokio::join!(house.say(&first, "2"), house.say(&second, "2"));
    let booked = [&one, &other].iter().filter(|answer| answer.contains("C’est réservé")).count();
    let taken = [&one, &other].iter().filter(|answer| answer.contains("vient d’être pris")).count();
    assert_eq!((booked, taken), (1, 1), "{one}\n{other}");
    assert_eq!(db.number("SELECT COUNT(*) FROM appointment WHERE state = 'booked'").await, 1);
}

async fn what_was_agreed_by_telephone_is_confirmed_in_writing_and_falls_with_the_dossier(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = sends_paul(&house, &person).await;
    let at = |start: &str| MissionStep::Book { start: start.parse::<Timestamp>().unwrap() };
    // Within the notice, at night, on a Sunday: not free.
    for never in ["2026-11-20T14:00:00+01:00", "2026-11-23T22:00:00+01:00", "2026-11-22T10:00:00+01:00"] {
        assert!(matches!(does(&house, &dossier, at(never)).await, Err(IntakeError::Conversation(_))), "{never}");
    }
    does(&house, &dossier, at("2026-11-27T10:00:00+01:00")).await.unwrap();
    let (text, _) = last(&house, &person).await;
    assert!(text.contains("vendredi 27 novembre 2026 à 10\u{a0}h"), "{text}");
    assert!(house.say(&person, "je confirme le rendez-vous").await.contains("bien noté"));

    let close = Action::Close { reason: "Réglé autrement".into(), message: None, refuses: false };
    house.intake.act(dossier.id, camille(), close).await.unwrap();
    assert!(last(&house, &person).await.0.contains("est annulé"));
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 0);
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    assert_eq!(mission.row.state, MissionState::Cancelled);
    let before = house.guichet_said(&person).await.len();
    house.set_clock("2026-11-26T18:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(&person).await.len(), before, "nobody is reminded of what is cancelled");
}

async fn whom_nothing_suits_is_passed_on_to_a_person(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = sends_paul(&house, &person).await;
    does(&house, &dossier, MissionStep::Offer).await.unwrap();
    let answer = house.say(&person, "aucun").await;
    assert!(answer.contains("quand vous êtes disponible"), "{answer}");
    // Nothing is free on a Sunday.
    let answer = house.say(&person, "dimanche 29").await;
    assert!(answer.contains("au plus près"), "{answer}");
    house.say(&person, "pas mercredi").await;
    let answer = house.say(&person, "aucun ne convient").await;
    assert!(answer.contains("je transmets"), "{answer}");
    let requests = house.store.cases(&ALL).requests(None, false, 10).await.unwrap();
    assert_eq!(requests.iter().map(|request| request.kind.as_str()).collect::<Vec<_>>(), ["appointment"]);
    let dossier = house.dossier(&person).await;
    assert_eq!(dossier.handover.as_deref(), Some("appointment"));
    assert!(dossier.waiting_since.is_some());
}

async fn an_expert_is_sent_for_once_and_only_where_one_is_needed(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = oriented(&house, &person).await;
    let order = |expert: &str| MissionStep::Order { expert: expert.into() };
    // Unknown, in another department, without a mission.
    for step in [order("nobody"), order("ylegoff"), MissionStep::Offer, MissionStep::Done] {
        assert!(matches!(does(&house, &dossier, step).await, Err(IntakeError::Conversation(_))));
    }
    does(&house, &dossier, order("plefevre")).await.unwrap();
    assert!(does(&house, &dossier, order("plefevre")).await.is_err(), "once");
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    // Why this one, and why not the others.
    let because = serde_json::to_string(&mission.row.because).unwrap();
    for told in ["knows_peril", "works_in_department", "works_elsewhere", "not_in_mode"] {
        assert!(because.contains(told), "{told}: {because}");
    }
    does(&house, &dossier, MissionStep::Accept).await.unwrap();
    does(&house, &dossier, MissionStep::Done).await.unwrap();
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    assert_eq!(mission.row.state, MissionState::Done);
}

/// The dossier's last mission is withdrawn, with all that hung on it.
async fn is_called_off(db: &Database, house: &House, person: &Endpoint, dossier: &Dossier) {
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    assert_eq!(mission.row.state, MissionState::Cancelled);
    let idle = [AppointmentState::Cancelled, AppointmentState::Lapsed, AppointmentState::Moved];
    assert!(mission.appointments.iter().all(|row| idle.contains(&row.state)), "{:?}", mission.appointments);
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 0);
    let timeline = house.timeline(dossier).await;
    assert_eq!(timeline.iter().filter(|kind| *kind == "mission_withdrawn").count(), 1, "{timeline:?}");
    let before = house.guichet_said(person).await.len();
    house.set_clock("2026-11-26T18:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(person).await.len(), before, "nobody is reminded of what is cancelled");
}

async fn a_handler_who_orients_otherwise_calls_the_expert_off(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = sends_paul(&house, &person).await;
    let friday = "2026-11-27T10:00:00+01:00".parse().unwrap();
    does(&house, &dossier, MissionStep::Book { start: friday }).await.unwrap();
    orients(&house, &dossier, OrientationMode::Field).await;
    assert_eq!(appointments(&house, &dossier).await.len(), 1);
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    assert!(mission.row.state.is_open(), "the same orientation changes nothing");

    orients(&house, &dossier, OrientationMode::Visio).await;
    let (text, _) = last(&house, &person).await;
    assert!(text.contains("vendredi 27 novembre 2026 à 10\u{a0}h avec Paul Lefèvre est annulé"), "{text}");
    // The time is free for somebody else, and another expert can be sent for.
    house.pass(60_000);
    does(&house, &dossier, MissionStep::Order { expert: "sgirard".into() }).await.unwrap();
    let who = house.say(&person, "qui est l'expert ?").await;
    assert!(who.contains("Sophie Girard"), "{who}");

    // Nothing is booked, only offered; then a person at a desk sees to it.
    does(&house, &dossier, MissionStep::Offer).await.unwrap();
    orients(&house, &dossier, OrientationMode::Desk).await;
    let (text, buttons) = last(&house, &person).await;
    assert!(text.contains("Sophie Girard n’est plus votre expert") && buttons.is_empty(), "{text}");
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    assert_eq!(mission.row.state, MissionState::Cancelled);
    let before = house.guichet_said(&person).await.len();
    house.set_clock("2026-11-26T18:00:00+01:00");
    house.intake.do_due().await.unwrap();
    assert_eq!(house.guichet_said(&person).await.len(), before, "nobody is reminded of what is cancelled");
    let dossier = house.dossier(&person).await;
    assert_ne!(dossier.handover.as_deref(), Some("expert_withdrawn"), "whoever decided so knows it");
}

async fn a_correction_that_orients_otherwise_calls_the_expert_off_and_a_handler(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = declared(&house, &person).await;
    assert_eq!(dossier.orientation, Some(OrientationMode::Tele));
    does(&house, &dossier, MissionStep::Order { expert: "sgirard".into() }).await.unwrap();
    let friday = "2026-11-27T10:00:00+01:00".parse().unwrap();
    does(&house, &dossier, MissionStep::Book { start: friday }).await.unwrap();

    let answer = house.say(&person, "corriger le montant estimé : 15 000 euros").await;
    assert!(answer.contains("vendredi 27 novembre 2026 à 10\u{a0}h avec Sophie Girard est annulé"), "{answer}");
    is_called_off(&db, &house, &person, &dossier).await;
    let dossier = house.dossier(&person).await;
    assert_eq!(dossier.orientation, Some(OrientationMode::Field));
    assert_eq!(dossier.handover.as_deref(), Some("expert_withdrawn"));
    assert!(dossier.waiting_since.is_some());
}

async fn an_expert_who_does_not_know_the_corrected_peril_is_called_off(db: Database) {
    let house = open(&db).await;
    let person = on(Channel::Sms, "+33639980001");
    let dossier = sends_paul(&house, &person).await;
    let friday = "2026-11-27T10:00:00+01:00".parse().unwrap();
    does(&house, &dossier, MissionStep::Book { start: friday }).await.unwrap();
    let edit = InboundKind::Edit { fact: "incident".into() };
    house.receive(Inbound { kind: edit, ..house.inbound(&person, Body::default()) }).await;
    house.say(&person, "vol, vandalisme").await;
    let answer = house.say(&person, "un vol").await;
    assert!(answer.contains("avec Paul Lefèvre est annulé"), "{answer}");
    assert_eq!(house.dossier(&person).await.peril, "burglary");
    is_called_off(&db, &house, &person, &dossier).await;
}

async fn an_expert_goes_where_the_vehicle_stands(db: Database) {
    let mut flows = built_in();
    let experts = flows.get_mut("experts.yaml").unwrap();
    *experts = experts.replace("[water_damage, storm, glass]", "[water_damage, storm, glass, car_collision]");
    let library = Library::from_sources(flows).unwrap();
    let house = with_policies(House::open_on(&db, FRIDAY, Accounts::default(), library).await).await;
    let person = on(Channel::Sms, "+33639980001");
    for text in [
        "bonjour",
        "non",
        "J'ai percuté un chevreuil avec ma voiture hier soir",
        "oui",
        "une départementale",
        "moi",
        "7533318",
        "route de Lyon 38500 Voiron",
        "AB-123-CD",
        "mon mari",
        "domicile-travail",
        "non",
        "avant, capot et phares",
        "non",
        "Garage du Lac, 3 rue Haute 38000 Grenoble",
        "4000",
        "plus tard",
    ] {
        house.say(&person, text).await;
    }
    let end = house.say(&person, "envoyer").await;
    assert!(end.contains("Un expert viendra sur place"), "{end}");
    let dossier = house.dossier(&person).await;
    does(&house, &dossier, MissionStep::Order { expert: "plefevre".into() }).await.unwrap();
    let friday = "2026-11-27T10:00:00+01:00".parse().unwrap();
    does(&house, &dossier, MissionStep::Book { start: friday }).await.unwrap();
    let garage = "Garage du Lac, 3 rue Haute 38000 Grenoble";
    let (text, _) = last(&house, &person).await;
    assert!(text.contains(garage), "{text}");
    let mission = house.store.mission(dossier.id).await.unwrap().unwrap();
    assert_eq!(mission.booked().unwrap().place, garage);
}
