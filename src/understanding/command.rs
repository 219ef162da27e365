//! Commands: what a person may ask at any step, alone or within other words.

use serde::{Deserialize, Serialize};

use super::{
    Entity, Vocabulary, choice,
    text::{Text, TokenKind},
};
use crate::domain::message::Channel;

/// The longest mistyped command, in bytes.
const MAX_MISTYPED_COMMAND: usize = 24;

/// How many words before a request for a person its refusal may begin.
const DECLINES: usize = 4;

/// How many other words may stand beside "je ne sais pas" ("du tout combien"): with more, the message says something
/// else too.
const MAX_WORDS_BESIDE: usize = 3;

/// What a person may ask at any step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Help,
    Correct,
    Cancel,
    Restart,
    Summary,
    DontKnow,
    Later,
    Skip,
    Done,
    Human,
    Stop,
    Resume,
    /// "En français".
    French,
    /// "In English".
    English,
    /// To go on by another channel, where it was named that one.
    Elsewhere(Option<Channel>),
}

impl Vocabulary {
    pub(super) fn command(
        &self,
        text: &Text,
        content: &str,
        does_not_know: bool,
        values: &[Entity],
    ) -> Option<Command> {
        if content.is_empty() {
            return None;
        }
        if let Some((_, command)) = self.alone.iter().find(|(phrase, _)| phrase == content) {
            return Some(*command);
        }
        let wanted = |at: &usize, command: Command| match command {
            Command::DontKnow => false,
            Command::Human => !self.is_declined(text, *at),
            _ => true,
        };
        let within = (0..text.len()).filter_map(|at| Some((at, self.commands.at(text, at)?.tag)));
        if let Some((_, command)) = within.into_iter().find(|(at, command)| wanted(at, *command)) {
            return Some(command);
        }
        if does_not_know && values.is_empty() && self.words_beside_not_knowing(text) <= MAX_WORDS_BESIDE {
            return Some(Command::DontKnow);
        }
        // A mistyped command. A short one, such as STOP, must be written exactly.
        let allowed = choice::mistakes_allowed(content.len()).min(content.len() / 6);
        if allowed == 0 || content.len() > MAX_MISTYPED_COMMAND || !values.is_empty() {
            return None;
        }
        self.alone
            .iter()
            .filter(|(phrase, command)| {
                let near =
                    phrase.len().abs_diff(content.len()) <= allowed && phrase.as_bytes()[0] == content.as_bytes()[0];
                near && *command != Command::Stop
            })
            .find(|(phrase, _)| strsim::osa_distance(phrase, content) <= allowed)
            .map(|(_, command)| *command)
    }

    /// The words of a message without polite ones and punctuation, joined by one blank.
    pub(super) fn content(&self, text: &Text) -> String {
        let mut content = String::new();
        let mut at = 0;
        while at < text.len() {
            if let Some(polite) = self.polite.at(text, at) {
                at = polite.end;
                continue;
            }
            if text.token(at).is_some_and(|token| !matches!(token.kind, TokenKind::Mark(_)) || text.str(at) == "?") {
                if !content.is_empty() && text.str(at) != "?" {
                    content.push(' ');
                }
                if text.str(at) != "?" {
                    content.push_str(text.str(at));
                }
            }
            at += 1;
        }
        content
    }

    /// Whether the request for a person at `at` is refused: "je ne veux pas parler à un conseiller", "inutile de me
    /// rappeler".
    fn is_declined(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(DECLINES)..=at)
            .any(|start| self.declines.at(text, start).is_some_and(|found| at <= found.end + 1))
    }

    pub(super) fn does_not_know(&self, text: &Text) -> bool {
        (0..text.len()).any(|at| self.is_not_knowing(text, at))
    }

    pub(super) fn is_not_knowing(&self, text: &Text, at: usize) -> bool {
        self.commands.at(text, at).is_some_and(|found| found.tag == Command::DontKnow)
    }

    fn words_beside_not_knowing(&self, text: &Text) -> usize {
        let (mut beside, mut at) = (0, 0);
        while at < text.len() {
            let unknown =
                self.commands.at(text, at).filter(|found| found.tag == Command::DontKnow).map(|found| found.end);
            if let Some(end) = unknown.or_else(|| self.polite.at(text, at).map(|found| found.end)) {
                at = end;
                continue;
            }
            beside += usize::from(text.is_word(at));
            at += 1;
        }
        beside
    }
}
