//! The words of a message: folded (no case, no accents), and cut into tokens that keep their positions.

use std::sync::OnceLock;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::{hash::fnv, number::Number};

/// How many characters of a message are read: no person describes a claim in a longer message, but an attacker may send
/// one.
const MAX_CHARS: usize = 4_000;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Digits,
    Mark(char),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Its range in the folded text.
    start: usize,
    end: usize,
    /// Its range in the original text.
    from: usize,
    to: usize,
    /// Whether no blank stands before it.
    pub(super) glued: bool,
    /// The hash of its folded text.
    hash: u64,
}

/// A message cut into tokens. Apostrophes, and hyphens between letters, separate tokens and are none themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    original: String,
    folded: String,
    /// For each byte of `folded`, and one past its end, the position in `original` that it comes from.
    origins: Vec<usize>,
    tokens: Vec<Token>,
    /// The number that begins at each token; parsed when the first is asked for.
    numbers: OnceLock<Vec<Option<Number>>>,
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        let cut = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
        let original = text[..cut].to_owned();
        let mut folded = String::with_capacity(cut);
        let mut origins = Vec::with_capacity(cut + 1);
        for (at, char) in original.char_indices() {
            fold_char(char, &mut folded);
            origins.resize(folded.len(), at);
        }
        origins.push(cut);
        let mut text = Self { original, folded, origins, tokens: Vec::new(), numbers: OnceLock::new() };
        text.cut();
        text
    }

    fn cut(&mut self) {
        let mut chars = self.folded.char_indices().peekable();
        let mut tokens: Vec<Token> = Vec::with_capacity(self.folded.len() / 4);
        let mut glued = false;
        let mut before = ' ';
        while let Some((start, char)) = chars.next() {
            let kind = kind_of(char);
            let mut end = start + char.len_utf8();
            let dropped = match kind {
                TokenKind::Mark('\'') => true,
                TokenKind::Mark('-') => {
                    before.is_alphabetic() && chars.peek().is_some_and(|(_, next)| next.is_alphabetic())
                }
                _ => char.is_whitespace() && char != '\n',
            };
            before = char;
            if dropped {
                glued = glued && !char.is_whitespace();
                continue;
            }
            if !matches!(kind, TokenKind::Mark(_)) {
                while let Some(&(at, next)) = chars.peek()
                    && kind_of(next) == kind
                {
                    end = at + next.len_utf8();
                    before = next;
                    chars.next();
                }
            }
            let hash = fnv(&self.folded.as_bytes()[start..end]);
            tokens.push(Token { kind, start, end, from: self.origins[start], to: self.origins[end], glued, hash });
            glued = true;
        }
        self.tokens = tokens;
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn token(&self, at: usize) -> Option<Token> {
        self.look(at).copied()
    }

    /// A token. Every access goes through here, so that tests can count them.
    fn look(&self, at: usize) -> Option<&Token> {
        #[cfg(test)]
        LOOKS.with(|looks| looks.set(looks.get() + 1));
        self.tokens.get(at)
    }

    /// The number that begins at each token; `read` parses them on the first call.
    pub(super) fn numbers(&self, read: impl FnOnce(&Self) -> Vec<Option<Number>>) -> &[Option<Number>] {
        self.numbers.get_or_init(|| read(self))
    }

    /// The folded text of the token `at`; empty past the end.
    pub(super) fn str(&self, at: usize) -> &str {
        self.look(at).map_or("", |token| &self.folded[token.start..token.end])
    }

    /// The folded text of the token `at` and its hash, for [`WordMap::get`](super::hash::WordMap::get).
    pub(super) fn hashed(&self, at: usize) -> Option<(&str, u64)> {
        self.look(at).map(|token| (&self.folded[token.start..token.end], token.hash))
    }

    /// The word at `at`; empty when there is no word.
    pub(super) fn word(&self, at: usize) -> &str {
        if self.is_word(at) { self.str(at) } else { "" }
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.look(at).is_some_and(|token| token.kind == TokenKind::Word)
    }

    pub(super) fn is_digits(&self, at: usize) -> bool {
        self.look(at).is_some_and(|token| token.kind == TokenKind::Digits)
    }

    pub(super) fn is_mark(&self, at: usize, mark: char) -> bool {
        self.look(at).is_some_and(|token| token.kind == TokenKind::Mark(mark))
    }

    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.look(at).is_some_and(|token| token.glued)
    }

    /// The value of the digits at `at`, where it fits.
    pub(super) fn digits(&self, at: usize) -> Option<u64> {
        if self.is_digits(at) { self.str(at).parse().ok() } else { None }
    }

    /// Whether "c'est pas" stands in it.
    pub(super) fn denies_what_is(&self) -> bool {
        (2..self.len()).any(|at| {
            self.word(at) == "pas"
                && matches!(self.word(at - 1), "est" | "etait")
                && matches!(self.word(at - 2), "c" | "n")
        })
    }

    pub(super) fn original(&self) -> &str {
        &self.original
    }

    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// The original text of a range of tokens.
    pub(super) fn written(&self, tokens: std::ops::Range<usize>) -> &str {
        match (self.tokens.get(tokens.start), tokens.end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if first.from < last.to => &self.original[first.from..last.to],
            _ => "",
        }
    }

    /// The tokens that overlap a byte range of the folded text.
    pub(super) fn tokens_of(&self, folded: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let first = self.tokens.partition_point(|token| token.end <= folded.start);
        let last = self.tokens.partition_point(|token| token.start < folded.end);
        first..last.max(first)
    }

    /// The byte range of a range of tokens in the original text.
    pub(super) fn span(&self, tokens: std::ops::Range<usize>) -> std::ops::Range<usize> {
        match (self.tokens.get(tokens.start), tokens.end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) => first.from..last.to,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
thread_local!(static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

/// How many token look-ups `work` makes in this thread.
#[cfg(test)]
pub(super) fn looks_of(work: impl FnOnce()) -> usize {
    let before = LOOKS.get();
    work();
    LOOKS.get() - before
}

fn kind_of(char: char) -> TokenKind {
    if char.is_ascii_digit() {
        TokenKind::Digits
    } else if char.is_alphanumeric() {
        TokenKind::Word
    } else {
        TokenKind::Mark(char)
    }
}

/// Folds a character: lower case, no accents, plain apostrophes, hyphens and blanks.
pub(super) fn fold_char(char: char, into: &mut String) {
    match char {
        _ if char.is_ascii() => into.push(char.to_ascii_lowercase()),
        'œ' | 'Œ' => into.push_str("oe"),
        'æ' | 'Æ' => into.push_str("ae"),
        'ß' => into.push_str("ss"),
        '’' | '‘' | 'ʼ' | '´' | '′' => into.push('\''),
        '‐' | '‑' | '‒' | '–' | '—' | '−' => into.push('-'),
        _ if char.is_whitespace() => into.push(' '),
        // Signs that stand for a word.
        '👍' | '👌' | '✅' => into.push_str(" ok "),
        '👎' | '❌' => into.push_str(" no "),
        // The colours of such signs, and invisible marks of direction and joining in pasted text.
        '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{fe0f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'
        | '\u{feff}' => {}
        _ => decompose_canonical(char, |part| {
            if !is_combining_mark(part) {
                into.extend(part.to_lowercase());
            }
        }),
    }
}

/// The folded words of a phrase of the vocabulary.
pub(super) fn words_of(phrase: &str) -> Vec<String> {
    let text = Text::new(phrase);
    (0..text.len()).filter(|&at| text.is_word(at) || text.is_digits(at)).map(|at| text.str(at).to_owned()).collect()
}

#[cfg(test)]
mod tests;
