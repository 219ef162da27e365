//! The flows of every landing so far: a conversation that began with them goes on to its end.
//!
//! `../landings/<commit>.json.gz` holds the sources of a landing as the store keeps a revision: path to source. A new one is
//! made of the commit at which a session landed, of the files that make a revision (YAML, without transcripts and `demo/`).

use std::{collections::BTreeMap, io::Read as _};

use guichet::{
    conversation::Accounts,
    domain::message::{Body, Channel, Input},
    dossier::Status,
    flow::Library,
};

use crate::support::{Database, House, on, said};

/// The most messages that a person writes before they give up.
const PATIENCE: usize = 80;

/// Makes a test of each landing.
macro_rules! landings {
    ($($name:ident = $commit:literal),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let packed: &[u8] = include_bytes!(concat!("../landings/", $commit, ".json.gz"));
            let mut json = String::new();
            flate2::read::GzDecoder::new(packed).read_to_string(&mut json).unwrap();
            goes_on(serde_json::from_str(&json).unwrap()).await;
        }
    )+};
}

landings! {
    the_first_claim = "e5e34ae",
    questions_and_requests = "e489403",
    all_families = "92448a2",
    appointments = "fa7fa26",
}

/// A conversation begins with these flows, and goes on under the program of today.
async fn goes_on(sources: BTreeMap<String, String>) {
    let library = Library::from_stored(sources).unwrap_or_else(|error| panic!("{error}"));
    let revision = library.revision().to_owned();
    let db = Database::sqlite();
    let person = on(Channel::Sms, "+33639980001");
    let begun = House::open_on(&db, "2026-11-20T10:00:00+01:00", Accounts::default(), library).await;
    begun.say(&person, "bonjour").await;
    drop(begun);

    let house = House::open(&db, "2026-11-20T10:05:00+01:00").await;
    let mut talk = Vec::new();
    let mut text = "il n'y a pas de danger".to_owned();
    for _ in 0..PATIENCE {
        house.pass(60_000);
        let inbound = house.inbound(&person, Body { text: text.clone(), ..Body::default() });
        let replies = house.receive(inbound).await.replies;
        let reply = said(&replies);
        talk.push(format!("> {text}\n{reply}"));
        assert!(!reply.contains("{{") && replies.iter().all(|reply| !reply.text.is_empty()), "{}", talk.join("\n"));
        let conversation = house.store.conversation(house.at(&person).await).await.unwrap().unwrap();
        assert_eq!(conversation.0.flow_revision, revision, "it keeps the flows with which it began");
        if let Some(dossier) = conversation.0.dossier {
            let dossier = house.store.dossier(dossier).await.unwrap().unwrap();
            let timeline = house.timeline(&dossier).await;
            if timeline.iter().any(|kind| kind == "flow_ended") {
                assert_eq!(dossier.status, Status::Oriented, "{}", talk.join("\n"));
                return;
            }
            if let Some(reason) = dossier.handover {
                let is_reason = !["flow_loop", "not_understood", "language"].contains(&reason.as_str());
                assert!(is_reason, "{reason}: {}", talk.join("\n"));
                return;
            }
        }
        text = answer(replies.last().expect("somebody answers"));
    }
    panic!("it came to no end: {}", talk.join("\n"));
}

/// What a person with a small leak answers.
fn answer(asked: &Body) -> String {
    for (words, answer) in [
        ("passé", "une fuite d'eau sous l'évier de la cuisine"),
        ("nom de famille", "Moreau"),
        ("date de naissance", "12/03/1984"),
    ] {
        if asked.text.contains(words) {
            return answer.to_owned();
        }
    }
    let buttons = || asked.quick_replies.iter().filter(|reply| !reply.payload.starts_with("cmd="));
    if let Some(send) = asked.quick_replies.iter().find(|reply| reply.payload == "cmd=send") {
        return send.label.clone();
    }
    if asked.text.contains("Répondez OUI") {
        return "oui".to_owned();
    }
    let answer = match asked.input {
        Some(Input::YesNo) => "non",
        Some(Input::Consent) => "oui",
        Some(Input::Date) => "hier",
        Some(Input::DateTime) => "hier vers 18h",
        Some(Input::Amount) => "800 euros",
        Some(Input::Number) => "2",
        Some(Input::Duration) => "2 heures",
        Some(Input::Address | Input::Location) => "12 rue des Lilas, 69003 Lyon",
        Some(Input::Phone) => "06 12 34 56 78",
        Some(Input::Email) => "julie.moreau@example.org",
        Some(Input::PolicyNumber) => "7541289",
        Some(Input::Plate) => "AB-123-CD",
        Some(Input::Photos | Input::Document) => "plus tard",
        Some(Input::Text) => "le bas du meuble",
        Some(Input::Choice | Input::Choices) | None => {
            // A long list is put openly by text message, with its first answers as examples.
            let example = asked.text.rsplit_once("Par exemple").and_then(|(_, list)| list.split([',', '.']).next());
            let example = example.map(|label| label.trim_start_matches([' ', '\u{a0}', ':']));
            let first = buttons().next().map(|reply| reply.label.clone());
            return first.or_else(|| example.map(str::to_owned)).unwrap_or_else(|| "non".to_owned());
        }
    };
    answer.to_owned()
}
