//! Silence: the person is reminded of the pending question; after the last reminder the handler is told.

use jiff::SignedDuration;

use super::{
    effect::{Effect, Handover},
    interpreter::Interpreter,
    state::{ConversationMode, State},
};
use crate::{
    domain::priority::Priority,
    flow::program::{
        handovers::OwnReason,
        library::{FIRST_FLOW, Library},
        reminders::Reminders,
    },
};

impl State {
    /// After how much silence [`super::event::Event::Silent`] is to be sent. None while no answer of the person is
    /// awaited, or after the last reminder.
    pub fn silence(&self, library: &Library) -> Option<SignedDuration> {
        let reminders = self.reminders(library)?;
        // Without a claim there is nothing to tell a handler, so the silence after the last reminder is not waited for.
        let most = if self.peril.is_some() { reminders.most } else { reminders.most.saturating_sub(1) };
        (self.reminded <= most).then_some(reminders.after)
    }

    /// The reminders of the innermost flow, where it awaits an answer.
    fn reminders<'a>(&self, library: &'a Library) -> Option<&'a Reminders> {
        if self.mode != ConversationMode::Flow || self.stack.is_empty() {
            return None;
        }
        let called = self.stack.iter().rev().map(|frame| frame.flow.as_str());
        called.chain([FIRST_FLOW]).find_map(|flow| library.flow(flow)?.reminders.as_ref())
    }
}

impl Interpreter<'_> {
    /// Handles the silence: reminds the person, or hands over.
    pub(super) fn silent(&mut self) {
        if self.state.silence(self.library).is_none() {
            return;
        }
        // Who completes a sent claim is not reminded: it stands as it was sent.
        if self.is_completing() {
            self.leave_completing();
            return;
        }
        let Some(reminders) = self.state.reminders(self.library) else { return };
        self.state.reminded += 1;
        if self.state.reminded <= reminders.most {
            let text = match &reminders.text {
                Some(saying) => self.render(saying),
                None => self.words().say("reminder"),
            };
            self.preface.push(text);
            self.ask_pending();
        } else {
            // The question stays pending: a late answer goes on with the flow.
            let handover = Handover { reason: OwnReason::Silent.code().to_owned(), priority: Priority::Normal };
            self.effects.push(Effect::HandOver(handover));
        }
    }
}
