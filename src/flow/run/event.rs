//! What the host tells the engine.

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

/// Something that happened, told to [`super::step::step`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The conversation begins: the first event of each one. `known` are facts that need not be asked (what the person's
    /// address tells), `reference` is the one that texts name. Nothing is said yet: the person's first message, or
    /// [`Event::Start`] where there is none, follows.
    Opened { language: Language, channel: Channel, known: Facts, reference: String },
    /// The person opened the conversation without a word: they are greeted and asked the first question.
    Start,
    /// The person writes by another channel of theirs from now on. Nothing is said of it: the flow puts its questions as
    /// that channel shows them.
    ChannelChanged { channel: Channel },
    /// A fact that was not said in the conversation: a handler's, or what a channel tells by itself.
    FactLearned { name: FactName, fact: Fact },
    /// The person wrote, pressed a button or sent files, or all of these in one message.
    Said(UserMessage),
    /// The person asked to change one answer ("Modifier").
    Edit { fact: String },
    /// The person chose a language.
    SpeakLanguage { language: Language },
    /// The answer to [`super::effect::Effect::LookUpPolicy`].
    PolicyLookedUp(PolicyAnswer),
    /// The answer to [`super::effect::Effect::Orient`].
    Oriented {
        /// None when the table could not decide.
        mode: Option<OrientationMode>,
        /// The facts that are missing for a decision.
        missing: Vec<String>,
    },
    /// The answer to [`super::effect::Effect::SwitchChannel`]: the code to send there, Telegram's start parameter, or the chat's address.
    ChannelSwitchOpened { to: Channel, secret: String },
    /// The person has come to another channel with what they were given.
    ChannelSwitched { channel: Channel },
    /// A handler took the conversation over: the flow keeps silent, but for danger, until [`Event::HandedBack`]. What the
    /// person says meanwhile is for the handler.
    TakenOver,
    /// A handler gave the conversation back to the flow.
    HandedBack,
    /// A handler asked the person for a document: it joins the wanted ones and is asked for.
    DocumentWanted { kind: String },
    /// The person wrote when the case had been closed for long: which claim do they mean?
    AfterClosing(UserMessage),
    /// Something happened to the expert's appointment.
    Appointment(AppointmentEvent),
    /// A handler has done what the person asked for at `asked_at`: asked for again, it is a new request.
    RequestDone { kind: String, asked_at: Timestamp },
    /// Nothing was heard for as long as the flow allows, see [`super::state::State::silence`].
    Silent,
}

/// One message of a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UserMessage {
    pub text: String,
    /// The payload of a quick reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// The media types of the files that came with it, already stored: how many photos, how many papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// What the register answers to a policy query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum PolicyAnswer {
    /// One policy. `facts` hold what the flow and the tables may test, named `policy_*` (see docs/flow-language.md).
    Found { number: String, facts: BTreeMap<String, Value> },
    /// None, or several that could not be told apart.
    NotFound,
}
