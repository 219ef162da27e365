//! Commands that a person may give at any step: a human, a summary, a correction, a pause, help.

use super::{
    effect::Effect,
    interpreter::Interpreter,
    state::{Aside, ConversationMode},
};
use crate::{
    domain::{fact::Value, language::Language, message::Body, priority::Priority},
    flow::program::{
        handovers::OwnReason,
        steps::{Question, StepKind},
    },
    understanding::Command,
};

impl<'a> Interpreter<'a> {
    /// Executes a command. False when it means nothing here, and the message is to be read as an answer.
    pub(super) fn command(&mut self, command: Command) -> bool {
        let pending = self.current().map(|(_, step)| &step.kind);
        let ended = !self.may_go_on();
        match command {
            Command::Human if self.ask_for_time() => self.after_handling(),
            Command::Human => {
                let resume = self.may_go_on();
                let text = self.say_alerting(if resume { "human_asked" } else { "human_asked_late" });
                let text = self.with_hours(text);
                self.hand_over(OwnReason::Asked.code(), Priority::Normal, text, resume);
                self.state.asked = resume;
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
                    self.review_in_full();
                }
            }
            Command::Correct => self.correct_something(),
            Command::Later if !ended => {
                if matches!(pending, Some(StepKind::Collect(_))) && self.state.aside.is_none() {
                    self.mark_done();
                    self.next();
                    let text = self.words().say("documents_later");
                    self.preface.push(text);
                    self.run();
                } else {
                    self.state.later = true;
                    let text = self.words().say("later");
                    let text = self.with_preface(text);
                    let quick_replies = self.switch_buttons();
                    self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
                }
            }
            Command::Help => {
                let question = self.asked();
                let text = match question.and_then(|question| question.help.as_ref()) {
                    Some(help) => self.render(help),
                    None => self.words().say("help_general"),
                };
                self.preface.push(text);
                match question {
                    // Help for a question without its own is the question in other words.
                    Some(question) if question.help.is_none() && question.rephrase.is_some() => {
                        self.ask_again(question);
                    }
                    _ if ended => self.flush(),
                    _ => self.ask_pending(),
                }
            }
            Command::Elsewhere(to) => self.elsewhere(to),
            Command::French => self.speak(Language::Fr),
            Command::English => self.speak(Language::En),
            Command::Resume if matches!(self.state.aside, Some(Aside::Cancel | Aside::Restart)) => self.keep(),
            Command::Resume if !ended => self.ask_pending(),
            Command::DontKnow | Command::Skip if !ended => {
                if matches!(pending, Some(StepKind::Collect(_))) && self.state.aside.is_none() {
                    return self.command(Command::Later);
                }
                let Some(question) = self.asked() else { return false };
                // Not knowing the town is an answer: the street alone is taken.
                if self.state.street.is_some() {
                    return self.answer(question);
                }
                let knows_not = command == Command::DontKnow;
                if knows_not && question.unknown {
                    self.accept(question, Value::Unknown);
                } else if self.may_pass(question) {
                    self.pass_over(question);
                } else {
                    // A question with several choices may have "je ne sais pas" among them.
                    if self.answer(question) {
                        return true;
                    }
                    if !self.failed_at(question) {
                        let key = if knows_not { "unknown_not_allowed" } else { "skip_not_allowed" };
                        let text = self.words().say(key);
                        self.preface.push(text);
                        self.ask_again(question);
                    }
                }
            }
            Command::Done => match pending {
                Some(StepKind::Collect(_)) => {
                    if !self.collected(true) {
                        self.run();
                    }
                }
                Some(StepKind::Review) if self.state.aside.is_none() => self.send(),
                // "C'est tout" as the answer to "Autre chose à ajouter ?".
                Some(StepKind::Ask(question)) if question.optional => return self.command(Command::Skip),
                _ => return false,
            },
            _ => return false,
        }
        true
    }

    /// Whether the flow may go on: it is neither over nor waiting for a person who alone may go on.
    pub(super) fn may_go_on(&self) -> bool {
        !matches!(
            self.state.mode,
            ConversationMode::Ended | ConversationMode::Withdrawn | ConversationMode::Waiting { resume: false }
        )
    }

    /// Changes the language, and repeats the pending question in it.
    pub(super) fn speak(&mut self, language: Language) {
        self.state.language = language;
        let text = self.words().say("language_changed");
        self.preface.push(text);
        if self.state.mode == ConversationMode::Flow && !self.state.stack.is_empty() {
            self.ask_pending();
        } else {
            self.flush();
        }
    }

    /// The pending question, of the flow or of a correction.
    pub(super) fn asked(&self) -> Option<&'a Question> {
        match (&self.state.aside, &self.current()?.1.kind) {
            (Some(Aside::Edit(fact)), _) => self.question_of(fact),
            (None, StepKind::Ask(question)) => Some(question),
            _ => None,
        }
    }
}
