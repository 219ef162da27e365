//! Databases of earlier schemas: the migrations up to one are run as they stand, and rows are written as the programs of
//! that schema wrote them.

use std::fmt::Write as _;

use guichet::domain::{
    fact::{Source, Value},
    id::ConversationId,
    log::{LogEntry, NewEntry, Tip},
    message::{Author, Body},
};
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::support::Database;

/// The schema from which on a conversation is one log.
pub(in crate::store) const ONE_LOG: usize = 13;
/// Where what is due has a table of its own.
const DUE: usize = 25;
/// The schema from which on links have purposes, and keys of redeliveries are hashed.
pub(in crate::store) const LINKS: usize = 17;

/// The noon of the day on which all that is old was written.
pub(in crate::store) const OLD: i64 = 1_790_000_000_000;

/// Makes of an empty database one of schema `version`, with `conversations` in it.
pub(in crate::store) async fn make(db: &Database, version: usize, conversations: usize) {
    let mut script = schema(version, db.is_sqlite());
    if version >= ONE_LOG {
        // As that program left it: what was to be moved is moved.
        for table in ["message", "fact", "timeline", "decision", "conversation_before"] {
            let _ = write!(script, "DROP TABLE {table};");
        }
        for column in ["fact_seq", "timeline_seq", "timeline_hash"] {
            let _ = write!(script, "ALTER TABLE dossier DROP COLUMN {column};");
        }
    }
    if version >= LINKS {
        script.push_str("DROP TABLE received_before;");
    }
    let mut rows = Rows { version, is_sqlite: db.is_sqlite(), script };
    for number in 1..=conversations {
        rows.conversation(number);
    }
    rows.registers();
    run(db, &rows.script).await;
}

pub(in crate::store) async fn run(db: &Database, script: &str) {
    let script = sqlx::raw_sql(AssertSqlSafe(script));
    if db.is_sqlite() {
        let mut connection = SqliteConnection::connect(&format!("{}?mode=rwc", db.url)).await.unwrap();
        sqlx::raw_sql("PRAGMA journal_mode = WAL; BEGIN").execute(&mut connection).await.unwrap();
        script.execute(&mut connection).await.unwrap();
        sqlx::raw_sql("COMMIT").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        script.execute(&mut PgConnection::connect(&db.url).await.unwrap()).await.unwrap();
    }
}

/// The schema that this program knows.
pub(in crate::store) async fn known() -> usize {
    let version = Database::sqlite().store().await.schema_version().await.unwrap();
    usize::try_from(version).unwrap()
}

/// The migrations up to `version`, as `store::schema` runs them.
fn schema(version: usize, is_sqlite: bool) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations");
    let (engine, other) = if is_sqlite { ("sqlite", "postgres") } else { ("postgres", "sqlite") };
    let mut files = Vec::new();
    for folder in [folder.to_owned(), format!("{folder}/{engine}")] {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.extend(entries.filter(|path| path.extension().is_some_and(|ending| ending == "sql")));
    }
    files.sort_by_key(|path| path.file_name().unwrap().to_owned());
    let words = [
        ("{key_text}", "TEXT", "TEXT COLLATE \"C\""),
        ("{bytes}", "BLOB", "BYTEA"),
        (" {without_rowid}", " WITHOUT ROWID", ""),
    ];
    let mut script = String::new();
    for file in &files[..version] {
        let mut skips = false;
        for line in std::fs::read_to_string(file).unwrap().lines() {
            match line.strip_prefix("-- only: ") {
                Some(engine) => skips = engine == other,
                None if line == "-- end" => skips = false,
                None if !skips => script.extend([line, "\n"]),
                None => {}
            }
        }
    }
    for (word, sqlite, postgres) in words {
        script = script.replace(word, if is_sqlite { sqlite } else { postgres });
    }
    let version_row = format!("INSERT INTO schema_version (version) VALUES ({version});");
    format!("{script}\nCREATE TABLE schema_version (version BIGINT NOT NULL);{version_row}")
}

/// An identifier by its kind and a number.
pub(in crate::store) fn id<T: std::str::FromStr>(kind: char, number: usize) -> T
where
    T::Err: std::fmt::Debug,
{
    text_of_id(kind, number).parse().unwrap()
}

