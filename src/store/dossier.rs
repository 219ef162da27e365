//! Dossiers, their facts, timelines and decisions.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    batch::ColumnType,
    conversation::json,
    db::{Arg, Row, args},
};
use crate::{
    domain::{
        fact::{Source, Value},
        id::DossierId,
    },
    dossier::{Dossier, Entry, Tip},
};

pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
    ("id", ColumnType::Text),
    ("reference", ColumnType::Text),
    ("insurer", ColumnType::Text),
    ("conversation", ColumnType::Text),
    ("peril", ColumnType::Text),
    ("status", ColumnType::Text),
    ("policy", ColumnType::Text),
    ("holder", ColumnType::Text),
    ("orientation", ColumnType::Text),
    ("priority", ColumnType::Text),
    ("handover", ColumnType::Text),
    ("handler", ColumnType::Text),
    ("wanted", ColumnType::Text),
    ("missing", ColumnType::Int),
    ("waiting_since", ColumnType::Int),
    ("fact_seq", ColumnType::Int),
    ("timeline_seq", ColumnType::Int),
    ("timeline_hash", ColumnType::Text),
    ("opened_at", ColumnType::Int),
    ("updated_at", ColumnType::Int),
];

pub(super) const SELECT: &str = "SELECT id, reference, insurer, conversation, peril, status, policy, holder, orientation, \
     priority, handover, handler, wanted, waiting_since, fact_seq, timeline_seq, timeline_hash, opened_at, updated_at \
     FROM dossier";

pub(super) fn args_of(dossier: &Dossier) -> Result<Vec<Arg>, StoreError> {
    let missing = i64::try_from(dossier.missing().count()).unwrap_or(i64::MAX);
    Ok(args![
        dossier.id.to_string(),
        dossier.reference.as_str(),
        dossier.insurer.as_str(),
        dossier.conversation.to_string(),
        dossier.peril.as_str(),
        dossier.status.name(),
        dossier.policy.clone(),
        dossier.holder.clone(),
        dossier.orientation.clone(),
        dossier.priority.as_str(),
        dossier.handover.clone(),
        dossier.handler.clone(),
        json(&dossier.wanted)?,
        missing,
        dossier.waiting_since,
        dossier.fact_seq,
        dossier.tip.seq,
        dossier.tip.hash.as_str(),
        dossier.opened_at,
        dossier.updated_at,
    ]
    .to_vec())
}

pub(super) fn read(row: &Row) -> Result<Dossier, StoreError> {
    Ok(Dossier {
        id: row.parse(0)?,
        reference: row.text(1)?,
        insurer: row.text(2)?,
        conversation: row.parse(3)?,
        peril: row.text(4)?,
        status: row.parse(5)?,
        policy: row.text_or_null(6)?,
        holder: row.text_or_null(7)?,
        orientation: row.text_or_null(8)?,
        priority: row.text(9)?,
        handover: row.text_or_null(10)?,
        handler: row.text_or_null(11)?,
        wanted: row.json(12)?,
        waiting_since: row.time_or_null(13)?,
        fact_seq: row.int(14)?,
        tip: Tip { seq: row.int(15)?, hash: row.text(16)? },
        opened_at: row.time(17)?,
        updated_at: row.time(18)?,
    })
}

/// One thing that was said about a dossier. Rows are never changed: the last one of a name is what holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    pub dossier: DossierId,
    pub seq: i64,
    pub name: String,
    /// None when a correction made the fact void.
    pub value: Option<Value>,
    pub source: Source,
    /// The message in which it was said.
    pub message_seq: Option<i64>,
    pub at: Timestamp,
}

impl FactRow {
    pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
        ("dossier", ColumnType::Text),
        ("seq", ColumnType::Int),
        ("name", ColumnType::Text),
        ("value", ColumnType::Text),
        ("source", ColumnType::Text),
        ("message_seq", ColumnType::Int),
        ("at", ColumnType::Int),
    ];

    pub(super) fn args(&self) -> Result<Vec<Arg>, StoreError> {
        Ok(args![
            self.dossier.to_string(),
            self.seq,
            self.name.as_str(),
            self.value.as_ref().map(json).transpose()?,
            json(&self.source)?,
            self.message_seq,
            self.at,
        ]
        .to_vec())
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            dossier: row.parse(0)?,
            seq: row.int(1)?,
            name: row.text(2)?,
            value: row
                .text_or_null(3)?
                .map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(StoreError::Unreadable)?,
            source: row.json(4)?,
            message_seq: row.int_or_null(5)?,
            at: row.time(6)?,
        })
    }
}

