//! What a conversation expects the person to say next, for whoever speaks in a person's place.

use super::state::{Aside, ConversationMode, State};
use crate::{
    domain::fact_name::FactName,
    flow::program::{library::Library, steps::StepKind},
};

/// What the person is expected to say next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The answers to these questions. Where there are several, they are numbered in this order.
    Answers(Vec<Asked>),
    /// The town of a street that was told.
    Town,
    Documents,
    /// What the files are that came without a slot.
    Sorting,
    /// Whether all is sent that was said.
    Review,
    /// Whether to go on while a person is awaited.
    GoOn,
    /// Whether the person is safe.
    Safety,
    Nothing,
}

/// A question that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub fact: FactName,
    /// Whether an uncertain answer is only to be confirmed.
    pub confirms: bool,
}

impl State {
    pub fn expected(&self, library: &Library) -> Expected {
        match (self.mode, &self.aside) {
            (ConversationMode::Danger, _) => Expected::Safety,
            (ConversationMode::Waiting { resume: true }, None) => Expected::GoOn,
            (ConversationMode::Flow, Some(Aside::Files)) => Expected::Sorting,
            (ConversationMode::Flow, None) => self.expected_by_flow(library),
            _ => Expected::Nothing,
        }
    }

    fn expected_by_flow(&self, library: &Library) -> Expected {
        if self.street.is_some() {
            return Expected::Town;
        }
        let asked = |fact: &FactName| Asked { fact: fact.clone(), confirms: self.unconfirmed.contains_key(fact) };
        if !self.batched.is_empty() {
            return Expected::Answers(self.batched.iter().map(asked).collect());
        }
        let step = self.stack.last().and_then(|frame| library.flow(&frame.flow)?.steps.get(frame.step));
        match step.map(|step| &step.kind) {
            Some(StepKind::Ask(question)) => Expected::Answers(vec![asked(&question.fact)]),
            Some(StepKind::Collect(_)) => Expected::Documents,
            Some(StepKind::Review) => Expected::Review,
            _ => Expected::Nothing,
        }
    }
}
