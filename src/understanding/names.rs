//! Names: who introduces themselves where the number of the policy was asked, perhaps with a date of birth.

use super::{
    ParsedMessage, ValueKind, Vocabulary,
    text::{Text, TokenKind},
};

/// The most words of a name.
const MAX_WORDS: usize = 5;

/// The most names of words that begin a date of birth: "née", "le".
const BEFORE_BIRTH: usize = 3;

impl Vocabulary {
    /// The name that a message gives, as it is written: after "je m'appelle" or "au nom de"; after "c'est" where it is written with
    /// capitals, or a date of birth follows; at the beginning, where a date of birth follows and nothing else does.
    pub fn introduction(&self, parsed: &ParsedMessage) -> Option<String> {
        let text = &parsed.text;
        let introduced = (0..text.len()).filter_map(|at| Some((self.introductions.at(text, at)?.end, true)));
        let begins = [(self.skip_polite(text, 0), false)];
        let hints = (0..text.len()).filter_map(|at| self.name_hints.at(text, at)).map(|found| (found.end, false));
        let mut starts: Vec<(usize, bool)> = introduced.chain(hints).chain(begins).collect();
        starts.sort_by_key(|(at, surely)| (!surely, std::cmp::Reverse(*at)));
        starts.into_iter().find_map(|(start, surely)| {
            let (name, end, capitals) = self.name_at(text, start)?;
            let born = self.birth_follows(parsed, end);
            let words = name.split_whitespace().count();
            (surely || born || (capitals && words > 1 && start > 0)).then_some(name)
        })
    }

    /// The words of a name that begins at `at`, the position after them, and whether each has a capital.
    fn name_at(&self, text: &Text, at: usize) -> Option<(String, usize, bool)> {
        let mut start = at;
        while let Some(title) = self.titles.at(text, start) {
            start = title.end + usize::from(text.is_mark(title.end, '.'));
        }
        let start = if text.is_mark(start, ':') { start + 1 } else { start };
        let (mut end, mut words, mut capitals) = (start, 0, true);
        while words < MAX_WORDS && self.may_be_name(text, end) {
            capitals &= text.written(end..end + 1).starts_with(char::is_uppercase);
            words += 1;
            end += 1;
            if text.is_mark(end, ',') && self.may_be_name(text, end + 1) {
                end += 1;
            }
        }
        let name: String = text.written(start..end).replace(',', " ");
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        (words > 0 && name.chars().filter(|char| char.is_alphabetic()).count() > 1).then_some((name, end, capitals))
    }

    fn may_be_name(&self, text: &Text, at: usize) -> bool {
        text.is_word(at)
            && self.born.at(text, at).is_none()
            && self.place_ends.at(text, at).is_none()
            && self.polite.at(text, at).is_none()
            && self.negations.at(text, at).is_none()
            && self.name_ends.at(text, at).is_none()
            && self.commands.at(text, at).is_none()
    }

    /// Whether a date of birth follows: ", née le 19/08/1999", ", 6 juin 1970" at the end of the message.
    fn birth_follows(&self, parsed: &ParsedMessage, end: usize) -> bool {
        let text = &parsed.text;
        let mut dates = parsed.values.iter().filter(|found| found.kind == ValueKind::Time);
        dates.any(|found| {
            let start = found.tokens.start;
            let near = start >= end && start <= end + BEFORE_BIRTH;
            let said = (end..start).any(|at| self.born.at(text, at).is_some());
            let is_mark = |at| matches!(text.token(at).map(|token| token.kind), Some(TokenKind::Mark(_)));
            let ends = (found.tokens.end..text.len()).all(is_mark);
            near && (said || (ends && (end..start).all(|at| is_mark(at) || self.is_article(text, at))))
        })
    }
}
