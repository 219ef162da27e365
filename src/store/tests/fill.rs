//! 100,000 rows in each table that grows, such as years leave them: nearly all that can be over is over.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, PgConnection};

use crate::store::db::Dialect;

pub(super) const ROWS: usize = 100_000;

/// The tables that grow, with the columns and the values of the row number `n`. `{C:…}` is an identifier by its kind and a
/// number, `{zero}` a digest, `{key}` the bytes of a key, `{end}` an instant that is over for one row of two.
pub(super) const GROWING: &[(&str, &str, &str)] = &[
    (
        "conversation",
        "id, contact, insurer, channel, account, address, language, handler, flow_revision, dossier, opened_at",
        "{C:n}, {P:n}, 'demo', 'sms', 'test', '+336' || n, 'fr', NULL, 'r' || (n % 50), {D:n}, n",
    ),
    (
        "fence",
        "conversation, revision, last_seq, read_seq, timeline_seq, log_number, log_chain, whole, timing, updated_at, moves",
        "{C:n}, 1, 4, 0, 2, 10, {zero}, 1, '{}', n, 0",
    ),
    (
        "log",
        "conversation, number, kind, seq, actor, at, key, value, salt, digest, chain",
        "{C:n / 10}, n % 10 + 1, CASE WHEN n % 10 < 5 THEN 'message' WHEN n % 10 < 8 THEN 'state' WHEN n % 10 = 8 \
         THEN 'decision' ELSE 'opened' END, n % 10 + 1, 'guichet', n, NULL, '{}', {zero}, {zero}, {zero}",
    ),
    (
        "endpoint",
        "channel, account, address, conversation, contact, at, proof, verified_at, used_at",
        "CASE WHEN n % 2 = 0 THEN 'sms' ELSE 'web' END, 'test', '+336' || n, {C:n}, {P:n}, n, NULL, NULL, \
         CASE WHEN n % 2 = 0 THEN NULL WHEN n % 4 = 1 THEN n ELSE 1900000000000 + n END",
    ),
    ("received", "key, conversation, seq, at", "{key}, {C:n}, 1, n"),
    (
        "dossier",
        "id, reference, insurer, conversation, peril, status, policy, holder, orientation, desk, priority, handover, handler, \
         wanted, missing, waiting_since, opened_at, updated_at, holder_key, searchable, placed",
        "{D:n}, 'R' || n, 'demo', {C:n}, 'peril' || (n % 97), CASE WHEN n % 50 = 0 THEN 'oriented' ELSE 'closed' END, \
         'policy ' || (n / 2), 'H' || n || ' Holder', 'tele', CASE WHEN n % 3 = 0 THEN 'demo' ELSE NULL END, 'normal', NULL, \
         CASE WHEN n % 7 = 0 THEN 'login' || (n % 1000) ELSE NULL END, '[]', 0, \
         CASE WHEN n % 3 = 0 THEN n ELSE NULL END, n, n, 'h' || n || ' holder', 1, 1",
    ),
    ("read_mark", "dossier, login, seq", "{D:n}, 'login' || (n % 1000), 3"),
    ("draft", "dossier, login, kind, text, at", "{D:n}, 'login' || (n % 1000), 'reply', 'text', n"),
    ("saved_view", "login, name, query", "'login' || (n / 10), 'view ' || n, 'view=mine'"),
    ("dossier_tag", "tag, dossier", "'tag' || (n % 1000), {D:n}"),
    (
        "dossier_search",
        "is_over, key, dossier",
        "CASE WHEN n % 50 = 0 THEN 0 ELSE 1 END, CASE WHEN n % 2 = 0 THEN 'h' || n || ' holder' ELSE 'holder h' || n END, {D:n}",
    ),
    (
        "search_entry",
        "id, conversation, dossier, revision, digest, fields",
        "1000000 + n, {C:n}, {D:n}, 1, 'digest', '[]'",
    ),
    ("search_text", "rowid, terms", "1000000 + n, ('kh' || n || ' idemo d wword' || (n / 50)){vector}"),
    ("search_near", "near, word", "'h' || n || 'x', 'holder' || n"),
    ("told_contact", "name, value, dossier", "'phone', '+336' || (n / 2), {D:n}"),
    ("rejected_duplicate", "dossier, other", "{D:n}, {D:n + 1}"),
    ("mention", "login, dossier, seq, named_by, at", "'login' || (n % 1000), {D:n}, 1, 'camille', n"),
    (
        "document",
        "id, conversation, dossier, kind, upload_id, name, media_type, bytes, sha256, inspection, at",
        "{F:n}, {C:n}, {D:n}, 'damage_photos', 'u' || n, 'photo.jpg', 'image/jpeg', 1000, 'sha' || n, '{}', n",
    ),
    (
        "inspection",
        "document, conversation, place, at, next_at, attempts",
        "{F:n}, {C:n}, n % 10, n, CASE WHEN n % 100 = 9 THEN 0 ELSE 1795262700000 + n END, 0",
    ),
    (
        "policy",
        "insurer, number_key, name_key, birth_date, postcode, policy, imported_at",
        "'demo', 'number ' || n, 'name ' || (n / 2), NULL, NULL, '{}', n",
    ),
    ("session", "token_hash, login, csrf, expires_at", "'s' || n, 'login' || (n % 1000), 'csrf', {end}"),
    ("invitation", "token_hash, login, made_by, expires_at", "'i' || n, 'login' || n, 'camille', {end}"),
    (
        "access",
        "login, kind, subject, slot, at, dossier, origin, detail",
        "'login' || (n % 1000), 'dossier', {D:n}, n, n, {D:n}, '192.0.2.1', ''",
    ),
    ("link", "token_hash, purpose, conversation, expires_at, opened_as", "'l' || n, 'resume', {C:n}, {end}, NULL"),
    ("crossing", "secret_hash, conversation, expires_at, used_at", "'x' || n, {C:n}, {end}, NULL"),
    (
        "outbox",
        "id, conversation, seq, channel, account, address, attempts, next_at, epoch, status, provider_id, reason, at",
        "{O:n}, {C:n / 4}, n % 4, 'sms', 'test', '+336' || (n / 4), 1, n, 1, \
         CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'sent' END, 'provider ' || n, NULL, n",
    ),
    (
        "early_report",
        "channel, account, provider_id, fate, reason, at",
        "'sms', 'test', 'unknown ' || n, 'delivered', NULL, n",
    ),
    (
        "due",
        "subject, kind, at, conversation, payload",
        "{C:n}, 'wake', 1900000000000 + n, CASE WHEN n % 10 = 0 THEN {C:n + 1} ELSE NULL END, NULL",
    ),
    (
        "clock",
        "id, kind, rule, dossier, conversation, insurer, owner, assignee, text, started_at, due_at, made_by, ended_at, ended_by",
        "{T:n}, 'task', '', {D:n / 2}, {C:n / 2}, 'demo', 'insurer', 'camille', 'text', n, n, 'camille', \
         CASE WHEN n % 100 = 0 THEN NULL ELSE n END, CASE WHEN n % 100 = 0 THEN NULL ELSE 'camille' END",
    ),
    (
        "request",
        "id, conversation, dossier, insurer, kind, desk, text, asked_at, acknowledge_by, answer_by, done_at, done_by, \
         acknowledged_at, acknowledged_by, acknowledged_in",
        "{R:n}, {C:n}, {D:n}, 'demo', 'complaint', 'quality', 'text', n, NULL, n, CASE WHEN n % 100 = 0 THEN NULL ELSE n END, \
         CASE WHEN n % 100 = 0 THEN NULL ELSE 'camille' END, NULL, NULL, NULL",
    ),
    (
        "missed",
        "id, conversation, dossier, text, question, at, intent, settled_at, settled_by",
        "{M:n}, {C:n}, {D:n}, 'text', 0, n, NULL, CASE WHEN n % 50 = 0 THEN NULL ELSE n END, NULL",
    ),
    ("taught", "version, intent, text, taught_by, at", "n, 'declare_water', 'text ' || n, 'camille', n"),
    ("opt_out", "channel, account, address, conversation, confirmation, at", "'sms', 'test', '+337' || n, {C:n}, 1, n"),
    (
        "sms_part",
        "account, address, reference, total, number, content, coding, id, done, at",
        "'test', '+336' || n, 1, 2, 1, '00', 0, 'i' || n, 1, 1795262400000 + n",
    ),
    (
        "mission",
        "id, dossier, conversation, insurer, expert, mode, state, because, ordered_by, ordered_at, updated_at",
        "{E:n}, {D:n}, {C:n}, 'demo', 'expert' || (n % 10), 'visio', CASE WHEN n % 50 = 0 THEN 'ordered' ELSE 'done' END, \
         '{\"because\":[],\"others\":[],\"passed_over\":[]}', 'camille', n, n",
    ),
    (
        "appointment",
        "id, mission, dossier, expert, start_at, end_at, busy_until, place, state, updated_at",
        "{A:n}, {E:n}, {D:n}, 'expert' || (n % 10), 900000 * n, 900000 * n + 1800000, 900000 * n + 2700000, '', 'booked', n",
    ),
    ("expert_time", "expert, at, appointment", "'expert' || (n % 10), 900000 * n, {A:n}"),
    ("citation", "conversation, cited, at", "{C:n}, {C:n + 1}, n"),
    ("proof", "conversation, contact, channel, address, proof, at", "{C:n}, {P:n}, 'sms', '+336' || n, 'code', n"),
    ("tried", "key, count, until_at", "'t' || n, 1, {end}"),
];

