//! Going on by another channel: which ones the insurer can be reached by, and what is said on the way.

use super::{effect::Effect, interpreter::Interpreter, state::Mode};
use crate::domain::message::{Body, Channel, QuickReply};

/// The channels, with the sentence that tells how to go there and the button's.
const WAYS: [(Channel, &str, &str); 4] = [
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
    /// The person wants to go on by another channel.
    pub(super) fn elsewhere(&mut self, to: Option<Channel>) {
        match to {
            Some(to) if self.reaches(to) => {
                self.flush();
                self.effects.push(Effect::SwitchChannel { to });
            }
            None if WAYS.iter().any(|(to, ..)| self.reaches(*to)) => {
                let text = self.words().say("crossing_which");
                let text = self.with_preface(text);
                let quick_replies = self.ways();
                self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
            }
            _ => {
                let text = self.words().say("crossing_none");
                self.preface.push(text);
                self.ask_or_flush();
            }
        }
    }

    /// A button for each channel on which the person may go on.
    pub(super) fn ways(&self) -> Vec<QuickReply> {
        let reached = WAYS.iter().filter(|(to, ..)| self.reaches(*to));
        reached.map(|(to, _, button)| self.button(&format!("cmd=by_{}", to.name()), button)).collect()
    }

    fn reaches(&self, to: Channel) -> bool {
        self.state.channel != Some(to) && (to == Channel::Web || self.insurer.reach.contains_key(to.name()))
    }

    /// The host opened the way: tells how to take it.
    pub(super) fn channel_switch_opened(&mut self, to: Channel, secret: &str) {
        let at = self.insurer.reach.get(to.name()).map(String::as_str).unwrap_or_default();
        let at = match to {
            Channel::Telegram => format!("https://t.me/{at}?start={secret}"),
            Channel::Web => secret.to_owned(),
            Channel::Sms | Channel::Email => at.to_owned(),
        };
        let key = WAYS.iter().find(|(way, ..)| *way == to).map(|(_, key, _)| *key).unwrap_or_default();
        let text = self.words().say_with(key, &[("at", at.into()), ("code", secret.into())]);
        self.preface.push(text);
        self.flush();
    }

    /// The person has come to another channel: the conversation goes on there, at the same question.
    pub(super) fn channel_switched(&mut self, channel: Channel) {
        self.state.channel = Some(channel);
        let text = self.words().say("crossed");
        self.preface.push(text);
        self.ask_or_flush();
    }

    fn ask_or_flush(&mut self) {
        if self.state.mode == Mode::Flow && !self.state.stack.is_empty() {
            self.ask_pending();
        } else {
            self.flush();
        }
    }
}