/// A decision as it was taken, or as a person overrode it: the orientation room's JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    pub dossier: DossierId,
    /// The number of the timeline's line that tells of it.
    pub seq: i64,
    pub decision: serde_json::Value,
    pub at: Timestamp,
}

impl DecisionRow {
    pub(super) const COLUMNS: &[(&str, ColumnType)] = &[
        ("dossier", ColumnType::Text),
        ("seq", ColumnType::Int),
        ("decision", ColumnType::Text),
        ("at", ColumnType::Int),
    ];

    pub(super) fn args(&self) -> Vec<Arg> {
        args![self.dossier.to_string(), self.seq, self.decision.to_string(), self.at].to_vec()
    }
}

pub(super) const ENTRY_COLUMNS: &[(&str, ColumnType)] = &[
    ("dossier", ColumnType::Text),
    ("seq", ColumnType::Int),
    ("actor", ColumnType::Text),
    ("kind", ColumnType::Text),
    ("detail", ColumnType::Text),
    ("at", ColumnType::Int),
    ("hash", ColumnType::Text),
];

pub(super) fn entry_args(entry: &Entry) -> Vec<Arg> {
    args![
        entry.dossier.to_string(),
        entry.seq,
        entry.actor.as_str(),
        entry.kind.as_str(),
        entry.detail.as_str(),
        entry.at,
        entry.hash.as_str(),
    ]
    .to_vec()
}

impl Store {
    /// The dossier with this identifier.
    pub async fn dossier(&self, id: DossierId) -> Result<Option<Dossier>, StoreError> {
        let row = self.db.fetch_one(&format!("{SELECT} WHERE id = $1"), &args![id.to_string()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The dossier that a person quotes.
    pub async fn dossier_by_reference(&self, reference: &str) -> Result<Option<Dossier>, StoreError> {
        let row = self.db.fetch_one(&format!("{SELECT} WHERE reference = $1"), &args![reference]).await?;
        row.as_ref().map(read).transpose()
    }

    /// All that was said, oldest first.
    pub async fn facts(&self, dossier: DossierId) -> Result<Vec<FactRow>, StoreError> {
        let rows = self
            .db
            .fetch(
                "SELECT dossier, seq, name, value, source, message_seq, at FROM fact WHERE dossier = $1 ORDER BY seq",
                &args![dossier.to_string()],
            )
            .await?;
        rows.iter().map(FactRow::read).collect()
    }

    /// The whole timeline, oldest first.
    pub async fn timeline(&self, dossier: DossierId) -> Result<Vec<Entry>, StoreError> {
        let rows = self
            .db
            .fetch(
                "SELECT dossier, seq, actor, kind, detail, at, hash FROM timeline WHERE dossier = $1 ORDER BY seq",
                &args![dossier.to_string()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Entry {
                    dossier: row.parse(0)?,
                    seq: row.int(1)?,
                    actor: row.text(2)?,
                    kind: row.text(3)?,
                    detail: row.text(4)?,
                    at: row.time(5)?,
                    hash: row.text(6)?,
                })
            })
            .collect()
    }

    /// The decisions, oldest first.
    pub async fn decisions(&self, dossier: DossierId) -> Result<Vec<DecisionRow>, StoreError> {
        let rows = self
            .db
            .fetch(
                "SELECT dossier, seq, decision, at FROM decision WHERE dossier = $1 ORDER BY seq",
                &args![dossier.to_string()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(DecisionRow { dossier: row.parse(0)?, seq: row.int(1)?, decision: row.json(2)?, at: row.time(3)? })
            })
            .collect()
    }

    /// A page of dossier identifiers, in their order: for walking through all of them.
    pub async fn dossier_ids(&self, after: Option<DossierId>, limit: i64) -> Result<Vec<DossierId>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows =
            self.db.fetch("SELECT id FROM dossier WHERE id > $1 ORDER BY id LIMIT $2", &args![after, limit]).await?;
        rows.iter().map(|row| row.parse(0)).collect()
    }
}
