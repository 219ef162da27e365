//! What is over goes, in batches, by one node, once an interval; what anybody still asks for stays.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use guichet::{
    conversation::files::QUOTA,
    document::{Documents, Inspection, Limits},
    domain::{clock::Clock, id::DocumentId, message::Channel},
    dossier::Status,
    housekeeping::{Chore, Done, Housekeeping},
    store::{DocumentRow, Engine, Expired, OutboxRow, SessionRow, Settled},
};
use jiff::{SignedDuration, Timestamp};

use crate::support::{Case, Database, at, endpoint, on_both_engines};

on_both_engines! {
    what_is_over_goes_and_what_is_not_stays,
    more_than_a_batch_goes_to_its_end,
    it_is_done_once_an_interval_however_often_processes_start,
    a_clock_that_is_put_back_keeps_it_from_nothing,
    of_two_nodes_one_does_it,
    what_a_dead_process_left_is_done_by_the_next,
    what_was_sent_goes_a_year_after_its_dossier_came_to_rest,
    files_go_that_no_row_names,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Processes that come and go on one database and one folder, with a clock that is set.
struct House {
    store: Engine,
    documents: Documents,
    folder: tempfile::TempDir,
    /// Unix milliseconds.
    now: Arc<AtomicI64>,
}

impl House {
    async fn open(db: &Database) -> Self {
        let now = Arc::new(AtomicI64::new(at(0).as_millisecond()));
        let folder = tempfile::tempdir().unwrap();
        Self { store: db.store().await, documents: Documents::local(folder.path()).unwrap(), folder, now }
    }

    fn set(&self, now: Timestamp) {
        self.now.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// A process that starts.
    fn process(&self) -> Housekeeping {
        let now = Arc::clone(&self.now);
        Housekeeping {
            store: self.store.clone(),
            documents: self.documents.clone(),
            clock: Clock::new(move || Timestamp::from_millisecond(now.load(Ordering::Relaxed)).unwrap()),
        }
    }

    async fn rows(&self) -> Option<u64> {
        self.process().do_if_due(Chore::Rows).await.unwrap().map(|done| done.rows)
    }
}

fn session(token: &str, expires_at: Timestamp) -> SessionRow {
    SessionRow {
        token_hash: token.into(),
        login: "elise".into(),
        csrf: "csrf".into(),
        expires_at,
        opened_at: None,
        seen_at: None,
        origin: String::new(),
        browser: String::new(),
    }
}

async fn what_is_over_goes_and_what_is_not_stays(db: Database) {
    let house = House::open(&db).await;
    let now = at(30 * DAY).as_millisecond();
    assert_eq!(now, 1_797_854_400_000);
    // One of each is over since this instant, one is good for a millisecond more.
    for sql in [
        "INSERT INTO received (key, conversation, seq, at) VALUES \
         ('over', 'c', 1, 1797854400000 - 604800000), ('good', 'c', 1, 1797854400001 - 604800000)",
        "INSERT INTO early_report (channel, account, provider_id, fate, at) VALUES \
         ('sms', 'a', 'over', 'sent', 1797854400000 - 604800000), ('sms', 'a', 'good', 'sent', 1797854400001 - 604800000)",
        "INSERT INTO session (token_hash, login, csrf, expires_at) VALUES \
         ('over', 'l', 'c', 1797854400000), ('good', 'l', 'c', 1797854400001)",
        "INSERT INTO invitation (token_hash, login, made_by, expires_at) VALUES \
         ('over', 'l', 'c', 1797854400000), ('good', 'm', 'c', 1797854400001)",
        // Long over: the database itself keeps what is not a year old by its own clock.
        "INSERT INTO access (login, kind, subject, slot, at, origin, detail) VALUES \
         ('over', 'log_in', '', 1, 1577836800000, '', ''), ('good', 'log_in', '', 1, 4102444800000, '', '')",
        "INSERT INTO link (token_hash, purpose, conversation, expires_at) VALUES \
         ('over', 'upload', 'c', 1797854400000), ('good', 'upload', 'c', 1797854400001)",
        "INSERT INTO endpoint (channel, account, address, conversation, contact, at, used_at) VALUES \
         ('web', 'chat', 'over', 'c', 'c', 0, 1797854400000 - 7776000000), \
         ('web', 'chat', 'good', 'c', 'c', 0, 1797854400001 - 7776000000), ('sms', 'a', 'good', 'c', 'c', 0, NULL)",
        "INSERT INTO crossing (secret_hash, conversation, expires_at) VALUES \
         ('over', 'c', 1797854400000), ('good', 'c', 1797854400001)",
        "INSERT INTO tried (key, count, until_at) VALUES ('over', 1, 1797854400000), ('good', 1, 1797854400001)",
    ] {
        db.execute(sql).await;
    }
    house.set(at(30 * DAY));
    assert_eq!(house.rows().await, Some(9));
    for (left, over) in [
        ("SELECT COUNT(*) FROM received", "SELECT COUNT(*) FROM received WHERE key = 'over'"),
        ("SELECT COUNT(*) FROM early_report", "SELECT COUNT(*) FROM early_report WHERE provider_id = 'over'"),
        ("SELECT COUNT(*) FROM session", "SELECT COUNT(*) FROM session WHERE token_hash = 'over'"),
        ("SELECT COUNT(*) FROM invitation", "SELECT COUNT(*) FROM invitation WHERE token_hash = 'over'"),
        ("SELECT COUNT(*) FROM access", "SELECT COUNT(*) FROM access WHERE login = 'over'"),
        ("SELECT COUNT(*) FROM link", "SELECT COUNT(*) FROM link WHERE token_hash = 'over'"),
        ("SELECT COUNT(*) FROM endpoint WHERE channel = 'web'", "SELECT COUNT(*) FROM endpoint WHERE address = 'over'"),
        ("SELECT COUNT(*) FROM crossing", "SELECT COUNT(*) FROM crossing WHERE secret_hash = 'over'"),
        ("SELECT COUNT(*) FROM tried", "SELECT COUNT(*) FROM tried WHERE key = 'over'"),
    ] {
        assert_eq!((db.number(left).await, db.number(over).await), (1, 0), "{left}");
    }
}

async fn more_than_a_batch_goes_to_its_end(db: Database) {
    let house = House::open(&db).await;
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234) \
         INSERT INTO session (token_hash, login, csrf, expires_at) SELECT 'token ' || i, 'l', 'c', i FROM n",
    )
    .await;
    // The oldest first, and no more at once than is asked for.
    assert_eq!(house.store.prune(Expired::Sessions, at(0), 100).await.unwrap(), 100);
    assert_eq!(db.number("SELECT MIN(expires_at) FROM session").await, 101);
    assert_eq!(house.rows().await, Some(1134));
}

