//! Silence: the person is reminded of the pending question, and in the end the handler is told that no answer comes.

use jiff::SignedDuration;

use super::{
    effect::{Effect, Handover},
    interpreter::Interpreter,
    state::{Mode, State},
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
    /// After how much silence [`super::event::Event::Silent`] has something to do. None while nobody awaits the person's answer,
    /// or once all was done.
    pub fn silence(&self, library: &Library) -> Option<SignedDuration> {
        let reminders = self.reminders(library)?;
        // Of a conversation that never came to a claim there is nothing to tell the handler.
        let most = if self.peril.is_some() { reminders.most } else { reminders.most.saturating_sub(1) };
        (self.reminded <= most).then_some(reminders.after)
    }

    /// The innermost flow's reminders, where the flow awaits an answer.
    fn reminders<'a>(&self, library: &'a Library) -> Option<&'a Reminders> {
        if self.mode != Mode::Flow || self.stack.is_empty() {
            return None;
        }
        let called = self.stack.iter().rev().map(|frame| frame.flow.as_str());
        called.chain([FIRST_FLOW]).find_map(|flow| library.flow(flow)?.reminders.as_ref())
    }
}

impl Interpreter<'_> {
    /// Nothing was heard for as long as the flow allows.
    pub(super) fn silent(&mut self) {
        if self.state.silence(self.library).is_none() {
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
            // The question stays open: whoever answers after all goes on.
            let handover = Handover { reason: OwnReason::Silent.code().to_owned(), priority: Priority::Normal };
            self.effects.push(Effect::HandOver(handover));
        }
    }
}
