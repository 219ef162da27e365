//! Completing the file after sending: the questions that were passed over, one by one, on the person's wish. Nothing is
//! decided by them, so nothing is lost if they are never answered.

use std::ops::ControlFlow;

use super::{
    effect::Effect,
    event::UserMessage,
    interpreter::Interpreter,
    state::{Completing, ConversationMode},
};
use crate::{
    domain::message::{Input, MessageLink},
    flow::program::steps::{Question, StepKind},
    understanding::{Answer, Command, Want},
};

impl Interpreter<'_> {
    pub(super) fn is_completing(&self) -> bool {
        matches!(self.state.completing, Some(Completing::Asked { .. }))
    }

    /// Whether a question may go without an answer: by the flow, or because the claim is sent without it.
    pub(super) fn may_pass(&self, question: &Question) -> bool {
        question.unknown || question.optional || self.is_completing()
    }

    /// Leads from the last sentence to the page that shows how the claim stands, once it is sent.
    pub(super) fn lead_to_status(&mut self) {
        let last = self.effects.iter_mut().rev().find_map(|effect| match effect {
            Effect::Say { body } => Some(body),
            _ => None,
        });
        if let Some(body) = last.filter(|_| self.state.qualified) {
            body.link = Some(MessageLink::Status);
        }
    }

    /// Offers the questions that were passed over, by a button below the last sentence, once the claim is sent and where
    /// there are any.
    pub(super) fn offer_completing(&mut self) {
        self.state.completing = None;
        if !self.state.qualified || !self.passes_over() || !self.outlook().is_unasked() {
            return;
        }
        self.state.completing = Some(Completing::Offered);
        let button = self.button("cmd=complete", "button_complete");
        let last = self.effects.iter_mut().rev().find_map(|effect| match effect {
            Effect::Say { body } => Some(body),
            _ => None,
        });
        if let Some(body) = last {
            body.quick_replies.push(button);
        }
    }

    /// Handles the wish to complete the file, and what ends or shortens it. The stage comes before whoever leads: a sent
    /// claim may wait for a person.
    pub(super) fn take_completing(&mut self, message: &UserMessage, command: Option<Command>) -> ControlFlow<()> {
        let pressed = message.choice.as_deref();
        let sent = matches!(self.state.mode, ConversationMode::Ended | ConversationMode::Waiting { resume: false });
        let asks = matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Ask(_)));
        match (self.state.completing, pressed, command) {
            (Some(Completing::Offered), ..)
                if sent && self.state.aside.is_none() && self.wants_to_complete(pressed) =>
            {
                self.state.completing = Some(Completing::Asked { over: self.state.mode });
                self.parsed = None;
                self.state.failures = 0;
                self.state.mode = ConversationMode::Flow;
                self.begin();
                self.run();
            }
            (Some(Completing::Asked { .. }), Some("cmd=done" | "cmd=later"), _)
            | (Some(Completing::Asked { .. }), None, Some(Command::Done | Command::Later))
                if asks && self.state.mode == ConversationMode::Flow =>
            {
                self.leave_completing();
                let text = self.words().say("complete_later");
                self.preface.push(text);
                self.flush();
            }
            _ => return ControlFlow::Continue(()),
        }
        ControlFlow::Break(())
    }

    fn wants_to_complete(&self, pressed: Option<&str>) -> bool {
        if pressed.is_some() {
            return pressed == Some("cmd=complete");
        }
        let Some(parsed) = self.parsed.as_ref().filter(|parsed| parsed.is_short()) else { return false };
        let choices = Some(&self.library.complete_choices);
        let want = Want { input: Input::Choice, choices, prefer_past: true, partly: None, policy_pattern: None };
        matches!(self.library.vocabulary.answer(parsed, &want, &self.listening()), Answer::Value(_))
    }

    /// The conversation stands as before; what was not answered may still be asked for.
    pub(super) fn leave_completing(&mut self) {
        if let Some(Completing::Asked { over }) = self.state.completing {
            self.state.mode = over;
            self.state.completing = Some(Completing::Offered);
        }
    }

    /// All was asked.
    pub(super) fn completed(&mut self) {
        self.leave_completing();
        self.state.completing = None;
        let text = self.words().say("completed");
        self.preface.push(text);
        self.flush();
    }
}