async fn a_clock_that_is_put_back_keeps_it_from_nothing(db: Database) {
    let house = House::open(&db).await;
    house.set(at(30 * DAY));
    assert_eq!(house.rows().await, Some(0));
    house.set(at(28 * DAY));
    assert_eq!(house.rows().await, Some(0), "what was done last lies in the future");
    assert_eq!(house.rows().await, None, "and is done once an interval from now on");
}

async fn it_is_done_once_an_interval_however_often_processes_start(db: Database) {
    let house = House::open(&db).await;
    let mut done = 0;
    // A day on which a process starts every seven minutes and lives no longer.
    for start in 0..(DAY / (7 * 60)) {
        house.set(at(start * 7 * 60));
        let token = start.to_string();
        house.store.users().add_session(&session(&token, at(start * 7 * 60))).await.unwrap();
        done += i32::from(house.rows().await.is_some());
    }
    // An hour lies between two, and the start that comes next is some minutes later.
    assert!((22..=24).contains(&done), "{done} times");
    let left = db.number("SELECT COUNT(*) FROM session").await;
    assert!(left <= 9, "{left} sessions that are over are still there");
}

async fn of_two_nodes_one_does_it(db: Database) {
    let house = House::open(&db).await;
    for token in ["1", "2"] {
        house.store.users().add_session(&session(token, at(0))).await.unwrap();
    }
    let (one, two) = tokio::join!(house.rows(), house.rows());
    assert!(matches!((one, two), (Some(2), None) | (None, Some(2))), "{one:?}, {two:?}");
}

async fn what_a_dead_process_left_is_done_by_the_next(db: Database) {
    let house = House::open(&db).await;
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
         INSERT INTO session (token_hash, login, csrf, expires_at) SELECT 'token ' || i, 'l', 'c', i FROM n",
    )
    .await;
    // Killed as soon as something is gone.
    let process = house.process();
    let killed = async {
        while db.number("SELECT COUNT(*) FROM session").await == 3000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        done = process.do_if_due(Chore::Rows) => panic!("it was done before it was killed: {done:?}"),
        () = killed => {}
    }
    assert_eq!(house.rows().await, None, "it might still live");
    house.set(at(6 * 60));
    let rest = house.rows().await.unwrap();
    assert!((1..3000).contains(&rest), "{rest}");
    assert_eq!(db.number("SELECT COUNT(*) FROM session").await, 0);
}

