//! What can go wrong with the database, said so that the person who runs the service knows what to do.

use sqlx::sqlite::SqliteError;

/// SQLite's extended codes of a key that is there already.
const PRIMARY_KEY: i32 = 1555;
const UNIQUE: i32 = 2067;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database's address must begin with sqlite: or postgres:")]
    UnknownScheme,
    #[error("SQLite {0} can corrupt its log; 3.51.3 or later is needed: rebuild with the bundled SQLite")]
    OldSqlite(String),
    #[error("the database has schema version {found}, this Guichet knows up to {known}: start a newer Guichet")]
    NewerSchema { found: i64, known: i64 },
    #[error(
        "the migration {0} is not the one that this database applied: start the Guichet that this database last ran with; \
         if its file was edited, put it back as it was and write what is new as the next migration"
    )]
    ChangedMigration(&'static str),
    #[error(
        "bringing the database to its new form needs {needed} bytes of free space beside it and there are {free}: make room \
         and start again; nothing was changed"
    )]
    NoRoomToMigrate { needed: u64, free: u64 },
    #[error("the disk is full: free space on the database's volume; nothing was acknowledged")]
    DiskFull,
    #[error("the database is locked by another program: stop the other writer; nothing was acknowledged")]
    Locked,
    #[error("two transactions waited for each other, again and again; nothing was acknowledged")]
    Deadlock,
    #[error("the database file is damaged: stop Guichet, keep the file, restore the last backup ({0})")]
    Corrupt(String),
    #[error("the database file cannot be opened or written: check that its folder is there, its owner and its rights")]
    ReadOnly,
    #[error("the database cannot be reached: check that it runs and the address in the configuration ({0})")]
    Unreachable(String),
    #[error("a value has no JSON and is not stored: {0}")]
    Unstorable(serde_json::Error),
    #[error("a stored value does not read back: {0}")]
    Unreadable(serde_json::Error),
    #[error("a stored value does not read back (column {0})")]
    UnreadableColumn(String),
    #[error("the transaction is over")]
    TransactionOver,
    #[error("the system gives no randomness: {0}")]
    NoRandomness(String),
    #[error("the system gives no thread: {0}")]
    NoThread(String),
    #[error("the store is closing")]
    Closing,
    #[error("that identifier exists already")]
    Taken,
    #[error("the database refused a statement: {0}")]
    Refused(String),
}

impl StoreError {
    /// Whether one row is to blame and not the database's state: others of its group may still be stored.
    pub fn is_about_the_row(&self) -> bool {
        matches!(self, Self::Taken | Self::Refused(_) | Self::Unstorable(_) | Self::Unreadable(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Taken,
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                let message = || database.message().to_owned();
                match code.parse() {
                    Ok(code) if database.try_downcast_ref::<SqliteError>().is_some() => of_sqlite(code, message),
                    _ => of_postgres(&code, message),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed => Self::Unreachable(error.to_string()),
            sqlx::Error::PoolClosed => Self::Closing,
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, message) => match failure.extended_code {
                UNIQUE | PRIMARY_KEY => Self::Taken,
                code => of_sqlite(code, || message.clone().unwrap_or_else(|| failure.to_string())),
            },
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// PostgreSQL's codes have five characters (https://www.postgresql.org/docs/current/errcodes-appendix.html).
fn of_postgres(code: &str, message: impl Fn() -> String) -> StoreError {
    match code {
        "53100" => StoreError::DiskFull,
        "55P03" => StoreError::Locked,
        "40P01" => StoreError::Deadlock,
        "25006" => StoreError::ReadOnly,
        "XX001" | "XX002" => StoreError::Corrupt(code.to_owned()),
        // 25P03: a transaction stood still for too long, and its session was ended.
        _ if code == "25P03" || code.starts_with("57P") || code.starts_with("08") || code.starts_with("53") => {
            StoreError::Unreachable(message())
        }
        _ => StoreError::Refused(message()),
    }
}

/// SQLite's are numbers; the low byte is the primary code (https://www.sqlite.org/rescode.html).
fn of_sqlite(code: i32, message: impl Fn() -> String) -> StoreError {
    match code & 0xff {
        13 => StoreError::DiskFull,
        5 | 6 => StoreError::Locked,
        11 | 26 => StoreError::Corrupt(code.to_string()),
        3 | 8 | 14 | 23 => StoreError::ReadOnly,
        10 => StoreError::Unreachable(message()),
        _ => StoreError::Refused(message()),
    }
}
