//! Moves what earlier programs kept in four tables (messages, facts, timeline, decisions) into the one log, conversation by
//! conversation, before anything else is done with the database.
//!
//! It goes in batches, each a transaction: one that is interrupted goes on where it stopped. The old timelines were sealed
//! by chains of their own; each is verified, and a line of the new log names its end. What is moved is kept until all is;
//! then the old tables go. So it needs as much room again as the database takes, and is refused without.

use std::{collections::HashMap, fmt::Write as _, path::Path, time::Instant};

use sha2::{Digest as _, Sha256};

use super::{
    column::{ColumnValue, json},
    db::{Db, Tx},
    error::StoreError,
    schema::POSTGRES_LOCK,
    table::Table as _,
    tables::{
        conversation::{ConversationRow, Fence, MOVE_ON, MessageRow, PUT_CONVERSATION},
        dossier::{ADD_CONTACT, ToldContact},
        log::{APPEND, DECISION, FACT, STATE, StoredFact, message_entry, seal, timeline_entry},
    },
    value::{Row, args},
};
use crate::{
    document::free_bytes,
    domain::{
        clock::Clock,
        fact::Value,
        id::{ConversationId, DossierId},
        log::{LogEntry, NewEntry},
        message::GUICHET,
    },
    dossier::{Entry, TimelineEvent},
};

/// Conversations that are moved by one transaction.
const BATCH: i64 = 200;
/// Whether old tables are there.
const OLD_TABLE_OF_SQLITE: &str = "SELECT 1 FROM sqlite_master WHERE name = 'conversation_before'";

/// Links to the chat ended a week after the turn that gave them, to the millisecond.
const LINKS_OF_TURNS: &str = "UPDATE link SET purpose = 'resume' WHERE purpose = 'upload' AND EXISTS \
     (SELECT 1 FROM log WHERE log.conversation = link.conversation AND log.at = link.expires_at - 604800000)";

/// Moves what is left to move. Nothing to do is quick to see.
pub(super) async fn run(db: &Db) -> Result<(), StoreError> {
    let Some((mut left, messages)) = what_is_left(db).await? else { return Ok(()) };
    if left > 0 {
        has_room(db)?;
        tracing::info!(conversations = left, messages, "the database is brought to its new form");
    }
    let (begun, mut moved, mut told) = (Instant::now(), 0, Instant::now());
    while left > 0 {
        let (conversations, entries) = move_batch(db).await?;
        moved += entries;
        left = if conversations == 0 { 0 } else { left - conversations };
        if told.elapsed().as_secs() >= 5 || left == 0 {
            told = Instant::now();
            let minutes = begun.elapsed().as_secs_f64() / 60.0;
            #[expect(clippy::cast_precision_loss, reason = "a rate that is only shown")]
            let a_million = minutes * 1e6 / (moved.max(1) as f64);
            tracing::info!(left, moved, "moved; {a_million:.1} minutes a million messages");
        }
    }
    finish(db).await
}

/// How many conversations are left to move, and the messages in all. None when the old tables are gone.
async fn what_is_left(db: &Db) -> Result<Option<(i64, i64)>, StoreError> {
    let mut tx = db.begin().await?;
    let left = if is_begun(&mut tx).await? {
        let conversations = "SELECT COUNT(*), (SELECT COUNT(*) FROM message) FROM conversation_before";
        let rows = tx.fetch(conversations, &[]).await?;
        rows.first().map(|row| Ok::<_, StoreError>((row.int(0)?, row.int(1)?))).transpose()?
    } else {
        None
    };
    tx.commit().await?;
    Ok(left)
}

/// Whether old tables are still there; while this transaction lasts no other node takes them away.
async fn is_begun(tx: &mut Tx) -> Result<bool, StoreError> {
    let sql = if tx.is_sqlite() {
        OLD_TABLE_OF_SQLITE
    } else {
        tx.fetch("SET LOCAL lock_timeout = 0", &[]).await?;
        tx.fetch("SELECT pg_advisory_xact_lock($1)", &args![POSTGRES_LOCK]).await?;
        "SELECT 1 WHERE to_regclass('conversation_before') IS NOT NULL"
    };
    Ok(!tx.fetch(sql, &[]).await?.is_empty())
}

/// Whether a copy of an SQLite database was made while some of it was not moved.
pub(super) async fn is_under_way(copy: &Db) -> Result<bool, StoreError> {
    Ok(copy.fetch_one(OLD_TABLE_OF_SQLITE, &[]).await?.is_some())
}

/// The room that is needed beside an SQLite database. PostgreSQL's disk is not ours to look at.
fn has_room(db: &Db) -> Result<(), StoreError> {
    let Some(file) = db.file() else { return Ok(()) };
    let needed = std::fs::metadata(file).map_or(0, |data| data.len());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let free = free_bytes(folder).unwrap_or(u64::MAX);
    if free < needed { Err(StoreError::NoRoomToMigrate { needed, free }) } else { Ok(()) }
}

