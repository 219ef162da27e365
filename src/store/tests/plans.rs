//! How an engine runs a statement: what it reads, by which key, and how many rows that is.

use std::collections::BTreeSet;

use rusqlite::{Connection, StatementStatus};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};

use super::fill::GROWING;
use crate::store::{
    testing::{Bound, Recorded, literal},
    value::Arg,
};

/// What reads rows by more than a key of few: what was asked of the store, a part of the statement, and why that does not
/// grow for ever. How many rows it reads is counted all the same.
const EXEMPT: &[(&str, &str, &str)] = &[
    ("taught", "version > $1", "what was taught since a node looked last"),
    ("overdue_sms_parts", "done = 0", "parts of messages of which others are missing: each is taken within a minute"),
    ("overdue_sms_parts", "done = 1", "what is a day old is deleted, every minute anew"),
    ("booked", "busy_until > $2", "what an expert has before them"),
    ("agenda", "start_at >= $2", "what an expert has before them"),
    ("missions_to_arrange", "ordered_at", "the open missions of an expert"),
    ("request_counts", "done_at IS NULL", "the requests that are open"),
    ("owed", "done_at IS NULL", "the first requests that are open"),
    ("owed", "ended_at IS NULL", "the first tasks and deadlines that are open"),
    ("owed_counts", "done_at IS NULL", "the requests that are open"),
    ("owed_counts", "ended_at IS NULL", "the tasks and deadlines that end within a month"),
    ("overdue_by_handler", "ended_at IS NULL", "what is overdue"),
    ("prune_outbox", "id <= $2", "a page by its key, whose end was read before"),
    ("inbox", "d.facet = g.value", "the first lines of each facet, by the index of their order"),
    ("inbox", "FROM dossier_search", "the first keys that begin with a word, in their order"),
    ("find", "FROM dossier_search", "the first keys that begin with a word, in their order"),
    ("find", "terms @@", "what the inverted index has for some words, a bounded number of it"),
    ("index", "terms @@", "the first entry that has a word"),
    ("forget_words", "terms @@", "the first entry that has a word"),
    ("unindexed", "ORDER BY d.id", "a page by its key"),
    ("inbox", "d.handler = $1", "the open dossiers that a user holds, at most a thousand"),
    ("count_held", "d.handler = $1", "the open dossiers that a user holds, at most a thousand"),
    ("inbox", "WHERE tag = $1", "the first dossiers with a tag, by their index"),
];

/// Partial indexes on what is still to be done.
const OPEN: &[&str] = &["clock_open", "outbox_waiting", "request_due", "missed_open", "mission_open"];

/// Columns of which one value has few rows, whatever the table grows to.
const FEW: &[&str] = &[
    "address",
    "appointment",
    "cited",
    "conversation",
    "document",
    "dossier",
    "flow_revision",
    "id",
    "key",
    "login",
    "mission",
    "name_key",
    "near",
    "number_key",
    "other",
    "policy",
    "provider_id",
    "reference",
    "rowid",
    "secret_hash",
    "sha256",
    "subject",
    "token_hash",
    "upload_id",
    "value",
    "version",
];

/// The most that a statement does on SQLite, in steps of its virtual machine, beyond what it returns and binds.
const MAX_STEPS: i32 = 40_000;
/// The most rows of a growing table that a statement reads on PostgreSQL.
const MAX_READ: f64 = 2_500.0;

/// Each statement once for each thing that was asked.
pub(super) fn distinct(recorded: Vec<Recorded>) -> Vec<Recorded> {
    const NO_PLAN: &[&str] = &["BEGIN", "COMMIT", "ROLLBACK", "LOCK ", "PRAGMA ", "SET "];
    let mut seen = BTreeSet::new();
    recorded
        .into_iter()
        .filter(|statement| !NO_PLAN.iter().any(|word| statement.sql.starts_with(word)))
        .filter(|statement| seen.insert((statement.step, statement.sql.clone())))
        .collect()
}

fn is_exempt(statement: &Recorded) -> bool {
    EXEMPT.iter().any(|(step, part, _)| statement.step == *step && statement.sql.contains(part))
}

fn wrong(statement: &Recorded, why: &str) -> String {
    format!("{}: {why}\n    {}", statement.step, statement.sql)
}

