//! The inbox: each list is whole over its pages, what is counted is what is there, and a search finds what it should.

use std::collections::{BTreeMap, HashSet};

use futures_util::future::join_all;
use guichet::{
    domain::{desk::Desk, orientation_mode::OrientationMode, priority::Priority},
    dossier::{Dossier, Status, Wanted},
    identity::{Reach, Scope},
    store::{Engine, InboxCount, InboxFilter, InboxSort, Oriented},
};

use crate::support::{ALL, Case, Database, at, on_both_engines};

on_both_engines! {
    the_inbox_shows_what_is_open_the_latest_first,
    the_inbox_filters_sorts_and_counts,
    each_list_is_whole_over_its_pages,
    what_is_counted_is_what_is_there,
    a_search_finds_open_and_closed_dossiers_by_any_word,
    a_search_that_finds_too_much_says_so,
    a_search_of_common_words_finds_the_name_that_is_written_out,
    a_search_has_pages_and_counts_of_its_own,
    dossiers_of_an_earlier_program_are_found,
    a_cursor_that_is_none_of_ours_begins_at_the_beginning,
}

const SORTS: [InboxSort; 10] = [
    InboxSort::Priority,
    InboxSort::Waiting,
    InboxSort::Reference,
    InboxSort::Holder,
    InboxSort::Peril,
    InboxSort::Status,
    InboxSort::Orientation,
    InboxSort::Insurer,
    InboxSort::Missing,
    InboxSort::Updated,
];
const HOLDERS: [&str; 8] = [
    "Zoé Le Goff",
    "élodie Petit",
    "Jean-Pierre Œuvrard",
    "Marc Ångström",
    "Jeanne Petit",
    "de la Tour",
    "李雷",
    "Ali",
];

/// The same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// Changes what lists show of a dossier, at random.
fn shuffle(case: &mut Case, random: &mut Random) {
    let dossier = &mut case.dossier;
    dossier.status = random.one_of(&Status::ALL);
    dossier.orientation = random.one_of(&[None, Some(OrientationMode::Tele), Some(OrientationMode::Field)]);
    dossier.desk = random.one_of(&[None, None, Some("motor"), Some("staff")]).map(Into::into);
    dossier.priority = random.one_of(&Priority::ALL);
    dossier.peril = random.one_of(&["fire", "theft", "water_damage"]).into();
    let holder = random.one_of(&HOLDERS);
    dossier.holder = (random.below(4) > 0).then(|| holder.into());
    let wait = random.below(20);
    dossier.waiting_since = (wait < 8).then(|| at(i64::try_from(wait).unwrap()));
    let wanted = |number| Wanted { kind: format!("k{number}"), required: true, received: 0, supposed: 0 };
    dossier.wanted = (0..random.below(3)).map(wanted).collect();
}

/// Dossiers of three insurers, changed at random some times each.
async fn fill(store: &Engine, number: usize, random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for i in 0..number {
        let mut case = Case::new(&i.to_string());
        let insurer = random.one_of(&["axe", "demo", "rives"]);
        case.conversation.insurer = insurer.into();
        case.dossier.insurer = insurer.into();
        case.fence.last_seq = i64::try_from(random.below(60)).unwrap();
        for turn in 0..=random.below(2) {
            shuffle(&mut case, random);
            store.commit(case.turn(&format!("{i}/{turn}"), "")).await.unwrap();
        }
        cases.push(case);
    }
    cases
}

/// A dossier's place in a list, as the console says it.
fn place(dossier: &Dossier, sort: InboxSort) -> (usize, String, i64, String) {
    let updated = dossier.updated_at.as_millisecond();
    let urgency = Priority::ALL.iter().rev().position(|priority| *priority == dossier.priority).unwrap();
    let not_waiting = usize::from(dossier.waiting_since.is_none());
    let waits = dossier.waiting_since.map_or(-updated, jiff::Timestamp::as_millisecond);
    let order = [Status::HandedOver, Status::Oriented, Status::Qualified];
    let (rank, text, number) = match sort {
        InboxSort::Priority => (2 * urgency + not_waiting, String::new(), waits),
        InboxSort::Waiting => (not_waiting, String::new(), waits),
        InboxSort::Reference => (0, dossier.reference.clone(), 0),
        InboxSort::Holder => (0, dossier.holder_key(), 0),
        InboxSort::Peril => (0, dossier.peril.clone(), -updated),
        InboxSort::Status => {
            (order.iter().position(|status| *status == dossier.status).unwrap_or(3), String::new(), -updated)
        }
        InboxSort::Orientation => {
            (usize::from(dossier.orientation.is_none()), format!("{:?}", dossier.orientation), -updated)
        }
        InboxSort::Insurer => (0, dossier.insurer.clone(), -updated),
        InboxSort::Missing => (usize::MAX - dossier.missing().count(), String::new(), -updated),
        InboxSort::Updated => (0, String::new(), -updated),
    };
    (rank, text, number, dossier.id.to_string())
}