fn text_of_id(kind: char, number: usize) -> String {
    format!("01900000-0000-7000-8{:03x}-{number:012x}", u32::from(kind))
}

/// The person's telephone number in a conversation.
pub(in crate::store) fn phone(number: usize) -> String {
    format!("+33639{number:06}")
}

/// Whether somebody changed this conversation's timeline past the program.
pub(in crate::store) fn is_forged(number: usize) -> bool {
    number == 2
}

struct Rows {
    version: usize,
    is_sqlite: bool,
    script: String,
}

/// A value as it is written in a statement.
enum Sql {
    Text(String),
    Int(i64),
    Bytes(Vec<u8>),
    Null,
}

impl From<&str> for Sql {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Sql {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<serde_json::Value> for Sql {
    fn from(json: serde_json::Value) -> Self {
        Self::Text(json.to_string())
    }
}

/// Writes a row: its table, and its columns with their values.
macro_rules! row {
    ($rows:expr, $table:ident { $($column:ident: $value:expr),+ $(,)? }) => {
        $rows.row(stringify!($table), &[$((stringify!($column), Sql::from($value))),+])
    };
}

impl Rows {
    fn row(&mut self, table: &str, columns: &[(&str, Sql)]) {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> = columns.iter().map(|(_, value)| self.literal(value)).collect();
        let _ = writeln!(self.script, "INSERT INTO {table} ({}) VALUES ({});", names.join(", "), values.join(", "));
    }

    fn literal(&self, value: &Sql) -> String {
        match value {
            Sql::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Sql::Int(int) => int.to_string(),
            Sql::Bytes(bytes) if self.is_sqlite => format!("X'{}'", hex::encode(bytes)),
            Sql::Bytes(bytes) => format!("'\\x{}'", hex::encode(bytes)),
            Sql::Null => "NULL".to_owned(),
        }
    }

