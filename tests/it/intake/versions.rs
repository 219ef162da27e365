//! Nodes of two versions on one database: what a later one wrote is not guessed at, and both go on with what they know. And
//! a state that is read from the log is the same whatever raised the conversation's revision in between.

use guichet::{
    conversation::{Action, Actor, LoggedState, StateFormat},
    domain::{
        id::ConversationId,
        log::Verdict,
        message::{Author, Body, Channel, Endpoint},
    },
    dossier::reference_of,
    flow::State,
    intake::IntakeError,
};

use crate::support::{Database, House, on, on_both_engines};

on_both_engines! {
    nodes_of_two_versions_take_turns_on_one_conversation,
    a_state_is_the_same_after_an_address_left,
    a_state_is_the_same_after_the_conversation_was_taken_over,
}

const NOON: &str = "2026-11-20T12:00:00+01:00";

/// A claim, answer by answer.
const WORDS: &[&str] = &[
    "bonjour, j'ai une fuite d'eau",
    "non",
    "non",
    "non",
    "c'est moi l'assurée",
    "je m'appelle Julie Moreau",
    "12/03/1984",
    "7541289",
    "hier soir",
    "12 rue des Lilas 69003 Lyon",
    "un conseiller",
];

async fn nodes_of_two_versions_take_turns_on_one_conversation(db: Database) {
    let other = if db.is_sqlite() { Database::sqlite() } else { Database::postgres().await };
    let alone = House::open(&other, NOON).await;
    let (older, newer) = (House::open(&db, NOON).await, House::open(&db, NOON).await);
    newer.intake.play_version(StateFormat::NEXT);
    let [first, second] = [on(Channel::Sms, "+33639980001"), on(Channel::Sms, "+33639980002")];

    // Each answer is brought to the older one first, as by a balancer that knows of no version. With the first one it begins, and
    // has the conversation in memory; from the fourth answer on what the newer one wrote is in its way.
    let mut refused = 0;
    for (number, word) in WORDS.iter().enumerate() {
        for house in [&alone, &older, &newer] {
            house.set_clock(&format!("2026-11-20T12:{number:02}:00+01:00"));
        }
        alone.say(&first, word).await;
        alone.say(&second, word).await;
        // The newer one takes some of its own accord, and leaves the second person to the older one.
        older.say(&second, word).await;
        let node = if number == 3 || number == 6 { &newer } else { &older };
        let message = node.inbound(&first, Body { text: (*word).into(), ..Body::default() });
        let before = entries(&node.store, &first).await;
        match node.intake.receive(message.clone()).await {
            Ok(receipt) => assert!(!receipt.duplicate),
            Err(IntakeError::Outdated(_)) => {
                refused += 1;
                assert_eq!(entries(&node.store, &first).await, before, "nothing is stored");
                let receipt = newer.receive(message.clone()).await;
                assert!(!receipt.duplicate, "the refused message is new to whoever can take it");
            }
            Err(error) => panic!("{word}: {error}"),
        }
        // Brought again, it is known to both.
        assert!(newer.receive(message).await.duplicate);
    }
    assert_eq!(refused, WORDS.len() - 3 - 2, "all that the older one was brought since the newer one wrote");
    for person in [&first, &second] {
        assert_eq!(state(&newer, newer.at(person).await).await, state(&alone, alone.at(person).await).await);
        assert_eq!(said(&newer, person).await, said(&alone, person).await);
        let (_, fence) = newer.store.conversation(newer.at(person).await).await.unwrap().unwrap();
        assert_eq!(newer.store.verify_log(&fence).await.unwrap(), Verdict::Intact);
    }
    // What nobody newer touched is the older one's still, in its own form.
    let (_, fence) = older.store.conversation(older.at(&second).await).await.unwrap().unwrap();
    assert!(LoggedState::restore(&older.store.state(&fence).await.unwrap(), StateFormat::OURS).is_ok());
    older.say(&second, "merci").await;
}

async fn a_state_is_the_same_after_an_address_left(db: Database) {
    let other = if db.is_sqlite() { Database::sqlite() } else { Database::postgres().await };
    let (mut states, mut revisions) = (Vec::new(), Vec::new());
    for (db, leaves) in [(&db, true), (&other, false)] {
        let nodes = [House::open(db, NOON).await, House::open(db, NOON).await];
        let (web, sms) = (on(Channel::Web, "secret"), on(Channel::Sms, "+33639980001"));
        nodes[0].say(&web, WORDS[0]).await;
        nodes[0].say(&web, WORDS[1]).await;
        join(&nodes[0], &web, &sms).await;
        for word in ["non", "non", "annuler", "oui"] {
            nodes[0].say(&sms, word).await;
        }
        let conversation = nodes[0].at(&web).await;
        let (_, before) = nodes[0].store.conversation(conversation).await.unwrap().unwrap();
        if leaves {
            let another = on(Channel::Web, "another secret");
            nodes[0].say(&another, WORDS[0]).await;
            nodes[0].say(&another, WORDS[1]).await;
            join(&nodes[0], &another, &sms).await;
            let (_, after) = nodes[0].store.conversation(conversation).await.unwrap().unwrap();
            assert_eq!((after.revision, after.tip), (before.revision + 1, before.tip), "no turn made this revision");
        }
        // One that never had it in memory, then the one that has it as it was before, then the first one again.
        for (node, word) in [(1, "en fait, si"), (0, "non"), (1, "c'est moi l'assurée")] {
            let message = nodes[node].inbound(&web, Body { text: word.into(), ..Body::default() });
            assert_eq!(nodes[node].receive(message).await.conversation, conversation);
        }
        states.push((state(&nodes[1], conversation).await, said(&nodes[1], &web).await));
        let (_, fence) = nodes[0].store.conversation(conversation).await.unwrap().unwrap();
        assert_eq!(nodes[0].store.verify_log(&fence).await.unwrap(), Verdict::Intact);
        revisions.push(fence.revision);
    }
    assert_eq!(states[0], states[1]);
    assert_eq!(revisions[0], revisions[1] + 1);
}

