//! Rules: regular expressions that the business writes, over a text in the words that they are written for
//! ([`Intents::spell`](super::Intents::spell)).
//!
//! Most rules hold of no message, and each costs time to say so. Whatever a rule matches holds one of a few pieces of text,
//! which its expression tells: only the rules of which a message holds a piece are asked.

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

/// What an expression may keep of the states that it met, in bytes, for each thread.
const KEPT_STATES: usize = 256 * 1024;

/// A sign of a word in a spelled-out text, in place of `\w`: its words stand between blanks, "?" and "!" are words of
/// their own. The letters of all scripts would take a hundred times the memory.
const SIGN_OF_A_WORD: &str = "[^ ?!]";

/// A regular expression over a spelled-out text.
#[derive(Clone, Debug)]
pub struct Rule {
    regex: Regex,
    /// Every match holds one of these; none where the expression does not tell.
    pieces: Option<Vec<Box<[u8]>>>,
}

impl Rule {
    /// Compiles a rule as it is written.
    ///
    /// # Errors
    /// It is no regular expression.
    pub fn new(written: &str) -> Result<Self, Box<regex::Error>> {
        let compiled = RegexBuilder::new(&over_words(written)).dfa_size_limit(KEPT_STATES).build();
        // A mistake is shown as it was written.
        let regex = compiled.map_err(|error| Regex::new(written).err().unwrap_or(error))?;
        let parsed = regex_syntax::parse(regex.as_str()).ok();
        Ok(Self { pieces: parsed.as_ref().and_then(pieces), regex })
    }

    pub fn is_match(&self, spelled: &str) -> bool {
        self.regex.is_match(spelled)
    }
}

/// The expression with what a word is made of in a spelled-out text.
fn over_words(written: &str) -> String {
    let mut pattern = String::with_capacity(written.len() + 16);
    let mut chars = written.chars();
    while let Some(char) = chars.next() {
        match (char, if char == '\\' { chars.next() } else { None }) {
            ('\\', Some('w')) => pattern.push_str(SIGN_OF_A_WORD),
            (char, escaped) => {
                pattern.push(char);
                pattern.extend(escaped);
            }
        }
    }
    pattern
}

/// Pieces of text of which every match holds one; none where there are no such pieces.
fn pieces(hir: &Hir) -> Option<Vec<Box<[u8]>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.clone()]),
        HirKind::Capture(capture) => pieces(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => pieces(&repetition.sub),
        HirKind::Alternation(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(pieces).collect();
            each.map(|each| each.concat())
        }
        // Of parts that all must be there, the one whose pieces are the longest is the rarest.
        HirKind::Concat(parts) => parts.iter().filter_map(pieces).max_by_key(|pieces| shortest(pieces)),
        HirKind::Repetition(_) | HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

fn shortest(pieces: &[Box<[u8]>]) -> usize {
    pieces.iter().map(|piece| piece.len()).min().unwrap_or_default()
}

/// Which of many rules a text must be held against.
#[derive(Debug, Default)]
pub(super) struct RuleIndex {
    /// Finds the pieces of all rules at once.
    finder: Option<AhoCorasick>,
    /// The rule of each piece.
    rule_of: Vec<usize>,
    /// For each rule, whether its expression tells no pieces.
    always: Vec<bool>,
}

impl RuleIndex {
    /// Indexes rules, which are known by their position.
    pub(super) fn new<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let (mut found, mut rule_of, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (at, rule) in rules.into_iter().enumerate() {
            always.push(rule.pieces.is_none());
            for piece in rule.pieces.iter().flatten() {
                found.push(piece);
                rule_of.push(at);
            }
        }
        match AhoCorasick::builder().match_kind(MatchKind::Standard).build(found) {
            Ok(finder) => Self { finder: Some(finder), rule_of, always },
            // More pieces than can be indexed: every rule is asked.
            Err(_) => Self { finder: None, rule_of: Vec::new(), always: vec![true; always.len()] },
        }
    }

    /// For each rule, whether the text may match it.
    pub(super) fn candidates(&self, spelled: &str) -> Vec<bool> {
        let mut candidates = self.always.clone();
        for found in self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(spelled)) {
            candidates[self.rule_of[found.pattern().as_usize()]] = true;
        }
        candidates
    }
}

#[cfg(test)]
mod tests;
