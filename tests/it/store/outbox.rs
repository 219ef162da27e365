//! What is to be sent: claimed in order by one at a time, fenced by epochs, advanced by reports and never backwards.

use std::collections::HashSet;

use guichet::{
    domain::message::{Channel, Endpoint},
    store::{CommitError, Delivery, EarlyReport, Engine, Expired, OutboxRow, Settled, Undelivered},
};
use jiff::Timestamp;

use crate::support::{ALL, Case, Database, at, endpoint, on_both_engines};

on_both_engines! {
    rows_come_with_their_turn_and_not_without_it,
    only_the_first_of_a_conversation_at_an_address_is_claimed,
    many_claimers_share_the_rows_and_none_comes_twice,
    a_lease_that_ran_out_is_claimed_again_and_its_old_owner_changes_nothing,
    what_stands_behind_a_failed_try_waits_with_it,
    what_a_changed_clock_would_keep_is_due_now,
    an_account_sees_only_its_own,
    reports_never_go_backwards,
    an_early_report_is_kept_until_its_message_is_known,
    a_message_is_given_up_with_its_turn_and_only_by_its_owner,
    names_of_earlier_messages_are_found_newest_last,
}

const ACCOUNT: &str = "test";

/// Stores one turn of a case whose reply goes out, and returns its row.
async fn say(store: &Engine, case: &mut Case, id: &str) -> OutboxRow {
    let to = endpoint(&case.conversation.endpoint.address);
    say_to(store, case, id, to).await
}

async fn say_to(store: &Engine, case: &mut Case, id: &str, to: Endpoint) -> OutboxRow {
    let mut commit = case.turn(id, id);
    let last = commit.rows.messages.last().unwrap();
    let row = OutboxRow::new(case.id(), last.seq, to, last.at);
    commit.rows.outbox.push(row.clone());
    store.commit(commit).await.unwrap();
    row
}

async fn claim(store: &Engine, now: Timestamp, limit: usize) -> Vec<OutboxRow> {
    store.claim_outbox(Channel::Sms, ACCOUNT, now, later(now, 60), limit).await.unwrap()
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(now.as_millisecond() + 1000 * seconds).unwrap()
}

fn sent(id: &str) -> Settled {
    Settled::Sent { provider_id: Some(id.to_owned()) }
}

fn ids(rows: &[OutboxRow]) -> Vec<(String, i64)> {
    rows.iter().map(|row| (row.to.address.clone(), row.seq)).collect()
}

async fn delivery(store: &Engine, row: &OutboxRow) -> Delivery {
    store.outbox_row(row.id).await.unwrap().unwrap().delivery
}

async fn rows_come_with_their_turn_and_not_without_it(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("a");
    let row = say(&store, &mut case, "1").await;
    assert_eq!(store.outbox_row(row.id).await.unwrap(), Some(row.clone()));
    assert_eq!(store.cases(&ALL).outbox(case.id(), 0).await.unwrap(), vec![row.clone()]);
    let mut stale = case.clone();
    say(&store, &mut case, "2").await;
    let mut lost = stale.turn("3", "perdu");
    lost.rows.outbox.push(OutboxRow::new(case.id(), 4, endpoint("a"), at(9)));
    assert!(matches!(store.commit(lost).await, Err(CommitError::Conflict)));
    let mut again = case.clone().turn("1", "encore");
    again.rows.outbox.push(OutboxRow::new(case.id(), 6, endpoint("a"), at(9)));
    assert!(matches!(store.commit(again).await, Err(CommitError::Duplicate { .. })));
    assert_eq!(store.outbox_waiting(Channel::Sms, ACCOUNT).await.unwrap(), 2);
}

