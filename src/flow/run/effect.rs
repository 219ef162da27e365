//! Effects: what the engine asks its caller to do.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        fact::Fact,
        fact_name::FactName,
        id::AppointmentId,
        message::{Body, Channel},
        priority::Priority,
    },
    planning::Wish,
};

/// Something to do, in order. The caller does all effects of a turn in one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Say this to the person.
    Say { body: Body },
    /// Record a fact, new or corrected.
    SetFact { name: FactName, fact: Arc<Fact> },
    /// A correction made this fact void.
    ClearFact { name: FactName },
    /// The peril is known: open the dossier, or rename it.
    OpenDossier { peril: String },
    /// These documents are wanted (`required`) or welcome.
    WantDocument { kind: String, required: bool },
    /// Files answer this wanted document, or are supposed to. `files` are their places in the message at hand; there is
    /// none for those that came before it.
    FileDocuments {
        kind: String,
        count: u32,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<usize>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        supposed: bool,
    },
    /// The person said what the files are of which it was only supposed.
    SortDocuments(Sorting),
    /// Find a policy; the caller answers with [`super::event::Event::PolicyLookedUp`] in the same turn.
    LookUpPolicy(PolicyQuery),
    /// Evaluate an orientation table; the caller answers with [`super::event::Event::Oriented`] in the same turn. `open` are
    /// the facts that nobody was asked for, because they change nothing.
    Orient { table: String, open: Vec<FactName> },
    /// The person wants to go on by another channel; the caller answers with
    /// [`super::event::Event::ChannelSwitchOpened`] in the same turn.
    SwitchChannel { to: Channel },
    /// The collecting is complete: the dossier is qualified.
    Qualify,
    /// A person must take over. The flow waits.
    HandOver(Handover),
    /// The person withdrew the claim.
    Withdraw,
    /// The person asks for something besides the claim: record it for its desk, with its deadline. The message with the
    /// text `acknowledgement` acknowledges its receipt. `since`: the day on which they wrote it before, from which the
    /// deadlines are counted. `promised`: the flow promises an answer that nobody asked for.
    Request {
        kind: String,
        text: String,
        acknowledgement: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<jiff::civil::Date>,
        /// When the person wants it done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<jiff::civil::DateTime>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        promised: bool,
    },
    /// This message was not understood, or this question not answered: list it, so that examples and answers are added.
    Missed { text: String, question: bool },
    /// The person means the claim that was closed: a handler takes it up again.
    Reopen,
    /// Find free slots, if possible by the wish; the caller answers with [`super::booking::AppointmentEvent::Offered`]
    /// or [`super::booking::AppointmentEvent::NoneFree`] in the same turn.
    FindSlots { wish: Option<Wish> },
    /// The person chose this slot; the caller answers with [`super::booking::AppointmentEvent::Booked`], or offers
    /// others where it is taken.
    Book { appointment: AppointmentId },
    /// The person cannot keep the appointment; the caller answers with [`super::booking::AppointmentEvent::Cancelled`].
    CancelAppointment,
    /// A line for the dossier's timeline, by code and without the person's words.
    Note(Note),
    /// The flow is over.
    End,
}

impl Effect {
    /// Whether the caller answers with an event in the same turn. Such an effect is the last one of its step.
    pub fn needs_answer(&self) -> bool {
        matches!(
            self,
            Self::LookUpPolicy(_)
                | Self::Orient { .. }
                | Self::SwitchChannel { .. }
                | Self::FindSlots { .. }
                | Self::Book { .. }
                | Self::CancelAppointment
        )
    }
}

/// What files turn out to be of which it was only supposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "sorting", content = "kind")]
pub enum Sorting {
    AsSupposed,
    /// All of them, which is one file.
    As(String),
    /// Not what was supposed: a handler looks.
    Unknown,
}

/// By what a policy is searched for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<jiff::civil::Date>,
    /// The number and the address from which the person writes, as their channel gives them: what is merely said proves
    /// nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// The peril and the date of loss, so that the answer can include the cover at that date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peril: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_date: Option<jiff::civil::Date>,
    /// When the person knew of the loss, where that is another day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_on: Option<jiff::civil::Date>,
    /// The postcode of the place of loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_postcode: Option<String>,
    /// Whether the loss is at the place that the policy insures, whose postcode was not said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_insured_place: bool,
}

/// A line for the dossier's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "note")]
pub enum Note {
    AppointmentReminded,
    /// The person told of a danger, by its code.
    Danger {
        danger: String,
    },
    /// A question was answered from this entry of the FAQ.
    QuestionAnswered {
        entry: String,
    },
    DocumentsCompleted,
    /// The person wrote after the flow had ended.
    MessageAfterEnd,
    /// The person began the declaration anew.
    Restarted,
}

impl Note {
    /// The code in transcripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AppointmentReminded => "appointment_reminded",
            Self::Danger { .. } => "danger",
            Self::QuestionAnswered { .. } => "question_answered",
            Self::DocumentsCompleted => "documents_completed",
            Self::MessageAfterEnd => "message_after_end",
            Self::Restarted => "restarted",
        }
    }
}

/// Why a person must take over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// A code of the flow: `danger`, `asked`, `not_understood`, `bodily_injury`, ...
    pub reason: String,
    pub priority: Priority,
}