fn grows(table: &str) -> bool {
    GROWING.iter().any(|(growing, ..)| *growing == table)
}

/// Whether a condition on an index holds one of the [`FEW`] to a value.
fn is_few(condition: &str, equals: &str) -> bool {
    let words = condition.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '=' && c != '>' && c != '<');
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && *word != "text").collect();
    words.windows(2).any(|two| FEW.contains(&two[0]) && two[1] == equals)
        || words.iter().any(|word| word.strip_suffix("=").is_some_and(|column| FEW.contains(&column)))
}

/// What is wrong with the plans of SQLite.
pub(super) fn of_sqlite(connection: &Connection, recorded: &[Recorded]) -> Vec<String> {
    let mut found = Vec::new();
    for statement in recorded {
        let lines = sqlite_plan(connection, statement);
        let sort = lines.iter().find(|line| line.contains("TEMP B-TREE") && !line.contains("TERM"));
        let in_order = statement.sql.contains("LIMIT") && sort.is_none();
        let mut is_bounded = true;
        for line in &lines {
            let Some((how, rest)) = line.split_once(' ') else { continue };
            if how != "SCAN" && how != "SEARCH" {
                continue;
            }
            let name = rest.split(' ').next().unwrap_or_default();
            if !grows(&table_of(&statement.sql, name)) {
                continue;
            }
            // By a word or by the number of the entry; never as a whole, which has no constraint.
            if name == "search_text" && [":M", ":="].iter().any(|by| rest.contains(by)) {
                continue;
            }
            let by_open = OPEN.iter().any(|index| rest.contains(&format!("INDEX {index}")));
            let condition = rest.rfind('(').map_or("", |at| &rest[at..]);
            let in_order = in_order && (rest.contains("INDEX") || rest.contains("PRIMARY KEY"));
            let by_key = how == "SEARCH" && (is_few(condition, "=?") || is_few(&condition.replace('=', " = "), "="));
            // `MAX` of a key is its last row.
            let is_end = how == "SEARCH" && condition.is_empty();
            is_bounded &= by_key;
            if !(by_open || by_key || is_end || in_order || is_exempt(statement)) {
                found.push(wrong(statement, line));
            }
        }
        if let Some(sort) = sort.filter(|_| !is_bounded && !is_exempt(statement)) {
            found.push(wrong(statement, &format!("{sort} of rows that grow: {lines:?}")));
        }
        if let Some(steps) = sqlite_steps(connection, statement).filter(|steps| *steps > MAX_STEPS) {
            found.push(wrong(statement, &format!("{steps} steps: {lines:?}")));
        }
    }
    found
}

fn sqlite_plan(connection: &Connection, statement: &Recorded) -> Vec<String> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    bind(&mut plan, statement);
    let (mut lines, mut rows) = (Vec::new(), plan.raw_query());
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get(3).unwrap());
    }
    lines
}

