//! Turns: stored whole, once, in order, fenced by revision.

use guichet::{
    domain::log::Verdict,
    store::{CommitError, Engine, Expired, InboxFilter, OutboxRow, StoreError},
};

use crate::support::{ALL, Case, Database, at, endpoint, on_both_engines};

on_both_engines! {
    a_turn_is_read_back_as_it_was_stored,
    a_refused_turn_leaves_nothing_and_spares_its_group,
    the_same_key_again_is_a_duplicate_of_the_first,
    the_same_key_many_times_at_once_is_stored_once,
    a_turn_on_an_old_revision_is_a_conflict_and_may_come_again,
    two_stores_that_open_a_conversation_at_one_address_agree_on_one,
    two_stores_that_race_on_one_conversation_lose_no_turn,
    many_conversations_at_once_each_keep_their_order,
    any_text_is_held_to_the_last_byte,
    what_the_engine_cannot_hold_is_refused_alone,
    an_altered_log_shows,
    a_log_that_went_on_for_long_is_verified_up_to_the_end_that_was_asked_for,
}

async fn a_turn_is_read_back_as_it_was_stored(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("+33600000001");
    let commit = store.commit(case.turn("a", "une fuite")).await.unwrap();
    let reopened = db.store().await;
    let stored = reopened.conversation(case.id()).await.unwrap();
    assert_eq!(stored, Some((case.conversation.clone(), commit.fence.clone())));
    assert_eq!(reopened.conversation_at(&endpoint("+33600000001")).await.unwrap(), Some(case.id()));
    assert_eq!(reopened.conversation_at(&endpoint("+33600000002")).await.unwrap(), None);
    assert_eq!(reopened.messages(case.id(), 0, 10).await.unwrap(), commit.rows.messages);
    assert_eq!(reopened.messages(case.id(), 1, 10).await.unwrap(), commit.rows.messages[1..]);
    assert_eq!(reopened.messages(case.id(), 0, 1).await.unwrap(), commit.rows.messages[..1]);
    assert_eq!(reopened.dossier(case.dossier.id).await.unwrap(), Some(case.dossier.clone()));
    let facts = reopened.cases(&ALL).facts(case.id()).await.unwrap();
    assert_eq!(
        facts.iter().map(|fact| (fact.name.as_str(), fact.message_seq)).collect::<Vec<_>>(),
        [("said", Some(1))]
    );
    assert_eq!(reopened.timeline(case.id()).await.unwrap(), commit.rows.timeline);
}

async fn a_refused_turn_leaves_nothing_and_spares_its_group(db: Database) {
    let store = db.store().await;
    let (mut good, mut bad, mut other) = (Case::new("good"), Case::new("bad"), Case::new("other"));
    // One of the last tables of the transaction refuses it: what it sends comes twice.
    let mut broken = bad.turn("bad", "refusé");
    let sent = OutboxRow::new(bad.id(), 2, endpoint("bad"), crate::support::at(0));
    broken.rows.outbox = vec![sent.clone(), sent];
    let (first, broken, third) = tokio::join!(
        store.commit(good.turn("good", "gardé")),
        store.commit(broken),
        store.commit(other.turn("other", "gardé aussi")),
    );
    assert!(matches!(broken, Err(CommitError::Store(error)) if error.is_about_the_row()));
    first.unwrap();
    third.unwrap();
    assert_eq!(store.conversation(bad.id()).await.unwrap(), None);
    assert_eq!(store.conversation_at(&endpoint("bad")).await.unwrap(), None);
    assert_eq!(store.dossier(bad.dossier.id).await.unwrap(), None);
    assert!(store.messages(bad.id(), 0, 10).await.unwrap().is_empty());
    assert!(store.timeline(bad.id()).await.unwrap().is_empty());
    // Its key was not kept either: the provider may deliver it again.
    store.commit(Case::new("bad").turn("bad", "de nouveau")).await.unwrap();
}

async fn the_same_key_again_is_a_duplicate_of_the_first(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("one", "première")).await.unwrap();
    let mut later = case.clone();
    let again = store.commit(later.turn("one", "première")).await;
    assert!(
        matches!(again, Err(CommitError::Duplicate { conversation, seq: 1 }) if conversation == case.id()),
        "{again:?}"
    );
    // From another conversation it is the same redelivery.
    let elsewhere = store.commit(Case::new("y").turn("one", "première")).await;
    assert!(matches!(elsewhere, Err(CommitError::Duplicate { conversation, .. }) if conversation == case.id()));
    assert_eq!(store.conversation_at(&endpoint("y")).await.unwrap(), None);
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap().len(), 2);
    // Forgotten when no provider delivers it again any more.
    let a_week_after = |seconds| at(seconds) + Expired::ReceivedKeys.kept();
    assert_eq!(store.prune(Expired::ReceivedKeys, a_week_after(-1), 10).await.unwrap(), 0);
    assert_eq!(store.prune(Expired::ReceivedKeys, a_week_after(1000), 10).await.unwrap(), 1);
}

