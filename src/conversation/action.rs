//! What a handler does to a conversation or its dossier.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::domain::{
    clock_kind::ClockKind,
    desk::Desk,
    fact::Value,
    fact_name::FactName,
    id::{DocumentId, DossierId, RequestId},
    message::Endpoint,
    orientation_mode::OrientationMode,
    priority::Priority,
};
use crate::dossier::ByRule;

/// An act of a handler. Each stands in the timeline under the handler's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// Says something to the person. Whoever replies has taken over: two voices at once confuse.
    Reply {
        text: String,
    },
    TakeOver,
    /// The flow goes on where it was.
    GiveBack,
    /// Asks the person for a document of a kind of `flows/documents.yaml`.
    AskDocument {
        kind: String,
        /// In the handler's words; without, in the flow's.
        #[serde(default)]
        text: Option<String>,
    },
    /// Says what a file is, which was only supposed or not known, or was taken for another.
    SortDocument {
        document: DocumentId,
        kind: String,
    },
    /// Writes something for colleagues, of whom `mentions` names some by their logins. The person never sees it.
    Note {
        text: String,
        mentions: Vec<String>,
    },
    /// Corrects a fact, or takes it back where there is no value. `was`: what was known when the page showed it.
    Correct {
        fact: FactName,
        value: Option<Value>,
        was: Option<Value>,
        reason: String,
    },
    /// Says what kind of claim it is.
    Reclassify {
        peril: String,
        reason: String,
    },
    /// Somebody else has to do with the claim. Nobody writes to them.
    AddParty {
        role: String,
        name: String,
        phone: String,
        email: String,
    },
    SetPriority {
        priority: Priority,
        reason: String,
    },
    /// Takes up a dossier that is over.
    Reopen {
        reason: String,
    },
    /// Orients otherwise than the table did.
    Override {
        mode: OrientationMode,
        reason: String,
    },
    /// Gives the dossier to another desk.
    MoveToDesk {
        desk: Desk,
        reason: String,
    },
    /// Gives the dossier to a colleague who holds it from now on, or back to its desk.
    Assign {
        to: Option<String>,
        because: Because,
    },
    /// `message`: what the person is told, in the handler's own words. `refuses`: the claim is refused, which only a person does.
    Close {
        reason: String,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        refuses: bool,
    },
    /// Does a step of the expert's mission.
    Mission(MissionStep),
    /// Does something about what is due, and when.
    Due(DueStep),
    /// Has told the person that what they asked for was received, otherwise than by a message of the conversation.
    AcknowledgeRequest {
        request: RequestId,
        kind: String,
    },
    /// Has done what was asked for beside the claim, at `asked_at`.
    DoRequest {
        request: RequestId,
        kind: String,
        asked_at: Timestamp,
    },
    /// The other dossier is the same person's and the same claim: its addresses come here, and it is closed.
    Merge {
        other: DossierId,
    },
    /// The other dossier is not: it is proposed no more.
    RejectDuplicate {
        other: DossierId,
    },
    /// Sends a message of ours once more, to the same place or to another at which the person can be reached.
    SendAgain {
        message: i64,
        to: Endpoint,
    },
}

/// Why a dossier is given to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Because {
    /// A person decided it, and may say why.
    Decided { reason: String },
    /// By the desk's rule, see [`crate::dossier::choose`]; nothing is done where somebody holds it already.
    Rule(ByRule),
    /// Whoever held it is not here, and it is urgent; nothing is done where somebody else holds it by now.
    NotHere { from: String },
}

/// What is done about an expert's mission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum MissionStep {
    /// Gives the mission to an expert of `flows/experts.yaml`.
    Order { expert: String },
    /// Proposes slots to the person, where they are.
    Offer,
    /// Books what was agreed by telephone.
    Book { start: Timestamp },
    /// Gives the appointment up.
    CancelAppointment,
    /// The expert takes it.
    Accept,
    /// The expert has seen the damage.
    Done,
    /// Takes the mission back.
    Withdraw,
}

/// What is done about time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum DueStep {
    /// Somebody is to do something by a time: the one who is named, or whoever has the dossier.
    AddTask {
        kind: ClockKind,
        text: String,
        assignee: Option<String>,
        due_at: Timestamp,
    },
    /// It is done, or owed no more: a task or a deadline.
    EndTask {
        task: String,
    },
    ReopenTask {
        task: String,
    },
    /// Something happened on a day that starts deadlines; of the `starts` of `flows/clocks.yaml`.
    StartClocks {
        start: String,
        on: Date,
    },
    /// Puts the dossier aside until then, or until the person writes.
    Snooze {
        until: Timestamp,
    },
    /// Takes it back before.
    EndSnooze,
    /// Says something to the person then.
    ReplyLater {
        text: String,
        at: Timestamp,
    },
    /// It is not said.
    CancelReply {
        reply: String,
    },
}

/// The handler who acts: the login for the record, the name that the person sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub login: String,
    pub name: String,
}