/// An earlier program's conversation with all that was kept of it.
struct Old {
    row: ConversationRow,
    fence: Fence,
    state: String,
    dossier: Option<OldDossier>,
    messages: Vec<NewEntry>,
    facts: Vec<NewEntry>,
    /// With the hash that sealed each.
    timeline: Vec<(Entry, String)>,
    decisions: Vec<NewEntry>,
}

struct OldDossier {
    id: DossierId,
    /// The end of its timeline.
    seq: i64,
    hash: String,
}

/// Moves some conversations. Returns how many, and how many entries they have.
async fn move_batch(db: &Db) -> Result<(i64, i64), StoreError> {
    let mut tx = db.begin().await?;
    if !is_begun(&mut tx).await? {
        tx.commit().await?;
        return Ok((0, 0));
    }
    let sql = format!(
        "SELECT {}, revision, last_seq, read_seq, timing, moves, updated_at, state FROM conversation_before \
         ORDER BY id LIMIT $1",
        ConversationRow::schema().selected()
    );
    let rows = tx.fetch(&sql, &args![BATCH]).await?;
    let mut batch: Vec<Old> = rows.iter().map(old_conversation).collect::<Result<_, _>>()?;
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
        tx.commit().await?;
        return Ok((0, 0));
    };
    let range = [first.row.id.to_string(), last.row.id.to_string()];
    let places: HashMap<ConversationId, usize> = batch.iter().map(|old| old.row.id).zip(0..).collect();
    let contacts = read_rest(&mut tx, &range, &places, &mut batch).await?;
    let now = Clock::system().now();
    let mut entries: Vec<LogEntry> = Vec::new();
    for old in &mut batch {
        let new = in_order(old, now)?;
        entries.extend(seal(old.row.id, &mut old.fence.tip, new)?);
        old.fence.whole = old.fence.tip.number;
    }
    APPEND.run(&mut tx, &entries).await?;
    PUT_CONVERSATION.run(&mut tx, batch.iter().map(|old| &old.row)).await?;
    MOVE_ON.run(&mut tx, batch.iter().map(|old| &old.fence)).await?;
    for old in batch.iter().filter(|old| old.fence.moves > 0) {
        let values = args![old.row.id.to_string(), old.fence.moves];
        tx.fetch("UPDATE fence SET moves = $2 WHERE conversation = $1", &values).await?;
    }
    ADD_CONTACT.run(&mut tx, &contacts).await?;
    tx.fetch("DELETE FROM conversation_before WHERE id >= $1 AND id <= $2", &range.map(Into::into)).await?;
    tx.commit().await?;
    let moved = batch.iter().map(|old| old.messages.len()).sum::<usize>();
    Ok((i64::try_from(batch.len()).unwrap_or(0), i64::try_from(moved).unwrap_or(0)))
}

fn old_conversation(row: &Row) -> Result<Old, StoreError> {
    let head = ConversationRow::read(row)?;
    let next = ConversationRow::schema().columns();
    let fence = Fence {
        revision: row.int(next)?,
        last_seq: row.int(next + 1)?,
        read_seq: row.int(next + 2)?,
        timing: row.json(next + 3)?,
        moves: row.int(next + 4)?,
        ..Fence::new(head.id, row.time(next + 5)?)
    };
    let state = row.text(next + 6)?;
    let (messages, facts, timeline, decisions) = Default::default();
    Ok(Old { row: head, fence, state, dossier: None, messages, facts, timeline, decisions })
}