/// All pages of a list of a scope, one after the other.
async fn walk(store: &Engine, scope: &Scope, filter: &InboxFilter, lines: usize) -> Vec<Dossier> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.cases(scope).inbox(filter, after.as_ref(), lines).await.unwrap();
        assert!(page.dossiers.len() == lines || page.next.is_none());
        assert!(page.dossiers.len() <= lines && !page.is_cut);
        all.extend(page.dossiers);
        let Some(next) = page.next else { return all };
        after = Some(next.to_string().parse().unwrap());
    }
}

fn fits(dossier: &Dossier, filter: &InboxFilter) -> bool {
    filter.status.map_or(!dossier.status.is_over(), |status| status == dossier.status)
        && match filter.orientation {
            None => true,
            Some(Oriented::NotYet) => dossier.orientation.is_none(),
            Some(Oriented::To(mode)) => dossier.orientation == Some(mode),
        }
        && filter.peril.as_ref().is_none_or(|peril| *peril == dossier.peril)
        && filter.insurer.as_ref().is_none_or(|insurer| *insurer == dossier.insurer)
        && (!filter.waiting || dossier.waiting_since.is_some())
}

async fn each_list_is_whole_over_its_pages(db: Database) {
    let store = db.store().await;
    let cases = fill(&store, 160, &mut Random(7)).await;
    let some = Scope::of("handler", "ines", ["axe", "demo"].into_iter().collect(), ["motor"].into_iter().collect());
    let scopes = [&ALL, &some, &Scope::of("reader", "eva", ["rives"].into_iter().collect(), Reach::none())];
    let mut random = Random(3);
    let open = InboxFilter::default();
    let closed = InboxFilter { status: Some(Status::Closed), ..open.clone() };
    for filter in [
        open.clone(),
        InboxFilter { insurer: Some("rives".into()), ..open.clone() },
        InboxFilter { waiting: true, peril: Some("fire".into()), ..open.clone() },
        InboxFilter { status: Some(Status::HandedOver), orientation: Some(Oriented::NotYet), ..open.clone() },
        InboxFilter { orientation: Some(Oriented::To(OrientationMode::Tele)), ..closed.clone() },
        closed,
        InboxFilter { insurer: Some("nobody".into()), ..open },
    ] {
        for (sort, reversed) in SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
            let filter = InboxFilter { sort, reversed, ..filter.clone() };
            let scope = random.one_of(&scopes);
            let sees = |dossier: &Dossier| scope.sees(&dossier.insurer, dossier.desk.as_ref().map(Desk::as_str));
            let mut expected: Vec<&Dossier> = cases
                .iter()
                .map(|case| &case.dossier)
                .filter(|dossier| fits(dossier, &filter) && sees(dossier))
                .collect();
            expected.sort_by_key(|dossier| place(dossier, sort));
            if reversed {
                expected.reverse();
            }
            let walked = walk(&store, scope, &filter, 7).await;
            assert!(
                walked.iter().eq(expected),
                "{filter:?}: {:#?}",
                walked.iter().map(|d| place(d, sort)).collect::<Vec<_>>()
            );
            let counts = store.cases(scope).inbox(&filter, None, 1).await.unwrap().counts;
            assert_eq!(filter.count(&counts), i64::try_from(walked.len()).unwrap());
        }
    }
}

async fn what_is_counted_is_what_is_there(db: Database) {
    let store = db.store().await;
    let mut random = Random(11);
    let mut cases = fill(&store, 40, &mut random).await;
    for step in 0..120 {
        let case = &mut cases[random.below(40)];
        shuffle(case, &mut random);
        let turn = case.turn(&format!("step {step}"), "");
        // Some are sent twice, and some come too late: neither is counted.
        if random.below(4) == 0 {
            let mut late = case.clone().turn(&format!("late {step}"), "");
            late.fence.revision += 5;
            store.commit(late).await.unwrap_err();
        }
        store.commit(turn).await.unwrap();
    }
    // Of which one list is made of what is stored, and one of what is counted.
    let counted = |counts: &[InboxCount]| -> BTreeMap<String, i64> {
        counts.iter().map(|of| (format!("{:?}", InboxCount { count: 0, ..of.clone() }), of.count)).collect()
    };
    let by_hand = |cases: &[Case]| {
        let mut all = BTreeMap::new();
        for Case { dossier, .. } in cases {
            let of = InboxCount {
                status: dossier.status,
                orientation: dossier.orientation,
                priority: dossier.priority,
                waiting: dossier.waiting_since.is_some(),
                held: dossier.handler.is_some(),
                peril: dossier.peril.clone(),
                insurer: dossier.insurer.clone(),
                desk: dossier.desk.as_ref().map(ToString::to_string).unwrap_or_default(),
                count: 0,
            };
            *all.entry(format!("{of:?}")).or_insert(0) += 1;
        }
        all
    };
    let counts = store.cases(&ALL).inbox(&InboxFilter::default(), None, 1).await.unwrap().counts;
    assert_eq!(counted(&counts), by_hand(&cases));
    db.execute("DELETE FROM dossier").await;
    assert!(store.cases(&ALL).inbox(&InboxFilter::default(), None, 1).await.unwrap().counts.is_empty());
}

