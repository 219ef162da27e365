//! What the program before kept of links and of redeliveries: each link gets its purpose, and no key stays readable.

use guichet::{
    domain::link::LinkPurpose,
    store::{CommitError, Engine},
};

use crate::support::{Case, Database, at, on_both_engines};

on_both_engines! { links_of_before_get_their_purpose, a_redelivery_is_known_across_the_migration_and_its_key_is_not_kept }

const DAY: i64 = 24 * 60 * 60;

/// As the program before left it.
const BEFORE: &[&str] = &[
    "DROP TABLE mention",
    "DROP TABLE read_mark",
    "DROP TABLE draft",
    "DROP TABLE saved_view",
    "DROP TABLE dossier_tag",
    "ALTER TABLE handler DROP COLUMN away_since",
    "ALTER TABLE handler DROP COLUMN left_at",
    "DROP INDEX dossier_held",
    "DROP INDEX dossier_unplaced",
    "DROP TABLE due",
    "DROP TABLE clock",
    "ALTER TABLE outbox DROP COLUMN kind",
    "ALTER TABLE outbox DROP COLUMN payload",
    "DROP TABLE search_entry",
    "DROP TABLE search_text",
    "DROP TABLE search_near",
    "DROP TABLE access",
    "DROP TABLE invitation",
    "DROP INDEX request_done_of",
    "ALTER TABLE session DROP COLUMN opened_at",
    "ALTER TABLE session DROP COLUMN seen_at",
    "ALTER TABLE session DROP COLUMN origin",
    "ALTER TABLE session DROP COLUMN browser",
    "ALTER TABLE handler DROP COLUMN insurers",
    "ALTER TABLE handler DROP COLUMN desks",
    "ALTER TABLE handler DROP COLUMN disabled_at",
    "ALTER TABLE handler DROP COLUMN must_change",
    "ALTER TABLE handler DROP COLUMN seen_at",
    "DROP INDEX dossier_latest",
    "DROP INDEX dossier_waiting",
    "DROP INDEX dossier_lacking",
    "DROP INDEX dossier_by_reference",
    "DROP INDEX dossier_by_holder",
    "ALTER TABLE dossier DROP COLUMN facet",
    "ALTER TABLE dossier DROP COLUMN desk",
    "ALTER TABLE dossier DROP COLUMN placed",
    "ALTER TABLE dossier DROP COLUMN snoozed_until",
    "ALTER TABLE dossier ADD COLUMN facet TEXT",
    "CREATE INDEX dossier_latest ON dossier (facet)",
    "CREATE INDEX dossier_waiting ON dossier (facet)",
    "CREATE INDEX dossier_lacking ON dossier (facet)",
    "CREATE INDEX dossier_by_reference ON dossier (facet)",
    "CREATE INDEX dossier_by_holder ON dossier (facet)",
    "ALTER TABLE document DROP COLUMN supposed",
    "DROP TABLE link",
    "CREATE TABLE resume_link (token_hash TEXT NOT NULL PRIMARY KEY, conversation TEXT NOT NULL, expires_at BIGINT NOT NULL)",
    "CREATE INDEX resume_link_end ON resume_link (expires_at)",
    "DROP TABLE received",
    "CREATE TABLE received (key TEXT NOT NULL PRIMARY KEY, conversation TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL)",
    "CREATE INDEX received_at ON received (at)",
    "DROP TABLE inspection",
    "DROP TABLE probe",
    "DROP TABLE IF EXISTS written",
    "DROP INDEX appointment_busy",
    "DROP INDEX session_login",
    "DROP INDEX rejected_duplicate_other",
    "DROP INDEX sms_part_age",
    "DROP INDEX endpoint_used",
    "ALTER TABLE endpoint DROP COLUMN used_at",
    "DELETE FROM migration WHERE name LIKE '%links' OR version > (SELECT version FROM migration WHERE name LIKE '%links')",
    "UPDATE schema_version SET version = (SELECT MAX(version) FROM migration)",
];

/// On SQLite the counts of dossiers are kept by triggers that read the facet: they go before it, and stand again for the migration.
const COUNTED: [&str; 3] = ["dossier_added", "dossier_changed", "dossier_removed"];

