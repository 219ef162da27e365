//! The state of a conversation in the flows. It is stored again and again, so its keys are short and empty fields are
//! left out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{booking::Appointment, effect::PolicyQuery, open_requests::OpenRequests};
use crate::{
    domain::{
        fact::{Facts, Value},
        fact_name::FactName,
        language::Language,
        message::{Channel, Input},
    },
    flow::program::steps::StepKind,
};

/// The state of a conversation in the flows. Only [`super::step::step`] changes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    #[serde(rename = "f", default, skip_serializing_if = "Facts::is_empty")]
    pub(super) facts: Facts,
    #[serde(rename = "l", default)]
    pub(super) language: Language,
    /// The code of the language in which the person writes, where no story is told in it.
    #[serde(rename = "fl", default, skip_serializing_if = "Option::is_none")]
    pub(super) foreign: Option<String>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<Channel>,
    /// The flow with which it began, when that is not `opening`.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<String>,
    /// The call stack of flows; the last one is being run.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) stack: Vec<Frame>,
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub(super) mode: ConversationMode,
    /// The mode in which it was over before a handler took it up again.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub(super) over: Option<ConversationMode>,
    /// What is being asked beside the flow.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub(super) aside: Option<Aside>,
    /// How often in a row the pending question was not answered.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub(super) failures: u8,
    /// How many questions in a row were passed over because they were not answered.
    #[serde(rename = "po", default, skip_serializing_if = "is_default")]
    pub(super) passed_over: u8,
    /// How many reminders were sent since the person last wrote; one more after the handler was told of the silence.
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    pub(super) reminded: u8,
    /// Whether a person was called while a question was pending, whose answer goes on with the flow.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub(super) asked: bool,
    /// Whether the pending question was put without numbers before its answers, so that a number chooses none of them.
    #[serde(rename = "nn", default, skip_serializing_if = "is_default")]
    pub(super) unnumbered: bool,
    /// A street without its town, while the town is asked for.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(super) street: Option<String>,
    /// The facts of the batched questions, in the order of their numbers.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) batched: Vec<FactName>,
    /// Uncertain answers by their facts: they are confirmed when their question is reached.
    #[serde(rename = "du", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) unconfirmed: BTreeMap<FactName, Value>,
    /// The media types of files that came before any document was wanted.
    #[serde(rename = "h", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) early: Vec<String>,
    /// Whether the person postponed the pending question ("plus tard").
    #[serde(rename = "z", default, skip_serializing_if = "is_default")]
    pub(super) later: bool,
    #[serde(rename = "k", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) skipped: BTreeSet<FactName>,
    /// Steps that are not to be done twice, as `flow:position`.
    #[serde(rename = "d", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) done: BTreeSet<String>,
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) wanted: Vec<Wanted>,
    /// The last policy query, and whether a policy was found; none while the register has not answered.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<(PolicyQuery, Option<bool>)>,
    /// Whether the register was asked while the flow waits for something else, so that its answer does not run the flow
    /// on.
    #[serde(rename = "qb", default, skip_serializing_if = "is_default")]
    pub(super) policy_asked_beside: bool,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub(super) peril: Option<String>,
    #[serde(rename = "r", default, skip_serializing_if = "String::is_empty")]
    pub(super) reference: String,
    #[serde(rename = "g", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) dangers: BTreeSet<String>,
    /// Today's open requests besides the claim. (Earlier versions stored the kinds of all requests as `v`.)
    #[serde(rename = "rq", default, skip_serializing_if = "OpenRequests::is_empty")]
    pub(super) requests: OpenRequests,
    #[serde(rename = "y", default, skip_serializing_if = "is_default")]
    pub(super) qualified: bool,
    /// The questions for the file, once the claim is sent.
    #[serde(rename = "cp", default, skip_serializing_if = "Option::is_none")]
    pub(super) completing: Option<Completing>,
    /// What was written into fields of the form: they stay, to be written into again.
    #[serde(rename = "fi", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) filled: BTreeSet<FactName>,
    /// Whether the person was asked how it went, once the dossier was closed.
    #[serde(rename = "sa", default, skip_serializing_if = "Option::is_none")]
    pub(super) satisfaction: Option<Satisfaction>,
    /// The expert's appointment, once there is a mission.
    #[serde(rename = "vi", default, skip_serializing_if = "Option::is_none")]
    pub(super) appointment: Option<Appointment>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A flow on the call stack, and the position in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Frame {
    #[serde(rename = "f")]
    pub(super) flow: String,
    #[serde(rename = "s")]
    pub(super) step: usize,
}

