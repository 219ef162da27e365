//! Finding: what is known and what was said, open and closed, on both engines alike; within the scope; and nothing stays out of the
//! index, whoever died on the way.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::join_all;
use guichet::{
    domain::{clock::Clock, fact::Value, message::Author},
    dossier::{Entry, Search, Status, TimelineEvent},
    finding::Finding,
    flow::{Library, built_in},
    identity::{Reach, Scope},
    store::{Commit, Engine, Hits, InboxFilter, Matched, ToldContact},
};

use crate::support::{ALL, Case, Database, at, on_both_engines};

on_both_engines! {
    what_is_known_is_found_in_any_spelling_open_or_closed,
    references_names_and_phones_are_found_before_they_are_indexed,
    words_of_messages_and_notes_are_found_and_quoted,
    a_mistake_in_a_name_or_a_town_is_forgiven,
    what_is_corrected_is_found_no_more_by_what_it_was,
    nobody_finds_what_is_not_theirs,
    a_small_insurer_finds_its_own_among_many,
    whatever_is_typed_is_answered,
    nothing_stays_unindexed_when_a_node_dies,
    two_nodes_index_the_same_without_harm,
    what_is_forgotten_leaves_nothing,
}

fn finding(store: &Engine) -> Finding {
    let library = Arc::new(Library::from_sources(built_in()).unwrap());
    Finding { store: store.clone(), library, clock: Clock::fixed(at(0)) }
}

/// A turn in which facts were learnt.
fn with_facts(case: &mut Case, id: &str, text: &str, facts: &[(&str, Value)]) -> Commit {
    let mut turn = case.turn(id, text);
    let learnt: serde_json::Map<_, _> =
        facts.iter().map(|(name, value)| ((*name).to_owned(), serde_json::json!({ "v": value }))).collect();
    let state = serde_json::json!({ "v": 1, "m": 1, "d": { "f": learnt }, "s": {} });
    let entry = turn.log.iter_mut().find(|entry| entry.kind == "state").unwrap();
    // Sealed or not: what is learnt is read, not verified.
    entry.value = Some(state.to_string());
    turn
}

async fn found(store: &Engine, scope: &Scope, search: &str) -> BTreeSet<String> {
    let hits = store.cases(scope).find(&Search::of(search), 50).await.unwrap();
    hits.hits.into_iter().map(|hit| hit.dossier.reference).collect()
}

async fn what_is_known_is_found_in_any_spelling_open_or_closed(db: Database) {
    let store = db.store().await;
    let mut jeanne = Case::new("+33639981234");
    jeanne.dossier.holder = Some("Jeanne Œuvrard-Petit".into());
    jeanne.dossier.policy = Some("MRH 2026-0042".into());
    jeanne.dossier.status = Status::Closed;
    let place = guichet::domain::fact::Address {
        line: "12 rue de l’Église".into(),
        postcode: Some("59000".into()),
        city: Some("Lille".into()),
        insured: false,
    };
    let facts = [
        ("phone", Value::Phone("+33612345678".into())),
        ("email", Value::Email("jeanne.petit@example.fr".into())),
        ("plate", Value::Text("AB-123-CD".into())),
        ("loss_place", Value::Address(place)),
        ("other_party_name", Value::Text("Garage Dubosc".into())),
    ];
    store.commit(with_facts(&mut jeanne, "1", "bonjour", &facts)).await.unwrap();
    let mut other = Case::new("+33639985555");
    other.dossier.holder = Some("Marc Lenoir".into());
    store.commit(other.turn("2", "bonjour")).await.unwrap();
    assert_eq!(finding(&store).sweep().await.unwrap(), 2);
    let reference = jeanne.dossier.reference.clone();
    let glued = reference.replace('-', "").to_lowercase();
    for search in [
        reference.as_str(),
        &glued,
        &glued[..6],
        "jeanne",
        "petit jeanne",
        "OEUVRARD",
        "œuv",
        "petit-œuvrard",
        "06 12 34 56 78",
        "0612345678",
        "+33 6 12 34",
        "06.39.98.12.34",
        "jeanne.petit@example.fr",
        "mrh20260042",
        "MRH-2026-0042",
        "0042",
        "ab123cd",
        "AB 123 CD",
        "rue de l'eglise",
        "lille",
        "59000 lille",
        "dubosc",
        "petit lille",
    ] {
        assert_eq!(found(&store, &ALL, search).await, BTreeSet::from([reference.clone()]), "{search}");
    }
    assert!(found(&store, &ALL, "petit paris").await.is_empty());
    let hits = store.cases(&ALL).find(&Search::of(&glued), 50).await.unwrap();
    assert_eq!(hits.hits[0].matched, Matched::Reference);
    assert!(hits.hits[0].fields.iter().any(|field| field.name == "plate" && field.text == "AB-123-CD"));
}

