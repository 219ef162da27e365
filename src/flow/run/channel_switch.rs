//! Channel switch: the channels by which the insurer can be reached, and what is said about going on there.

use super::{effect::Effect, interpreter::Interpreter, state::ConversationMode};
use crate::domain::message::{Body, Channel, QuickReply};

/// The channels, each with the keys of the sentence that tells how to go there and of the button's label.
const SWITCHES: [(Channel, &str, &str); 4] = [
    (Channel::Sms, "crossing_sms", "button_by_sms"),
    (Channel::Email, "crossing_email", "button_by_email"),
    (Channel::Telegram, "crossing_telegram", "button_by_telegram"),
    (Channel::Web, "crossing_web", "button_by_web"),
];

/// The channel that a button's payload names: `by_sms`.
pub(super) fn named(payload: &str) -> Option<Channel> {
    payload.strip_prefix("by_")?.parse().ok()
}

impl Interpreter<'_> {
    /// Handles the wish to go on by another channel.
    pub(super) fn elsewhere(&mut self, to: Option<Channel>) {
        match to {
            Some(to) if self.reaches(to) => {
                self.flush();
                self.effects.push(Effect::SwitchChannel { to });
            }
            None if SWITCHES.iter().any(|(to, ..)| self.reaches(*to)) => {
                let text = self.words().say("crossing_which");
                let text = self.with_preface(text);
                let quick_replies = self.switch_buttons();
                self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
            }
            _ => {
                let text = self.words().say("crossing_none");
                self.preface.push(text);
                self.ask_or_flush();
            }
        }
    }

    /// The buttons of the channels on which the person may go on.
    pub(super) fn switch_buttons(&self) -> Vec<QuickReply> {
        let reached = SWITCHES.iter().filter(|(to, ..)| self.reaches(*to));
        reached.map(|(to, _, button)| self.button(&format!("cmd=by_{}", to.name()), button)).collect()
    }

    fn reaches(&self, to: Channel) -> bool {
        self.state.channel != Some(to) && (to == Channel::Web || self.insurer.reach.contains_key(to.name()))
    }

    /// The channel switch was opened: tells the person how to go on there.
    pub(super) fn channel_switch_opened(&mut self, to: Channel, secret: &str) {
        let at = self.insurer.reach.get(to.name()).map(String::as_str).unwrap_or_default();
        let at = match to {
            Channel::Telegram => format!("https://t.me/{at}?start={secret}"),
            Channel::Web => secret.to_owned(),
            Channel::Sms | Channel::Email => at.to_owned(),
        };
        let key = SWITCHES.iter().find(|(way, ..)| *way == to).map(|(_, key, _)| *key).unwrap_or_default();
        let text = self.words().say_with(key, &[("at", at.into()), ("code", secret.into())]);
        self.preface.push(text);
        self.flush();
    }

    /// The person came to another channel: the conversation goes on there, with the pending question.
    pub(super) fn channel_switched(&mut self, channel: Channel) {
        self.state.channel = Some(channel);
        let text = self.words().say("crossed");
        self.preface.push(text);
        self.ask_or_flush();
    }

    fn ask_or_flush(&mut self) {
        if self.state.mode == ConversationMode::Flow && !self.state.stack.is_empty() {
            self.ask_pending();
        } else {
            self.flush();
        }
    }
}
