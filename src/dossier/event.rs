//! What a line of the timeline tells, one variant a kind.
//!
//! The stored bytes of a line are sealed by the timeline's chain, so they are part of the contract: the variant's name in
//! snake case is the line's kind, and its fields, in the order in which they stand here, are the line's detail. A field
//! that is added later is optional and stands last; nothing is renamed. `event/golden.tsv` holds lines as they were
//! stored, and a test writes each of them again.

use std::{collections::BTreeMap, fmt};

use jiff::{Timestamp, civil::Date};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::{Error as _, SerializeMap as _},
};
use serde_json::Value as Json;

use super::assignment::ByRule;
use crate::{
    contract::Reason,
    domain::{
        clock_kind::ClockKind,
        desk::Desk,
        fact::Value,
        fact_name::FactName,
        id::{AppointmentId, DocumentId, DossierId, MissionId, RequestId},
        message::Channel,
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    planning::Assignment,
};

/// What happened to a dossier. `message` is always the number of a message of its conversation; people's words stand
/// there, and here only codes and identifiers, but for the reasons that handlers give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineEvent {
    Opened {
        reference: String,
        peril: String,
    },
    /// Another peril than before.
    Peril {
        peril: String,
    },
    /// Facts were told, or concluded by the flow.
    Facts {
        /// Absent where the flow concluded them.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        message: Option<SaidIn>,
        facts: Learnt,
    },
    /// Files came that answer a wanted document, or are supposed to.
    Documents {
        kind: String,
        count: u32,
        documents: Vec<DocumentId>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        supposed: bool,
    },
    /// It was said what files are: of this kind, or not what was supposed.
    DocumentsSorted {
        kind: Option<String>,
        documents: Vec<DocumentId>,
    },
    DocumentWanted {
        kind: String,
        required: bool,
    },
    PolicyFound {
        policy: String,
        #[serde(default)]
        facts: BTreeMap<FactName, Value>,
        /// Why the policy says what it says; absent in lines of early versions.
        #[serde(default)]
        reasons: Vec<Reason>,
    },
    PolicyNotFound {},
    Qualified {},
    /// A decision table was asked. Without a mode it could not decide.
    Oriented {
        mode: Option<OrientationMode>,
        #[serde(default)]
        missing: Vec<FactName>,
    },
    /// A handler oriented otherwise.
    Overrode {
        mode: OrientationMode,
        before: Option<OrientationMode>,
        reason: String,
    },
    /// A handler gave the dossier to another desk.
    MovedToDesk {
        desk: Desk,
        before: Option<Desk>,
        reason: String,
    },
    /// A person gave the dossier to a colleague, or back to its desk.
    Assigned {
        to: Option<String>,
        before: Option<String>,
        reason: String,
    },
    /// The desk's rule gave the dossier to one of its members.
    AssignedByRule {
        to: String,
        #[serde(flatten)]
        rule: ByRule,
    },
    /// It is urgent and whoever held it is not here.
    ReturnedToDesk {
        from: String,
        desk: Option<Desk>,
    },
    HandedOver {
        reason: String,
        priority: Priority,
    },
    /// The policyholder withdrew the claim.
    Withdrawn {},
    FlowEnded {},
    /// Something was asked for beside the claim.
    Request {
        request: RequestId,
        #[serde(rename = "detail")]
        kind: String,
        answer_by: Timestamp,
    },
    /// What was asked for beside the claim was acknowledged, by a message where there is one.
    RequestAcknowledged {
        request: RequestId,
        #[serde(rename = "detail")]
        kind: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<i64>,
    },
    RequestDone {
        request: RequestId,
        #[serde(rename = "detail")]
        kind: String,
    },
    /// The person wrote, and waits for an answer.
    Wrote {
        message: i64,
    },
    /// The person wrote to a dossier that was over.
    Reopened {
        message: i64,
    },
    /// The person goes on by another channel.
    Crossed {
        message: i64,
        channel: Channel,
    },
    /// A letter names this other dossier, whose person its sender is not known to be.
    Cited {
        message: i64,
        dossier: DossierId,
        reference: String,
    },
    OptedOut {
        channel: Channel,
    },
    OptedIn {
        channel: Channel,
    },
    ToldContact {},
    PlaceShared {
        message: Option<i64>,
    },
    NumberProven {
        message: Option<i64>,
    },
    Undelivered {
        message: i64,
        channel: Channel,
        /// A code of [`crate::channel`].
        reason: String,
    },
    Replied {
        message: i64,
    },
    SentAgain {
        message: i64,
        channel: Channel,
    },
    TookOver {},
    GaveBack {},
    AskedDocument {
        kind: String,
    },
    /// The other dossier was merged into this one.
    Merged {
        dossier: DossierId,
        reference: String,
    },
    /// This dossier was merged into the other one.
    MergedInto {
        dossier: DossierId,
        reference: String,
    },
    /// The other dossier is another claim: it is proposed no more.
    KeptApart {
        dossier: DossierId,
    },
    /// A handler closed the dossier.
    Closed {
        reason: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
    },
    /// A handler wrote something for colleagues; `mentions` are the logins of those whom it names. The person never sees it.
    Noted {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<String>,
    },
    /// A handler corrected a fact, or took it back.
    Corrected {
        fact: FactName,
        before: Option<Value>,
        value: Option<Value>,
        reason: String,
    },
    /// A handler said what kind of claim it is.
    Reclassified {
        peril: String,
        before: String,
        reason: String,
    },
    /// A handler added somebody who has to do with the claim.
    PartyAdded {
        role: String,
        name: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        phone: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        email: String,
    },
    PriorityChanged {
        priority: Priority,
        before: Priority,
        reason: String,
    },
    /// A handler took up a dossier that was over.
    TakenUpAgain {
        reason: String,
    },
    /// A handler noted what is to be done by a time.
    TaskAdded {
        task: String,
        kind: ClockKind,
        text: String,
        assignee: Option<String>,
        due_at: Timestamp,
    },
    /// A task was done, or a deadline kept or void, by its rule.
    TaskDone {
        task: String,
        text: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        rule: String,
    },
    TaskReopened {
        task: String,
        text: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        rule: String,
    },
    /// A handler entered the day of something that starts deadlines.
    ClockStarted {
        start: String,
        on: Date,
    },
    /// A deadline begins, or is another one.
    ClockSet {
        rule: String,
        due_at: Timestamp,
    },
    /// The person was told of a time that is theirs.
    ClockTold {
        rule: String,
        due_at: Timestamp,
    },
    /// A handler put the dossier aside.
    Snoozed {
        until: Timestamp,
    },
    /// It is back in the list: its time came, or a handler took it back.
    CameBack {},
    /// A reply is to be sent at this time.
    ReplyPlanned {
        at: Timestamp,
    },
    /// It was not sent: `cancelled` by a handler, or because the person `wrote` meanwhile or the dossier is `over`.
    ReplyDropped {
        reason: String,
    },
    /// Something is to be done soon, or should have been: a task with its text, a request or a rule with its code.
    CameDue {
        subject: String,
        kind: String,
        what: String,
        due_at: Timestamp,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_over: bool,
    },
    /// Whoever is on call was told, by their log-in; or could not be, for no account leads there.
    AlertSent {
        to: String,
        channel: Channel,
        reason: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        failed: bool,
    },
    /// An alert did not reach whoever is on call.
    AlertUndelivered {
        channel: Channel,
        reason: String,
    },
    AlertTaken {},
    /// Everybody on call was told often enough.
    AlertUnanswered {},
    MissionOrdered {
        mission: MissionId,
        expert: String,
        mode: OrientationMode,
        decision: Assignment,
    },
    MissionAccepted {
        mission: MissionId,
        expert: String,
    },
    MissionDone {
        mission: MissionId,
        expert: String,
    },
    /// The mission was taken back: by a person, or because the dossier's mode or peril is another now.
    MissionWithdrawn {
        mission: MissionId,
        expert: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<OrientationMode>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peril: Option<String>,
    },
    SlotsOffered {
        expert: String,
        slots: Vec<Timestamp>,
    },
    NoSlotFree {
        expert: String,
    },
    AppointmentBooked {
        appointment: AppointmentId,
        expert: String,
        slot: Timestamp,
        end: Timestamp,
    },
    AppointmentMoved {
        appointment: AppointmentId,
        expert: String,
        slot: Timestamp,
        end: Timestamp,
    },
    AppointmentCancelled {
        appointment: AppointmentId,
        expert: String,
        slot: Timestamp,
    },
    AppointmentReminded {
        detail: String,
    },
    /// The person told of a danger, by its code.
    Danger {
        detail: String,
    },
    /// A question was answered from the FAQ, by its entry.
    QuestionAnswered {
        detail: String,
    },
    /// All documents that were wanted have come.
    DocumentsCompleted {
        detail: String,
    },
    /// The person wrote when the flow had ended.
    MessageAfterEnd {
        detail: String,
    },
    /// The person began the declaration anew.
    Restarted {
        detail: String,
    },
    /// The log was sealed anew when it came to its form of today. `tip`: the end of the chain that sealed its lines before.
    Resealed {
        lines: i64,
        tip: String,
        intact: bool,
    },
    /// A line of an earlier or later version, that this one does not know.
    #[serde(skip)]
    Other {
        kind: String,
        detail: Json,
    },
}