/// Who leads the conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationMode {
    #[default]
    Flow,
    /// A person was called. `resume`: the policyholder may go on with the flow meanwhile.
    Waiting {
        resume: bool,
    },
    /// A handler leads.
    Handler,
    /// A danger was told, and the person has not yet said that they are safe.
    Danger,
    Ended,
    Withdrawn,
}

/// The questions that were passed over, once the claim is sent: nothing is decided by them, but they make the file complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Completing {
    /// The person may ask for them.
    Offered,
    /// They are asked one by one. `over` is how the conversation stood, and stands again afterwards.
    Asked { over: ConversationMode },
    /// A field of the form is taken, in this turn. `is_news`: the case is decided otherwise by it.
    Filled { over: ConversationMode, is_news: bool },
}

/// How far the question is whether it went well, once the dossier is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Satisfaction {
    Asked,
    /// What was missing is asked.
    AskedWhy,
    Answered,
}

/// What is asked beside the flow's own question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aside {
    /// A new answer for this fact.
    Edit(FactName),
    /// Which answer to correct.
    Which,
    Cancel,
    Restart,
    /// Whether the person means the closed claim or another one.
    WhichClaim,
    /// What the files are that came without a slot.
    Files,
}

/// A wanted document, and how many files came for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    #[serde(rename = "k")]
    pub kind: String,
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub required: bool,
    /// Those of which it is known that they answer it.
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    pub received: u32,
    /// Those of which it is only supposed.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub supposed: u32,
}

impl Wanted {
    /// Whether a file came that answers it, as far as anybody knows.
    pub fn has_come(&self) -> bool {
        self.received + self.supposed > 0
    }
}

impl State {
    /// A conversation that begins with another flow than `opening`.
    pub fn beginning_with(flow: &str) -> Self {
        Self { first: Some(flow.to_owned()), ..Self::default() }
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.facts.get(name).map(|fact| &fact.value)
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The person's channel, which decides how questions are put.
    pub fn channel(&self) -> Option<Channel> {
        self.channel
    }

    pub fn mode(&self) -> ConversationMode {
        self.mode
    }

    pub fn is_over(&self) -> bool {
        matches!(self.mode, ConversationMode::Ended | ConversationMode::Withdrawn)
    }

    /// Whether there was no event yet.
    pub fn is_fresh(&self) -> bool {
        self.stack.is_empty() && self.mode == ConversationMode::Flow
    }

    pub fn peril(&self) -> Option<&str> {
        self.peril.as_deref()
    }

    /// The number of the policy that the register found.
    pub fn found_policy(&self) -> Option<&str> {
        self.policy.as_ref().filter(|(_, found)| *found == Some(true))?.0.number.as_deref()
    }

    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// The flow and the name of the current step.
    pub fn position<'a>(&'a self, library: &'a crate::flow::program::library::Library) -> Option<(&'a str, &'a str)> {
        let frame = self.stack.last()?;
        let step = library.flow(&frame.flow)?.steps.get(frame.step)?;
        Some((&frame.flow, &step.id))
    }

    /// The kind of answer that the flow waits for, where it asks something.
    pub fn awaited(&self, library: &crate::flow::program::library::Library) -> Option<Input> {
        let frame = self.stack.last()?;
        match &library.flow(&frame.flow)?.steps.get(frame.step)?.kind {
            StepKind::Ask(question) if self.mode == ConversationMode::Flow => Some(question.input),
            _ => None,
        }
    }

    /// About how much memory it takes.
    pub fn bytes(&self) -> u64 {
        /// What every state has.
        const BARE: u64 = 1024;
        /// A fact, with its name and its place in the map; a name in a set.
        const FACT: u64 = 300;
        const NAME: u64 = 100;
        let facts = self.facts.len() + self.unconfirmed.len();
        let names = self.done.len() + self.skipped.len() + self.filled.len() + self.early.len() + self.batched.len();
        BARE + FACT * facts as u64 + NAME * names as u64
    }

    /// Whether the person was asked if they mean the closed claim or another one.
    pub fn asks_which_claim(&self) -> bool {
        self.aside == Some(Aside::WhichClaim)
    }
}

#[cfg(test)]
mod tests;