    /// A conversation with its dossier and everything that its schema kept of it.
    fn conversation(&mut self, number: usize) {
        let k = i64::try_from(number).unwrap();
        let (conversation, dossier, contact) =
            (text_of_id('C', number), text_of_id('D', number), text_of_id('P', number));
        let messages: Vec<(Author, String)> = vec![
            (Author::Policyholder, format!("une fuite d'eau, n° {number}")),
            (Author::Guichet, "Y a-t-il un blessé ?".to_owned()),
            (Author::Policyholder, "non".to_owned()),
            (Author::Handler { login: "camille".into(), name: "Camille".into() }, "J'arrive.".to_owned()),
        ];
        let facts = [
            ("peril", Value::Text("water_damage".into()), 1),
            ("damage_amount", Value::Amount(90_000 + k), 3),
            ("phone", Value::Phone(phone(number)), 3),
        ];
        let lines = [
            ("opened", "policyholder", json!({})),
            ("kept_apart", "camille", json!({ "dossier": text_of_id('D', number + 1) })),
            ("note", "camille", json!({ "text": "l'eau, ça coule" })),
        ];
        let at = |step: i64| OLD + 1000 * k + step;
        let state = json!({ "step": number });
        let decision = json!({ "rule": "water", "n": number });

        if self.version < ONE_LOG {
            let mut columns = vec![
                ("id", Sql::from(conversation.as_str())),
                ("revision", 3.into()),
                ("contact", contact.as_str().into()),
                ("insurer", "demo".into()),
                ("channel", "sms".into()),
                ("account", "test".into()),
                ("address", phone(number).into()),
                ("language", "fr".into()),
                ("handler", Sql::Null),
                ("flow_revision", "r1".into()),
                ("state", state.into()),
                ("dossier", dossier.as_str().into()),
                ("last_seq", 4.into()),
                ("read_seq", 2.into()),
                ("opened_at", at(0).into()),
                ("updated_at", at(9).into()),
            ];
            if self.version >= 3 {
                columns.extend([("timing", "{}".into()), ("moves", (k % 2).into())]);
            }
            self.row("conversation", &columns);
            for ((author, text), seq) in messages.iter().zip(1..) {
                let body = Body { text: text.clone(), ..Body::default() };
                row!(
                    self,
                    message {
                        conversation: conversation.as_str(),
                        seq: seq,
                        author: json!(author),
                        channel: "sms",
                        body: json!(body),
                        client_id: format!("p{number}-{seq}"),
                        at: at(seq),
                    }
                );
            }
            for ((name, value, message), seq) in facts.iter().zip(1..) {
                row!(
                    self,
                    fact {
                        dossier: dossier.as_str(),
                        seq: seq,
                        name: *name,
                        value: json!(value),
                        source: json!(Source::Policyholder),
                        message_seq: *message,
                        at: at(5),
                    }
                );
            }
            let mut before = String::new();
            for ((kind, actor, detail), seq) in lines.iter().zip(1..) {
                let mut sealed = String::new();
                for part in [before.as_str(), &dossier, actor, kind, &detail.to_string()] {
                    let _ = write!(sealed, "{}:{part};", part.len());
                }
                let _ = write!(sealed, "{seq};{}", at(6));
                before = hex::encode(Sha256::digest(sealed.as_bytes()));
                let actor = if is_forged(number) && seq == 2 { "somebody" } else { *actor };
                row!(
                    self,
                    timeline {
                        dossier: dossier.as_str(),
                        seq: seq,
                        actor: actor,
                        kind: *kind,
                        detail: detail.clone(),
                        at: at(6),
                        hash: before.as_str(),
                    }
                );
            }
            row!(self, decision { dossier: dossier.as_str(), seq: 3, decision: decision, at: at(7) });
            self.dossier(
                number,
                &[("fact_seq", 3.into()), ("timeline_seq", 3.into()), ("timeline_hash", before.into())],
            );
        } else {
            let mut entries: Vec<NewEntry> = Vec::new();
            let mut add = |kind: &str, seq: Option<i64>, actor: &str, at: i64, value: serde_json::Value| {
                let (kind, actor, value) = (kind.to_owned(), actor.to_owned(), value.to_string());
                entries.push(NewEntry { kind, seq, actor, at: Timestamp::from_millisecond(at).unwrap(), value });
            };
            for ((author, text), seq) in messages.iter().zip(1..) {
                let mut message = json!({ "c": "sms", "b": { "text": text }, "i": format!("p{number}-{seq}") });
                if let Author::Handler { name, .. } = author {
                    message["n"] = json!(name);
                }
                add("message", Some(seq), author.actor(), at(seq), message);
            }
            for (name, value, message) in &facts {
                let changed = json!({ *name: { "v": value } });
                add("state", None, "guichet", at(5), json!({ "v": 1, "m": message, "d": { "f": changed } }));
            }
            for ((kind, actor, detail), seq) in lines.iter().zip(1..) {
                add(kind, Some(seq), actor, at(6), detail.clone());
            }
            add("decision", Some(3), "guichet", at(7), decision);
            add("state", None, "guichet", at(9), json!({ "v": 1, "s": state }));
            let mut tip = Tip::default();
            let whole: ConversationId = id('C', number);
            for entry in entries {
                let entry = tip.append(whole, [7; 16], entry);
                self.log(&entry);
            }
            self.row(
                "fence",
                &[
                    ("conversation", conversation.as_str().into()),
                    ("revision", 3.into()),
                    ("last_seq", 4.into()),
                    ("read_seq", 2.into()),
                    ("timeline_seq", 3.into()),
                    ("log_number", tip.number.into()),
                    ("log_chain", Sql::Bytes(tip.chain.to_vec())),
                    ("whole", tip.number.into()),
                    ("timing", "{}".into()),
                    ("updated_at", at(9).into()),
                    ("moves", (k % 2).into()),
                ],
            );
            row!(
                self,
                conversation {
                    id: conversation.as_str(),
                    contact: contact.as_str(),
                    insurer: "demo",
                    channel: "sms",
                    account: "test",
                    address: phone(number),
                    language: "fr",
                    flow_revision: "r1",
                    dossier: dossier.as_str(),
                    opened_at: at(0),
                }
            );
            row!(self, told_contact { name: "phone", value: phone(number), dossier: dossier.as_str() });
            self.dossier(number, &[]);
        }
        self.beside(number, &conversation, &dossier, &contact);
    }

