//! Where a conversation stands. It is rewritten with every message, so its keys are short and what is empty is left out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{booking::Appointment, effect::PolicyQuery, open_requests::OpenRequests};
use crate::{
    domain::{
        fact::{Facts, Value},
        language::Language,
        message::{Channel, Input},
    },
    flow::program::steps::StepKind,
};

/// A conversation's place in the flows. Only [`super::step::step`] changes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    #[serde(rename = "f", default, skip_serializing_if = "Facts::is_empty")]
    pub(super) facts: Facts,
    #[serde(rename = "l", default)]
    pub(super) language: Language,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(super) channel: Option<Channel>,
    /// The flow in which it began, when that is not `opening`.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<String>,
    /// The flows that called each other; the last one is being walked.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) stack: Vec<Frame>,
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub(super) mode: Mode,
    /// How it was over, when a handler took it up again.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub(super) over: Option<Mode>,
    /// What is being asked beside the flow.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub(super) aside: Option<Aside>,
    /// How often in a row the pending question was not answered.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub(super) failures: u8,
    /// How often in a row the person was reminded; one more once the handler was told that they do not answer.
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    pub(super) reminded: u8,
    /// A person was called while a question was pending: its answer goes on with the flow.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub(super) asked: bool,
    /// A street that was said without its town, while the town is asked for.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(super) street: Option<String>,
    /// The facts that were asked for in one message, by the numbers of their questions.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) batched: Vec<String>,
    /// Answers that were not certain, by their facts: when the question is reached, the person is asked whether they
    /// were meant.
    #[serde(rename = "du", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) unconfirmed: BTreeMap<String, Value>,
    /// Files that came before any document was wanted, by media type.
    #[serde(rename = "h", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) early: Vec<String>,
    /// The person said "plus tard".
    #[serde(rename = "z", default, skip_serializing_if = "is_default")]
    pub(super) later: bool,
    #[serde(rename = "k", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) skipped: BTreeSet<String>,
    /// Steps that are not to be done twice, as `flow:position`.
    #[serde(rename = "d", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) done: BTreeSet<String>,
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) wanted: Vec<Wanted>,
    /// The last question to the register and whether it found a policy.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<(PolicyQuery, Option<bool>)>,
    /// The register was asked while the flow waits for something else: its answer does not walk on.
    #[serde(rename = "qb", default, skip_serializing_if = "is_default")]
    pub(super) policy_asked_beside: bool,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub(super) peril: Option<String>,
    #[serde(rename = "r", default, skip_serializing_if = "String::is_empty")]
    pub(super) reference: String,
    #[serde(rename = "g", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) dangers: BTreeSet<String>,
    /// What was asked for beside the claim, today, and is not done. (`v`, of earlier programs, held the kinds of all
    /// requests.)
    #[serde(rename = "rq", default, skip_serializing_if = "OpenRequests::is_empty")]
    pub(super) requests: OpenRequests,
    #[serde(rename = "y", default, skip_serializing_if = "is_default")]
    pub(super) qualified: bool,
    /// The expert's appointment, once one is sent for.
    #[serde(rename = "vi", default, skip_serializing_if = "Option::is_none")]
    pub(super) appointment: Option<Appointment>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A flow and the position in it.
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
pub enum Mode {
    #[default]
    Flow,
    /// A person was called. `resume`: the policyholder may go on with the flow meanwhile.
    Waiting {
        resume: bool,
    },
    /// A handler is speaking.
    Handler,
    /// A danger was said and the person has not yet said that they are safe.
    Danger,
    Ended,
    Withdrawn,
}

/// What is asked beside the flow's own question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aside {
    /// A new answer for this fact.
    Edit(String),
    /// Which answer to correct.
    Which,
    Cancel,
    Restart,
    /// The claim that was closed, or another.
    WhichClaim,
}

/// A wanted document and how many files came for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    #[serde(rename = "k")]
    pub kind: String,
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub required: bool,
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    pub received: u32,
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

    /// The channel on which the person is: it decides how questions are put.
    pub fn channel(&self) -> Option<Channel> {
        self.channel
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub fn is_over(&self) -> bool {
        matches!(self.mode, Mode::Ended | Mode::Withdrawn)
    }

    /// No event was told yet.
    pub fn is_fresh(&self) -> bool {
        self.stack.is_empty() && self.mode == Mode::Flow
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

    /// The flow and the name of the step at which the conversation stands.
    pub fn position<'a>(&'a self, library: &'a crate::flow::program::library::Library) -> Option<(&'a str, &'a str)> {
        let frame = self.stack.last()?;
        let step = library.flow(&frame.flow)?.steps.get(frame.step)?;
        Some((&frame.flow, &step.id))
    }

    /// The kind of answer that the flow waits for, where it asks something.
    pub fn awaited(&self, library: &crate::flow::program::library::Library) -> Option<Input> {
        let frame = self.stack.last()?;
        match &library.flow(&frame.flow)?.steps.get(frame.step)?.kind {
            StepKind::Ask(question) if self.mode == Mode::Flow => Some(question.input),
            _ => None,
        }
    }

    /// The person was asked whether they mean the claim that was closed, or another.
    pub fn asks_which_claim(&self) -> bool {
        self.aside == Some(Aside::WhichClaim)
    }
}