/// The number of the message in which the person told something; none where they told it otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SaidIn(pub Option<i64>);

/// Facts by name as they were learnt, in this order; none where a correction made the fact void.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learnt(Vec<(FactName, Option<Value>)>);

/// An event that has no stored form.
#[derive(Debug, thiserror::Error)]
#[error("a line of the timeline cannot be written: {0}")]
pub struct UnwritableEvent(#[from] serde_json::Error);

impl TimelineEvent {
    /// Reads a stored line. One that this version does not know is [`TimelineEvent::Other`]: a line is never hidden, and
    /// none fails a page.
    pub fn read(kind: &str, detail: &str) -> Self {
        let detail = serde_json::from_str(detail).unwrap_or_else(|_| Json::String(detail.to_owned()));
        let tagged = Json::Object(std::iter::once((kind.to_owned(), detail)).collect());
        match Self::deserialize(&tagged) {
            Ok(event) => event,
            Err(_) => Self::Other { kind: kind.to_owned(), detail: tagged[kind].clone() },
        }
    }

    /// The line's kind and its detail in JSON, as they are stored and sealed.
    ///
    /// # Errors
    ///
    /// When a part of it has no form in JSON.
    pub(super) fn stored(&self) -> Result<(String, String), UnwritableEvent> {
        if let Self::Other { kind, detail } = self {
            return Ok((kind.clone(), detail.to_string()));
        }
        // A variant is written as {"kind":detail}.
        let tagged = serde_json::to_string(self)?;
        let parts = tagged.strip_prefix("{\"").and_then(|rest| rest.strip_suffix('}')?.split_once("\":"));
        let (kind, detail) = parts.ok_or_else(|| serde_json::Error::custom("an event is a kind with its detail"))?;
        Ok((kind.to_owned(), detail.to_owned()))
    }
}

impl Learnt {
    /// Notes a fact. One that was noted before keeps its place.
    pub fn note(&mut self, name: &FactName, value: Option<Value>) {
        match self.0.iter_mut().find(|(noted, _)| noted == name) {
            Some((_, noted)) => *noted = value,
            None => self.0.push((name.clone(), value)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl Serialize for Learnt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Learnt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Facts;

        impl<'de> Visitor<'de> for Facts {
            type Value = Learnt;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("facts by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Learnt, A::Error> {
                let mut learnt = Learnt::default();
                while let Some(entry) = map.next_entry()? {
                    learnt.0.push(entry);
                }
                Ok(learnt)
            }
        }

        deserializer.deserialize_map(Facts)
    }
}

/// A field that is there, be it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SaidIn>, D::Error> {
    SaidIn::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests;
