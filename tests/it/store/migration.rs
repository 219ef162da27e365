//! A database of whichever earlier schema is brought to today's, with everything in it; and a program that is killed
//! meanwhile is followed by one that ends it.

pub(super) mod earlier;

use std::{collections::BTreeMap, str::FromStr as _, time::Duration};

use guichet::{
    domain::{id::ConversationId, link::LinkPurpose, log::Verdict, message::Channel},
    dossier::TimelineEvent,
    store::{Engine, InboxFilter, MatchReason},
};
use jiff::Timestamp;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use self::earlier::{LINKS, ONE_LOG, id, is_forged, phone};
use crate::support::{ALL, Case, Database, Process, Server, on_both_engines, until};

on_both_engines! { a_program_that_is_killed_while_it_moves_the_data_is_followed_by_one_that_ends_it }

/// The conversations of each database.
const FEW: usize = 3;

/// By what it is and the schema that brought it: what today's program reads of it.
type Content = BTreeMap<(usize, String), String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_earlier_schema_is_brought_to_todays_with_all_that_is_in_it_on_sqlite() {
    let mut full: Option<Content> = None;
    for version in (1..=earlier::known().await).rev() {
        is_brought_to_today(&Database::sqlite(), version, &mut full).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_earlier_schema_is_brought_to_todays_with_all_that_is_in_it_on_postgres() {
    let mut full: Option<Content> = None;
    for version in (1..=earlier::known().await).rev() {
        is_brought_to_today(&Database::postgres().await, version, &mut full).await;
    }
}

/// `full`: the content of a database of the last schema, which the others have as far as theirs goes.
async fn is_brought_to_today(db: &Database, version: usize, full: &mut Option<Content>) {
    earlier::make(db, version, FEW).await;
    let store = db.store().await;
    let mut found = Content::new();
    for number in 1..=FEW {
        conversation(&store, number, &mut found).await;
        assert_resealed(&store, version, number).await;
    }
    registers(&store, &mut found).await;
    if version < LINKS {
        assert!(store.was_received("sms/test/p1-1").await.unwrap(), "schema {version}");
    }
    found.retain(|(brought_by, _), _| *brought_by <= version);
    let full = full.get_or_insert_with(|| found.clone());
    for (key, text) in &found {
        assert_eq!(Some(text), full.get(key), "schema {version}: {key:?}");
    }
    let expected = full.keys().filter(|(brought_by, _)| *brought_by <= version).count();
    assert_eq!(found.len(), expected, "schema {version}");
    for (table, rows) in [("told_contact", FEW), ("rejected_duplicate", FEW)] {
        let count = match table {
            "told_contact" => db.number("SELECT COUNT(*) FROM told_contact").await,
            _ => db.number("SELECT COUNT(*) FROM rejected_duplicate").await,
        };
        assert_eq!(count, i64::try_from(rows).unwrap(), "schema {version}: {table}");
    }
    goes_on(&store, version).await;
    store.close().await;
    // It is brought there once.
    db.store().await.close().await;
}

/// All of a conversation.
async fn conversation(store: &Engine, number: usize, found: &mut Content) {
    let mut keep = |version, what: &str, value: String| found.insert((version, format!("{what} {number}")), value);
    let (conversation, dossier) = (id('C', number), id('D', number));
    let (row, fence) = store.conversation(conversation).await.unwrap().unwrap();
    assert_eq!((row.endpoint.address.as_str(), fence.revision), (phone(number).as_str(), 3));
    keep(1, "conversation", format!("{row:?}"));
    keep(1, "fence", format!("{} {} {:?} {}", fence.last_seq, fence.read_seq, fence.timing, fence.updated_at));
    keep(3, "moves", fence.moves.to_string());
    let state = store.state(&fence).await.unwrap().pop().unwrap();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["s"]["step"], number);
    let messages = store.messages(conversation, 0, 100).await.unwrap();
    let texts: Vec<&str> = messages.iter().map(|message| message.body.text.as_str()).collect();
    assert_eq!(texts, [&format!("une fuite d'eau, n° {number}"), "Y a-t-il un blessé ?", "non", "J'arrive."]);
    keep(1, "messages", format!("{messages:?}"));
    let cases = store.cases(&ALL);
    let facts = cases.facts(conversation).await.unwrap();
    assert_eq!(facts.len(), 3);
    keep(1, "facts", format!("{facts:?}"));
    let mut timeline = store.timeline(conversation).await.unwrap();
    timeline.retain(|line| line.kind != "resealed");
    if is_forged(number) {
        // Whoever changed it past the program is not the one who is told of here.
        for line in &mut timeline {
            line.actor = line.actor.replace("somebody", "camille");
        }
    }
    keep(1, "timeline", format!("{timeline:?}"));
    keep(1, "decisions", format!("{:?}", cases.decisions(conversation).await.unwrap()));
    keep(1, "dossier", format!("{:?}", store.dossier(dossier).await.unwrap().unwrap()));
    keep(1, "documents", format!("{:?}", store.documents(conversation).await.unwrap()));
    let (sms, others): (Vec<_>, Vec<_>) = store
        .addresses(conversation)
        .await
        .unwrap()
        .into_iter()
        .partition(|address| address.endpoint.channel == Channel::Sms);
    keep(1, "address", format!("{sms:?}"));
    keep(2, "outbox", format!("{:?}", cases.outbox(conversation, 0).await.unwrap()));
    keep(3, "addresses", format!("{others:?}"));
    keep(3, "timer", format!("{:?}", store.due(&conversation.to_string()).await.unwrap()));
    keep(4, "due", format!("{:?}", store.due_of(conversation).await.unwrap()));
    keep(4, "requests", format!("{:?}", store.open_requests(conversation).await.unwrap()));
    keep(5, "opt-outs", format!("{:?}", store.opt_outs(conversation).await.unwrap()));
    let mission = store.mission(dossier).await.unwrap();
    keep(8, "mission", format!("{mission:?}"));
    keep(9, "citation", store.has_cited(conversation, id('C', number + 1)).await.unwrap().to_string());
    keep(10, "proofs", format!("{:?}", cases.proofs(conversation).await.unwrap()));
    assert_eq!(store.verify_log(&fence).await.unwrap(), Verdict::Intact, "{number}");
}

/// What there is one of.
async fn registers(store: &Engine, found: &mut Content) {
    let mut keep = |version, what: &str, value: String| found.insert((version, what.to_owned()), value);
    let then = Timestamp::from_millisecond(earlier::OLD).unwrap();
    let policy = store.policy_by_number("demo", "number").await.unwrap().unwrap();
    keep(1, "policy", format!("{policy:?}"));
    assert_eq!(store.policies_by_name("demo", "name").await.unwrap(), [policy]);
    let session = store.users().session("token", then).await.unwrap().unwrap();
    keep(1, "session", format!("{session:?}"));
    keep(1, "flow revision", format!("{:?}", store.flow_revision("r1").await.unwrap().unwrap()));
    // Which of the two it opens depends on what else is known of it.
    let mut opened = Vec::new();
    for purpose in [LinkPurpose::Upload, LinkPurpose::Resume] {
        opened.extend(store.doors().by_link("link", purpose, then).await.unwrap().map(|one| one.id()));
    }
    assert_eq!(opened, [id('C', 1)]);
    let candidates = store.dossier(id('D', 1)).await.unwrap().unwrap();
    let candidates = store.cases(&ALL).duplicate_candidates(&candidates).await.unwrap();
    let cited = candidates.iter().filter(|candidate| candidate.reason == MatchReason::Letter).count();
    keep(1, "letters that name a dossier that was kept apart", cited.to_string());
    let named = InboxFilter { search: Some("julie".into()), ..InboxFilter::default() };
    let named = store.cases(&ALL).inbox(&named, None, 10).await.unwrap();
    assert_eq!(named.dossiers.len(), FEW);
    keep(1, "the inbox", format!("{named:?}"));
    keep(4, "missed", format!("{:?}", store.cases(&ALL).missed(10).await.unwrap()));
    keep(4, "taught", format!("{:?}", store.taught(0).await.unwrap()));
    keep(6, "mailbox", format!("{:?}", store.mailbox(Channel::Email, "test").await.unwrap()));
    keep(6, "secret", store.secret("mail").await.unwrap());
    let parts = store.overdue_sms_parts("test", Timestamp::MAX, then).await.unwrap();
    keep(7, "parts", format!("{parts:?}"));
}

/// The end of an old chain is named once, with what was found of it.
async fn assert_resealed(store: &Engine, version: usize, number: usize) {
    let timeline = store.timeline(id('C', number)).await.unwrap();
    let resealed: Vec<(i64, bool)> = timeline
        .into_iter()
        .filter_map(|line| match line.event() {
            TimelineEvent::Resealed { lines, tip, intact } => {
                assert_eq!(tip.len(), 64);
                Some((lines, intact))
            }
            _ => None,
        })
        .collect();
    let expected = if version < ONE_LOG { vec![(3, !is_forged(number))] } else { Vec::new() };
    assert_eq!(resealed, expected, "schema {version}, conversation {number}");
}

/// The next turn is sealed to what was there.
async fn goes_on(store: &Engine, version: usize) {
    let (conversation, fence) = store.conversation(id('C', 1)).await.unwrap().unwrap();
    let dossier = store.dossier(id('D', 1)).await.unwrap().unwrap();
    let mut case = Case::new(&phone(1));
    (case.conversation, case.fence, case.dossier) = (conversation, fence, dossier);
    store.commit(case.turn("after", "et maintenant ?")).await.unwrap();
    assert_eq!(store.messages(case.id(), 4, 10).await.unwrap().len(), 2, "schema {version}");
    assert_eq!(store.verify_log(&case.fence).await.unwrap(), Verdict::Intact, "schema {version}");
}

/// As many as are moved by three transactions.
pub(super) const MANY: usize = 500;
/// Conversations that are moved by the second transaction and by the third.
const IN_THE_SECOND: usize = 300;
const IN_THE_THIRD: usize = 450;

async fn a_program_that_is_killed_while_it_moves_the_data_is_followed_by_one_that_ends_it(db: Database) {
    let whole = if db.is_sqlite() { Database::sqlite() } else { Database::postgres().await };
    earlier::make(&whole, ONE_LOG - 1, MANY).await;
    whole.store().await.close().await;

    earlier::make(&db, ONE_LOG - 1, MANY).await;
    // The second batch is killed before anything of it is gone, the third in the midst of what it writes.
    killed_in_the_second(&db).await;
    killed_at(&db, "INSERT ON log", "NEW.conversation", IN_THE_THIRD, 100).await;
    killed_in_the_last(&db).await;
    let store = db.store().await;
    assert_eq!(number_or_none(&db, "SELECT COUNT(*) FROM conversation_before").await, None);
    assert_eq!(content(&db).await, content(&whole).await);
    let mut logs = 0;
    store
        .verify_logs(|done, broken| {
            logs = done;
            assert_eq!(broken, None);
        })
        .await
        .unwrap();
    assert_eq!(logs, MANY as u64);
    for number in [1, 2, IN_THE_SECOND, IN_THE_THIRD, MANY] {
        assert_resealed(&store, ONE_LOG - 1, number).await;
        conversation(&store, number, &mut Content::new()).await;
    }
}

/// Kills `guichet migrate` when 200 of [`MANY`] conversations are moved.
pub(super) async fn killed_in_the_second(db: &Database) {
    // The migration gives the table another name, and the trigger goes with it.
    killed_at(db, "DELETE ON conversation", "OLD.id", IN_THE_SECOND, 300).await;
}

/// Has `guichet migrate` stand still where it touches a conversation, and kills it there. `left`: how many conversations are
/// not moved then.
async fn killed_at(db: &Database, event: &str, column: &str, number: usize, left: i64) {
    let standstill = Standstill::at(db, event, column, &id::<ConversationId>('C', number).to_string()).await;
    let site = Server::stopped(&db.url);
    let mut program = Process::start(site.command().arg("migrate"));
    while number_or_none(db, "SELECT COUNT(*) FROM conversation_before").await != Some(left) {
        std::thread::yield_now();
    }
    program.kill();
    standstill.end(db).await;
    assert_eq!(number_or_none(db, "SELECT COUNT(*) FROM conversation_before").await, Some(left));
}

/// Kills `guichet migrate` when everything is moved, in the midst of what takes the old tables away.
async fn killed_in_the_last(db: &Database) {
    let standstill = Standstill::at_the_drop_of_decisions(db).await;
    let site = Server::stopped(&db.url);
    let mut program = Process::start(site.command().arg("migrate"));
    until(async || {
        let moved = number_or_none(db, "SELECT COUNT(*) FROM conversation_before").await == Some(0);
        (moved && is_held_up(db).await).then_some(())
    })
    .await;
    program.kill();
    standstill.end(db).await;
    for table in ["message", "fact", "timeline", "decision"] {
        let rows = number_or_none(db, &format!("SELECT COUNT(*) FROM {table}")).await;
        assert!(rows.is_some_and(|rows| rows > 0), "{table}: {rows:?}");
    }
    assert_eq!(number_or_none(db, "SELECT COUNT(*) FROM conversation_before").await, Some(0));
}

/// Whether the program waits where it takes a table away; on SQLite, whether it is in a transaction.
async fn is_held_up(db: &Database) -> bool {
    if db.is_sqlite() {
        let options = SqliteConnectOptions::from_str(&db.url).unwrap().busy_timeout(Duration::ZERO);
        let mut another = SqliteConnection::connect_with(&options).await.unwrap();
        return another.execute("BEGIN IMMEDIATE").await.is_err();
    }
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                   AND query LIKE 'DROP TABLE decision%'";
    db.number(waiting).await > 0
}

/// What keeps a statement from coming to its end.
struct Standstill {
    /// Who holds what PostgreSQL waits for.
    holder: Option<PgConnection>,
}

impl Standstill {
    async fn at(db: &Database, event: &str, column: &str, conversation: &str) -> Self {
        if db.is_sqlite() {
            // It counts for ever.
            let script = format!(
                "CREATE VIEW forever AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n; \
                 CREATE TRIGGER standstill BEFORE {event} WHEN {column} = '{conversation}' BEGIN SELECT * FROM forever; END"
            );
            earlier::run(db, &script).await;
            return Self { holder: None };
        }
        let script = format!(
            "CREATE FUNCTION standstill() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN COALESCE(NEW, OLD); END $$; \
             CREATE TRIGGER standstill BEFORE {event} FOR EACH ROW WHEN ({column} = '{conversation}') \
             EXECUTE FUNCTION standstill()"
        );
        earlier::run(db, &script).await;
        let mut holder = PgConnection::connect(&db.url).await.unwrap();
        holder.execute("SELECT pg_advisory_lock(1)").await.unwrap();
        Self { holder: Some(holder) }
    }

    async fn at_the_drop_of_decisions(db: &Database) -> Self {
        if db.is_sqlite() {
            // The rows of a table go before the table, and what refers to them goes with them.
            let script = "CREATE VIEW forever AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n; \
                          CREATE TABLE held (dossier TEXT, seq BIGINT, \
                            FOREIGN KEY (dossier, seq) REFERENCES decision (dossier, seq) ON DELETE CASCADE); \
                          INSERT INTO held SELECT dossier, seq FROM decision LIMIT 1; \
                          CREATE TRIGGER standstill BEFORE DELETE ON held BEGIN SELECT * FROM forever; END";
            earlier::run(db, script).await;
            return Self { holder: None };
        }
        let mut holder = PgConnection::connect(&db.url).await.unwrap();
        holder.execute("BEGIN; LOCK TABLE decision IN ACCESS SHARE MODE").await.unwrap();
        Self { holder: Some(holder) }
    }

    /// When the program is dead. PostgreSQL notices it when its statement comes to its end.
    async fn end(self, db: &Database) {
        if let Some(holder) = self.holder {
            holder.close().await.unwrap();
            while db.number("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'guichet'").await > 0 {
                std::thread::yield_now();
            }
            earlier::run(db, "DROP FUNCTION IF EXISTS standstill CASCADE").await;
        } else {
            earlier::run(db, "DROP TRIGGER standstill; DROP TABLE IF EXISTS held; DROP VIEW forever").await;
        }
    }
}

/// None where there is no such table.
async fn number_or_none(db: &Database, sql: &str) -> Option<i64> {
    let sql = AssertSqlSafe(sql);
    if db.is_sqlite() {
        Some(SqliteConnection::connect(&db.url).await.unwrap().fetch_one(sql).await.ok()?.get(0))
    } else {
        Some(PgConnection::connect(&db.url).await.unwrap().fetch_one(sql).await.ok()?.get(0))
    }
}

/// Everything that is kept but what is random and when it was moved, a line each.
async fn content(db: &Database) -> Vec<String> {
    let mut lines = Vec::new();
    for sql in [
        "SELECT conversation || ' ' || number || ' ' || kind || ' ' || COALESCE(seq, 0) || ' ' || actor || ' ' || value \
         FROM log ORDER BY conversation, number",
        "SELECT conversation || ' ' || revision || ' ' || last_seq || ' ' || read_seq || ' ' || timeline_seq || ' ' || \
         log_number || ' ' || whole || ' ' || timing || ' ' || updated_at || ' ' || moves FROM fence ORDER BY conversation",
        "SELECT id || ' ' || contact || ' ' || address || ' ' || flow_revision || ' ' || dossier || ' ' || opened_at \
         FROM conversation ORDER BY id",
        "SELECT name || ' ' || value || ' ' || dossier FROM told_contact ORDER BY dossier, name, value",
        "SELECT id || ' ' || status || ' ' || holder FROM dossier ORDER BY id",
    ] {
        let found: Vec<String> = if db.is_sqlite() {
            let mut connection = SqliteConnection::connect(&db.url).await.unwrap();
            let rows = connection.fetch_all(AssertSqlSafe(sql)).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        } else {
            let mut connection = PgConnection::connect(&db.url).await.unwrap();
            let rows = connection.fetch_all(AssertSqlSafe(sql)).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        };
        assert!(found.len() >= MANY, "{sql}");
        lines.extend(found);
    }
    lines
}