/// The references of what a search finds, whatever its status.
async fn found(store: &Engine, search: &str) -> HashSet<String> {
    let mut references = HashSet::new();
    for status in Status::ALL.map(Some).into_iter().chain([None]) {
        let filter = InboxFilter { search: Some(search.into()), status, ..InboxFilter::default() };
        references.extend(walk(store, &ALL, &filter, 2).await.into_iter().map(|dossier| dossier.reference));
    }
    references
}

async fn a_search_finds_open_and_closed_dossiers_by_any_word(db: Database) {
    let store = db.store().await;
    let mut cases = Vec::new();
    for (holder, status) in [
        ("Jeanne Le Goff-Petit", Status::Oriented),
        ("Éléonore PETIT", Status::Closed),
        ("Marc Œuvrard", Status::Withdrawn),
        ("Petitjean Martin", Status::HandedOver),
    ] {
        let mut case = Case::new(holder);
        case.dossier.holder = Some(holder.into());
        case.dossier.status = status;
        store.commit(case.turn(holder, "")).await.unwrap();
        cases.push(case);
    }
    let all: Vec<String> = cases.iter().map(|case| case.dossier.reference.clone()).collect();
    for (search, who) in [
        ("jeanne", vec![0]),
        ("PETIT", vec![0, 1, 3]),
        ("petit jeanne", vec![0]),
        ("le goff petit", vec![0]),
        ("jea pet", vec![0]),
        ("goff jeanne", vec![0]),
        ("élé", vec![1]),
        ("Eleonore", vec![1]),
        ("oeuv", vec![2]),
        ("Œuvrard marc", vec![2]),
        ("petit marc", vec![]),
        ("%", vec![]),
        ("", vec![]),
    ] {
        let expected: HashSet<String> = who.into_iter().map(|i: usize| all[i].clone()).collect();
        assert_eq!(found(&store, search).await, expected, "{search}");
    }
    for reference in &all {
        for part in [reference.clone(), reference.to_lowercase(), reference[..6].to_owned(), reference[5..].to_owned()]
        {
            assert!(found(&store, &part).await.contains(reference), "{part}");
        }
    }

    // Another name, an end and a new beginning: by the old name it is not found any more.
    let case = &mut cases[0];
    case.dossier.holder = Some("Nadia Roux".into());
    store.commit(case.turn("renamed", "")).await.unwrap();
    assert!(found(&store, "jeanne").await.is_empty());
    for status in [Status::Closed, Status::HandedOver] {
        case.dossier.status = status;
        store.commit(case.turn(status.name(), "")).await.unwrap();
        assert_eq!(found(&store, "roux").await, HashSet::from([all[0].clone()]));
        assert!(found(&store, &all[0]).await.contains(&all[0]));
    }
    let (keys, words) = (db.number("SELECT COUNT(*) FROM dossier_search").await, 2 * 4 + 2 + 2 + 2 + 2);
    assert_eq!(keys, words, "no key is left behind");
}

async fn a_search_that_finds_too_much_says_so(db: Database) {
    let store = db.store().await;
    let filter = InboxFilter { search: Some("petit".into()), ..InboxFilter::default() };
    let mut stored = 0;
    // The first has two keys that begin so, before those of all others.
    for (all, is_cut) in [(999, false), (1001, true)] {
        let turns: Vec<_> = (stored..all)
            .map(|i| {
                let mut case = Case::new(&i.to_string());
                let name = if i == 0 { "Petit Petitjean" } else { "Petitot" };
                case.dossier.holder = Some(format!("Jeanne{i} {name}"));
                case.turn(&i.to_string(), "")
            })
            .collect();
        stored = all;
        for turn in join_all(turns.into_iter().map(|turn| store.commit(turn))).await {
            turn.unwrap();
        }
        let page = store.cases(&ALL).inbox(&filter, None, 10).await.unwrap();
        assert_eq!((page.is_cut, filter.count(&page.counts)), (is_cut, all.min(1000)));
    }
    assert_eq!(found(&store, "jeanne1000").await.len(), 1);
}