async fn the_same_key_many_times_at_once_is_stored_once(db: Database) {
    let stores = [db.store().await, db.store().await];
    let mut case = Case::new("x");
    stores[0].commit(case.turn("first", "bonjour")).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..20 {
        let store = stores[i % 2].clone();
        let commit = case.clone().turn("redelivered", "une fois");
        tasks.spawn(async move { store.commit(commit).await });
    }
    let mut stored = 0;
    while let Some(answer) = tasks.join_next().await {
        match answer.unwrap() {
            Ok(_) => stored += 1,
            Err(CommitError::Duplicate { conversation, seq }) => assert_eq!((conversation, seq), (case.id(), 3)),
            // It lost to another try of itself: the caller loads anew and then finds the duplicate.
            Err(CommitError::Conflict) => {}
            Err(CommitError::Store(error)) => panic!("{error}"),
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(stores[1].messages(case.id(), 0, 100).await.unwrap().len(), 4);
}

async fn a_turn_on_an_old_revision_is_a_conflict_and_may_come_again(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("one", "un")).await.unwrap();
    let mut stale = case.clone();
    store.commit(case.turn("two", "deux")).await.unwrap();
    let lost = store.commit(stale.turn("three", "trois")).await;
    assert!(matches!(lost, Err(CommitError::Conflict)), "{lost:?}");
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap().len(), 4);
    assert_eq!(store.cases(&ALL).facts(case.id()).await.unwrap().len(), 2);
    // Loaded anew, the same message is stored: its key was not kept by the lost try.
    store.commit(case.turn("three", "trois")).await.unwrap();
    let texts = texts(&store, &case).await;
    assert_eq!(texts, ["un", "reply to one", "deux", "reply to two", "trois", "reply to three"]);
}

async fn two_stores_that_open_a_conversation_at_one_address_agree_on_one(db: Database) {
    let stores = [db.store().await, db.store().await];
    for round in 0..10 {
        let address = format!("+3360000{round}");
        let mut cases = [Case::new(&address), Case::new(&address)];
        let [one, two] = &mut cases;
        let (one, two) = tokio::join!(
            stores[0].commit(one.turn(&format!("{round}a"), "a")),
            stores[1].commit(two.turn(&format!("{round}b"), "b")),
        );
        let winner = match (&one, &two) {
            (Ok(_), Err(CommitError::Conflict)) => 0,
            (Err(CommitError::Conflict), Ok(_)) => 1,
            other => panic!("one opens it and the other tries again, not {other:?}"),
        };
        assert_eq!(stores[0].conversation_at(&endpoint(&address)).await.unwrap(), Some(cases[winner].id()));
        assert_eq!(stores[0].conversation(cases[1 - winner].id()).await.unwrap(), None);
        assert!(stores[0].messages(cases[1 - winner].id(), 0, 10).await.unwrap().is_empty());
    }
}