/// The tables that do not grow with what people send: what an operator sets up, and what there is one of for each node,
/// account, version of the flows, or combination of what lists filter by.
pub(super) const BOUNDED: &[&str] = &[
    "dossier_count",
    "flow_revision",
    "flow_revision_alias",
    "flow_revision_rewrite",
    "flow_revision_use",
    "handler",
    "lease",
    "mailbox",
    "migration",
    "probe",
    "schema_version",
    "secret",
    // Empty: its rows stand in `due` now.
    "timer",
];

/// Those that only SQLite has. Those of the full-text index are its own: it reads them by their keys.
pub(super) const BOUNDED_ON_SQLITE: &[&str] =
    &["written", "search_text_config", "search_text_data", "search_text_docsize", "search_text_idx"];

/// Fills an SQLite file that nobody else has open.
pub(super) fn sqlite(connection: &rusqlite::Connection) {
    let series = format!(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; CREATE TEMP TABLE series (n INTEGER PRIMARY KEY); \
         INSERT INTO series WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) SELECT n FROM s; \
         BEGIN"
    );
    connection.execute_batch(&series).unwrap();
    for (table, columns, values) in GROWING {
        let values = in_sql(values, Dialect::Sqlite);
        connection.execute_batch(&format!("INSERT INTO {table} ({columns}) SELECT {values} FROM series")).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// Fills a PostgreSQL database and has it analysed.
pub(super) async fn postgres(connection: &mut PgConnection) {
    let mut script = "SET synchronous_commit = off;".to_owned();
    for (table, columns, values) in GROWING {
        let values = in_sql(values, Dialect::Postgres).replace("900000 *", "900000::bigint *");
        let series = format!("generate_series(1, {ROWS}) AS series(n)");
        let _ = write!(script, "INSERT INTO {table} ({columns}) SELECT {values} FROM {series};");
    }
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut *connection).await.unwrap();
    sqlx::raw_sql("VACUUM ANALYZE").execute(connection).await.unwrap();
}

