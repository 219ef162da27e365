//! STOP and CONTACT by text message: words of the networks' own rules, not of the conversation.
//!
//! A message is one of them as a whole or not at all, so that "stop, la fuite continue" stays a claim. After STOP one
//! message confirms it and nothing more is sent to that number on that account: the outbox refuses it and tells the
//! handler, who can go on by another channel. Whoever writes to us afterwards, with START or with anything else, takes it
//! back: a claim that is declared to us is answered, and it is the person who began.
//!
//! Source: the French operators' rules for short codes (AF2M), which ask for STOP and CONTACT and their answers.

use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;

use super::{
    Turn,
    turn::{GUICHET, POLICYHOLDER},
};
use crate::{
    domain::message::{Author, Body, Channel},
    store::OptOut,
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
const CONTACT: [&str; 1] = ["contact"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Stop,
    Contact,
}

/// The word that a text message is, whatever its case, accents, blanks and marks.
pub(super) fn keyword(channel: Channel, body: &Body) -> Option<Keyword> {
    if channel != Channel::Sms || body.text.len() > LONGEST || !body.attachments.is_empty() {
        return None;
    }
    let word: String = body.text.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if STOP.contains(&word.as_str()) {
        Some(Keyword::Stop)
    } else {
        CONTACT.contains(&word.as_str()).then_some(Keyword::Contact)
    }
}

impl Turn {
    /// Does what the word asks.
    pub(super) fn obey(&mut self, keyword: Keyword) {
        match keyword {
            Keyword::Stop => self.stop(),
            Keyword::Contact => self.tell_contact(),
        }
    }

    /// What a person writes after STOP takes it back.
    pub(super) fn take_back_stop(&mut self) {
        let endpoint = self.conversation.row.endpoint.clone();
        let before = self.conversation.stopped.len();
        self.conversation.stopped.retain(|stopped| *stopped != endpoint);
        if self.conversation.stopped.len() < before {
            self.record(POLICYHOLDER, "opted_in", &json!({ "channel": endpoint.channel.name() }));
            self.opt_out = Some(OptOut::Resumed(endpoint));
        }
    }

    fn stop(&mut self) {
        let endpoint = self.conversation.row.endpoint.clone();
        if self.conversation.stopped.contains(&endpoint) {
            // It was confirmed once.
            return;
        }
        let confirmation = self.say_sentence("sms_stopped", "");
        self.record(POLICYHOLDER, "opted_out", &json!({ "channel": endpoint.channel.name() }));
        let now = self.now;
        if let Some(dossier) = self.conversation.dossier.as_mut().filter(|dossier| !dossier.status.is_over()) {
            dossier.waiting_since.get_or_insert(now);
        }
        // Nobody reminds who asked for silence.
        self.conversation.row.timing.silent_since = None;
        self.conversation.stopped.push(endpoint.clone());
        let conversation = self.conversation.row.id;
        self.opt_out = Some(OptOut::Stopped { endpoint, conversation, confirmation, at: now });
    }

    fn tell_contact(&mut self) {
        // Whoever asks wants an answer.
        self.take_back_stop();
        let insurer = self.conversation.library.insurer(&self.conversation.row.insurer);
        let lines = insurer.map(|insurer| [insurer.phone.clone(), insurer.email.clone()]);
        let lines: Vec<String> = lines.into_iter().flatten().flatten().collect();
        self.say_sentence("sms_contact", &lines.join(", "));
        self.record(GUICHET, "told_contact", &json!({}));
    }

    /// Says a sentence of the host's with what belongs behind it; returns its number.
    fn say_sentence(&mut self, key: &str, end: &str) -> i64 {
        let sentence = self.conversation.library.sentence(key, self.conversation.row.language).unwrap_or_default();
        let text = format!("{sentence} {end}").trim().to_owned();
        self.write(Author::Guichet, Body { text, ..Body::default() }, None)
    }
}

#[cfg(test)]
mod tests {
    use super::{Keyword, keyword};
    use crate::domain::message::{Body, Channel};

    #[test]
    fn only_a_whole_message_is_a_keyword() {
        for (text, expected) in [
            ("STOP", Some(Keyword::Stop)),
            (" stop. ", Some(Keyword::Stop)),
            ("Stop SMS", Some(Keyword::Stop)),
            ("ARRÊT", Some(Keyword::Stop)),
            ("Désabonnement !", Some(Keyword::Stop)),
            ("contact", Some(Keyword::Contact)),
            ("stop, la fuite continue", None),
            ("stop la fuite est réparée", None),
            ("arrêt de l'eau", None),
            ("contact avec l'eau", None),
            ("non", None),
            ("", None),
        ] {
            let body = Body { text: text.into(), ..Body::default() };
            assert_eq!(keyword(Channel::Sms, &body), expected, "{text}");
            assert_eq!(keyword(Channel::Web, &body), None, "{text}");
        }
    }
}
