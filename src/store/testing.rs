//! Every statement that the store runs, with what it binds: `tests/` asks the engines how they would run it.
//!
//! A door of the store names [`record`]; the program itself is compiled without it.

pub(crate) mod faults;

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    db::Dialect,
    value::{Arg, Array},
};

/// A statement as it was run.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) dialect: Dialect,
    /// SQLite's file: tests of one process run beside each other.
    pub(super) file: Option<String>,
    pub(super) sql: String,
    pub(super) bound: Bound,
    /// What was asked of the store, then.
    pub(super) step: &'static str,
}

/// What a statement binds.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Row(Vec<Arg<'static>>),
    /// PostgreSQL's arrays, each as it is written in a statement.
    Arrays(Vec<String>),
}

struct Recorder {
    step: Option<&'static str>,
    statements: Vec<Recorded>,
}

static RECORDER: Mutex<Recorder> = Mutex::new(Recorder { step: None, statements: Vec::new() });

/// From now on statements are kept, as those of a step.
pub(super) fn step(step: &'static str) {
    recorder().step = Some(step);
}

/// Ends the recording, and returns what was kept.
pub(super) fn recorded() -> Vec<Recorded> {
    let mut recorder = recorder();
    recorder.step = None;
    std::mem::take(&mut recorder.statements)
}

/// A door of the store runs a statement.
pub(super) fn record(dialect: Dialect, file: Option<&str>, sql: &str, bound: &[Arg<'_>]) {
    keep(dialect, file, sql, || Bound::Row(bound.iter().map(|arg| arg.clone().into_owned()).collect()));
}

/// The same with arrays.
pub(super) fn record_arrays<'a>(sql: &str, arrays: impl Iterator<Item = Array<'a>>) {
    keep(Dialect::Postgres, None, sql, || Bound::Arrays(arrays.map(|array| in_sql(&array)).collect()));
}

fn keep(dialect: Dialect, file: Option<&str>, sql: &str, bound: impl FnOnce() -> Bound) {
    let mut recorder = recorder();
    let Some(step) = recorder.step else { return };
    let recorded = Recorded { dialect, file: file.map(str::to_owned), sql: sql.to_owned(), bound: bound(), step };
    recorder.statements.push(recorded);
}

fn recorder() -> MutexGuard<'static, Recorder> {
    RECORDER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A value as it is written in a statement, with PostgreSQL's type of it.
pub(super) fn literal(arg: &Arg<'_>) -> (String, &'static str) {
    match arg {
        Arg::Text(text) => (quoted(text), "text"),
        Arg::Int(int) => (int.to_string(), "bigint"),
        Arg::Bytes(bytes) => (format!("'\\x{}'", hex::encode(bytes)), "bytea"),
        Arg::NullText => ("NULL".to_owned(), "text"),
        Arg::NullInt => ("NULL".to_owned(), "bigint"),
        Arg::NullBytes => ("NULL".to_owned(), "bytea"),
    }
}

fn in_sql(array: &Array<'_>) -> String {
    let null = || "NULL".to_owned();
    let (values, holds): (Vec<String>, _) = match array {
        Array::Text(texts) => (texts.iter().map(|text| text.map_or_else(null, quoted)).collect(), "text"),
        Array::Int(ints) => (ints.iter().map(|int| int.map_or_else(null, |int| int.to_string())).collect(), "bigint"),
        Array::Bytes(all) => {
            (all.iter().map(|bytes| bytes.map_or_else(null, |bytes| literal(&bytes.into()).0)).collect(), "bytea")
        }
    };
    format!("ARRAY[{}]::{holds}[]", values.join(", "))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