async fn references_names_and_phones_are_found_before_they_are_indexed(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("+33639981234");
    case.dossier.holder = Some("Jeanne Petit".into());
    let mut turn = case.turn("1", "la fuite vient du toit");
    turn.rows.contacts =
        vec![ToldContact { dossier: case.dossier.id, name: "phone".into(), value: "+33612345678".into() }];
    store.commit(turn).await.unwrap();
    let reference = case.dossier.reference.clone();
    let glued = reference.replace('-', "").to_lowercase();
    for search in [glued.as_str(), "petit", "0612345678", "06 12 34", "06 39 98 12 34"] {
        assert_eq!(found(&store, &ALL, search).await, BTreeSet::from([reference.clone()]), "{search}");
    }
    assert!(found(&store, &ALL, "fuite").await.is_empty(), "words follow later");
    finding(&store).sweep().await.unwrap();
    assert_eq!(found(&store, &ALL, "fuite").await.len(), 1);
}

async fn words_of_messages_and_notes_are_found_and_quoted(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("1");
    let story = "L’eau coule depuis l’étage : rappelez le 06 11 22 33 44, de préférence le matin, car je travaille de nuit et ma \
                 voisine du dessus n’ouvre pas.";
    store.commit(case.turn("1", story)).await.unwrap();
    let mut turn = case.turn("2", "merci");
    turn.log.clear();
    let event = TimelineEvent::Other {
        kind: "noted".into(),
        detail: serde_json::json!({ "text": "Voir le syndic Malivert avant vendredi" }),
    };
    turn.rows.timeline = vec![Entry::new(case.fence.timeline_seq, "camille", &event, at(9)).unwrap()];
    // Sealed anew, with the note.
    let tip = store.conversation(case.id()).await.unwrap().unwrap().1.tip;
    turn.fence.tip = tip;
    let turn = turn.seal().unwrap();
    case.fence = turn.fence.clone();
    store.commit(turn).await.unwrap();
    finding(&store).sweep().await.unwrap();
    for (search, quoted, by_policyholder) in [
        ("l'eau", "L’eau coule", true),
        ("coul etag", "L’eau coule", true),
        ("0611223344", "06 11 22 33 44", true),
        ("malivert", "syndic Malivert", false),
    ] {
        let hits = store.cases(&ALL).find(&Search::of(search), 50).await.unwrap().hits;
        assert_eq!((hits.len(), hits[0].matched), (1, Matched::Said), "{search}");
        let said = hits[0].said.as_ref().unwrap();
        assert!(said.text.contains(quoted) && said.by_policyholder == by_policyholder, "{search}: {said:?}");
    }
    // The service's own sentences stand in every dossier.
    assert!(found(&store, &ALL, "reply").await.is_empty());
    assert!(store.messages(case.id(), 0, 10).await.unwrap().iter().any(|message| message.author == Author::Guichet));
}

async fn a_mistake_in_a_name_or_a_town_is_forgiven(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("1");
    case.dossier.holder = Some("Hélène Dupont".into());
    let town = [("loss_place", Value::Text("Marseille".into()))];
    store.commit(with_facts(&mut case, "1", "", &town)).await.unwrap();
    finding(&store).sweep().await.unwrap();
    for search in ["dupond", "Helène Dupnot", "heléne", "marsielle", "marseile", "duppont marseille"] {
        let Hits { hits, meant, .. } = store.cases(&ALL).find(&Search::of(search), 50).await.unwrap();
        assert_eq!(hits.len(), 1, "{search}");
        assert!(search == "heléne" || (hits[0].matched == Matched::Near && meant.is_some()), "{search}: {meant:?}");
    }
    for search in ["durand", "dpuondt", "mars eille x"] {
        assert!(found(&store, &ALL, search).await.is_empty(), "{search}");
    }
    // Who has another's name only is told nothing of it.
    let rives = Scope::of("handler", "ines", ["rives"].into_iter().collect(), Reach::All);
    assert_eq!(store.cases(&rives).find(&Search::of("dupond"), 50).await.unwrap(), Hits::default());
}