/// Stores a turn whose reply goes out; it is sent at once unless it `waits`.
async fn say(store: &Engine, case: &mut Case, id: &str, now: Timestamp, waits: bool) -> OutboxRow {
    // A turn is a change of its dossier; that of this one was made when the case says.
    let changed_at = case.dossier.updated_at;
    let mut commit = case.turn(id, id);
    case.dossier.updated_at = changed_at;
    commit.dossier = Some(Arc::new(case.dossier.clone()));
    let last = commit.rows.messages.last().unwrap();
    let row = OutboxRow::new(case.id(), last.seq, endpoint(id), now);
    commit.rows.outbox.push(row.clone());
    store.commit(commit).await.unwrap();
    if !waits {
        let claimed = store.claim_outbox(Channel::Sms, "test", now, now, 1).await.unwrap().remove(0);
        assert_eq!(claimed.id, row.id);
        store.settle_outbox(&[(claimed, Settled::Sent { provider_id: Some(id.into()) })]).await.unwrap();
    }
    row
}

async fn what_was_sent_goes_a_year_after_its_dossier_came_to_rest(db: Database) {
    let house = House::open(&db).await;
    let store = &house.store;
    let case = |address: &str, status, updated_at| {
        let mut case = Case::new(address);
        case.dossier.status = status;
        case.dossier.updated_at = updated_at;
        case
    };
    let mut open = case("open", Status::Collecting, at(0));
    let mut closed = case("closed", Status::Closed, at(0));
    let mut withdrawn = case("withdrawn", Status::Withdrawn, at(0));
    let mut late = case("late", Status::Closed, at(40 * DAY));
    let mut waiting = case("waiting", Status::Closed, at(0));
    let goes = [
        say(store, &mut closed, "closed", at(20), false).await,
        say(store, &mut withdrawn, "withdrawn", at(20), false).await,
    ];
    let stays = [
        say(store, &mut open, "open", at(10), false).await,
        say(store, &mut late, "late", at(10), false).await,
        say(store, &mut closed, "closed, of late", at(40 * DAY), false).await,
        say(store, &mut waiting, "waiting", at(10), true).await,
    ];
    // The keys of the six turns are long over.
    house.set(at(364 * DAY));
    assert_eq!(house.rows().await, Some(6));
    house.set(at(366 * DAY));
    assert_eq!(house.rows().await, Some(2));
    for row in stays {
        assert!(store.outbox_row(row.id).await.unwrap().is_some(), "{}", row.to.address);
    }
    for row in goes {
        assert!(store.outbox_row(row.id).await.unwrap().is_none(), "{}", row.to.address);
    }
    // Page by page it is the same.
    let (mut pages, mut after) = (0, None);
    loop {
        let page = store.prune_outbox(after, at(1000 * DAY), 1).await.unwrap();
        pages += 1;
        if page.last.is_none() {
            break;
        }
        after = page.last;
    }
    assert_eq!(pages, 5, "four rows, each a page");
    let left = "SELECT COUNT(*) FROM outbox";
    assert_eq!(db.number(left).await, 2, "what waits, and what belongs to an open dossier");
}

async fn files_go_that_no_row_names(db: Database) {
    let house = House::open(&db).await;
    // The folder's clock is the system's.
    let now = Clock::system().now();
    house.set(now);
    let documents = &house.documents;
    let [named, orphan, fresh] =
        [receive(documents, 1).await, receive(documents, 2).await, receive(documents, 3).await];
    let case = Case::new("x");
    house.store.one_conversation(case.id()).add_document(document(&case, &named), QUOTA).await.unwrap().unwrap();
    for old in [&named, &orphan] {
        let file = File::options().write(true).open(path(house.folder.path(), old)).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - Duration::from_hours(25)).unwrap();
    }
    let done = house.process().do_if_due(Chore::Files).await.unwrap();
    assert_eq!(done, Some(Done { orphans: 1, ..Done::default() }));
    let is_there = |sha256: &str| path(house.folder.path(), sha256).exists();
    assert_eq!((is_there(&named), is_there(&orphan), is_there(&fresh)), (true, false, true));
    assert_eq!(house.process().do_if_due(Chore::Files).await.unwrap(), None, "once a day");
    house.set(now + SignedDuration::from_hours(25));
    let done = house.process().do_if_due(Chore::Files).await.unwrap();
    assert_eq!(done, Some(Done { orphans: 1, ..Done::default() }), "a day later nobody has named the other");
}

fn path(folder: &Path, sha256: &str) -> PathBuf {
    folder.join("sha256").join(&sha256[..2]).join(&sha256[2..])
}

/// A file that came, by its hash.
async fn receive(documents: &Documents, number: u8) -> String {
    let pdf = format!("%PDF-1.4\n% {number}\n%%EOF\n");
    let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::from(pdf))]);
    documents.receive(bytes, "constat.pdf", Limits::default()).await.unwrap().sha256
}

fn document(case: &Case, sha256: &str) -> DocumentRow {
    DocumentRow {
        id: DocumentId::new(at(0)),
        conversation: case.id(),
        dossier: None,
        kind: None,
        is_supposed: false,
        upload_id: "1".into(),
        name: "constat.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 9,
        sha256: sha256.into(),
        inspection: Inspection::default(),
        at: at(0),
    }
}