async fn a_search_of_common_words_finds_the_name_that_is_written_out(db: Database) {
    let store = db.store().await;
    // Each word has more keys than are looked at, and those that are looked for stand behind them.
    let others = (0..4200).map(|i| if i % 2 == 0 { format!("Jeanne A{i}") } else { format!("B{i} Martin") });
    let names: Vec<String> = others.chain(["Jeanne Martin".into(), "Jeannette Martinet Zola".into()]).collect();
    for names in names.chunks(500) {
        let turns: Vec<_> = names
            .iter()
            .map(|name| {
                let mut case = Case::new(name);
                case.dossier.holder = Some(name.clone());
                case.turn(name, "")
            })
            .collect();
        for turn in join_all(turns.into_iter().map(|turn| store.commit(turn))).await {
            turn.unwrap();
        }
    }
    for (search, expected, is_cut) in [
        ("jeanne martin", vec!["Jeanne Martin"], true),
        ("MARTIN, Jeanne", vec!["Jeanne Martin"], true),
        // The rarest word is looked up whole, wherever it stands.
        ("jea mar zol", vec!["Jeannette Martinet Zola"], false),
        ("jeanne nobody", vec![], false),
        ("jeanne a4198", vec!["Jeanne A4198"], false),
    ] {
        let filter = InboxFilter { search: Some(search.into()), ..InboxFilter::default() };
        let page = store.cases(&ALL).inbox(&filter, None, 10).await.unwrap();
        let holders: Vec<_> = page.dossiers.iter().filter_map(|dossier| dossier.holder.as_deref()).collect();
        assert_eq!((holders, page.is_cut), (expected, is_cut), "{search}");
    }
}

async fn a_search_has_pages_and_counts_of_its_own(db: Database) {
    let store = db.store().await;
    let cases = fill(&store, 120, &mut Random(3)).await;
    let is_found = |dossier: &&Dossier| dossier.holder.as_ref().is_some_and(|holder| holder.ends_with("Petit"));
    let search = Some("petit".to_owned());
    for (sort, reversed) in SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
        for status in [None, Some(Status::Closed)] {
            let filter = InboxFilter { search: search.clone(), status, sort, reversed, ..InboxFilter::default() };
            let all = cases.iter().map(|case| &case.dossier);
            let mut expected: Vec<&Dossier> = all.filter(is_found).filter(|dossier| fits(dossier, &filter)).collect();
            expected.sort_by_key(|dossier| place(dossier, sort));
            if reversed {
                expected.reverse();
            }
            assert!(walk(&store, &ALL, &filter, 3).await.iter().eq(expected.iter().copied()), "{filter:?}");
            let counts = store.cases(&ALL).inbox(&filter, None, 1).await.unwrap().counts;
            assert_eq!(filter.count(&counts), i64::try_from(expected.len()).unwrap());
        }
    }
}

async fn dossiers_of_an_earlier_program_are_found(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    case.dossier.holder = Some("Éléonore Petit".into());
    store.commit(case.turn("1", "")).await.unwrap();
    db.execute("DELETE FROM dossier_search").await;
    db.execute("UPDATE dossier SET searchable = 0, holder_key = '~'").await;
    assert!(found(&store, "petit").await.is_empty());
    store.close().await;
    let store = db.store().await;
    assert_eq!(found(&store, "petit").await, HashSet::from([case.dossier.reference.clone()]));
    assert_eq!(found(&store, &case.dossier.reference).await.len(), 1);
    assert_eq!(
        db.number("SELECT COUNT(*) FROM dossier WHERE holder_key = 'eleonore petit' AND searchable = 1").await,
        1
    );
}

async fn a_cursor_that_is_none_of_ours_begins_at_the_beginning(db: Database) {
    let store = db.store().await;
    let case = &mut Case::new("x");
    store.commit(case.turn("1", "")).await.unwrap();
    let id = case.dossier.id;
    for text in ["", "!", "a!b!c", "!!"] {
        assert!(text.parse::<guichet::store::InboxCursor>().is_err(), "{text}");
    }
    for sort in SORTS {
        let filter = InboxFilter { sort, ..InboxFilter::default() };
        for text in [format!("!x!{id}"), format!("!!{id}"), format!("' OR 1=1!9223372036854775807!{id}")] {
            let cursor = text.parse().unwrap();
            store.cases(&ALL).inbox(&filter, Some(&cursor), 10).await.unwrap();
        }
    }
}

