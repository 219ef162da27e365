//! STOP and CONTACT at the door of the real program, and what one turn says.

use serde_json::json;

use crate::support::{Client, Database, House, Receipt, Server, endpoint, on, on_both_engines};
use guichet::{
    conversation::{Action, Actor},
    domain::{
        message::{Channel, Endpoint},
        sms::segment,
    },
    store::OutboxRow,
};

on_both_engines! {
    a_stop_is_confirmed_once_and_taken_back_by_the_next_message,
    contact_tells_how_to_reach_the_service,
    what_one_turn_says_is_one_message,
    a_word_to_resume_puts_the_last_question_again,
    a_stop_ends_with_the_next_message_to_whatever_conversation,
    a_stop_stays_when_its_conversation_is_merged,
}

const PERSON: &str = "+33639980001";

async fn say(client: &mut Client, id: &str, text: &str) -> Receipt {
    client.send(&json!({ "id": id, "from": PERSON, "text": text })).await.unwrap()
}

async fn a_stop_is_confirmed_once_and_taken_back_by_the_next_message(db: Database) {
    let server = Server::start(&db.url);
    let mut client = server.client();
    let store = db.store().await;
    say(&mut client, "1", "stop, la fuite continue").await;
    let id = store.conversation_at(&endpoint(PERSON)).await.unwrap().unwrap();
    let to = |seq, to: Endpoint| OutboxRow::new(id, seq, to, jiff::Timestamp::UNIX_EPOCH);
    assert!(!store.opted_out(&to(1, endpoint(PERSON))).await.unwrap());

    let stopped = say(&mut client, "2", " Stop ! ").await;
    assert_eq!(stopped.replies.len(), 1, "{stopped:?}");
    assert!(store.opted_out(&to(stopped.seq, endpoint(PERSON))).await.unwrap());
    assert!(!store.opted_out(&to(stopped.seq + 1, endpoint(PERSON))).await.unwrap(), "the confirmation leaves");
    assert!(!store.opted_out(&to(stopped.seq, endpoint("+33639980002"))).await.unwrap());
    // Again, after a crash and on whatever node: it was confirmed once.
    let server = server.kill_and_start_again();
    let mut client = server.client();
    assert_eq!(say(&mut client, "3", "STOP").await.replies, Vec::<String>::new());
    assert_eq!(store.opt_outs(id).await.unwrap(), [endpoint(PERSON)]);

    let server = server.kill_and_start_again();
    let mut client = server.client();
    assert!(!say(&mut client, "4", "la fuite continue").await.replies.is_empty());
    assert_eq!(store.opt_outs(id).await.unwrap(), []);
    assert!(!store.opted_out(&to(1, endpoint(PERSON))).await.unwrap());
}

async fn what_one_turn_says_is_one_message(db: Database) {
    let server = Server::start(&db.url);
    let told = say(&mut server.client(), "1", "bonjour, j'ai une fuite d'eau").await;
    let [message] = told.replies.as_slice() else { panic!("{told:?}") };
    assert!(message.starts_with("Bonjour") && message.ends_with('?'), "the greeting and the first question: {message}");
    assert!(segment(message).parts.len() <= 2, "{message}");
}

async fn contact_tells_how_to_reach_the_service(db: Database) {
    let server = Server::start(&db.url);
    let mut client = server.client();
    let told = say(&mut client, "1", "CONTACT").await;
    assert_eq!(told.replies.len(), 1);
    assert!(told.replies[0].contains("01 99 00 12 34"), "{}", told.replies[0]);
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";
const QUESTION: &str = "L’eau coule-t-elle encore\u{a0}?";

/// A claim for water damage that stands at [`QUESTION`].
async fn claim(house: &House, from: &Endpoint) {
    house.say(from, "bonjour, j'ai une fuite d'eau").await;
    assert!(house.say(from, "non").await.contains(QUESTION));
}

async fn a_word_to_resume_puts_the_last_question_again(db: Database) {
    let house = House::open(&db, MORNING).await;
    let sms = on(Channel::Sms, PERSON);
    claim(&house, &sms).await;
    for word in ["START", "Reprendre"] {
        assert!(house.say(&sms, "STOP").await.contains("ne recevrez plus de SMS"));
        assert!(house.store.is_stopped(&sms).await.unwrap());
        let answer = house.say(&sms, word).await;
        assert!(answer.contains("nous continuons, tout est gardé") && answer.ends_with(QUESTION), "{answer}");
        assert!(!house.store.is_stopped(&sms).await.unwrap());
    }
    let codes = house.timeline(&house.dossier(&sms).await).await;
    let changes: Vec<_> = codes.iter().filter(|code| code.starts_with("opted_")).collect();
    assert_eq!(changes, ["opted_out", "opted_in", "opted_out", "opted_in"]);
    // Where nothing was stopped it is a word like any other, which answers no question.
    let answer = house.say(&sms, "START").await;
    assert!(!answer.contains("nous continuons, tout est gardé"), "{answer}");
}

async fn a_stop_ends_with_the_next_message_to_whatever_conversation(db: Database) {
    let house = House::open(&db, MORNING).await;
    let (sms, web) = (on(Channel::Sms, PERSON), on(Channel::Web, "a"));
    // Another claim.
    claim(&house, &sms).await;
    house.say(&sms, "annuler").await;
    house.say(&sms, "oui").await;
    let before = house.at(&sms).await;
    house.say(&sms, "STOP").await;
    assert_eq!(house.at(&sms).await, before);
    let begun = house.say(&sms, "nouvelle déclaration").await;
    assert_ne!(house.at(&sms).await, before, "{begun}");
    assert!(!house.store.is_stopped(&sms).await.unwrap());
    // A claim that began elsewhere and comes here.
    house.say(&sms, "annuler").await;
    house.say(&sms, "oui").await;
    house.say(&sms, "STOP").await;
    claim(&house, &web).await;
    let told = house.say(&web, "continuer par SMS").await;
    let code = told.split_whitespace().find(|word| word.len() >= 9 && word.as_bytes()[4] == b'-').unwrap();
    assert!(house.store.is_stopped(&sms).await.unwrap());
    assert!(house.say(&sms, code.trim_end_matches('.')).await.ends_with(QUESTION));
    assert_eq!(house.at(&sms).await, house.at(&web).await);
    assert!(!house.store.is_stopped(&sms).await.unwrap());
}

async fn a_stop_stays_when_its_conversation_is_merged(db: Database) {
    let house = House::open(&db, MORNING).await;
    let (web, sms) = (on(Channel::Web, "a"), on(Channel::Sms, PERSON));
    claim(&house, &web).await;
    claim(&house, &sms).await;
    house.say(&sms, "STOP").await;
    let (kept, merged) = (house.dossier(&web).await, house.dossier(&sms).await);
    let ines = Actor { login: "ines".into(), name: "Inès".into() };
    house.intake.act(kept.id, ines, Action::Merge { other: merged.id }).await.unwrap();
    let to_come = OutboxRow::new(kept.conversation, 100, sms.clone(), jiff::Timestamp::UNIX_EPOCH);
    assert!(house.store.opted_out(&to_come).await.unwrap());
    house.say(&sms, "oui").await;
    assert!(!house.store.opted_out(&to_come).await.unwrap());
}
