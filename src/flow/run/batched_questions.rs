//! Several questions in one message, where an answer takes hours: all that is surely due is asked at once, numbered, and
//! may be answered in any order, by number or not.
//!
//! It never asks what an open answer may make needless: looking ahead ends where the way forks on what is not known yet.

use super::{effect::Effect, interpreter::Interpreter};
use crate::{
    domain::{
        fact::{Address, Source, Value},
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

/// The most questions in one message: beyond it a letter becomes a form.
const MAX_QUESTIONS: usize = 6;

/// What is to be said and asked at once.
#[derive(Default)]
struct Due<'a> {
    questions: Vec<&'a Question>,
    /// With the marks by which it is not said twice.
    advice: Vec<(String, &'a Saying)>,
}

impl<'a> Interpreter<'a> {
    /// Asks everything that is due. False where one question at a time is the manner of the channel, or but one is due.
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

    /// A question with the answers that it offers, as one item of a list.
    fn numbered(&self, number: usize, question: &Question) -> String {
        if let Some(whether) = self.whether(question) {
            return format!("{number}. {whether}");
        }
        let mut text = format!("{number}. {}", self.render(&question.text));
        for (_, label) in &question.choices {
            text.push_str("\n   - ");
            text.push_str(label.get(self.state.language));
        }
        text
    }

    /// The pending question, those that follow whatever it is answered, and the advice among them.
    fn due(&self) -> Due<'a> {
        let mut due = Due::default();
        let mut looked_up = false;
        for StepAhead { flow, at, step, .. } in self.look_ahead().filter(|ahead| ahead.due == Truth::True) {
            match &step.kind {
                StepKind::Ask(question) => {
                    let fact = &question.fact;
                    if !self.state.facts.contains_key(fact.as_str()) && !self.state.skipped.contains(fact) {
                        due.questions.push(question);
                    }
                }
                // What names no fact and waits for no policy is as true now as it will be behind the answers.
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

    /// Takes the answers to questions that were asked together, by their numbers or line by line. False when the message
    /// names none of them: it is then heard like any other.
    pub(super) fn answer_batched(&mut self) -> bool {
        let facts = std::mem::take(&mut self.state.batched);
        if facts.is_empty() || self.state.aside.is_some() {
            return false;
        }
        let said = self.reading.as_ref().map(|reading| reading.said().to_owned()).unwrap_or_default();
        let (rest, parts) = self.library.vocabulary.answers(&said, facts.len());
        // What answers no question under its number may answer another one.
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
        self.reading = Some(self.library.vocabulary.read(&left, &self.listening()));
        if answered {
            self.state.failures = 0;
            self.run();
        }
        answered
    }

    /// Takes a part of the message as the answer to a question. What is not understood is asked again with the rest.
    fn answer_part(&mut self, question: &Question, part: &str) -> bool {
        // Below the last answer people close their letter.
        let first = part.split("\n\n").next().unwrap_or(part);
        let reading = self.library.vocabulary.read(first, &self.listening());
        let skips = question.optional && reading.command() == Some(Command::Skip);
        self.reading = Some(reading);
        match (self.says_whether(question), self.state.unconfirmed.remove(&question.fact)) {
            (Some(true), Some(value)) => {
                self.set_fact(&question.fact, value, Source::Policyholder);
                return true;
            }
            // It is asked again with what is left.
            (Some(false), _) => return true,
            _ => {}
        }
        let nothing = question.optional && question.input == Input::Text && self.says_no();
        if skips || nothing {
            return self.state.skipped.insert(question.fact.clone());
        }
        let reading = self.library.vocabulary.read(part, &self.listening());
        let answer = self.library.vocabulary.answer(&reading, &self.wanting(question), &self.listening());
        let doubts = matches!(&answer, Answer::Value(value) if reading.is_uncertain(value));
        self.reading = Some(reading);
        let value = match answer {
            // Without its town an address is asked once more, by itself.
            Answer::Value(Value::Address(Address { postcode: None, .. })) => return false,
            Answer::Value(value) => value,
            Answer::Unknown if question.unknown => Value::Unknown,
            Answer::Unknown | Answer::Nothing => return false,
        };
        if let Some(error) = self.validation_error(&question.validate, &value) {
            self.preface.push(error);
            return false;
        }
        if doubts {
            self.doubt(question, value);
        } else {
            self.set_fact(&question.fact, value, Source::Policyholder);
        }
        true
    }
}
