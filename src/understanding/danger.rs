//! Danger: whether the message says that there is one now, not denied, not supposed, not over.

use std::ops::Range;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{
    Entity, Open, Vocabulary,
    phrases::Match,
    text::{Text, TokenKind},
};
use crate::domain::fact::Value;

/// A danger that exists now, by what the message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    Injury,
    Fire,
    Gas,
    Electricity,
    Collapse,
    /// Somebody who broke in is still there, or is breaking in.
    Intruder,
    /// A call for help that does not say why.
    Distress,
}

impl Danger {
    pub const ALL: [Self; 7] =
        [Self::Injury, Self::Fire, Self::Gas, Self::Electricity, Self::Collapse, Self::Intruder, Self::Distress];

    /// The code in facts, timelines and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Injury => "injury",
            Self::Fire => "fire",
            Self::Gas => "gas",
            Self::Electricity => "electricity",
            Self::Collapse => "collapse",
            Self::Intruder => "intruder",
            Self::Distress => "distress",
        }
    }
}

/// The longest clause, in tokens: it bounds the work on a text without punctuation.
const CLAUSE: usize = 40;

impl Vocabulary {
    /// The first danger that exists now by what the message says.
    pub(super) fn danger(&self, text: &Text, content: &str, values: &[Entity], now: DateTime) -> Option<Danger> {
        if let Some((_, danger)) = self.dangers_alone.iter().find(|(phrase, _)| phrase == content) {
            return Some(*danger);
        }
        let mut at = 0;
        while at < text.len() {
            if let Some(found) = self.dangers.at(text, at) {
                let clause = self.clause(text, at);
                let is_none = |gap| self.denies(text, gap) || text.digits(gap) == Some(0) || text.word(gap) == "zero";
                let denied = self.is_denied(text, at)
                    || (found.gap.0..found.gap.1).any(is_none)
                    || is_denied_around(text, at, &found);
                let supposed = at.checked_sub(1).is_some_and(|before| {
                    (clause.0..=before).any(|start| {
                        self.suppositions.at(text, start).is_some_and(|found| {
                            found.end <= at && (found.end..at).all(|between| self.is_unstressed(text, between))
                        })
                    })
                });
                let over = (clause.0..clause.1).any(|other| {
                    self.over.at(text, other).is_some_and(|over| over.tag == found.tag && !self.is_denied(text, other))
                });
                let calls = found.tag == Danger::Distress;
                let past = found.tag != Danger::Injury && self.was_before(text, at..found.end, values, now);
                if calls || !(denied || supposed || over || past) {
                    return Some(found.tag);
                }
            }
            at += 1;
        }
        None
    }

    /// Whether the message puts the danger before today. What is there now is not past by what happened before it: "hier gros
    /// orage, le plafond est en train de tomber". Only what is told as past ("a pris feu", "est entré") is put there by any
    /// moment of the message.
    fn was_before(&self, text: &Text, danger: Range<usize>, values: &[Entity], now: DateTime) -> bool {
        let is_told_as_past =
            danger.clone().any(|at| matches!(text.word(at), "pris" | "eu" | "entre" | "entree" | "entres" | "entrees"));
        let (start, end) = self.clause(text, danger.start);
        let joins = |at: usize| matches!(text.word(at), "et" | "and" | "maintenant" | "now");
        let start = (start..danger.start).rev().find(|&at| joins(at)).unwrap_or(start);
        values
            .iter()
            .filter(|found| is_told_as_past || (found.tokens.start >= start && found.tokens.end <= end))
            .any(|found| is_past(found, now))
    }

    /// Whether the danger at `at` is denied: "pas de", "aucune", "personne n'est", "rien ne" stand just before. Not knowing is
    /// no denial.
    fn is_denied(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(3)..at).any(|start| {
            let negation = self.negations.at(text, start).filter(|_| self.denies(text, start));
            let Some(negation) = negation.or_else(|| self.denials.at(text, start)) else { return false };
            let near = negation.end <= at && (negation.end..at).all(|between| self.is_unstressed(text, between));
            near && !self.is_part_of_not_knowing(text, start)
        })
    }

    /// Whether a negation stands at `at`. "Une personne" is somebody.
    fn denies(&self, text: &Text, at: usize) -> bool {
        let is_somebody = || {
            text.word(at) == "personne"
                && at.checked_sub(1).is_some_and(|before| {
                    self.is_article(text, before) || matches!(text.word(before), "autre" | "cette" | "chaque")
                })
        };
        self.negations.at(text, at).is_some() && !is_somebody()
    }

    fn is_unstressed(&self, text: &Text, at: usize) -> bool {
        self.is_article(text, at) || self.unstressed.at(text, at).is_some()
    }

    pub(super) fn is_part_of_not_knowing(&self, text: &Text, at: usize) -> bool {
        (at.saturating_sub(4)..=at).any(|start| self.commands.at(text, start).is_some_and(|found| found.end > at))
    }

    /// The clause around `at`: the tokens between punctuation and words such as "mais".
    fn clause(&self, text: &Text, at: usize) -> (usize, usize) {
        let closes = |token: usize| {
            let mark = matches!(
                text.token(token).map(|token| token.kind),
                Some(TokenKind::Mark('.' | ',' | ';' | ':' | '!' | '?' | '\n' | '(' | ')'))
            );
            mark || self.turns.at(text, token).is_some()
        };
        let (first, last) = (at.saturating_sub(CLAUSE), text.len().min(at + CLAUSE));
        let start = (first..at).rev().find(|&token| closes(token)).map_or(first, |token| token + 1);
        let end = (at..last).find(|&token| closes(token)).unwrap_or(last);
        (start, end)
    }
}

/// Whether "ne" stands before the danger at `at` and the rest of the negation within it or behind it: "ne sent plus le gaz",
/// "ne s'écroule pas". Without "ne", "plus" says that there is more of it.
fn is_denied_around(text: &Text, at: usize, found: &Match<Danger>) -> bool {
    let has_ne = (at.saturating_sub(2)..at).any(|before| matches!(text.word(before), "ne" | "n"));
    has_ne
        && (found.gap.0..found.gap.1)
            .chain([found.end])
            .any(|at| matches!(text.word(at), "pas" | "plus" | "rien" | "jamais" | "aucun" | "aucune"))
}

/// Whether a moment lies before today and does not last until now, as "depuis" would say.
fn is_past(found: &Entity, now: DateTime) -> bool {
    let Value::Moment(moment) = &found.value else { return false };
    let today = now.date().to_datetime(jiff::civil::Time::midnight());
    let ended = moment.end.map_or(moment.start.date() < now.date(), |end| end <= today);
    found.open != Some(Open::After) && ended
}