async fn two_stores_that_race_on_one_conversation_lose_no_turn(db: Database) {
    const TURNS: usize = 15;
    let stores = [db.store().await, db.store().await];
    let mut opening = Case::new("x");
    stores[0].commit(opening.turn("open", "bonjour")).await.unwrap();
    let tasks = stores.iter().enumerate().map(|(node, store)| {
        let (store, mut case) = (store.clone(), opening.clone());
        tokio::spawn(async move {
            for turn in 0..TURNS {
                let id = format!("{node}-{turn}");
                loop {
                    (case.conversation, case.fence) = store.conversation(case.id()).await.unwrap().unwrap();
                    case.dossier = store.dossier(case.dossier.id).await.unwrap().unwrap();
                    match store.commit(case.turn(&id, &id)).await {
                        Ok(_) => break,
                        Err(CommitError::Conflict) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    let messages = stores[0].messages(opening.id(), 0, 1000).await.unwrap();
    assert!(messages.iter().map(|message| message.seq).eq(1..=i64::try_from(2 + 4 * TURNS).unwrap()));
    for node in 0..2 {
        let prefix = format!("{node}-");
        let own = messages.iter().filter_map(|m| m.client_id.as_deref()).filter(|id| id.starts_with(&prefix));
        assert!(own.eq((0..TURNS).map(|turn| format!("{node}-{turn}"))), "node {node}'s turns are not in order");
    }
    assert_intact(&stores[0], &opening).await;
}

async fn many_conversations_at_once_each_keep_their_order(db: Database) {
    const TURNS: usize = 10;
    let store = db.store().await;
    let tasks: Vec<_> = (0..64)
        .map(|person| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut case = Case::new(&format!("person {person}"));
                for turn in 0..TURNS {
                    store.commit(case.turn(&format!("{person}-{turn}"), &format!("{turn}"))).await.unwrap();
                }
                case
            })
        })
        .collect();
    for task in tasks {
        let case = task.await.unwrap();
        let messages = store.messages(case.id(), 0, 1000).await.unwrap();
        assert!(messages.iter().map(|message| message.seq).eq(1..=i64::try_from(2 * TURNS).unwrap()));
        let said = messages.iter().step_by(2).map(|message| message.body.text.as_str());
        assert!(said.eq((0..TURNS).map(|turn| turn.to_string())));
        assert_intact(&store, &case).await;
    }
    assert_eq!(store.cases(&ALL).inbox(&InboxFilter::default(), None, 1000).await.unwrap().dossiers.len(), 64);
}

async fn any_text_is_held_to_the_last_byte(db: Database) {
    let store = db.store().await;
    let huge = "é🏠".repeat(200_000);
    let texts = [
        "",
        "\0",
        "avant\0après",
        "👩‍👩‍👧‍👦 🇫🇷",
        "'; DROP TABLE message; --",
        "\\u0000 {\"a\":[1,null]}",
        "\u{202e}\r\n\t",
        &huge,
    ];
    let mut case = Case::new("l'adresse \"avec\" 🏠 {}");
    for (i, text) in texts.iter().enumerate() {
        store.commit(case.turn(&format!("n°{i} 'é\"🏠"), text)).await.unwrap();
    }
    let messages = store.messages(case.id(), 0, 1000).await.unwrap();
    assert!(messages.iter().step_by(2).map(|message| message.body.text.as_str()).eq(texts));
    let facts = store.cases(&ALL).facts(case.id()).await.unwrap();
    for (fact, text) in facts.iter().zip(texts) {
        assert_eq!(fact.value, Some(guichet::domain::fact::Value::Text(text.to_owned())));
    }
    assert_eq!(facts.len(), texts.len());
    assert_intact(&store, &case).await;
}

/// PostgreSQL's text holds no NUL. Whatever an engine cannot hold must be refused, not cut short, and alone.
async fn what_the_engine_cannot_hold_is_refused_alone(db: Database) {
    let store = db.store().await;
    let (mut before, mut odd, mut after) = (Case::new("before"), Case::new("zéro\0point"), Case::new("after"));
    let (first, refused, third) = tokio::join!(
        store.commit(before.turn("before", "a")),
        store.commit(odd.turn("odd", "b")),
        store.commit(after.turn("after", "c")),
    );
    first.unwrap();
    third.unwrap();
    match refused {
        Ok(_) => {
            assert_eq!(store.conversation_at(&endpoint("zéro\0point")).await.unwrap(), Some(odd.id()));
            assert_eq!(store.conversation_at(&endpoint("zéro")).await.unwrap(), None);
        }
        Err(CommitError::Store(error)) => {
            assert!(matches!(&*error, StoreError::Refused(_)), "{error}");
            assert_eq!(store.conversation(odd.id()).await.unwrap(), None);
        }
        Err(other) => panic!("{other}"),
    }
}

async fn an_altered_log_shows(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    for turn in 1..=4 {
        store.commit(case.turn(&turn.to_string(), "dit")).await.unwrap();
    }
    assert_intact(&store, &case).await;
    // Four entries a turn: two messages, a line of the timeline, the state.
    db.execute("UPDATE log SET value = '{\"fact\":\"other\"}' WHERE number = 7").await;
    assert_eq!(verdict(&store, &case).await, Verdict::BrokenAt(7));
    db.execute("DELETE FROM log WHERE number >= 7").await;
    assert_eq!(verdict(&store, &case).await, Verdict::Truncated { found: 6, expected: 16 });
}

async fn a_log_that_went_on_for_long_is_verified_up_to_the_end_that_was_asked_for(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    store.commit(case.turn("0", "dit")).await.unwrap();
    let (_, early) = store.conversation(case.id()).await.unwrap().unwrap();
    // More than a page of entries.
    for turn in 1..=140 {
        store.commit(case.turn(&turn.to_string(), "dit")).await.unwrap();
    }
    assert_eq!(store.verify_log(&early).await.unwrap(), Verdict::Intact);
    assert_intact(&store, &case).await;
}

async fn texts(store: &Engine, case: &Case) -> Vec<String> {
    let messages = store.messages(case.id(), 0, 1000).await.unwrap();
    messages.into_iter().map(|message| message.body.text).collect()
}

async fn verdict(store: &Engine, case: &Case) -> Verdict {
    let (_, fence) = store.conversation(case.id()).await.unwrap().unwrap();
    store.verify_log(&fence).await.unwrap()
}

async fn assert_intact(store: &Engine, case: &Case) {
    assert_eq!(verdict(store, case).await, Verdict::Intact);
}