async fn the_inbox_shows_what_is_open_the_latest_first(db: Database) {
    let store = db.store().await;
    let mut references = Vec::new();
    for (i, status) in Status::ALL.into_iter().enumerate() {
        let mut case = Case::new(&i.to_string());
        case.dossier.status = status;
        case.fence.last_seq = i64::try_from(10 * i).unwrap();
        store.commit(case.turn(&i.to_string(), "")).await.unwrap();
        references.push(case.dossier.reference);
    }
    let filter = InboxFilter { sort: InboxSort::Updated, ..InboxFilter::default() };
    let shown = store.cases(&ALL).inbox(&filter, None, 10).await.unwrap().dossiers;
    let open: Vec<_> = shown.into_iter().map(|dossier| dossier.reference).collect();
    assert!(open.iter().eq(references[..4].iter().rev()), "{open:?}");
    assert_eq!(store.cases(&ALL).inbox(&filter, None, 2).await.unwrap().dossiers.len(), 2);
    let filter = InboxFilter { status: Some(Status::Closed), ..InboxFilter::default() };
    let closed = store.cases(&ALL).inbox(&filter, None, 10).await.unwrap().dossiers;
    assert!(closed.iter().map(|dossier| &dossier.reference).eq([&references[4]]));
    let quoted = store.dossier_by_reference(&references[5]).await.unwrap().unwrap();
    assert_eq!(quoted.status, Status::Withdrawn);
}

async fn the_inbox_filters_sorts_and_counts(db: Database) {
    let store = db.store().await;
    let seeds = [
        (Status::Oriented, Some(OrientationMode::Tele), Priority::Normal, None, "Jeanne 100%"),
        (Status::HandedOver, None, Priority::Urgent, Some(5), "Marc"),
        (Status::HandedOver, Some(OrientationMode::Field), Priority::Normal, Some(3), "Zoé"),
        (Status::Closed, Some(OrientationMode::Tele), Priority::Urgent, Some(1), "Jeanne"),
    ];
    for (i, (status, orientation, priority, waiting, holder)) in seeds.into_iter().enumerate() {
        let mut case = Case::new(&i.to_string());
        case.dossier.status = status;
        case.dossier.orientation = orientation;
        case.dossier.priority = priority;
        case.dossier.waiting_since = waiting.map(at);
        case.dossier.holder = Some(holder.into());
        store.commit(case.turn(&i.to_string(), "")).await.unwrap();
    }
    let all = InboxFilter::default();
    let reversed = InboxFilter { sort: InboxSort::Holder, reversed: true, ..all.clone() };
    for (filter, holders) in [
        (all.clone(), vec!["Marc", "Zoé", "Jeanne 100%"]),
        (reversed, vec!["Zoé", "Marc", "Jeanne 100%"]),
        (InboxFilter { status: Some(Status::Closed), ..all.clone() }, vec!["Jeanne"]),
        (InboxFilter { orientation: Some(Oriented::NotYet), ..all.clone() }, vec!["Marc"]),
        (InboxFilter { orientation: Some(Oriented::To(OrientationMode::Field)), ..all.clone() }, vec!["Zoé"]),
        (InboxFilter { waiting: true, sort: InboxSort::Waiting, ..all.clone() }, vec!["Zoé", "Marc"]),
        (InboxFilter { search: Some("JEANNE".into()), ..all.clone() }, vec!["Jeanne 100%"]),
        (InboxFilter { search: Some("100".into()), ..all.clone() }, vec!["Jeanne 100%"]),
        (InboxFilter { search: Some("ZOÉ".into()), ..all.clone() }, vec!["Zoé"]),
        (InboxFilter { search: Some("zoÈ".into()), ..all.clone() }, vec!["Zoé"]),
        (InboxFilter { search: Some("_".into()), ..all }, vec![]),
    ] {
        let found = store.cases(&ALL).inbox(&filter, None, 10).await.unwrap().dossiers;
        let found: Vec<_> = found.iter().filter_map(|dossier| dossier.holder.as_deref()).collect();
        assert_eq!(found, holders, "{filter:?}");
    }
    let counts = store.cases(&ALL).inbox(&InboxFilter::default(), None, 1).await.unwrap().counts;
    assert_eq!(InboxFilter::default().count(&counts), 3);
    assert_eq!(counts.iter().map(|count| count.count).sum::<i64>(), 4);
    assert!(counts.iter().any(|count| count.orientation.is_none() && count.waiting && count.count == 1));
}
