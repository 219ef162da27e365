//! Dossiers, their facts, timelines and decisions.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        id::DossierId,
    },
    dossier::{Decision, Dossier, Entry, Tip},
    store::{
        db::Db,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

table! { Dossier in "dossier" {
    id,
    reference,
    insurer,
    conversation,
    peril,
    status,
    policy,
    holder,
    orientation,
    priority,
    handover,
    handler,
    wanted,
    waiting_since,
    fact_seq,
    tip: Tip { seq as timeline_seq, hash as timeline_hash },
    opened_at,
    updated_at,
} made {
    // What the inbox sorts by.
    missing: |dossier| i64::try_from(dossier.missing().count()).unwrap_or(i64::MAX),
} }

table! { Entry in "timeline" { dossier, seq, actor, kind, detail, at, hash } }

/// One thing that was said about a dossier. Rows are never changed: the last one of a name is what holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    pub dossier: DossierId,
    pub seq: i64,
    pub name: FactName,
    /// None when a correction made the fact void.
    pub value: Option<Value>,
    pub source: Source,
    /// The message in which it was said.
    pub message_seq: Option<i64>,
    pub at: Timestamp,
}

table! { FactRow in "fact" { dossier, seq, name, value, source, message_seq, at } }

/// A decision as it was taken, or as a person overrode it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    pub dossier: DossierId,
    /// The number of the timeline's line that tells of it.
    pub seq: i64,
    pub decision: Decision,
    pub at: Timestamp,
}

table! { DecisionRow in "decision" { dossier, seq, decision, at } }

/// A dossier that is new or changed. What it was opened with stays.
pub(in crate::store) static PUT_DOSSIER: LazyLock<Insert<Dossier>> =
    LazyLock::new(|| Insert::upsert(&["id"], &["reference", "insurer", "conversation", "opened_at"], ""));
pub(in crate::store) static ADD_ENTRY: LazyLock<Insert<Entry>> = LazyLock::new(Insert::new);
pub(in crate::store) static ADD_FACT: LazyLock<Insert<FactRow>> = LazyLock::new(Insert::new);
pub(in crate::store) static ADD_DECISION: LazyLock<Insert<DecisionRow>> = LazyLock::new(Insert::new);

/// The dossier with this identifier.
pub(in crate::store) async fn dossier(db: &Db, id: DossierId) -> Result<Option<Dossier>, StoreError> {
    db.row("WHERE id = $1", &args![id.to_string()]).await
}

/// The whole timeline, oldest first.
pub(in crate::store) async fn timeline(db: &Db, dossier: DossierId) -> Result<Vec<Entry>, StoreError> {
    db.rows("WHERE dossier = $1 ORDER BY seq", &args![dossier.to_string()]).await
}
