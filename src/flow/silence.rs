//! Silence: how often and after how long the person is reminded of the pending question, and when the handler is told
//! that no answer comes.

use jiff::{SignedDuration, SpanRelativeTo};

use super::{
    Effect, Handover, Library, Priority,
    definition::Saying,
    interpreter::Interpreter,
    library::FIRST_FLOW,
    state::{Mode, State},
};

/// Beyond this many, reminding is pestering.
pub(super) const MAX_REMINDERS: f64 = 5.0;

/// A flow's `reminders`.
#[derive(Debug)]
pub struct Reminders {
    /// How long the person is silent before they are reminded, and between two reminders.
    pub after: SignedDuration,
    pub most: u8,
    /// Said in front of the pending question, in place of the sentence `reminder`.
    pub text: Option<Saying>,
}

/// "24h", "1 day": a day has 24 hours here.
pub(super) fn length_of(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.parse().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (length >= SignedDuration::from_mins(1)).then_some(length)
}

impl State {
    /// After how much silence [`super::Event::Silent`] has something to do. None while nobody awaits the person's answer,
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
            let handover = Handover { reason: "silent".to_owned(), priority: Priority::Normal };
            self.effects.push(Effect::HandOver(handover));
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::length_of;

    #[test]
    fn a_delay_is_a_length_of_time() {
        for (text, hours) in [("24h", 24), ("1 day", 24), ("2 days", 48), ("1 week", 168), ("90 minutes", 1)] {
            assert_eq!(length_of(text).map(|length| length.as_hours()), Some(hours), "{text}");
        }
        for text in ["", "tomorrow", "0s", "-1 day", "1 month"] {
            assert_eq!(length_of(text), None, "{text}");
        }
        assert_eq!(length_of("1 minute"), Some(SignedDuration::from_mins(1)));
    }
}