async fn only_the_first_of_a_conversation_at_an_address_is_claimed(db: Database) {
    let store = db.store().await;
    let (mut a, mut b) = (Case::new("a"), Case::new("b"));
    for turn in ["1", "2", "3"] {
        say(&store, &mut a, &format!("a{turn}")).await;
    }
    say(&store, &mut b, "b1").await;
    // The same conversation went on at another address: it need not wait for the first.
    say_to(&store, &mut a, "a4", endpoint("a's other")).await;
    let now = at(100);
    let mut first = claim(&store, now, 10).await;
    first.sort_by_key(|row| row.to.address.clone());
    assert_eq!(ids(&first), [("a".into(), 2), ("a's other".into(), 8), ("b".into(), 2)]);
    assert!(first.iter().all(|row| (row.attempts, row.epoch, row.next_at) == (1, 1, later(now, 60))));
    assert!(claim(&store, now, 10).await.is_empty(), "what is leased and what stands behind it is nobody else's");
    store.settle_outbox(&[(first[0].clone(), sent("p1"))]).await.unwrap();
    assert_eq!(ids(&claim(&store, now, 10).await), [("a".into(), 4)]);
}

async fn many_claimers_share_the_rows_and_none_comes_twice(db: Database) {
    const PEOPLE: usize = 40;
    const TURNS: i64 = 3;
    let stores = [db.store().await, db.store().await];
    let mut cases: Vec<Case> = (0..PEOPLE).map(|person| Case::new(&format!("p{person}"))).collect();
    for case in &mut cases {
        for turn in 0..TURNS {
            let id = format!("{}-{turn}", case.id());
            say(&stores[0], case, &id).await;
        }
    }
    let now = at(1000);
    let claimers: Vec<_> = (0..4)
        .map(|claimer| {
            let store = stores[claimer % 2].clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while store.outbox_due(Channel::Sms, ACCOUNT).await.unwrap().is_some_and(|due| due <= now) {
                    for row in claim(&store, now, 3).await {
                        store.settle_outbox(&[(row.clone(), sent(&row.id.to_string()))]).await.unwrap();
                        mine.push(row);
                    }
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for claimer in claimers {
        let mine = claimer.await.unwrap();
        for case in &cases {
            assert!(mine.iter().filter(|row| row.conversation == case.id()).is_sorted_by_key(|row| row.seq));
        }
        all.extend(mine);
    }
    assert_eq!(all.len(), PEOPLE * usize::try_from(TURNS).unwrap());
    assert_eq!(all.iter().map(|row| row.id).collect::<HashSet<_>>().len(), all.len());
}

async fn a_lease_that_ran_out_is_claimed_again_and_its_old_owner_changes_nothing(db: Database) {
    let store = db.store().await;
    let row = say(&store, &mut Case::new("a"), "1").await;
    let old = claim(&store, at(100), 1).await.remove(0);
    assert!(claim(&store, at(159), 1).await.is_empty());
    let new = claim(&store, at(160), 1).await.remove(0);
    assert_eq!((new.attempts, new.epoch), (2, 2));
    let again = Settled::Again { next_at: at(9999), reason: "unavailable", counted: true };
    store.settle_outbox(&[(old.clone(), sent("old")), (old, again)]).await.unwrap();
    assert_eq!(store.outbox_row(row.id).await.unwrap(), Some(new.clone()));
    store.settle_outbox(&[(new, sent("new"))]).await.unwrap();
    let stored = store.outbox_row(row.id).await.unwrap().unwrap();
    assert_eq!((stored.delivery, stored.provider_id.as_deref()), (Delivery::Sent, Some("new")));
    assert_eq!(store.outbox_due(Channel::Sms, ACCOUNT).await.unwrap(), None);
}

/// A try failed, and then the clock was put back by a day.
async fn what_a_changed_clock_would_keep_is_due_now(db: Database) {
    const DAY: i64 = 24 * 60 * 60;
    let store = db.store().await;
    let (mut case, mut other) = (Case::new("a"), Case::new("b"));
    say(&store, &mut case, "1").await;
    let behind = say(&store, &mut case, "2").await;
    let soon = say(&store, &mut other, "3").await;
    let claimed = claim(&store, at(100), 5).await;
    let head = claimed.into_iter().find(|row| row.conversation == case.id()).unwrap();
    let soon = store.outbox_row(soon.id).await.unwrap().unwrap();
    let again = Settled::Again { next_at: at(DAY), reason: "unavailable", counted: true };
    store.settle_outbox(&[(head.clone(), again)]).await.unwrap();
    assert_eq!(store.advance_outbox(Channel::Sms, ACCOUNT, at(200), at(200 + DAY)).await.unwrap(), 0);
    assert_eq!(store.advance_outbox(Channel::Sms, ACCOUNT, at(200), at(DAY - 1)).await.unwrap(), 2);
    assert_eq!(store.outbox_row(behind.id).await.unwrap().unwrap().next_at, at(200));
    assert_eq!(store.outbox_row(soon.id).await.unwrap().unwrap().next_at, soon.next_at, "it was due anyway");
    let claimed: Vec<_> = claim(&store, at(200), 5).await.into_iter().map(|row| row.id).collect();
    assert!(claimed.contains(&head.id) && !claimed.contains(&behind.id), "in order as before");
}

async fn what_stands_behind_a_failed_try_waits_with_it(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("a");
    say(&store, &mut case, "1").await;
    let second = say(&store, &mut case, "2").await;
    assert_eq!(store.outbox_due(Channel::Sms, ACCOUNT).await.unwrap(), Some(at(1)));
    let head = claim(&store, at(100), 5).await.remove(0);
    let again = |counted| Settled::Again { next_at: at(200), reason: "unavailable", counted };
    store.settle_outbox(&[(head, again(true))]).await.unwrap();
    assert_eq!(store.outbox_row(second.id).await.unwrap().unwrap().next_at, at(200));
    assert_eq!(store.outbox_due(Channel::Sms, ACCOUNT).await.unwrap(), Some(at(200)));
    assert!(claim(&store, at(199), 5).await.is_empty());
    let head = claim(&store, at(200), 5).await.remove(0);
    assert_eq!((head.seq, head.attempts, head.reason.as_deref()), (2, 2, Some("unavailable")));
    store.settle_outbox(&[(head, again(false))]).await.unwrap();
    assert_eq!(claim(&store, at(200), 5).await[0].attempts, 2, "the attempt was given back");
}

async fn an_account_sees_only_its_own(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("a");
    let other = |account: &str, channel| Endpoint { channel, account: account.into(), address: "a".into() };
    say_to(&store, &mut case, "1", other("second", Channel::Sms)).await;
    say_to(&store, &mut case, "2", other(ACCOUNT, Channel::Telegram)).await;
    assert!(claim(&store, at(100), 5).await.is_empty());
    assert_eq!(store.outbox_due(Channel::Sms, ACCOUNT).await.unwrap(), None);
    let claimed = store.claim_outbox(Channel::Telegram, ACCOUNT, at(100), at(160), 5).await.unwrap();
    assert_eq!(ids(&claimed), [("a".into(), 4)]);
}

async fn reports_never_go_backwards(db: Database) {
    let store = db.store().await;
    let row = say(&store, &mut Case::new("a"), "1").await;
    assert!(!store.advance_delivery(row.id, Delivery::Delivered).await.unwrap(), "it was not even sent");
    let claimed = claim(&store, at(100), 1).await.remove(0);
    store.settle_outbox(&[(claimed, sent("p1"))]).await.unwrap();
    let found = store.outbox_by_provider_id(Channel::Sms, ACCOUNT, "p1").await.unwrap().unwrap();
    assert_eq!(found.id, row.id);
    assert_eq!(store.outbox_by_provider_id(Channel::Telegram, ACCOUNT, "p1").await.unwrap(), None);
    for (to, news, then) in [
        (Delivery::Read, true, Delivery::Read),
        (Delivery::Delivered, false, Delivery::Read),
        (Delivery::Sent, false, Delivery::Read),
        (Delivery::Read, false, Delivery::Read),
    ] {
        assert_eq!(store.advance_delivery(row.id, to).await.unwrap(), news, "{to}");
        assert_eq!(delivery(&store, &row).await, then);
    }
}

async fn an_early_report_is_kept_until_its_message_is_known(db: Database) {
    let store = db.store().await;
    let row = say(&store, &mut Case::new("a"), "1").await;
    let report = |id: &str| EarlyReport {
        provider_id: id.into(),
        delivery: Delivery::Failed,
        reason: Some("undelivered".into()),
    };
    for id in ["p1", "p1", "nobody's"] {
        store.keep_early_report(Channel::Sms, ACCOUNT, &report(id), at(100)).await.unwrap();
    }
    assert!(store.early_reports(Channel::Sms, ACCOUNT, &["p1".into(), "p2".into()]).await.unwrap().is_empty());
    let claimed = claim(&store, at(100), 1).await.remove(0);
    assert_eq!(claimed.id, row.id);
    store.settle_outbox(&[(claimed, sent("p1"))]).await.unwrap();
    assert_eq!(store.early_reports(Channel::Sms, ACCOUNT, &["p1".into(), "p2".into()]).await.unwrap(), [report("p1")]);
    assert!(store.early_reports(Channel::Sms, "another", &["p1".into()]).await.unwrap().is_empty());
    store.forget_early_report(Channel::Sms, ACCOUNT, "p1").await.unwrap();
    assert!(store.early_reports(Channel::Sms, ACCOUNT, &["p1".into(), "p2".into()]).await.unwrap().is_empty());
    assert_eq!(store.prune(Expired::EarlyReports, at(100) + Expired::EarlyReports.kept(), 10).await.unwrap(), 1);
}

async fn a_message_is_given_up_with_its_turn_and_only_by_its_owner(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("a");
    let row = say(&store, &mut case, "1").await;
    let old = claim(&store, at(100), 1).await.remove(0);
    let new = claim(&store, at(200), 1).await.remove(0);
    let told = |case: &mut Case, row: &OutboxRow, id: &str| {
        let mut commit = case.turn(id, "tells the handler");
        commit.rows.undelivered = Some(Undelivered { id: row.id, epoch: row.epoch, reason: "refused".into() });
        commit
    };
    let late = store.commit(told(&mut case.clone(), &old, "late")).await;
    assert!(matches!(late, Err(CommitError::Conflict)), "{late:?}");
    assert_eq!(delivery(&store, &row).await, Delivery::Waiting);
    assert_eq!(store.messages(case.id(), 0, 10).await.unwrap().len(), 2);
    store.commit(told(&mut case, &new, "good")).await.unwrap();
    let given_up = store.outbox_row(row.id).await.unwrap().unwrap();
    assert_eq!((given_up.delivery, given_up.reason.as_deref()), (Delivery::Failed, Some("refused")));
    let twice = store.commit(told(&mut case.clone(), &new, "twice")).await;
    assert!(matches!(twice, Err(CommitError::Conflict)), "{twice:?}");
    // It arrived all the same.
    assert!(store.advance_delivery(row.id, Delivery::Delivered).await.unwrap());
}

async fn names_of_earlier_messages_are_found_newest_last(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("a");
    for turn in ["in-1", "in-2", "in-3"] {
        say(&store, &mut case, turn).await;
        let row = claim(&store, at(100), 1).await.remove(0);
        store.settle_outbox(&[(row, sent(&format!("out for {turn}")))]).await.unwrap();
    }
    let to = endpoint("a");
    assert_eq!(store.sent_ids(case.id(), &to, 2).await.unwrap(), ["out for in-2", "out for in-3"]);
    assert!(store.sent_ids(case.id(), &endpoint("b"), 2).await.unwrap().is_empty());
    assert_eq!(store.received_ids(case.id(), Channel::Sms, 4, 9).await.unwrap(), ["in-1", "in-2"]);
    assert!(store.received_ids(case.id(), Channel::Email, 4, 9).await.unwrap().is_empty());
    assert_eq!(store.cases(&ALL).endpoints(case.id()).await.unwrap(), [to]);
}
