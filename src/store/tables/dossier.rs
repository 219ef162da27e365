//! Dossiers, their facts, timelines and decisions.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        id::DossierId,
    },
    dossier::{Decision, Dossier},
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
    desk,
    priority,
    handover,
    handler,
    wanted,
    waiting_since,
    snoozed_until,
    opened_at,
    updated_at,
} made {
    // What the inbox sorts by.
    missing: |dossier| i64::try_from(dossier.missing().count()).unwrap_or(i64::MAX),
    holder_key: Dossier::holder_key,
    // Its search keys come with it.
    searchable: |_| true,
    // Its desk is what the desks say.
    placed: |_| true,
} }

/// One thing that a conversation learnt. What was said is never changed: the last one of a name is what holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// From 1, in the order in which it was learnt.
    pub seq: i64,
    pub name: FactName,
    /// None when a correction made the fact void.
    pub value: Option<Value>,
    pub source: Source,
    /// The message in which it was said.
    pub message_seq: Option<i64>,
    pub at: Timestamp,
}

/// A decision as it was taken, or as a person overrode it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    /// The number of the timeline's line that tells of it.
    pub seq: i64,
    pub decision: Decision,
    pub at: Timestamp,
}

/// A telephone number or an e-mail address that was told in a dossier: by these, two dossiers are seen to be one person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldContact {
    pub dossier: DossierId,
    pub name: FactName,
    pub value: String,
}

impl ToldContact {
    /// The contact that a fact tells, where it tells one.
    pub fn of(dossier: DossierId, name: &FactName, value: Option<&Value>) -> Option<Self> {
        let told = *name == FactName::PHONE || *name == FactName::EMAIL;
        match value {
            Some(Value::Phone(contact) | Value::Email(contact)) if told => {
                Some(Self { dossier, name: name.clone(), value: contact.clone() })
            }
            _ => None,
        }
    }
}

table! { ToldContact in "told_contact" { dossier, name, value } }

/// A dossier that is new or changed. What it was opened with stays.
pub(in crate::store) static PUT_DOSSIER: LazyLock<Insert<Dossier>> = LazyLock::new(|| {
    Insert::upsert(&["id"], &["reference", "insurer", "conversation", "opened_at", "searchable", "placed"], "")
});
pub(in crate::store) static ADD_CONTACT: LazyLock<Insert<ToldContact>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));

/// The dossier with this identifier.
pub(in crate::store) async fn dossier(db: &Db, id: DossierId) -> Result<Option<Dossier>, StoreError> {
    db.row("WHERE id = $1", &args![id.to_string()]).await
}