/// The identifier of a kind and a number, as the fill makes it.
pub(super) fn id(kind: char, number: usize) -> String {
    format!("01900000-0000-7000-8{:03x}-{number:012x}", u32::from(kind))
}

fn in_sql(values: &str, dialect: Dialect) -> String {
    let (zero, key, number) = match dialect {
        Dialect::Sqlite => ("zeroblob(32)", "CAST('key ' || n AS BLOB)", "printf('%012x', "),
        Dialect::Postgres => ("decode(repeat('00', 32), 'hex')", "convert_to('key ' || n, 'UTF8')", "lpad(to_hex("),
    };
    let end = if dialect == Dialect::Sqlite { ")" } else { "), 12, '0')" };
    let over = "CASE WHEN n % 2 = 0 THEN n ELSE 1900000000000 + n END";
    let vector = if dialect == Dialect::Sqlite { "" } else { "::tsvector" };
    let mut sql =
        values.replace("{vector}", vector).replace("{zero}", zero).replace("{key}", key).replace("{end}", over);
    while let Some(from) = sql.find(":n").and_then(|at| sql[..at].rfind('{')) {
        let to = from + sql[from..].find('}').unwrap();
        let (kind, expression) = sql[from + 1..to].split_once(':').unwrap();
        let prefix = id(kind.chars().next().unwrap(), 0);
        let made = format!("('{}' || {number}{expression}{end})", &prefix[..24]);
        sql.replace_range(from..=to, &made);
    }
    sql
}
