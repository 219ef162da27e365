//! The statements that stand in the store's sources.

use std::{fs, path::Path};

use crate::store::{db::Dialect, testing::Recorded};

/// Files whose statements are not asked for: what they do is done by hand or once, page by page.
const MAINTENANCE: &[(&str, &str)] = &[
    ("backup/", "counts and copies everything, and reads the documents' rows by key in pages"),
    ("engine/placing.rs", "gives an earlier program's dossiers their desks once, in batches"),
    ("refold.rs", "makes an earlier program's dossiers findable once, in batches"),
    ("relog.rs", "moves an earlier program's tables once, by key in pages"),
    ("schema.rs", "the migrations"),
    ("tables/received.rs", "hashes the keys of an earlier program once, by key in pages"),
];
/// Files that call an engine's library: what is recorded passes through these, and nothing else may call it.
const DOORS: &[&str] = &["db.rs", "batch.rs", "writer.rs", "near_readers.rs", "checkpoint.rs", "notify.rs", "backup/"];
/// How a statement reaches an engine.
const CALLS: &[&str] = &["sqlx::query", "raw_sql", ".prepare", "query_row", "execute_batch"];

/// A literal with one of these is one engine's.
const OF_SQLITE: &[&str] = &[
    "json_each",
    "CROSS JOIN dossier o",
    "sqlite_master",
    "WHERE ({key}) IN",
    "OFFSET $2 - 1",
    "UPDATE written",
    "MATCH",
    "FROM search_text WHERE {asked} ORDER BY",
    "FROM search_text WHERE {matches} LIMIT",
];
const OF_POSTGRES: &[&str] = &[
    "LATERAL",
    "FOR UPDATE",
    "SKIP LOCKED",
    "LOCK TABLE",
    "pg_notify",
    "pg_logical_emit_message",
    "pg_advisory_xact_lock",
    "AS MATERIALIZED",
    "FROM (SELECT rowid FROM search_text",
    "terms @@",
    "json_array_elements",
    "UNNEST",
    "ANY(",
    "WITH {} SELECT",
    "FROM p{",
];

/// What makes a text a part of a statement.
const WORDS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "WHERE ",
    "ORDER BY ",
    "ON CONFLICT",
    " = $",
    "= '",
    "IS NULL",
    "IS NOT NULL",
    "NOT IN (",
    "SKIP LOCKED",
    "LOCK TABLE",
];
/// Texts with such a word that no statement has.
const NO_STATEMENTS: &[&str] = &["PRAGMA", "BEGIN", "UPDATE schema_version", "SELECT number FROM written"];

/// The texts of the sources that stand in none of the statements that ran.
pub(super) fn unseen(dialect: Dialect, recorded: &[Recorded]) -> Vec<String> {
    let ran: Vec<String> = recorded.iter().map(|statement| one_space(&statement.sql)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let (mut unseen, mut looked_at) = (Vec::new(), 0);
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_test = file.ends_with("tests.rs") || file.starts_with("tests/") || file.ends_with("testing.rs");
            if path.extension().is_none_or(|ending| ending != "rs") || is_test {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            if !DOORS.iter().any(|door| file.starts_with(door)) {
                let calls = CALLS.iter().filter(|call| source.contains(*call));
                unseen.extend(calls.map(|call| format!("{file} calls {call} itself: what it runs is not recorded")));
            }
            if MAINTENANCE.iter().any(|(kept, _)| file.starts_with(kept)) {
                continue;
            }
            for literal in literals(&source) {
                let others = if dialect == Dialect::Sqlite { OF_POSTGRES } else { OF_SQLITE };
                let contains = |words: &[&str]| words.iter().any(|word| literal.contains(word));
                if !contains(WORDS) || contains(others) || contains(NO_STATEMENTS) {
                    continue;
                }
                looked_at += 1;
                if !ran.iter().any(|sql| stands_in(&literal, sql)) {
                    unseen.push(format!("{file}: {}", one_space(&literal)));
                }
            }
            for declared in source.split("table! { ").skip(1) {
                let Some(insert) = declared.split('"').nth(1).map(|table| format!("INSERT INTO {table} ")) else {
                    continue;
                };
                if !ran.iter().any(|sql| sql.contains(&insert)) {
                    unseen.push(format!("{file}: {insert}"));
                }
            }
        }
    }
    assert!(looked_at > 100, "the statements were not found");
    unseen
}

/// Whether a text stands in a statement, whatever was put in the place of its braces.
fn stands_in(literal: &str, sql: &str) -> bool {
    let literal = one_space(literal);
    let (mut rest, mut sql) = (literal.as_str(), sql);
    loop {
        let (part, after) = match rest.find('{') {
            Some(at) => (&rest[..at], rest[at..].find('}').map(|end| &rest[at + end + 1..])),
            None => (rest, None),
        };
        let Some(at) = sql.find(part) else { return false };
        sql = &sql[at + part.len()..];
        match after {
            Some(after) => rest = after,
            None => return true,
        }
    }
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts in a source.
fn literals(source: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (mark, after) = (&rest[at..=at], &rest[at + 1..]);
        rest = after;
        if mark == "/" && after.starts_with('/') {
            rest = after.find('\n').map_or("", |end| &after[end..]);
        } else if mark == "'" && after.starts_with("\"'") {
            rest = &after[2..];
        } else if mark == "\"" {
            let mut text = String::new();
            let mut letters = after.char_indices();
            while let Some((end, letter)) = letters.next() {
                match letter {
                    '"' => {
                        rest = &after[end + 1..];
                        break;
                    }
                    // A line that goes on, or a letter that is written so.
                    '\\' => text.push(letters.next().map_or(' ', |(_, next)| if next == '\n' { ' ' } else { next })),
                    letter => text.push(letter),
                }
            }
            found.push(text);
        }
    }
    found
}
