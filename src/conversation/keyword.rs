//! STOP, START and CONTACT by text message, and /stop to a bot: words of the networks' own rules, not of the conversation.
//!
//! A message is one of them as a whole or not at all, so that "stop, la fuite continue" stays a claim.
//!
//! # The rule
//!
//! STOP holds for a number on an account of ours, whatever the conversation, and longer than it: one message confirms it, then
//! the outbox refuses what is to be sent there and tells the handler, who can go on by another channel. It ends with the next
//! message that the person sends from that number, to whatever conversation it belongs and whatever it says but STOP: it is
//! they who begin, and an answer to what they write is not the unasked message that STOP is about. START (REPRENDRE) ends it
//! without a word on the claim: the last question is put again.
//!
//! Source: the French operators' rules for short codes (AF2M), which ask for STOP and CONTACT and their answers; article L34-5
//! of the Code des postes et des communications électroniques, which is about unasked messages. Twilio keeps a list of its own
//! and ends it with START, UNSTOP or YES only: there it is the account's setting that decides (docs/sms.md).

use unicode_normalization::UnicodeNormalization as _;

use super::{apply, error::ConversationError, services::Services, turn::Turn};
use crate::{
    domain::message::{Body, Channel, GUICHET, POLICYHOLDER},
    dossier::TimelineEvent,
    flow::Event,
    store::{OptOut, OptOutRow},
};

/// Longer messages are none of these words: they need not be looked at.
const LONGEST: usize = 40;
const STOP: [&str; 12] = [
    "stop",
    "arret",
    "desabonnement",
    "desabonner",
    "desinscription",
    "desinscrire",
    "stopsms",
    "smsstop",
    "stopall",
    "unsubscribe",
    "optout",
    "desabo",
];
const START: [&str; 3] = ["start", "unstop", "reprendre"];
const CONTACT: [&str; 1] = ["contact"];
/// The command of a bot's menu.
const STOP_COMMAND: &str = "/stop";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Stop,
    Start,
    Contact,
}

/// The word that a text message is, whatever its case, accents, blanks and marks; or the command that a bot is given.
pub(super) fn keyword(channel: Channel, body: &Body) -> Option<Keyword> {
    if channel == Channel::Telegram {
        return (body.text.trim() == STOP_COMMAND).then_some(Keyword::Stop);
    }
    if channel != Channel::Sms || body.text.len() > LONGEST || !body.attachments.is_empty() {
        return None;
    }
    let word: String = body.text.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let words: [(&[&str], Keyword); 3] =
        [(&STOP, Keyword::Stop), (&START, Keyword::Start), (&CONTACT, Keyword::Contact)];
    words.into_iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, keyword)| keyword)
}

impl Turn {
    /// Does what the word asks. False where it asks for nothing: START without a STOP before it, or as the first word of a
    /// conversation, is a message like any other.
    pub(super) async fn obey(&mut self, keyword: Keyword, services: &Services) -> Result<bool, ConversationError> {
        match keyword {
            Keyword::Stop => self.stop(),
            Keyword::Contact => self.tell_contact(),
            Keyword::Start if self.opens || !self.conversation.stopped.contains(&self.conversation.row.endpoint) => {
                return Ok(false);
            }
            Keyword::Start => {
                self.take_back_stop();
                let channel = self.conversation.row.endpoint.channel;
                // On the heap: every turn would be as much larger for a word that is hardly ever said.
                Box::pin(apply::run(self, Event::ChannelSwitched { channel }, services)).await?;
            }
        }
        Ok(true)
    }

    /// Looks whether the person said STOP at this address before it came to this conversation.
    pub(super) async fn bring_stop(&mut self, services: &Services) -> Result<(), ConversationError> {
        let endpoint = &self.conversation.row.endpoint;
        let may_be = endpoint.channel == Channel::Sms && !self.conversation.stopped.contains(endpoint);
        if may_be && services.look_ups().is_stopped(endpoint).await? {
            self.conversation.stopped.push(endpoint.clone());
        }
        Ok(())
    }

    /// What a person writes after STOP takes it back.
    pub(super) fn take_back_stop(&mut self) {
        let endpoint = self.conversation.row.endpoint.clone();
        let before = self.conversation.stopped.len();
        self.conversation.stopped.retain(|stopped| *stopped != endpoint);
        if self.conversation.stopped.len() < before {
            self.record(POLICYHOLDER, &TimelineEvent::OptedIn { channel: endpoint.channel });
            self.rows.opt_out = Some(OptOut::Resumed(endpoint));
        }
    }

    fn stop(&mut self) {
        let endpoint = self.conversation.row.endpoint.clone();
        if self.conversation.stopped.contains(&endpoint) {
            // It was confirmed once.
            return;
        }
        let key = if endpoint.channel == Channel::Sms { "sms_stopped" } else { "bot_stopped" };
        let confirmation = self.say_sentence(key, "");
        self.record(POLICYHOLDER, &TimelineEvent::OptedOut { channel: endpoint.channel });
        let now = self.now;
        if let Some(dossier) = self.conversation.dossier_mut().filter(|dossier| !dossier.status.is_over()) {
            dossier.waiting_since.get_or_insert(now);
        }
        // Nobody reminds who asked for silence.
        self.conversation.fence.timing.silent_since = None;
        self.conversation.stopped.push(endpoint.clone());
        let conversation = self.conversation.row.id;
        self.rows.opt_out = Some(OptOut::Stopped(OptOutRow { endpoint, conversation, confirmation, at: now }));
    }

    fn tell_contact(&mut self) {
        // Whoever asks wants an answer.
        self.take_back_stop();
        let insurer = self.conversation.library.insurer(&self.conversation.row.insurer);
        let lines = insurer.map(|insurer| [insurer.phone.clone(), insurer.email.clone()]);
        let lines: Vec<String> = lines.into_iter().flatten().flatten().collect();
        self.say_sentence("sms_contact", &lines.join(", "));
        self.record(GUICHET, &TimelineEvent::ToldContact {});
    }
}

#[cfg(test)]
mod tests;