async fn go_back(db: &Database) {
    if db.is_sqlite() {
        for trigger in COUNTED {
            db.execute(Box::leak(format!("DROP TRIGGER {trigger}").into_boxed_str())).await;
        }
    }
    for sql in BEFORE {
        db.execute(sql).await;
    }
    if db.is_sqlite() {
        for trigger in COUNTED {
            let sql = format!("CREATE TRIGGER {trigger} AFTER DELETE ON dossier BEGIN SELECT 1; END");
            db.execute(Box::leak(sql.into_boxed_str())).await;
        }
    } else {
        db.execute("DROP FUNCTION free_count_slot").await;
        db.execute("DROP FUNCTION keep_access").await;
        db.execute("DROP TRIGGER timer_is_due ON timer").await;
        db.execute("DROP FUNCTION timer_is_due").await;
    }
}

async fn links_of_before_get_their_purpose(db: Database) {
    let store = db.store().await;
    let (mut texts, mut chat) = (Case::new("texts"), Case::new("chat"));
    store.commit(texts.turn("1", "")).await.unwrap();
    store.commit(chat.turn("2", "")).await.unwrap();
    store.close().await;
    go_back(&db).await;
    db.execute(
        "INSERT INTO outbox (id, conversation, seq, channel, account, address, status, attempts, epoch, next_at, at) \
         SELECT 'o', conversation, 1, 'sms', 'test', 'texts', 'sent', 1, 1, 0, 0 FROM endpoint WHERE address = 'texts'",
    )
    .await;
    // The turn was at 1 s: its link to the chat ends to the millisecond a week later.
    for (token, address, seconds) in [
        ("upload", "texts", 30 * DAY + 5),
        ("resume", "texts", 7 * DAY + 1),
        ("old upload", "texts", 7 * DAY + 2),
        ("of the chat", "chat", 7 * DAY + 3),
    ] {
        let end = at(seconds).as_millisecond();
        let sql = format!(
            "INSERT INTO resume_link (token_hash, conversation, expires_at) \
             SELECT '{token}', conversation, {end} FROM endpoint WHERE address = '{address}'"
        );
        db.execute(Box::leak(sql.into_boxed_str())).await;
    }
    let store = db.store().await;
    for (token, purpose, case) in [
        ("upload", LinkPurpose::Upload, &texts),
        ("resume", LinkPurpose::Resume, &texts),
        ("old upload", LinkPurpose::Upload, &texts),
        ("of the chat", LinkPurpose::Resume, &chat),
    ] {
        let other = if purpose == LinkPurpose::Upload { LinkPurpose::Resume } else { LinkPurpose::Upload };
        let opened = store.doors().by_link(token, purpose, at(DAY)).await.unwrap();
        assert_eq!(opened.map(|one| one.id()), Some(case.id()), "{token}");
        assert!(store.doors().by_link(token, other, at(DAY)).await.unwrap().is_none(), "{token}");
    }
}

async fn a_redelivery_is_known_across_the_migration_and_its_key_is_not_kept(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("a");
    let first = case.turn("the secret of a page", "une fuite");
    let again = case.clone().turn("the secret of a page", "une fuite");
    let key = first.key.clone().unwrap();
    store.commit(first).await.unwrap();
    assert_known(&store, &case, again).await;
    store.close().await;
    go_back(&db).await;
    let sql = format!(
        "INSERT INTO received (key, conversation, seq, at) SELECT '{}', conversation, 1, {} FROM endpoint",
        key.text,
        at(1).as_millisecond(),
    );
    db.execute(Box::leak(sql.into_boxed_str())).await;

    let store = db.store().await;
    let again = case.clone().turn("the secret of a page", "une fuite");
    assert_known(&store, &case, again).await;
    assert_eq!(db.number("SELECT COUNT(*) FROM received").await, 1);
    assert_eq!(db.number("SELECT CAST(MAX(LENGTH(key)) AS BIGINT) FROM received").await, 32);
    store.commit(case.turn("a page of today", "")).await.unwrap();
    assert!(store.was_received("sms/test/a page of today").await.unwrap());
    store.close().await;
    if db.is_sqlite() {
        let file = std::fs::read(db.file()).unwrap();
        // The message keeps what its sender called it, without the account.
        for key in ["sms/test/the secret of a page", "sms/test/a page of today"] {
            assert!(!file.windows(key.len()).any(|window| window == key.as_bytes()), "{key} stands in the file");
        }
    }
}

async fn assert_known(store: &Engine, case: &Case, again: guichet::store::Commit) {
    match store.commit(again).await {
        Err(CommitError::Duplicate { conversation, seq }) => assert_eq!((conversation, seq), (case.id(), 1)),
        other => panic!("{other:?}"),
    }
}
