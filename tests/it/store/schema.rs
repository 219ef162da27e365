//! Opening: what is known is migrated, what is newer or unknown is refused.

use guichet::store::{Engine, StoreError};

use crate::support::{Case, Database, on_both_engines};

on_both_engines! {
    opening_twice_changes_nothing,
    opening_from_several_nodes_at_once_migrates_once,
    a_newer_schema_is_refused_and_left_alone,
    the_first_start_keeps_the_checksums_of_what_was_applied_before,
    a_migration_that_changed_since_it_was_applied_is_refused,
}

async fn opening_twice_changes_nothing(db: Database) {
    let first = db.store().await;
    let mut case = Case::new("x");
    first.commit(case.turn("1", "gardé")).await.unwrap();
    let version = first.schema_version().await.unwrap();
    first.close().await;
    let second = db.store().await;
    assert_eq!(second.schema_version().await.unwrap(), version);
    assert_eq!(second.name(), if db.is_sqlite() { "sqlite" } else { "postgres" });
    assert_eq!(second.messages(case.id(), 0, 10).await.unwrap().len(), 2);
    second.check_writable().await.unwrap();
}

async fn opening_from_several_nodes_at_once_migrates_once(db: Database) {
    let (one, two, three) = tokio::join!(Engine::open(&db.url), Engine::open(&db.url), Engine::open(&db.url));
    for store in [one, two, three] {
        store.unwrap().check_writable().await.unwrap();
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM schema_version").await, 1);
}

async fn a_newer_schema_is_refused_and_left_alone(db: Database) {
    let known = db.store().await.schema_version().await.unwrap();
    db.execute("UPDATE schema_version SET version = version + 1").await;
    let refused = Engine::open(&db.url).await;
    assert!(
        matches!(refused, Err(StoreError::NewerSchema { found, known: k }) if found == known + 1 && k == known),
        "{refused:?}"
    );
    assert_eq!(db.number("SELECT version FROM schema_version").await, known + 1);
}

/// A database of a program that kept no checksums.
async fn the_first_start_keeps_the_checksums_of_what_was_applied_before(db: Database) {
    let version = {
        let store = db.store().await;
        let version = store.schema_version().await.unwrap();
        store.close().await;
        version
    };
    let kept = "SELECT COUNT(*) FROM migration WHERE name LIKE '00%' AND LENGTH(checksum) = 64";
    assert_eq!(db.number(kept).await, version, "a new database keeps them from the beginning");
    db.execute("DROP TABLE migration").await;
    db.store().await.close().await;
    assert_eq!(db.number(kept).await, version);
}

async fn a_migration_that_changed_since_it_was_applied_is_refused(db: Database) {
    db.store().await.close().await;
    db.execute("UPDATE migration SET checksum = 'of another text' WHERE version = 4").await;
    let refused = Engine::open(&db.url).await.unwrap_err();
    assert!(matches!(refused, StoreError::ChangedMigration("0004_intents")), "{refused:?}");
    assert!(refused.to_string().contains("put it back as it was"), "it says what to do: {refused}");
    assert_eq!(db.number("SELECT COUNT(*) FROM migration WHERE checksum = 'of another text'").await, 1, "left alone");
}

#[tokio::test]
async fn an_address_without_a_known_scheme_is_refused() {
    for url in ["mysql://localhost/guichet", "guichet.db", "", "/var/lib/guichet"] {
        assert!(matches!(Engine::open(url).await, Err(StoreError::UnknownScheme)), "{url}");
    }
}
