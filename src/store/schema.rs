//! Migrations, applied in order under a lock and in one transaction. They expand first and contract a release later.
//!
//! One file serves both engines. What they write differently stands in braces (see [`WORDS`]), and what only one
//! of them needs stands between `-- only: sqlite` or `-- only: postgres` and `-- end`. The first ten are older than that
//! and have a file for each engine.
//!
//! A migration that a database applied never changes again: the checksum of what was run is kept with it, and a program
//! that has another text under the same number is refused. To add one, write the next number's file and its line in
//! [`MIGRATIONS`].

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{
    db::{Db, Dialect, Tx},
    error::StoreError,
    tables::received,
    value::args,
};

/// A step from one version of the schema to the next.
struct Migration {
    name: &'static str,
    source: Source,
    step: Option<Step>,
}

/// What a migration does after its script, because SQL cannot.
#[derive(Clone, Copy)]
enum Step {
    HashReceivedKeys,
    /// Tells whoever runs the service that the users of before see everything.
    TellOfUsers,
}

enum Source {
    /// The script of each engine as it is run.
    Apart { sqlite: &'static str, postgres: &'static str },
    /// One script for both, with words to fill in.
    Both(&'static str),
}

macro_rules! apart {
    ($name:literal) => {
        Migration {
            name: $name,
            source: Source::Apart {
                sqlite: include_str!(concat!("migrations/sqlite/", $name, ".sql")),
                postgres: include_str!(concat!("migrations/postgres/", $name, ".sql")),
            },
            step: None,
        }
    };
}

macro_rules! both {
    ($name:literal) => {
        both!($name, None)
    };
    ($name:literal, $step:expr) => {
        Migration {
            name: $name,
            source: Source::Both(include_str!(concat!("migrations/", $name, ".sql"))),
            step: $step,
        }
    };
}

/// All of them; a migration's version is its place, from 1.
const MIGRATIONS: &[Migration] = &[
    apart!("0001_start"),
    apart!("0002_outbox"),
    apart!("0003_people"),
    apart!("0004_intents"),
    apart!("0005_opt_out"),
    apart!("0006_secret"),
    apart!("0007_sms_part"),
    apart!("0008_planning"),
    apart!("0009_mail"),
    apart!("0010_doors"),
    both!("0011_acknowledged"),
    both!("0012_rejected_duplicate"),
    both!("0013_log"),
    both!("0014_ends"),
    both!("0015_taught"),
    both!("0016_lists"),
    both!("0017_links", Some(Step::HashReceivedKeys)),
    both!("0018_inspection"),
    both!("0019_keys"),
    both!("0020_slots"),
    both!("0021_watch"),
    both!("0022_supposed"),
    both!("0023_scope", Some(Step::TellOfUsers)),
    both!("0024_search"),
    both!("0025_due"),
    both!("0026_working"),
    both!("0027_mention"),
];

/// Any number, the same on every node: it lets one node migrate at a time.
pub(super) const POSTGRES_LOCK: i64 = 0x4755_4943_4845_5431;

/// Applies what is missing.
///
/// # Errors
///
/// [`StoreError::NewerSchema`] when a later program was here, [`StoreError::ChangedMigration`] when a migration that the
/// database applied reads otherwise today. The database is then left as it was.
pub(super) async fn migrate(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    match apply(&mut tx, db.dialect()).await {
        Ok(()) => tx.commit().await,
        Err(error) => {
            // The first error is the one to tell.
            let _ = tx.rollback().await;
            Err(error)
        }
    }
}

async fn apply(tx: &mut Tx, dialect: Dialect) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        // Another node may migrate for longer than a message may wait.
        tx.fetch("SET LOCAL lock_timeout = 0", &[]).await?;
        tx.fetch("SELECT pg_advisory_xact_lock($1)", &args![POSTGRES_LOCK]).await?;
    }
    tx.fetch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)", &[]).await?;
    let create = "CREATE TABLE IF NOT EXISTS migration \
                  (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";
    tx.fetch(create, &[]).await?;
    let rows = tx.fetch("SELECT version FROM schema_version", &[]).await?;
    let found = rows.first().map_or(Ok(0), |row| row.int(0))?;
    let known = known();
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let mut checksums = BTreeMap::new();
    for row in tx.fetch("SELECT version, checksum FROM migration", &[]).await? {
        checksums.insert(row.int(0)?, row.text(1)?);
    }
    for (version, migration) in (1..).zip(MIGRATIONS) {
        let script = migration.script(dialect);
        let checksum = hex::encode(Sha256::digest(script.as_bytes()));
        match checksums.get(&version) {
            Some(applied) if *applied != checksum => return Err(StoreError::ChangedMigration(migration.name)),
            Some(_) => {}
            // What an earlier program applied, which kept no checksums, is taken as it is today.
            None => {
                let values = args![version, migration.name, checksum];
                tx.fetch("INSERT INTO migration (version, name, checksum) VALUES ($1, $2, $3)", &values).await?;
            }
        }
        if version > found {
            tx.run_script(&script).await?;
            match migration.step {
                Some(Step::HashReceivedKeys) => received::hash_earlier(tx).await?,
                Some(Step::TellOfUsers) => tell_of_users(tx).await?,
                None => {}
            }
        }
    }
    if found < known {
        tx.fetch("DELETE FROM schema_version", &[]).await?;
        tx.fetch("INSERT INTO schema_version (version) VALUES ($1)", &args![known]).await?;
    }
    Ok(())
}

