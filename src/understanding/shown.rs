//! Shown answers: the labels that a question shows, and their numbers. Whoever repeats one answers the question, and tells
//! nothing else.

use super::text::{Text, words_of};
use crate::domain::language::{Language, Text as Label};

/// The answers that a question shows, in the order in which they are numbered.
#[derive(Debug, Default)]
pub struct ShownAnswers {
    /// By language, the folded words of each label, joined by one blank.
    labels: [Vec<Box<str>>; 2],
}

impl ShownAnswers {
    pub fn new<'a>(labels: impl IntoIterator<Item = &'a Label>) -> Self {
        let mut shown = Self::default();
        for label in labels {
            for language in Language::ALL {
                shown.labels[language as usize].push(words_of(label.get(language)).join(" ").into());
            }
        }
        shown
    }

    /// Whether a message is one of the labels, whatever its marks and capitals, or the number of one.
    pub(super) fn holds(&self, text: &Text, language: Language) -> bool {
        let labels = &self.labels[language as usize];
        if let (1, Some(number)) = (text.len(), text.digits(0)) {
            return (1..=labels.len()).contains(&usize::try_from(number).unwrap_or(usize::MAX));
        }
        let asks = (0..text.len()).any(|at| text.is_mark(at, '?'));
        let words = || (0..text.len()).filter(|&at| text.is_word(at) || text.is_digits(at)).map(|at| text.str(at));
        !asks && words().next().is_some() && labels.iter().any(|label| label.split(' ').eq(words()))
    }
}

#[cfg(test)]
mod tests;