async fn what_is_corrected_is_found_no_more_by_what_it_was(db: Database) {
    let store = db.store().await;
    let finding = finding(&store);
    let mut case = Case::new("1");
    for (turn, holder) in [("1", "Jeanne Lefèvre"), ("2", "Nadia Roux")] {
        case.dossier.holder = Some(holder.into());
        store.commit(case.turn(turn, "")).await.unwrap();
        finding.sweep().await.unwrap();
        finding.sweep().await.unwrap();
    }
    assert!(found(&store, &ALL, "lefevre").await.is_empty());
    assert!(found(&store, &ALL, "lefevr jeanne").await.is_empty());
    assert_eq!(found(&store, &ALL, "rouxx").await.len(), 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM search_near WHERE word IN ('lefevre', 'jeanne')").await, 0);
    assert_eq!(db.number("SELECT COUNT(*) FROM search_entry").await, 1);
}

async fn nobody_finds_what_is_not_theirs(db: Database) {
    let store = db.store().await;
    let mut references = Vec::new();
    for (i, (insurer, desk)) in
        [("demo", None), ("demo", Some("staff")), ("rives", None), ("rives", Some("motor"))].into_iter().enumerate()
    {
        let mut case = Case::new(&format!("+3363998000{i}"));
        case.conversation.insurer = insurer.into();
        case.dossier.insurer = insurer.into();
        case.dossier.desk = desk.map(Into::into);
        case.dossier.holder = Some("Jeanne Petit".into());
        store.commit(case.turn(&i.to_string(), "la grange brûle")).await.unwrap();
        references.push(case.dossier.reference);
    }
    let motor = || -> Reach { ["motor"].into_iter().collect() };
    let insurer = |code: &str| -> Reach { [code].into_iter().collect() };
    let scopes = [
        (Scope::of("handler", "a", Reach::All, Reach::All), vec![0, 1, 2, 3]),
        (Scope::of("handler", "b", insurer("demo"), motor()), vec![0]),
        (Scope::of("reader", "c", insurer("rives"), motor()), vec![2, 3]),
        (Scope::of("handler", "d", insurer("rives"), Reach::none()), vec![2]),
        (Scope::of("handler", "e", Reach::none(), Reach::All), vec![]),
        (Scope::of("expert", "f", Reach::All, Reach::All), vec![]),
        (Scope::of("a role of another program", "g", Reach::All, Reach::All), vec![]),
    ];
    for indexed in [false, true] {
        if indexed {
            finding(&store).sweep().await.unwrap();
        }
        for (scope, seen) in &scopes {
            let seen: BTreeSet<String> = seen.iter().map(|i: &usize| references[*i].clone()).collect();
            let searches = ["petit", "jeanne pet", "grange", "petti"];
            for search in if indexed { &searches[..] } else { &searches[..2] } {
                assert_eq!(found(&store, scope, search).await, seen, "{scope:?} {search}");
            }
            for reference in &references {
                assert_eq!(found(&store, scope, reference).await.contains(reference), seen.contains(reference));
            }
            for (i, reference) in references.iter().enumerate().take(4) {
                let phone = format!("06 39 98 00 0{i}");
                assert_eq!(found(&store, scope, &phone).await.contains(reference), seen.contains(reference));
            }
        }
    }
    // Moved to a closed desk: it is gone at once, whatever the index still says.
    db.execute("UPDATE dossier SET desk = 'staff' WHERE insurer = 'rives'").await;
    assert!(found(&store, &scopes[2].0, "grange").await.is_empty());
}

async fn a_small_insurer_finds_its_own_among_many(db: Database) {
    let store = db.store().await;
    // More of others than a search looks at, and their keys stand before.
    let turns: Vec<_> = (0..2600)
        .map(|i| {
            let mut case = Case::new(&i.to_string());
            case.dossier.holder = Some(format!("Petit Aa{i} Jeanne"));
            case.turn(&i.to_string(), "")
        })
        .collect();
    for turn in join_all(turns.into_iter().map(|turn| store.commit(turn))).await {
        turn.unwrap();
    }
    let mut mine = Case::new("mine");
    mine.conversation.insurer = "rives".into();
    mine.dossier.insurer = "rives".into();
    mine.dossier.holder = Some("Petit Zoé Jeanne".into());
    store.commit(mine.turn("mine", "")).await.unwrap();
    let rives = Scope::of("handler", "ines", ["rives"].into_iter().collect(), Reach::All);
    for search in ["petit", "petit jeanne", "jea pet"] {
        let filter = InboxFilter { search: Some(search.into()), ..InboxFilter::default() };
        let page = store.cases(&rives).inbox(&filter, None, 10).await.unwrap();
        assert_eq!((page.dossiers.len(), page.is_cut), (1, false), "{search}");
        assert_eq!(found(&store, &rives, search).await, BTreeSet::from([mine.dossier.reference.clone()]), "{search}");
    }
}

async fn whatever_is_typed_is_answered(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("1");
    case.dossier.holder = Some("SIN-2026-0042 l'eau".into());
    store.commit(case.turn("1", "")).await.unwrap();
    finding(&store).sweep().await.unwrap();
    for search in
        ["SIN-2026-0042", "l'eau", "\"eau", "sin-2026 'eau'", "(eau) OR", "eau*", "^eau", "terms:eau", "- eau"]
    {
        let hits = store.cases(&ALL).find(&Search::of(search), 5).await;
        assert!(hits.is_ok(), "{search}: {hits:?}");
    }
    for search in ["SIN-2026-0042", "l'eau", "\"eau", "eau*"] {
        assert_eq!(found(&store, &ALL, search).await.len(), 1, "{search}");
    }
    let long = "œ'\"\\ 🙂 (".repeat(1200);
    for search in ["", " ", "🙂", "'", "\\", "e", "\0", "%", "NOT", "a AND", "'':*", &long, &"x".repeat(10_000)] {
        assert!(found(&store, &ALL, search).await.is_empty(), "{search}");
    }
}

async fn nothing_stays_unindexed_when_a_node_dies(db: Database) {
    let store = db.store().await;
    let mut cases: Vec<Case> = (0..30).map(|i| Case::new(&i.to_string())).collect();
    for (i, case) in cases.iter_mut().enumerate() {
        store.commit(case.turn(&format!("{i}"), "un mot premier")).await.unwrap();
    }
    let changed = store.changed_conversations(std::time::Duration::ZERO, 100).conversations;
    assert_eq!(changed.len(), 30, "this node knows what it stored");
    // It dies having indexed some; what it knew dies with it.
    finding(&store).index(&changed[..10]).await.unwrap();
    for (i, case) in cases.iter_mut().enumerate().take(20) {
        store.commit(case.turn(&format!("{i} again"), "un mot second")).await.unwrap();
    }
    store.close().await;
    let store = db.store().await;
    assert!(store.changed_conversations(std::time::Duration::ZERO, 100).conversations.is_empty());
    finding(&store).sweep().await.unwrap();
    assert_eq!((found(&store, &ALL, "premier").await.len(), found(&store, &ALL, "second").await.len()), (30, 20));
    assert_eq!(finding(&store).sweep().await.unwrap(), 0, "nothing is left to index");
}

async fn two_nodes_index_the_same_without_harm(db: Database) {
    let (one, two) = (db.store().await, if db.is_sqlite() { None } else { Some(db.store().await) });
    let two = two.unwrap_or_else(|| one.clone());
    let mut case = Case::new("1");
    one.commit(case.turn("1", "un mot premier")).await.unwrap();
    let turns = async {
        for turn in 2..12 {
            let node = if turn % 2 == 0 { &two } else { &one };
            node.commit(case.turn(&turn.to_string(), &format!("numero{turn}"))).await.unwrap();
        }
    };
    let index = async |node: &Engine| {
        let finding = finding(node);
        for _ in 0..12 {
            finding.sweep().await.unwrap();
        }
    };
    tokio::join!(turns, index(&one), index(&two));
    finding(&two).sweep().await.unwrap();
    for turn in 2..12 {
        assert_eq!(found(&one, &ALL, &format!("numero{turn}")).await.len(), 1, "{turn}");
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM search_entry").await, 1);
}

async fn what_is_forgotten_leaves_nothing(db: Database) {
    let store = db.store().await;
    let finding = finding(&store);
    for (i, holder) in ["Jeanne Lefèvre", "Jeanne Roux"].into_iter().enumerate() {
        let mut case = Case::new(&i.to_string());
        case.dossier.holder = Some(holder.into());
        store.commit(case.turn(&i.to_string(), "la grange")).await.unwrap();
    }
    finding.sweep().await.unwrap();
    let gone = store.cases(&ALL).find(&Search::of("lefevre"), 5).await.unwrap().hits.remove(0).dossier.conversation;
    store.forget_words(gone).await.unwrap();
    assert_eq!(found(&store, &ALL, "grange").await.len(), 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM search_entry").await, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM search_near WHERE word = 'lefevre'").await, 0);
    assert!(db.number("SELECT COUNT(*) FROM search_near WHERE word = 'jeanne'").await > 0, "another one bears it");
}
