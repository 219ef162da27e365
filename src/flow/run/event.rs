//! Events: what the caller tells the engine.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::booking::AppointmentEvent;
use crate::domain::{
    fact::{Fact, Facts, Value},
    fact_name::FactName,
    language::Language,
    message::Channel,
    orientation_mode::OrientationMode,
};

/// Something that happened, passed to [`super::step::step`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The first event of every conversation. `known` are facts that need not be asked for (from the person's address),
    /// `reference` is the dossier's reference in texts. Nothing is said yet: the person's first message follows, or
    /// [`Event::Start`] where there is none.
    Opened { language: Language, channel: Channel, known: Facts, reference: String },
    /// The person opened the conversation without a message: they are greeted and asked the first question.
    Start,
    /// The person writes by another of their channels from now on. Nothing is said about it; questions are put as that
    /// channel shows them.
    ChannelChanged { channel: Channel },
    /// A fact that was not said in the conversation: from a handler, or from the channel.
    FactLearned { name: FactName, fact: Fact },
    /// The person wrote, pressed a button or sent files, or all of these in one message.
    Said(UserMessage),
    /// The person asked to change one answer ("Modifier").
    Edit { fact: FactName },
    /// The person filled in a field of the form that completes the file, or emptied it.
    Filled { fact: FactName, value: Option<Value> },
    /// A handler corrects facts, or takes them back where there is no value. What follows is decided again.
    Corrected { facts: Vec<(FactName, Option<Value>)>, by: String },
    /// The person chose a language.
    SpeakLanguage { language: Language },
    /// The answer to [`super::effect::Effect::LookUpPolicy`].
    PolicyLookedUp(PolicyAnswer),
    /// The answer to [`super::effect::Effect::Orient`].
    Oriented {
        /// None when the table could not decide.
        mode: Option<OrientationMode>,
        /// The facts that are missing for a decision.
        missing: Vec<FactName>,
    },
    /// The answer to [`super::effect::Effect::SwitchChannel`]. `secret` is the code to send there, Telegram's start
    /// parameter, or the chat's address.
    ChannelSwitchOpened { to: Channel, secret: String },
    /// The person came to another channel with the secret that they were given.
    ChannelSwitched { channel: Channel },
    /// A handler took the conversation over: the flow is silent, except at danger, until [`Event::HandedBack`]. What
    /// the person writes meanwhile is for the handler.
    TakenOver,
    /// A handler gave the conversation back to the flow.
    HandedBack,
    /// A handler wants a document: it is added to the wanted ones and asked for.
    DocumentWanted {
        kind: String,
        /// In the handler's words; without, in ours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A handler said what one file is, which was filed as `was`, or was only supposed to be that.
    DocumentSorted { was: Option<String>, was_supposed: bool, kind: String },
    /// The person wrote when the case had been closed for longer than messages reopen it: ask which claim they mean.
    AfterClosing(UserMessage),
    /// A handler closed the dossier. `asks`: whether the person may be asked how it went.
    Closed { asks: bool },
    /// The person answered how it went.
    Rated(UserMessage),
    /// Something happened to the expert's appointment.
    Appointment(AppointmentEvent),
    /// A handler has done what the person asked for at `asked_at`: asking for it again is a new request.
    RequestDone { kind: String, asked_at: Timestamp },
    /// The person was silent for as long as the flow allows, see [`super::state::State::silence`].
    Silent,
}

/// One message of a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UserMessage {
    pub text: String,
    /// The payload of a quick reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// The files that came with it, which are already stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SentFile>,
}

/// A file of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    pub media_type: String,
    /// The kind of document that its slot names, where the person put it into one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
}

impl SentFile {
    pub fn without_slot(media_type: &str) -> Self {
        Self { media_type: media_type.to_owned(), slot: None }
    }
}

/// The register's answer to a policy query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum PolicyAnswer {
    /// One policy. `facts` are those that flows and tables may test, named `policy_*` (see docs/flow-language.md).
    Found { number: String, facts: BTreeMap<FactName, Value> },
    /// No policy, or several that could not be told apart.
    NotFound,
}
