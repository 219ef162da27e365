//! Several questions in one message, for channels on which an answer takes hours: all questions that are certainly due
//! are asked at once, numbered, and may be answered in any order, with or without numbers.
//!
//! No question is asked that a missing answer may make needless: the look-ahead ends at a branch on unknown facts.

use super::{effect::Effect, interpreter::Interpreter};
use crate::{
    domain::{
        fact::{Address, Source, Value},
        fact_name::FactName,
        message::{Body, Channel, Input},
    },
    flow::program::{
        condition::Truth,
        lookahead::{Continuation, StepAhead},
        steps::{Question, StepKind},
        template::Saying,
    },
    understanding::{Answer, Command},
};

/// The most questions in one message: with more, a letter would become a form.
const MAX_QUESTIONS: usize = 6;

/// The questions and advice that are due at once.
#[derive(Default)]
struct Due<'a> {
    questions: Vec<&'a Question>,
    /// The advice, each with the mark by which it is not said twice.
    advice: Vec<(String, &'a Saying)>,
}

impl<'a> Interpreter<'a> {
    /// Asks everything that is due. False where the channel asks one question at a time, or only one is due.
    pub(super) fn ask_batched(&mut self) -> bool {
        if self.state.channel != Some(Channel::Email) || self.state.aside.is_some() {
            return false;
        }
        let Due { questions, advice } = self.due();
        if questions.len() < 2 {
            return false;
        }
        for (mark, saying) in advice {
            self.state.done.insert(mark);
            self.say(saying);
        }
        let items: Vec<String> =
            (1..).zip(&questions).map(|(number, question)| self.numbered(number, question)).collect();
        let text = self.words().say_with("questions_together", &[("list", items.join("\n").into())]);
        let text = self.with_preface(text);
        self.state.batched = questions.iter().map(|question| question.fact.clone()).collect();
        self.effects.push(Effect::Say { body: Body { text, input: Some(Input::Text), ..Body::default() } });
        true
    }

    /// A question with its choices, as an item of a list.
    fn numbered(&self, number: usize, question: &Question) -> String {
        if let Some(confirmation) = self.confirmation(question) {
            return format!("{number}. {confirmation}");
        }
        let mut text = format!("{number}. {}", self.render(&question.text));
        for (_, label) in &question.choices {
            text.push_str("\n   - ");
            text.push_str(label.get(self.state.language));
        }
        text
    }

    /// The pending question, those that follow whatever its answer is, and the advice between them.
    fn due(&self) -> Due<'a> {
        let mut due = Due::default();
        let mut looked_up = false;
        // What a rule may still set, by the answer to a question of this message, is not asked in it.
        let mut may_be_set: Vec<&FactName> = Vec::new();
        for StepAhead { flow, at, step, due: is_due } in self.look_ahead() {
            if is_due != Truth::True {
                if let StepKind::Set(values) = &step.kind {
                    may_be_set.extend(values.iter().map(|set| &set.fact));
                }
                continue;
            }
            match &step.kind {
                StepKind::Ask(question) => {
                    let fact = &question.fact;
                    let open = !self.state.facts.contains_key(fact) && !self.state.skipped.contains(fact);
                    if open && !may_be_set.contains(&fact) && self.is_needed(question) {
                        due.questions.push(question);
                    }
                }
                // A text without placeholders, before any look-up of the policy, is the same now as after the answers.
                StepKind::Say(saying) if !looked_up && saying.text.is_plain() => {
                    let mark = format!("{flow}:{at}");
                    if !self.state.done.contains(&mark) {
                        due.advice.push((mark, saying));
                    }
                }
                kind => match kind.continuation() {
                    Continuation::Policy { .. } => looked_up = true,
                    Continuation::Wait(_) => break,
                    _ => {}
                },
            }
            if due.questions.len() == MAX_QUESTIONS {
                break;
            }
        }
        due
    }

    /// Takes the answers to batched questions, by their numbers or line by line. False when the message has neither: it
    /// is then handled like any other.
    pub(super) fn answer_batched(&mut self) -> bool {
        let facts = std::mem::take(&mut self.state.batched);
        if facts.is_empty() || self.state.aside.is_some() {
            return false;
        }
        let said = self.parsed.as_ref().map(|parsed| parsed.said().to_owned()).unwrap_or_default();
        let (rest, parts) = self.library.vocabulary.answers(&said, facts.len());
        // A part that does not answer the question of its number may answer another one.
        let mut left = vec![rest];
        let asked = parts.len();
        let due = self.due().questions;
        for (at, part) in parts {
            let question = due.iter().find(|question| question.fact == facts[at]);
            if !question.is_some_and(|question| self.answer_part(question, part)) {
                left.push(part);
            }
        }
        let answered = left.len() <= asked;
        let left = if answered { left.join("\n") } else { said };
        self.parsed = Some(self.library.vocabulary.read(&left, &self.listening()));
        if answered {
            self.state.failures = 0;
            self.run();
        }
        answered
    }

    /// Reads a part of the message as the answer to a question. A question that it does not answer is asked again with
    /// the others.
    fn answer_part(&mut self, question: &Question, part: &str) -> bool {
        // The closing of a letter follows the last answer after a blank line.
        let first = part.split("\n\n").next().unwrap_or(part);
        let parsed = self.library.vocabulary.read(first, &self.listening());
        let skips = question.optional && parsed.command() == Some(Command::Skip);
        self.parsed = Some(parsed);
        match (self.answers_confirmation(question), self.state.unconfirmed.remove(&question.fact)) {
            (Some(true), Some(value)) => {
                self.set_fact(&question.fact, value, Source::Policyholder);
                return true;
            }
            // The question is asked again with the remaining ones.
            (Some(false), _) => return true,
            _ => {}
        }
        let nothing = question.optional && question.input == Input::Text && self.says_no();
        if skips || nothing {
            return self.state.skipped.insert(question.fact.clone());
        }
        let parsed = self.library.vocabulary.read(part, &self.listening());
        let answer = match self.own_address(question, &parsed) {
            Some(own) => Answer::Value(own),
            None => self.library.vocabulary.answer(&parsed, &self.wanting(question), &self.listening()),
        };
        let uncertain = matches!(&answer, Answer::Value(value) if parsed.is_uncertain(value));
        self.parsed = Some(parsed);
        let value = match answer {
            // An address without its town is asked for by itself.
            Answer::Value(Value::Address(Address { postcode: None, insured: false, .. })) => return false,
            Answer::Value(value) => value,
            Answer::Unknown if question.unknown => Value::Unknown,
            Answer::Unknown | Answer::Nothing => return false,
        };
        if let Some(error) = self.validation_error(&question.validate, &value) {
            self.preface.push(error);
            return false;
        }
        if uncertain {
            self.await_confirmation(question, value);
        } else {
            self.set_fact(&question.fact, value, Source::Policyholder);
        }
        true
    }
}