    fn log(&mut self, entry: &LogEntry) {
        self.row(
            "log",
            &[
                ("conversation", entry.conversation.to_string().into()),
                ("number", entry.number.into()),
                ("kind", entry.kind.as_str().into()),
                ("seq", entry.seq.map_or(Sql::Null, Sql::Int)),
                ("actor", entry.actor.as_str().into()),
                ("at", entry.at.as_millisecond().into()),
                ("key", Sql::Null),
                ("value", entry.value.clone().unwrap().into()),
                ("salt", Sql::Bytes(entry.salt.unwrap().to_vec())),
                ("digest", Sql::Bytes(entry.digest.to_vec())),
                ("chain", Sql::Bytes(entry.chain.to_vec())),
            ],
        );
    }

    fn dossier(&mut self, number: usize, before_one_log: &[(&'static str, Sql)]) {
        let at = OLD + 1000 * i64::try_from(number).unwrap();
        let mut columns = vec![
            ("id", Sql::from(text_of_id('D', number))),
            ("reference", format!("SIN-2026-{number:04}").into()),
            ("insurer", "demo".into()),
            ("conversation", text_of_id('C', number).into()),
            ("peril", "water_damage".into()),
            ("status", "oriented".into()),
            ("policy", format!("75{number:05}").into()),
            ("holder", "Julie Moreau".into()),
            ("orientation", "tele".into()),
            ("priority", "high".into()),
            ("handover", Sql::Null),
            ("handler", "camille".into()),
            ("wanted", json!([{ "kind": "damage_photos", "required": true, "received": 0 }]).into()),
            ("missing", 1.into()),
            ("waiting_since", (at + 8).into()),
            ("opened_at", at.into()),
            ("updated_at", (at + 9).into()),
        ];
        columns.extend(before_one_log.iter().map(|(name, value)| {
            let value = match value {
                Sql::Int(int) => Sql::Int(*int),
                Sql::Text(text) => Sql::Text(text.clone()),
                Sql::Bytes(_) | Sql::Null => Sql::Null,
            };
            (*name, value)
        }));
        self.row("dossier", &columns);
    }

    /// What stands beside a conversation's log, each from the schema on that brought it.
    fn beside(&mut self, number: usize, conversation: &str, dossier: &str, contact: &str) {
        let at = OLD + 1000 * i64::try_from(number).unwrap();
        row!(
            self,
            endpoint {
                channel: "sms",
                account: "test",
                address: phone(number),
                conversation: conversation,
                contact: contact,
                at: at,
            }
        );
        if self.version < LINKS {
            row!(self, received { key: format!("sms/test/p{number}-1"), conversation: conversation, seq: 1, at: at });
        }
        row!(
            self,
            document {
                id: text_of_id('F', number),
                conversation: conversation,
                dossier: dossier,
                kind: "damage_photos",
                upload_id: format!("u{number}"),
                name: "dégât.jpg",
                media_type: "image/jpeg",
                bytes: 1000,
                sha256: hex::encode(Sha256::digest(conversation.as_bytes())),
                inspection: "{}",
                at: at,
            }
        );
        if self.version >= 2 {
            row!(
                self,
                outbox {
                    id: text_of_id('O', number),
                    conversation: conversation,
                    seq: 2,
                    channel: "sms",
                    account: "test",
                    address: phone(number),
                    attempts: 1,
                    next_at: at,
                    epoch: 1,
                    status: "sent",
                    provider_id: format!("provider {number}"),
                    at: at,
                }
            );
        }
        if self.version >= 3 {
            if self.version < DUE {
                row!(self, timer { conversation: conversation, due_at: at + 1_000_000 });
            } else {
                row!(self, due { subject: conversation, kind: "wake", at: at + 1_000_000 });
            }
            row!(
                self,
                endpoint {
                    channel: "email",
                    account: "test",
                    address: format!("p{number}@example.org"),
                    conversation: conversation,
                    contact: contact,
                    at: at + 1,
                    proof: "code",
                    verified_at: at + 1,
                }
            );
        }
        if self.version >= 4 {
            row!(
                self,
                request {
                    id: text_of_id('R', number),
                    conversation: conversation,
                    dossier: dossier,
                    insurer: "demo",
                    kind: "complaint",
                    desk: "quality",
                    text: "je proteste",
                    asked_at: at,
                    acknowledge_by: at + 10,
                    answer_by: at + 20,
                }
            );
            if self.version >= DUE {
                let subject = text_of_id('R', number);
                row!(self, due { subject: subject, kind: "request", at: at + 10, conversation: conversation });
            }
        }
        if self.version >= 5 {
            row!(
                self,
                opt_out {
                    channel: "email",
                    account: "test",
                    address: format!("p{number}@example.org"),
                    conversation: conversation,
                    confirmation: 2,
                    at: at,
                }
            );
        }
        if self.version >= 8 {
            row!(
                self,
                mission {
                    id: text_of_id('E', number),
                    dossier: dossier,
                    conversation: conversation,
                    insurer: "demo",
                    expert: "plefevre",
                    mode: "visio",
                    state: "ordered",
                    because: json!({ "because": [], "others": [], "passed_over": [] }),
                    ordered_by: "camille",
                    ordered_at: at,
                    updated_at: at,
                }
            );
            let begin = 900_000 * i64::try_from(number).unwrap();
            row!(
                self,
                appointment {
                    id: text_of_id('A', number),
                    mission: text_of_id('E', number),
                    dossier: dossier,
                    expert: "plefevre",
                    start_at: begin,
                    end_at: begin + 900_000,
                    busy_until: begin + 900_000,
                    place: "Lyon",
                    state: "booked",
                    updated_at: at,
                }
            );
            row!(self, expert_time { expert: "plefevre", at: begin, appointment: text_of_id('A', number) });
        }
        if self.version >= 9 {
            row!(self, citation { conversation: conversation, cited: text_of_id('C', number + 1), at: at });
        }
        if self.version >= 10 {
            row!(
                self,
                proof {
                    conversation: conversation,
                    contact: contact,
                    channel: "sms",
                    address: format!("9{}", phone(number)),
                    proof: "provider",
                    at: at,
                }
            );
        }
        if self.version >= 12 {
            row!(self, rejected_duplicate { dossier: dossier, other: text_of_id('D', number + 1) });
        }
    }

    /// What there is one of.
    fn registers(&mut self) {
        row!(
            self,
            policy {
                insurer: "demo",
                number_key: "number",
                name_key: "name",
                birth_date: "1984-03-12",
                postcode: "69003",
                policy: json!({ "number": 7 }),
                imported_at: OLD,
            }
        );
        row!(
            self,
            handler {
                login: "camille",
                name: "Camille",
                role: "handler",
                password_hash: "$argon2id$",
                created_at: OLD,
            }
        );
        row!(self, session { token_hash: "token", login: "camille", csrf: "csrf", expires_at: OLD + 1_000_000_000 });
        let (token_hash, expires_at) = ("link", OLD + 1_000_000_000);
        if self.version < LINKS {
            row!(
                self,
                resume_link { token_hash: token_hash, conversation: text_of_id('C', 1), expires_at: expires_at }
            );
        } else {
            row!(
                self,
                link {
                    token_hash: token_hash,
                    purpose: "upload",
                    conversation: text_of_id('C', 1),
                    expires_at: expires_at,
                }
            );
        }
        row!(self, flow_revision { revision: "r1", sources: json!({ "a.yaml": "a: 1" }), at: OLD });
        if self.version >= 4 {
            row!(
                self,
                missed {
                    id: text_of_id('M', 1),
                    conversation: text_of_id('C', 1),
                    text: "zorglub",
                    question: 0,
                    at: OLD,
                    intent: "declare_water",
                    settled_at: OLD + 1,
                    settled_by: "camille",
                }
            );
            row!(
                self,
                missed {
                    id: text_of_id('M', 2),
                    conversation: text_of_id('C', 1),
                    text: "et la franchise ?",
                    question: 1,
                    at: OLD,
                }
            );
        }
        if self.version >= 6 {
            row!(self, secret { name: "mail", value: "00ff" });
            row!(self, mailbox { channel: "email", account: "test", validity: 1, last_uid: 42 });
        }
        if self.version >= 7 {
            row!(
                self,
                sms_part {
                    account: "test",
                    address: "+33600000000",
                    reference: 7,
                    total: 2,
                    number: 1,
                    content: "00",
                    coding: 0,
                    id: "part",
                    done: 0,
                    at: OLD,
                }
            );
        }
        if self.version >= 15 {
            row!(
                self,
                taught { version: 1, intent: "declare_water", text: "zorglub", taught_by: "camille", at: OLD + 1 }
            );
        }
    }
}
