//! What a person may ask at any step: a person, a summary, a correction, a pause, help.

use super::{
    Effect, Priority,
    definition::{Kind, Question},
    state::{Aside, Mode},
    walk::Walk,
};
use crate::{
    domain::{fact::Value, message::Body},
    understanding::Command,
};

impl<'a> Walk<'a> {
    /// Does what a command asks. False when it means nothing here, and the message is to be taken as an answer.
    pub(super) fn command(&mut self, command: Command) -> bool {
        let pending = self.current().map(|(_, step)| &step.kind);
        let ended = self.state.mode == Mode::Ended;
        match command {
            Command::Human => {
                let text = self.words().say("human_asked");
                self.hand_over("asked", Priority::Normal, text, !ended);
            }
            Command::Cancel | Command::Stop if !ended => {
                self.state.aside = Some(Aside::Cancel);
                self.confirm("cancel");
            }
            Command::Restart if !ended => {
                self.state.aside = Some(Aside::Restart);
                self.confirm("restart");
            }
            Command::Summary => {
                let summary = self.summary_lines();
                let key = if summary.is_empty() { "summary_empty" } else { "summary" };
                let text = self.words().say(key);
                let body = Body { text, summary, ..Body::default() };
                self.effects.push(Effect::Say { body });
                if !ended && !self.at_review() {
                    self.ask_pending();
                } else if !ended {
                    self.effects.pop();
                    self.review();
                }
            }
            Command::Correct => self.correct_something(),
            Command::Later if !ended => {
                if matches!(pending, Some(Kind::Collect(_))) && self.state.aside.is_none() {
                    self.mark_done();
                    self.next();
                    let text = self.words().say("documents_later");
                    self.preface.push(text);
                    self.run();
                } else {
                    self.state.later = true;
                    let text = self.words().say("later");
                    self.preface.push(text);
                    self.flush();
                }
            }
            Command::Help => {
                let question = self.asked().and_then(|question| question.help.as_ref());
                let text = match question {
                    Some(help) => self.render(help),
                    None => self.words().say("help_general"),
                };
                self.preface.push(text);
                if ended { self.flush() } else { self.ask_pending() }
            }
            Command::Resume if !ended => self.ask_pending(),
            Command::DontKnow | Command::Skip if !ended => {
                if matches!(pending, Some(Kind::Collect(_))) && self.state.aside.is_none() {
                    return self.command(Command::Later);
                }
                let Some(question) = self.asked() else { return false };
                let knows_not = command == Command::DontKnow;
                if knows_not && question.unknown {
                    self.accept(question, Value::Unknown);
                } else if question.optional {
                    self.state.skipped.insert(question.fact.clone());
                    self.state.failures = 0;
                    if self.state.aside.is_some() { self.walk_again() } else { self.run() }
                } else {
                    // A question of several may offer "je ne sais pas" among its choices.
                    if self.answer(question) {
                        return true;
                    }
                    self.failed();
                    if self.state.mode == Mode::Flow {
                        let key = if knows_not { "unknown_not_allowed" } else { "skip_not_allowed" };
                        let text = self.words().say(key);
                        self.preface.push(text);
                        self.ask_again(question);
                    }
                }
            }
            Command::Done => match pending {
                Some(Kind::Collect(_)) => {
                    if !self.collected(true) {
                        self.run();
                    }
                }
                Some(Kind::Review) if self.state.aside.is_none() => self.send(),
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// The question that is being asked, of the flow or to correct an answer.
    pub(super) fn asked(&self) -> Option<&'a Question> {
        let library = self.library;
        match (&self.state.aside, &self.current()?.1.kind) {
            (Some(Aside::Edit(fact)), _) => library.questions_for(fact).next().map(|(_, _, question)| question),
            (None, Kind::Ask(question)) => Some(question),
            _ => None,
        }
    }
}
