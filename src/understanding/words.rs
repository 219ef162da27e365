//! Small words and their effect on their neighbours: polite words are skipped, negations negate, ranks count.

use super::{
    ParsedMessage, Vocabulary,
    text::{Text, TokenKind},
};

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

    /// Whether the message names one's own home, or the place in the policy, and nothing more: "chez moi".
    pub fn is_own_address(&self, parsed: &ParsedMessage) -> bool {
        self.own_address.contains(&self.content(&parsed.text))
    }

    /// Whether these words are a yes or a no and nothing more.
    pub(super) fn is_yes_or_no(&self, text: &Text, from: usize, to: usize) -> bool {
        self.polarity.at(text, from).is_some_and(|found| found.end >= to)
    }

    /// Whether the words just before `at` negate what is named there: "pas de", "aucune", "sans".
    pub(super) fn is_negated(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|start| {
            self.negations.at(text, start).is_some_and(|negation| {
                // "Y avait personne on était en vacances": here a sentence begins.
                let is_noun = matches!(text.word(start), "personne" | "jamais") && is_pronoun(text.word(at));
                !is_noun && negation.end <= at && (negation.end..at).all(|between| is_article(text.word(between)))
            })
        })
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

fn is_pronoun(word: &str) -> bool {
    matches!(word, "on" | "nous" | "je" | "j" | "ils" | "elles" | "il" | "elle" | "c" | "we" | "i" | "they")
}

fn is_article(word: &str) -> bool {
    matches!(word, "de" | "d" | "du" | "des" | "la" | "le" | "les" | "l" | "un" | "une" | "the" | "a" | "an" | "any")
}