/// Reads the messages, facts, timelines and decisions of a batch. Returns the contacts that were told.
async fn read_rest(
    tx: &mut Tx,
    range: &[String; 2],
    places: &HashMap<ConversationId, usize>,
    batch: &mut [Old],
) -> Result<Vec<ToldContact>, StoreError> {
    let range = range.clone().map(Into::into);
    let place = |row: &Row| Ok::<_, StoreError>(places.get(&row.parse(0)?).copied());
    let sql = "SELECT conversation, seq, author, channel, body, client_id, at FROM message \
               WHERE conversation >= $1 AND conversation <= $2 ORDER BY conversation, seq";
    for row in tx.fetch(sql, &range).await? {
        let Some(place) = place(&row)? else { continue };
        let message = MessageRow {
            conversation: row.parse(0)?,
            seq: row.int(1)?,
            author: row.json(2)?,
            channel: row.parse(3)?,
            body: row.json(4)?,
            client_id: row.text_or_null(5)?,
            at: row.time(6)?,
        };
        batch[place].messages.push(message_entry(&message)?);
    }
    let sql = "SELECT conversation, id, timeline_seq, timeline_hash FROM dossier \
               WHERE conversation >= $1 AND conversation <= $2";
    for row in tx.fetch(sql, &range).await? {
        let Some(place) = place(&row)? else { continue };
        batch[place].dossier = Some(OldDossier { id: row.parse(1)?, seq: row.int(2)?, hash: row.text(3)? });
    }
    let of_batch = "d.conversation >= $1 AND d.conversation <= $2 ORDER BY d.conversation, o.seq";
    let sql = format!(
        "SELECT d.conversation, o.seq, o.name, o.value, o.source, o.message_seq, o.at, d.id \
         FROM dossier d JOIN fact o ON o.dossier = d.id WHERE {of_batch}"
    );
    let mut contacts = Vec::new();
    for row in tx.fetch(&sql, &range).await? {
        let Some(place) = place(&row)? else { continue };
        let fact = StoredFact {
            name: row.text(2)?.as_str().into(),
            value: Option::<Value>::read(&row, 3)?,
            source: row.json(4)?,
            message: Option::<i64>::read(&row, 5)?,
        };
        contacts.extend(ToldContact::of(row.parse(7)?, &fact.name, fact.value.as_ref()));
        let (kind, actor, value) = (FACT.to_owned(), GUICHET.to_owned(), json(&fact)?);
        batch[place].facts.push(NewEntry { kind, seq: Some(row.int(1)?), actor, at: row.time(6)?, value });
    }
    let sql = format!(
        "SELECT d.conversation, o.seq, o.actor, o.kind, o.detail, o.at, o.hash \
         FROM dossier d JOIN timeline o ON o.dossier = d.id WHERE {of_batch}"
    );
    for row in tx.fetch(&sql, &range).await? {
        let Some(place) = place(&row)? else { continue };
        let (actor, kind, detail) = (row.text(2)?, row.text(3)?, row.text(4)?);
        let line = Entry { seq: row.int(1)?, actor, kind, detail, at: row.time(5)? };
        batch[place].timeline.push((line, row.text(6)?));
    }
    let sql = format!(
        "SELECT d.conversation, o.seq, o.decision, o.at FROM dossier d JOIN decision o ON o.dossier = d.id WHERE {of_batch}"
    );
    for row in tx.fetch(&sql, &range).await? {
        let Some(place) = place(&row)? else { continue };
        let (kind, actor, value) = (DECISION.to_owned(), GUICHET.to_owned(), row.text(2)?);
        batch[place].decisions.push(NewEntry { kind, seq: Some(row.int(1)?), actor, at: row.time(3)?, value });
    }
    Ok(contacts)
}

/// What a conversation's log is to hold: everything in the order of time, each list in its own order; then the end of the
/// old chain, and the whole state.
fn in_order(old: &mut Old, now: jiff::Timestamp) -> Result<Vec<NewEntry>, StoreError> {
    let resealed = match &old.dossier {
        Some(dossier) if !old.timeline.is_empty() => Some(TimelineEvent::Resealed {
            lines: dossier.seq,
            tip: dossier.hash.clone(),
            intact: was_intact(dossier, &old.timeline),
        }),
        _ => None,
    };
    let lines: Vec<NewEntry> = old.timeline.iter().map(|(line, _)| timeline_entry(line)).collect();
    old.fence.timeline_seq = lines.last().and_then(|line| line.seq).unwrap_or(0);
    let mut lists = [old.messages.clone(), std::mem::take(&mut old.facts), lines, std::mem::take(&mut old.decisions)]
        .map(|list| list.into_iter().peekable());
    let mut entries = Vec::new();
    loop {
        // Of those that bear the same time the first list's comes first.
        let heads = lists.iter_mut().enumerate().filter_map(|(which, list)| Some((list.peek()?.at, which)));
        let Some((_, next)) = heads.min() else { break };
        entries.extend(lists[next].next());
    }
    if let Some(event) = resealed {
        old.fence.timeline_seq += 1;
        let line = Entry::new(old.fence.timeline_seq, GUICHET, &event, now)
            .map_err(|error| StoreError::Refused(error.to_string()))?;
        entries.push(timeline_entry(&line));
    }
    let value = format!("{{\"v\":1,\"s\":{}}}", old.state);
    entries.push(NewEntry { kind: STATE.to_owned(), seq: None, actor: GUICHET.to_owned(), at: now, value });
    Ok(entries)
}

/// Verifies an old timeline, as the programs before schema 13 sealed it.
fn was_intact(dossier: &OldDossier, lines: &[(Entry, String)]) -> bool {
    let mut before = String::new();
    for (number, (line, hash)) in (1..).zip(lines) {
        let Entry { seq, actor, kind, detail, at } = line;
        let mut sealed = String::new();
        for part in [&before, &dossier.id.to_string(), actor, kind, detail] {
            let _ = write!(sealed, "{}:{part};", part.len());
        }
        let _ = write!(sealed, "{seq};{}", at.as_millisecond());
        if *seq != number || hex::encode(Sha256::digest(sealed.as_bytes())) != *hash {
            return false;
        }
        before.clone_from(hash);
    }
    before == dossier.hash
}

/// Everything is moved: the old tables go.
async fn finish(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    if is_begun(&mut tx).await? {
        // Links got their purpose before the log was there: those of a turn of their conversation could not be told from others.
        tx.fetch(LINKS_OF_TURNS, &[]).await?;
        for table in ["message", "fact", "timeline", "decision", "conversation_before"] {
            tx.fetch(&format!("DROP TABLE {table}"), &[]).await?;
        }
        for column in ["fact_seq", "timeline_seq", "timeline_hash"] {
            tx.fetch(&format!("ALTER TABLE dossier DROP COLUMN {column}"), &[]).await?;
        }
    }
    tx.commit().await
}
