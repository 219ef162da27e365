//! Migrations, one list an engine, applied in order under a lock. They expand first and contract a release later.

use super::{
    StoreError,
    db::{Db, args},
};

const SQLITE: &[&str] = &[
    include_str!("migrations/sqlite/0001_start.sql"),
    include_str!("migrations/sqlite/0002_outbox.sql"),
    include_str!("migrations/sqlite/0003_people.sql"),
    include_str!("migrations/sqlite/0004_intents.sql"),
    include_str!("migrations/sqlite/0005_opt_out.sql"),
    include_str!("migrations/sqlite/0006_secret.sql"),
    include_str!("migrations/sqlite/0007_sms_part.sql"),
    include_str!("migrations/sqlite/0008_planning.sql"),
    include_str!("migrations/sqlite/0009_mail.sql"),
    include_str!("migrations/sqlite/0010_doors.sql"),
];
const POSTGRES: &[&str] = &[
    include_str!("migrations/postgres/0001_start.sql"),
    include_str!("migrations/postgres/0002_outbox.sql"),
    include_str!("migrations/postgres/0003_people.sql"),
    include_str!("migrations/postgres/0004_intents.sql"),
    include_str!("migrations/postgres/0005_opt_out.sql"),
    include_str!("migrations/postgres/0006_secret.sql"),
    include_str!("migrations/postgres/0007_sms_part.sql"),
    include_str!("migrations/postgres/0008_planning.sql"),
    include_str!("migrations/postgres/0009_mail.sql"),
    include_str!("migrations/postgres/0010_doors.sql"),
];

/// Any number, the same on every node: it lets one node migrate at a time.
const POSTGRES_LOCK: i64 = 0x4755_4943_4845_5431;

/// Applies what is missing.
pub(super) async fn migrate(db: &Db) -> Result<(), StoreError> {
    let steps = match db {
        Db::Sqlite { .. } => SQLITE,
        Db::Postgres(_) => POSTGRES,
    };
    let mut tx = db.begin().await?;
    if !tx.is_sqlite() {
        // Another node may migrate for longer than a message may wait.
        tx.fetch("SET LOCAL lock_timeout = 0", &[]).await?;
        tx.fetch("SELECT pg_advisory_xact_lock($1)", &args![POSTGRES_LOCK]).await?;
    }
    tx.fetch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)", &[]).await?;
    let rows = tx.fetch("SELECT version FROM schema_version", &[]).await?;
    let found = rows.first().map_or(Ok(0), |row| row.int(0))?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if found > known {
        tx.rollback().await?;
        return Err(StoreError::NewerSchema { found, known });
    }
    if found == known {
        return tx.rollback().await;
    }
    for step in &steps[usize::try_from(found).unwrap_or_default()..] {
        tx.run_script(step).await?;
    }
    tx.fetch("DELETE FROM schema_version", &[]).await?;
    tx.fetch("INSERT INTO schema_version (version) VALUES ($1)", &args![known]).await?;
    tx.commit().await
}

/// The version that the database has.
pub(super) async fn version(db: &Db) -> Result<i64, StoreError> {
    db.fetch_one("SELECT version FROM schema_version", &[]).await?.map_or(Ok(0), |row| row.int(0))
}