/// Nothing is taken from the users of an earlier program; it is said once, so that it can be.
async fn tell_of_users(tx: &mut Tx) -> Result<(), StoreError> {
    let rows = tx.fetch("SELECT COUNT(*) FROM handler", &[]).await?;
    let users = rows.first().map_or(Ok(0), |row| row.int(0))?;
    if users > 0 {
        tracing::warn!(
            users,
            "users have insurers and desks now: those of before see every one, as they did; limit them at the console or by \
             `guichet user change`"
        );
    }
    Ok(())
}

/// The version that this program brings a database to.
pub(super) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The version that the database has.
pub(super) async fn version(db: &Db) -> Result<i64, StoreError> {
    db.fetch_one("SELECT version FROM schema_version", &[]).await?.map_or(Ok(0), |row| row.int(0))
}

impl Migration {
    /// What an engine runs.
    fn script(&self, dialect: Dialect) -> String {
        match (&self.source, dialect) {
            (Source::Apart { sqlite, .. }, Dialect::Sqlite) => (*sqlite).to_owned(),
            (Source::Apart { postgres, .. }, Dialect::Postgres) => (*postgres).to_owned(),
            (Source::Both(source), dialect) => expand(source, dialect),
        }
    }
}

/// The script of one engine: its blocks and its words. An unknown word stays as it is, and no engine takes it.
fn expand(source: &str, dialect: Dialect) -> String {
    let mut script = String::with_capacity(source.len());
    let mut block = None;
    for line in source.lines() {
        if let Some(engine) = line.strip_prefix("-- only: ") {
            block = Some(engine);
        } else if line == "-- end" {
            block = None;
        } else if block.is_none_or(|engine| engine == dialect.name()) {
            script.push_str(line);
            script.push('\n');
        }
    }
    for (word, sqlite, postgres) in WORDS {
        let replacement = match dialect {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        script = script.replace(word, replacement);
    }
    script
}

/// What the engines write differently: the word, SQLite's text, PostgreSQL's.
const WORDS: &[(&str, &str, &str)] = &[
    // A key that is compared byte by byte: SQLite always does, PostgreSQL would ask the database's language.
    ("{key_text}", "TEXT", "TEXT COLLATE \"C\""),
    ("{bytes}", "BLOB", "BYTEA"),
    // SQLite clusters a table by its key with it: for what is rewritten in place. What is only ever appended has a rowid.
    (" {without_rowid}", " WITHOUT ROWID", ""),
];

#[cfg(test)]
mod tests;
