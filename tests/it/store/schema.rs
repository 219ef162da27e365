//! Opening: what is known is migrated, what is newer or unknown is refused.

use guichet::store::{Store, StoreError};

use crate::support::{Case, Database, on_both_engines};

on_both_engines! {
    opening_twice_changes_nothing,
    opening_from_several_nodes_at_once_migrates_once,
    a_newer_schema_is_refused_and_left_alone,
}

async fn opening_twice_changes_nothing(db: Database) {
    let first = db.store().await;
    let mut case = Case::new("x");
    first.commit(case.turn("1", "gardé")).await.unwrap();
    let version = first.schema_version().await.unwrap();
    first.close().await;
    let second = db.store().await;
    assert_eq!(second.schema_version().await.unwrap(), version);
    assert_eq!(second.engine(), if db.is_sqlite() { "sqlite" } else { "postgres" });
    assert_eq!(second.messages(case.id(), 0, 10).await.unwrap().len(), 2);
    second.check_writable().await.unwrap();
}

async fn opening_from_several_nodes_at_once_migrates_once(db: Database) {
    let (one, two, three) = tokio::join!(Store::open(&db.url), Store::open(&db.url), Store::open(&db.url));
    for store in [one, two, three] {
        store.unwrap().check_writable().await.unwrap();
    }
    assert_eq!(db.number("SELECT COUNT(*) FROM schema_version").await, 1);
}

async fn a_newer_schema_is_refused_and_left_alone(db: Database) {
    let known = db.store().await.schema_version().await.unwrap();
    db.execute("UPDATE schema_version SET version = version + 1").await;
    let refused = Store::open(&db.url).await;
    assert!(
        matches!(refused, Err(StoreError::NewerSchema { found, known: k }) if found == known + 1 && k == known),
        "{refused:?}"
    );
    assert_eq!(db.number("SELECT version FROM schema_version").await, known + 1);
}

#[tokio::test]
async fn an_address_without_a_known_scheme_is_refused() {
    for url in ["mysql://localhost/guichet", "guichet.db", "", "/var/lib/guichet"] {
        assert!(matches!(Store::open(url).await, Err(StoreError::UnknownScheme)), "{url}");
    }
}
