//! The one log of each conversation: its messages, the lines of its dossier's timeline, the decisions and what each turn
//! changed of the flow's state, sealed in the order in which they happened.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{
    conversation::MessageRow,
    dossier::{DecisionRow, FactRow},
};
use crate::{
    domain::{
        fact::{Fact, FactChanges, Source, Value},
        fact_name::FactName,
        id::ConversationId,
        log::{LogEntry, NewEntry, Salt, Tip},
        message::{Author, Body, Channel},
    },
    dossier::Entry,
    store::{
        column::json,
        db::Db,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// A message; its number is its place among the messages.
pub(in crate::store) const MESSAGE: &str = "message";
/// What a turn changed of the flow's state, see [`StateChange`].
pub(in crate::store) const STATE: &str = "state";
/// A decision with its reasons; its number is that of the timeline's line that tells of it.
pub(in crate::store) const DECISION: &str = "decision";
/// A fact as programs before schema 13 kept it, in a row of its own. Nothing writes it any more.
pub(in crate::store) const FACT: &str = "fact";

/// What is no line of the timeline.
const NOT_OF_TIMELINE: &str = "kind NOT IN ('message', 'state', 'decision', 'fact')";

table! { LogEntry in "log" { conversation, number, kind, seq, actor, at, key, value, salt, digest, chain } }

pub(in crate::store) static APPEND: LazyLock<Insert<LogEntry>> = LazyLock::new(Insert::new);

/// What a turn changed of the flow's state, in JSON whose shape only the conversation knows, but for its facts (see
/// [`FactChanges`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    pub value: String,
    /// Whether it holds the whole state: whoever reads begins at the last such entry.
    pub is_whole: bool,
}

/// A message as its entry keeps it; its author is the entry's actor.
#[derive(Serialize, Deserialize)]
struct StoredMessage<B> {
    #[serde(rename = "c")]
    channel: Channel,
    #[serde(rename = "b")]
    body: B,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The name that the person sees of the handler who wrote.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A fact of a program before schema 13.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredFact {
    pub(in crate::store) name: FactName,
    pub(in crate::store) value: Option<Value>,
    pub(in crate::store) source: Source,
    pub(in crate::store) message: Option<i64>,
}

/// Seals entries to the end of a conversation's log, each with a salt of its own, and moves the end on.
pub(in crate::store) fn seal(
    conversation: ConversationId,
    tip: &mut Tip,
    entries: Vec<NewEntry>,
) -> Result<Vec<LogEntry>, StoreError> {
    let mut salts = vec![Salt::default(); entries.len()];
    getrandom::fill(salts.as_flattened_mut()).map_err(|error| StoreError::NoRandomness(error.to_string()))?;
    Ok(entries.into_iter().zip(salts).map(|(new, salt)| tip.append(conversation, salt, new)).collect())
}

pub(in crate::store) fn message_entry(row: &MessageRow) -> Result<NewEntry, StoreError> {
    let name = match &row.author {
        Author::Handler { name, .. } => Some(name.clone()),
        Author::Policyholder | Author::Guichet => None,
    };
    let stored = StoredMessage { channel: row.channel, body: &row.body, client_id: row.client_id.clone(), name };
    let actor = row.author.actor().to_owned();
    Ok(NewEntry { kind: MESSAGE.to_owned(), seq: Some(row.seq), actor, at: row.at, value: json(&stored)? })
}

pub(in crate::store) fn timeline_entry(line: &Entry) -> NewEntry {
    let Entry { seq, actor, kind, detail, at } = line.clone();
    NewEntry { kind, seq: Some(seq), actor, at, value: detail }
}

pub(in crate::store) fn decision_entry(row: &DecisionRow, actor: &str) -> Result<NewEntry, StoreError> {
    let (kind, actor) = (DECISION.to_owned(), actor.to_owned());
    Ok(NewEntry { kind, seq: Some(row.seq), actor, at: row.at, value: json(&row.decision)? })
}

/// The message of an entry. None where it was erased.
pub(in crate::store) fn message_of(entry: &LogEntry) -> Result<Option<MessageRow>, StoreError> {
    let (Some(value), Some(seq)) = (&entry.value, entry.seq) else { return Ok(None) };
    let StoredMessage { channel, body, client_id, name } =
        serde_json::from_str::<StoredMessage<Body>>(value).map_err(StoreError::Unreadable)?;
    let author = Author::of(&entry.actor, name);
    Ok(Some(MessageRow { conversation: entry.conversation, seq, author, channel, body, client_id, at: entry.at }))
}

/// The whole log, or a page of it: the entries after number `after`, at most `limit`.
pub(in crate::store) async fn entries(
    db: &Db,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<LogEntry>, StoreError> {
    let page = "WHERE conversation = $1 AND number > $2 ORDER BY number LIMIT $3";
    db.rows(page, &args![conversation.to_string(), after, limit]).await
}

/// The messages after message `after`, oldest first, at most `limit`.
pub(in crate::store) async fn messages(
    db: &Db,
    conversation: ConversationId,
    after: i64,
    limit: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    // No message stands before the entry of its own number.
    let page = "WHERE conversation = $1 AND number > $2 AND kind = 'message' AND seq > $2 ORDER BY number LIMIT $3";
    let found = db.rows(page, &args![conversation.to_string(), after.max(0), limit]).await?;
    found.iter().filter_map(|entry| message_of(entry).transpose()).collect()
}

/// The messages before message `before`, newest first, at most `limit`.
pub(in crate::store) async fn messages_before(
    db: &Db,
    conversation: ConversationId,
    before: i64,
    limit: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    let page = "WHERE conversation = $1 AND kind = 'message' AND seq < $2 ORDER BY number DESC LIMIT $3";
    let found = db.rows(page, &args![conversation.to_string(), before, limit]).await?;
    found.iter().filter_map(|entry| message_of(entry).transpose()).collect()
}

/// The timeline of a conversation's dossier, oldest first.
pub(in crate::store) async fn timeline(db: &Db, conversation: ConversationId) -> Result<Vec<Entry>, StoreError> {
    let lines = format!("WHERE conversation = $1 AND {NOT_OF_TIMELINE} ORDER BY number");
    let found: Vec<LogEntry> = db.rows(&lines, &args![conversation.to_string()]).await?;
    let line = |entry: LogEntry| {
        let LogEntry { kind, seq, actor, at, value, .. } = entry;
        // What was erased is a line still: something happened, then.
        Entry { seq: seq.unwrap_or_default(), actor, kind, detail: value.unwrap_or_else(|| "{}".to_owned()), at }
    };
    Ok(found.into_iter().map(line).collect())
}

/// The decisions of a conversation's dossier, oldest first.
pub(in crate::store) async fn decisions(db: &Db, conversation: ConversationId) -> Result<Vec<DecisionRow>, StoreError> {
    let kept = "WHERE conversation = $1 AND kind = 'decision' AND value IS NOT NULL ORDER BY number";
    let found: Vec<LogEntry> = db.rows(kept, &args![conversation.to_string()]).await?;
    let decision = |entry: &LogEntry| {
        let decision = serde_json::from_str(entry.value.as_deref().unwrap_or_default());
        let decision = decision.map_err(StoreError::Unreadable)?;
        Ok(DecisionRow { seq: entry.seq.unwrap_or_default(), decision, at: entry.at })
    };
    found.iter().map(decision).collect()
}

/// Everything that a conversation learnt, oldest first: the last one of a name is what holds.
pub(in crate::store) async fn facts(db: &Db, conversation: ConversationId) -> Result<Vec<FactRow>, StoreError> {
    let kept = "WHERE conversation = $1 AND kind IN ('state', 'fact') AND value IS NOT NULL ORDER BY number";
    let found: Vec<LogEntry> = db.rows(kept, &args![conversation.to_string()]).await?;
    let mut rows = Vec::new();
    for entry in &found {
        let value = entry.value.as_deref().unwrap_or_default();
        let mut add = |name, value, source, message_seq| {
            let seq = i64::try_from(rows.len()).unwrap_or(i64::MAX).saturating_add(1);
            rows.push(FactRow { seq, name, value, source, message_seq, at: entry.at });
        };
        if entry.kind == FACT {
            let StoredFact { name, value, source, message } =
                serde_json::from_str(value).map_err(StoreError::Unreadable)?;
            add(name, value, source, message);
        } else {
            let changes: FactChanges = serde_json::from_str(value).map_err(StoreError::Unreadable)?;
            for (name, fact) in changes.delta.facts {
                match fact {
                    Some(Fact { value, source }) => add(name, Some(value), source, changes.message),
                    None => add(name, None, Source::Flow, changes.message),
                }
            }
        }
    }
    Ok(rows)
}

/// What the flow's state is made of: the entries from the last whole one on, oldest first.
pub(in crate::store) async fn state(
    db: &Db,
    conversation: ConversationId,
    whole: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT value FROM log WHERE conversation = $1 AND number >= $2 AND kind = 'state' ORDER BY number";
    let rows = db.fetch(sql, &args![conversation.to_string(), whole]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}