/// Runs a statement and takes back what it wrote. None where it is refused, as a key that is there by now.
fn sqlite_steps(connection: &Connection, statement: &Recorded) -> Option<i32> {
    connection.execute_batch("BEGIN").unwrap();
    let steps = {
        let mut running = connection.prepare(&statement.sql).unwrap();
        bind(&mut running, statement);
        let mut rows = running.raw_query();
        let is_over = loop {
            match rows.next() {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        drop(rows);
        is_over.then(|| running.get_status(StatementStatus::VmStep))
    };
    connection.execute_batch("ROLLBACK").unwrap();
    steps
}

fn bind(prepared: &mut rusqlite::Statement<'_>, statement: &Recorded) {
    let Bound::Row(values) = &statement.bound else { panic!("SQLite binds no arrays") };
    for parameter in 1..=prepared.parameter_count() {
        let number =
            prepared.parameter_name(parameter).and_then(|name| name.trim_start_matches(['$', '?']).parse().ok());
        let value: &Arg<'_> = &values[number.unwrap_or(parameter) - 1];
        prepared.raw_bind_parameter(parameter, value).unwrap();
    }
}

/// The table that a name in a plan means: a statement may call it otherwise.
fn table_of(sql: &str, name: &str) -> String {
    let words = sql.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty() && *word != "AS");
    let words: Vec<&str> = words.collect();
    let named =
        words.windows(3).find(|three| matches!(three[0], "FROM" | "JOIN" | "INTO" | "UPDATE") && three[2] == name);
    named.map_or(name, |three| three[1]).to_owned()
}

/// What is wrong with the plans of PostgreSQL: that of the values at hand, and that to which a prepared statement comes
/// when it was run some times.
pub(super) async fn of_postgres(connection: &mut PgConnection, recorded: &[Recorded]) -> Vec<String> {
    let mut found = Vec::new();
    for statement in recorded {
        let (types, values): (Vec<&str>, Vec<String>) = match &statement.bound {
            Bound::Row(values) => values
                .iter()
                .map(|value| {
                    let (value, holds) = literal(value);
                    (holds, value)
                })
                .unzip(),
            Bound::Arrays(arrays) => {
                arrays.iter().map(|array| (array.rsplit_once("::").unwrap().1, array.clone())).unzip()
            }
        };
        let list = |all: String| if all.is_empty() { all } else { format!("({all})") };
        let (types, values) = (list(types.join(", ")), list(values.join(", ")));
        run(connection, format!("PREPARE asked {types} AS {}", statement.sql)).await.unwrap();
        let mut plans = Vec::new();
        for time in 0..7 {
            let plan = plan(connection, format!("EXPLAIN (FORMAT JSON) EXECUTE asked {values}")).await.unwrap();
            if time == 0 || time == 6 {
                plans.push(plan);
            }
        }
        run(connection, "BEGIN".to_owned()).await.unwrap();
        let analysed = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE asked {values}");
        // Refused where a key is there by now.
        plans.extend(plan(connection, analysed).await);
        run(connection, "ROLLBACK".to_owned()).await.unwrap();
        run(connection, "DEALLOCATE asked".to_owned()).await.unwrap();
        let mut told = BTreeSet::new();
        for plan in &plans {
            let mut reading = Reading { is_exempt: is_exempt(statement), wrong: Vec::new() };
            reading.node(&plan[0]["Plan"], "", false);
            told.extend(reading.wrong);
        }
        found.extend(told.iter().map(|why| wrong(statement, why)));
    }
    found
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

async fn plan(connection: &mut PgConnection, sql: String) -> Option<Value> {
    let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql))).await.ok()?;
    let lines: Vec<String> = rows.iter().map(|row| row.get_unchecked(0)).collect();
    Some(serde_json::from_str(&lines.join("\n")).unwrap())
}

struct Reading {
    is_exempt: bool,
    wrong: Vec<String>,
}

impl Reading {
    /// Looks at a node and at what is below it. `has_end`: who reads from it stops after some rows. Returns whether all of
    /// that goes by keys of few rows.
    fn node(&mut self, node: &Value, above: &str, has_end: bool) -> bool {
        let text = |key: &str| node[key].as_str().unwrap_or_default();
        let kind = text("Node Type");
        let table = Some(text("Relation Name")).filter(|table| !table.is_empty()).unwrap_or(above);
        let mut is_bounded = true;
        let is_index = matches!(kind, "Index Scan" | "Index Only Scan" | "Bitmap Index Scan");
        if grows(table) && kind == "Seq Scan" {
            self.wrong.push(format!("Seq Scan on {table}"));
        } else if grows(table) && is_index {
            let (index, condition) = (text("Index Name"), text("Index Cond"));
            let by_key = is_few(condition, "=");
            is_bounded = by_key;
            let in_order = has_end && kind != "Bitmap Index Scan";
            if !(by_key || in_order || self.is_exempt || OPEN.contains(&index)) {
                self.wrong.push(format!("{kind} on {table} by {index} {condition}"));
            }
        }
        for below in node["Plans"].as_array().into_iter().flatten() {
            let has_end = kind == "Limit" || has_end && !matches!(kind, "Sort" | "Aggregate" | "Hash");
            is_bounded &= self.node(below, table, has_end);
        }
        if kind == "Sort" && !is_bounded && !self.is_exempt {
            self.wrong.push(format!("Sort of rows that grow by {}", node["Sort Key"]));
        }
        let number = |key: &str| node[key].as_f64().unwrap_or_default();
        let read = number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
        let read = read * number("Actual Loops");
        if grows(table) && read > MAX_READ {
            self.wrong.push(format!("{kind} on {table} reads {read} rows"));
        }
        is_bounded
    }
}
