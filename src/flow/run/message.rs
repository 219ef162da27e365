//! Listening: what one message of the person does.

use super::{
    channel_switch,
    effect::Effect,
    event::UserMessage,
    intents::Served,
    interpreter::Interpreter,
    state::{Aside, Mode},
};
use crate::{
    domain::{
        fact::{Source, Value},
        message::{Body, Input},
    },
    flow::program::steps::{Question, StepKind},
    understanding::{Command, Danger, ParsedMessage},
};

/// How much of a message is read; the host keeps all of it.
const MAX_TEXT: usize = 4_000;
/// How many words a message has, at least, that may answer questions which were not asked yet.
const MIN_WORDS_FOR_MORE: usize = 3;

impl Interpreter<'_> {
    pub(super) fn on_message(&mut self, heard: &UserMessage) {
        let cut = heard.text.char_indices().nth(MAX_TEXT).map_or(heard.text.len(), |(at, _)| at);
        let mut reading = self.library.vocabulary.read(&heard.text[..cut], &self.listening());
        let fresh = self.state.is_fresh();
        // Who writes in the other language is answered in it.
        let first = fresh || self.at_door();
        if let Some(spoken) = self.library.vocabulary.spoken(&reading, first)
            && spoken != self.state.language
        {
            self.state.language = spoken;
            reading = self.library.vocabulary.read(&heard.text[..cut], &self.listening());
        }
        if fresh {
            self.begin();
        }
        let was_later = std::mem::take(&mut self.state.later);
        let danger = reading.danger().or_else(|| self.ruled_danger(&reading));
        let command = reading.command();
        let is_greeting = reading.is_greeting();
        let silent = reading.is_empty();
        // "Oui" answers one question; only a message that says more can answer others too.
        self.talkative = !reading.values().is_empty() || heard.text.split_whitespace().count() >= MIN_WORDS_FOR_MORE;
        self.reading = Some(reading);

        if let Some(danger) = danger
            && !self.flow_asked_for_danger(danger)
            && self.state.mode != Mode::Withdrawn
        {
            self.interrupt(danger);
            return;
        }
        if self.state.asks_which_claim() {
            self.answer_which_claim(heard);
            return;
        }
        if self.on_appointment_message(heard) {
            return;
        }
        let complete = self.is_complete();
        self.file(&heard.files);
        let completed = !complete && self.is_complete() && command.is_none() && !self.may_go_on();
        match self.state.mode {
            Mode::Handler => return,
            // The last document came: what was decided without it is decided again.
            Mode::Waiting { resume: false } if completed => {}
            Mode::Waiting { resume } if self.goes_on(heard, resume, command) => {
                if resume {
                    self.state.mode = Mode::Flow;
                    self.state.failures = 0;
                }
            }
            Mode::Waiting { resume } => {
                if resume && (heard.choice.as_deref() == Some("cmd=resume") || command == Some(Command::Resume)) {
                    self.state.mode = Mode::Flow;
                    self.state.failures = 0;
                    self.reading = None;
                    self.ask_pending();
                } else {
                    if resume && self.talkative {
                        self.understand_claim();
                        self.learn_quietly();
                    }
                    if self.state.failures > 0 {
                        return;
                    }
                    // Said once: whoever waits must know that they are read, not be answered at every line.
                    self.state.failures = 1;
                    match self.serve() {
                        Served::All | Served::Part => {
                            self.flush();
                            return;
                        }
                        Served::Done => return,
                        _ => {}
                    }
                    let text = self.words().say("waiting");
                    let quick_replies =
                        if resume { vec![self.button("cmd=resume", "button_resume")] } else { Vec::new() };
                    self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
                }
                return;
            }
            Mode::Danger => {
                self.after_danger(heard.choice.as_deref(), command);
                return;
            }
            Mode::Withdrawn => {
                let text = self.words().say("cancelled");
                self.preface.push(text);
                self.flush();
                return;
            }
            Mode::Flow | Mode::Ended => {}
        }
        if let Some(payload) = heard.choice.as_deref() {
            self.pressed(payload);
            return;
        }
        if completed && self.state.mode != Mode::Withdrawn {
            // What was decided without these documents is decided again with them.
            self.effects.push(Effect::Note { code: "documents_completed".to_owned(), detail: String::new() });
            let text = self.words().say_with("documents_received", &[("count", heard.files.len().into())]);
            self.preface.push(text);
            self.walk_again();
            return;
        }
        if !heard.files.is_empty() && self.files_came(heard.files.len()) {
            return;
        }
        let mut command = command;
        if command.is_none() {
            match self.serve() {
                Served::Nothing => {}
                Served::Part => command = self.reading.as_ref().and_then(ParsedMessage::command),
                Served::All => {
                    self.after_serving();
                    return;
                }
                Served::Cancel => command = Some(Command::Cancel),
                Served::Human => command = Some(Command::Human),
                Served::Done => return,
            }
            self.understand_claim();
        }
        if fresh {
            if command == Some(Command::Human) {
                self.command(Command::Human);
            } else {
                self.run();
            }
            return;
        }
        if silent {
            if heard.files.is_empty() {
                self.ask_pending();
            }
            return;
        }
        if let Some(command) = command
            && !(command == Command::Later && self.tells_when())
            && self.command(command)
        {
            return;
        }
        if self.state.mode == Mode::Ended && self.state.aside.is_none() {
            if self.amend() {
                return;
            }
            let text = self.words().say("ended");
            self.preface.push(text);
            self.flush();
            self.effects.push(Effect::Note { code: "message_after_end".to_owned(), detail: String::new() });
            return;
        }
        if self.answer_aside() {
            return;
        }
        if self.at_door() && self.yes_or_no() == Some(false) {
            let text = self.words().say("door_closed");
            self.preface.push(text);
            self.flush();
            return;
        }
        if self.answer_together() {
            return;
        }
        let Some((_, step)) = self.current() else { return };
        match &step.kind {
            StepKind::Ask(question) => {
                if let Some(value) = self.meant.value(&question.fact, true) {
                    self.accept(question, value);
                } else if !self.answer(question) {
                    if self.says_there_is_danger(question) {
                        self.interrupt(Danger::Distress);
                    } else if is_greeting || was_later {
                        if was_later {
                            let text = self.words().say("welcome_back");
                            self.preface.push(text);
                        }
                        self.ask(question);
                    } else if self.amend() {
                    } else if self.talkative && self.extract_unprompted() {
                        self.run();
                    } else {
                        self.not_understood(question);
                    }
                }
            }
            StepKind::Review => self.answer_review(),
            StepKind::Collect(_) => {
                if self.amend() || (self.says_no() && self.command(Command::Done)) {
                } else if is_greeting || was_later || (self.talkative && self.extract_unprompted()) {
                    self.run();
                } else if !self.failed() {
                    let text = self.words().say("not_understood");
                    self.preface.push(text);
                    self.run();
                }
            }
            _ => self.run(),
        }
    }

    /// Whether what was said while a person is awaited goes on with the flow: a button of it, a correction, the answer
    /// to the question that was pending. Where only a person may go on, a correction is all.
    fn goes_on(&self, heard: &UserMessage, resume: bool, command: Option<Command>) -> bool {
        if self.state.aside.is_some() {
            return true;
        }
        match heard.choice.as_deref() {
            Some("cmd=resume" | "cmd=human") => return false,
            Some(payload) => return resume || payload == "cmd=correct" || payload.starts_with("edit="),
            None => {}
        }
        let asks = match command {
            Some(Command::Correct | Command::Summary | Command::French | Command::English | Command::Elsewhere(_)) => {
                true
            }
            Some(Command::Cancel | Command::Stop | Command::Restart) => resume,
            _ => false,
        };
        asks || (resume && self.state.asked && self.answers_pending())
    }

    /// "Tout à l'heure" puts off what is asked, but answers when it happened.
    fn tells_when(&self) -> bool {
        let when = self.asked().is_some_and(|question| matches!(question.input, Input::Date | Input::DateTime));
        when && self.reading.as_ref().is_some_and(|reading| !reading.values().is_empty())
    }

    /// The message cannot be meant otherwise than as the answer to the pending question.
    fn answers_pending(&self) -> bool {
        let (Some((_, step)), Some(reading)) = (self.current(), &self.reading) else { return false };
        let StepKind::Ask(question) = &step.kind else { return false };
        let want = self.wanting(question);
        self.library.vocabulary.extract_unprompted(reading, &want, &self.listening()).is_some()
    }

    fn is_complete(&self) -> bool {
        self.state.fact("documents_complete") == Some(&Value::Bool(true))
    }

    /// Files came. True when that is all that this message is.
    pub(super) fn files_came(&mut self, count: usize) -> bool {
        if let Some((_, step)) = self.current()
            && let StepKind::Ask(question) = &step.kind
            && matches!(question.input, Input::Photos | Input::Document)
        {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.set_fact(&question.fact, Value::Files(count), Source::Policyholder);
            self.state.failures = 0;
            self.run();
            return true;
        }
        let text = self.words().say_with("documents_received", &[("count", count.into())]);
        self.preface.push(text);
        let silent = self.reading.as_ref().is_none_or(ParsedMessage::is_empty);
        if matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Collect(_))) {
            self.state.failures = 0;
            if !self.collected(false) {
                self.run();
            }
            return true;
        }
        if silent {
            if self.may_go_on() { self.ask_pending() } else { self.flush() }
        }
        silent
    }

    /// Says what is still missing. False when nothing is, or when the person said that this is all.
    pub(super) fn collected(&mut self, finished: bool) -> bool {
        let required = self.missing_documents(true);
        let welcome = self.missing_documents(false);
        let (key, list) = match (required.is_empty(), welcome.is_empty()) {
            (false, _) => ("documents_missing", required),
            (true, false) if !finished => ("documents_welcome", welcome),
            _ => {
                self.mark_done();
                self.next();
                return false;
            }
        };
        if finished {
            // Who was told what is missing and says that this is all has it not now: it stays wanted, the flow goes on.
            self.state.failures = 0;
            self.mark_done();
            self.next();
            let text = self.words().say("documents_later");
            self.preface.push(text);
            return false;
        }
        let text = self.words().say_with(key, &[("list", list.into())]);
        let text = self.with_preface(text);
        let quick_replies = vec![self.button("cmd=done", "button_done"), self.button("cmd=later", "button_later")];
        let body = Body { text, quick_replies, input: Some(Input::Photos), ..Body::default() };
        self.effects.push(Effect::Say { body });
        true
    }

    /// A button was pressed.
    pub(super) fn pressed(&mut self, payload: &str) {
        self.reading = None;
        let Some((name, value)) = payload.split_once('=') else {
            self.ask_pending();
            return;
        };
        match (name, value) {
            ("edit", fact) => self.edit(fact),
            ("intent", name) => self.chose_intent(name),
            ("cmd", "skip") => {
                self.command(Command::Skip);
            }
            ("cmd", "done") => {
                self.command(Command::Done);
            }
            ("cmd", "later") => {
                self.command(Command::Later);
            }
            ("cmd", "correct") => {
                self.command(Command::Correct);
            }
            ("cmd", "summary") => {
                self.command(Command::Summary);
            }
            ("cmd", "human") => {
                self.command(Command::Human);
            }
            ("cmd", "help") => {
                self.command(Command::Help);
            }
            ("cmd", "elsewhere") => self.elsewhere(None),
            ("cmd", way) if channel_switch::named(way).is_some() => self.elsewhere(channel_switch::named(way)),
            ("cmd", "confirm_yes") => self.pressed_whether(true),
            ("cmd", "confirm_no") => self.pressed_whether(false),
            ("cmd", "send") if self.at_review() => self.send(),
            ("cmd", "cancel_yes") if self.state.aside == Some(Aside::Cancel) => self.withdraw(),
            ("cmd", "restart_yes") if self.state.aside == Some(Aside::Restart) => self.restart(),
            ("cmd", "keep") if self.state.aside.is_some() => self.keep(),
            ("cmd", _) => self.ask_pending(),
            (fact, value) => self.chose(fact, value),
        }
    }

    /// A choice was pressed: of the pending question, or of an earlier one, which is then corrected.
    pub(super) fn chose(&mut self, fact: &str, value: &str) {
        let library = self.library;
        let value = match (value, library.fact_type(fact)) {
            ("unknown", Some(_)) => Some(Value::Unknown),
            (value, Some(kind)) => kind.literal(value).ok(),
            _ => None,
        };
        let offered = |question: &Question| value != Some(Value::Unknown) || question.unknown;
        let found = library.questions_for(fact).map(|(_, _, question)| question).find(|question| offered(question));
        let (Some(question), Some(value)) = (found, value) else {
            self.ask_pending();
            return;
        };
        let editing = self.state.aside == Some(Aside::Edit(fact.to_owned()));
        if editing || self.state.facts.contains_key(fact) {
            self.correct(&question.fact, value);
            return;
        }
        self.state.aside = None;
        self.state.failures = 0;
        self.set_fact(fact, value, Source::Policyholder);
        self.run();
    }
}
