//! Small words and their effect on their neighbours: polite words are skipped, negations negate, ranks count.

use super::{
    ParsedMessage, Vocabulary,
    small::SmallWord,
    text::{Text, TokenKind},
    vocabulary::TimeWord,
};
use crate::domain::fact::Value;

/// The least number of prices and commas in a list.
const LEAST_LIST: usize = 2;

impl Vocabulary {
    pub(super) fn skip_polite(&self, text: &Text, mut at: usize) -> usize {
        while at < text.len() {
            match self.polite.at(text, at) {
                Some(polite) => at = polite.end,
                None if matches!(text.token(at).map(|token| token.kind), Some(TokenKind::Mark(_))) => at += 1,
                None => break,
            }
        }
        at
    }

    pub(super) fn is_negation(&self, text: &Text, at: usize) -> bool {
        self.negations.at(text, at).is_some()
    }

    /// Whether the message is a yes and nothing more.
    pub fn is_bare_yes(&self, parsed: &ParsedMessage) -> bool {
        self.bare_polarity(parsed) == Some(true)
    }

    /// Whether the message begins with a yes that is more than "ok", and asks nothing.
    pub fn begins_with_yes(&self, parsed: &ParsedMessage) -> bool {
        let text = &parsed.text;
        let start = self.skip_polite(text, 0);
        let Some(said) = self.polarity.at(text, start).filter(|said| said.tag) else { return false };
        let words = (start..said.end).map(|at| text.str(at)).collect::<Vec<_>>().join(" ");
        !self.acknowledgements.contains(&words) && !(0..text.len()).any(|at| text.is_mark(at, '?'))
    }

    /// The yes or no that is all of the message.
    pub(super) fn bare_polarity(&self, parsed: &ParsedMessage) -> Option<bool> {
        let text = &parsed.text;
        let start = self.skip_polite(text, 0);
        let said = self.polarity.at(text, start)?;
        let ends = (said.end..text.len()).all(|at| !text.is_word(at) && !text.is_digits(at));
        ends.then_some(said.tag)
    }

    /// Whether the message says that it was said before: "je vous l'ai déjà dit".
    pub fn is_told_already(&self, parsed: &ParsedMessage) -> bool {
        self.told_already.find(&parsed.text).is_some()
    }

    /// Where a message names one's own home, or the place in the policy, and nothing more: the floor or the door that is told
    /// beside it, as it is written ("chez moi, 2e étage"), or nothing.
    pub fn own_address<'a>(&self, parsed: &'a ParsedMessage) -> Option<&'a str> {
        let text = &parsed.text;
        let mut at = self.skip_polite(text, 0);
        // "Oui, c'est chez moi".
        while self.polarity.at(text, at).is_some_and(|found| found.tag) || matches!(text.word(at), "c" | "est" | "dans")
        {
            at = self.skip_polite(text, at + 1);
        }
        let ends = |at: usize| self.skip_polite(text, at) == text.len();
        let mut end = None;
        while let Some(found) = self.own_address.at(text, at) {
            end = Some(found.end);
            at = self.skip_polite(text, found.end);
        }
        let end = end?;
        if ends(end) {
            return Some("");
        }
        let floor = self.skip_polite(text, end);
        self.complement_at(text, floor).filter(|end| ends(*end)).map(|end| text.written(floor..end))
    }

    /// What is listed after a yes, or without one: "oui une télé 700, un vélo 300". None where there is no list.
    pub fn list_beside_yes<'a>(&self, parsed: &'a ParsedMessage) -> Option<&'a str> {
        let text = &parsed.text;
        let start = self.skip_polite(text, 0);
        let start = self.polarity.at(text, start).map_or(start, |found| self.skip_polite(text, found.end));
        let prices =
            parsed.values.iter().filter(|found| matches!(found.value, Value::Amount(_) | Value::Number(_))).count();
        let joints = (start..text.len()).filter(|&at| text.is_mark(at, ',') || text.is_mark(at, '+')).count();
        let list = prices + joints >= LEAST_LIST && !(start..text.len()).any(|at| text.is_mark(at, '?'));
        Some(text.written(start..text.len())).filter(|rest| list && !rest.is_empty())
    }

    /// Whether these words are a yes or a no and nothing more.
    pub(super) fn is_yes_or_no(&self, text: &Text, from: usize, to: usize) -> bool {
        self.polarity.at(text, from).is_some_and(|found| found.end >= to)
    }

    /// Whether the words beside what is named from `from` to `to` negate it: "pas de", "aucune", "sans" just before, or "n'a mordu
    /// personne" around it.
    pub(super) fn is_negated(&self, text: &Text, from: usize, to: usize) -> bool {
        let before = (from.saturating_sub(3)..from).any(|start| {
            self.negations.at(text, start).is_some_and(|negation| {
                // "Y avait personne on était en vacances": here a sentence begins.
                let is_noun =
                    matches!(text.word(start), "personne" | "jamais") && self.pronouns.at(text, from).is_some();
                !is_noun && negation.end <= from && (negation.end..from).all(|between| self.is_article(text, between))
            })
        });
        before || is_negated_behind(text, from, to)
    }

    pub(super) fn is_article(&self, text: &Text, at: usize) -> bool {
        text.hashed(at).and_then(|(word, hash)| self.small.get(hash, word)) == Some(&SmallWord::Article)
    }

    pub(super) fn is_weekday(&self, text: &Text, at: usize) -> bool {
        matches!(self.time.at(text, at).map(|found| found.tag), Some(TimeWord::Weekday(_) | TimeWord::ShortWeekday(_)))
    }

    /// Whether a word that counts all there are stands before the number at `at`: "les 2".
    pub(super) fn is_counted(&self, text: &Text, at: usize) -> bool {
        at > 0
            && (at.saturating_sub(2)..at)
                .any(|start| self.counting.at(text, start).is_some_and(|found| found.end == at))
    }

    /// Whether the message says that something is wished for.
    pub fn wishes(&self, parsed: &ParsedMessage) -> bool {
        self.wishes.find(&parsed.text).is_some()
    }

    /// A rank at `at`, in figures or in words, and the position after it.
    pub(super) fn rank_at(&self, text: &Text, at: usize) -> Option<(u64, usize)> {
        if let Some(rank) = text.digits(at) {
            let ending =
                matches!(text.word(at + 1), "e" | "er" | "ere" | "eme" | "nd" | "nde" | "re" | "st" | "rd" | "th");
            return Some((rank, if ending && text.is_glued(at + 1) { at + 2 } else { at + 1 }));
        }
        self.ordinals.at(text, at).map(|found| (found.tag, found.end))
    }

    /// Whether a word or mark may stand around a number that picks a choice.
    pub(super) fn fills_rank(&self, text: &Text, at: usize) -> bool {
        matches!(
            text.token(at).map(|token| token.kind),
            Some(TokenKind::Mark(',' | '.' | '°' | ')' | '/' | '&' | '+' | ';' | '!' | '#'))
        ) || self.around_rank.at(text, at).is_some()
            || self.polite.at(text, at).is_some()
    }
}

/// "Il n'a mordu personne", "ils ont blessé personne": a verb, and behind it nobody or nothing that it was done to.
fn is_negated_behind(text: &Text, from: usize, to: usize) -> bool {
    let negative = (from.saturating_sub(3)..from).any(|at| matches!(text.word(at), "n" | "ne"));
    let participle = from > 0 && matches!(text.word(from - 1), "a" | "ont" | "ai" | "avons");
    match text.word(to) {
        "personne" => negative || participle,
        "rien" | "aucun" | "aucune" => negative,
        _ => false,
    }
}