async fn a_state_is_the_same_after_the_conversation_was_taken_over(db: Database) {
    let nodes = [House::open(&db, NOON).await, House::open(&db, NOON).await];
    let camille = || Actor { login: "camille".into(), name: "Camille".into() };
    let (web, sms) = (on(Channel::Web, "secret"), on(Channel::Sms, "+33639980001"));
    for person in [&web, &sms] {
        for word in &WORDS[..4] {
            nodes[0].say(person, word).await;
        }
    }
    let (kept, merged) = (nodes[0].dossier(&web).await, nodes[0].dossier(&sms).await);
    let before = state(&nodes[0], merged.conversation).await;
    let (_, fence_before) = nodes[0].store.conversation(merged.conversation).await.unwrap().unwrap();
    let kept_before = state(&nodes[0], kept.conversation).await;
    nodes[1].intake.act(kept.id, camille(), Action::Merge { other: merged.id }).await.unwrap();
    let (_, fence) = nodes[0].store.conversation(merged.conversation).await.unwrap().unwrap();
    // One by the turn that took it over, one by its own, which calls off what was planned for it.
    assert_eq!((fence.revision, fence.moves), (fence_before.revision + 2, fence_before.moves + 1));
    assert_eq!(state(&nodes[0], merged.conversation).await, before);
    assert_eq!(state(&nodes[0], kept.conversation).await, kept_before);

    // A handler says a last word in the one that was taken over: a node that has it as it was before, then one that never
    // had it. The person's words go on in the kept one, at both nodes.
    for node in [0, 1] {
        let reply = Action::Reply { text: "C'est le même sinistre.".into() };
        nodes[node].intake.act(merged.id, camille(), reply).await.unwrap();
        let said = nodes[node].inbound(&sms, Body { text: "non".into(), ..Body::default() });
        assert_eq!(nodes[node].receive(said).await.conversation, kept.conversation);
        let after = state(&nodes[node], merged.conversation).await;
        assert_eq!(facts(&after), facts(&before));
    }
    for conversation in [kept.conversation, merged.conversation] {
        let (_, fence) = nodes[0].store.conversation(conversation).await.unwrap().unwrap();
        assert_eq!(nodes[0].store.verify_log(&fence).await.unwrap(), Verdict::Intact);
    }
}

/// Takes a conversation along to another address.
async fn join(house: &House, from: &Endpoint, to: &Endpoint) {
    let told = house.say(from, "continuer par SMS").await;
    let is_code = |word: &&str| word.len() == 9 && word.as_bytes()[4] == b'-';
    let mut words = told.split(|letter: char| letter.is_whitespace() || letter == '.');
    let code = words.find(is_code).unwrap_or_else(|| panic!("no code in {told}"));
    house.say(to, code).await;
    assert_eq!(house.at(to).await, house.at(from).await);
}

/// The state that a node reads from the log, without the reference, which is the conversation's own.
async fn state(house: &House, conversation: ConversationId) -> State {
    let (_, fence) = house.store.conversation(conversation).await.unwrap().unwrap();
    let entries = house.store.state(&fence).await.unwrap();
    let reference = reference_of(conversation);
    let (state, _) = LoggedState::restore(&entries, StateFormat::NEXT).unwrap();
    let state = serde_json::to_string(&state).unwrap();
    assert!(state.contains(&reference));
    serde_json::from_str(&state.replace(&reference, "reference")).unwrap()
}

fn facts(state: &State) -> serde_json::Value {
    serde_json::to_value(state).unwrap()["f"].clone()
}

/// How long the log of the conversation at an address is, and its revision; none before it begins.
async fn entries(store: &guichet::store::Engine, at: &Endpoint) -> Option<(i64, i64)> {
    let conversation = store.conversation_at(at).await.unwrap()?;
    let (_, fence) = store.conversation(conversation).await.unwrap().unwrap();
    Some((fence.tip.number, fence.revision))
}

/// What was said at an address, by whom.
async fn said(house: &House, at: &Endpoint) -> Vec<(Author, String)> {
    let messages = house.store.messages(house.at(at).await, 0, 1000).await.unwrap();
    // What is random in them: a code of two groups of letters, or the dossier's reference.
    let is_code = |word: &str| word.len() == 9 && word.as_bytes()[4] == b'-';
    let text = |text: String| {
        text.split(' ').filter(|word| !is_code(word.trim_end_matches('.'))).collect::<Vec<_>>().join(" ")
    };
    messages.into_iter().map(|message| (message.author, text(message.body.text))).collect()
}
