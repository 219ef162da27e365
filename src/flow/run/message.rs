//! One message of the person: the stages that it goes through, each of which has done with it or leaves it to the next.

use std::ops::ControlFlow;

use super::{
    channel_switch,
    effect::{Effect, Note},
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

/// What one message is, before anything is done about it.
struct Listened {
    danger: Option<Danger>,
    command: Option<Command>,
    is_greeting: bool,
    /// Nothing was written.
    is_silent: bool,
    /// It is the first message of the conversation.
    is_first: bool,
    /// The person had put off the pending question.
    was_later: bool,
}

impl Interpreter<'_> {
    /// The person wrote, pressed a button or sent files.
    pub(super) fn on_message(&mut self, message: &UserMessage) {
        let listened = self.listen(message);
        // How the message ended matters to nobody: each stage said what there was to say.
        let _ = self.stages(message, listened);
    }

    /// Every stage has done with the message (`Break`) or leaves it to the next. The order is the specification: danger comes
    /// before everything, whoever leads the conversation before the flow, what was pressed before what was written, what
    /// stands for itself before what answers the pending question.
    fn stages(&mut self, message: &UserMessage, mut listened: Listened) -> ControlFlow<()> {
        self.stop_at_danger(&listened)?;
        self.take_which_claim(message)?;
        self.take_appointment_message(message)?;
        let completed = self.file_documents(message, &listened);
        self.leave_to_whoever_leads(message, &listened, completed)?;
        self.take_pressed_button(message)?;
        self.decide_again_with_documents(message, completed)?;
        self.take_files(message)?;
        self.serve_intents(&mut listened)?;
        self.begin_with_first_message(&listened)?;
        self.pass_over_silence(message, &listened)?;
        self.obey_command(&listened)?;
        self.answer_after_the_end()?;
        self.take_answer_aside()?;
        self.close_door()?;
        self.take_batched_answers()?;
        self.take_answer(&listened);
        ControlFlow::Continue(())
    }

    /// Reads the message, in the language in which it is written.
    fn listen(&mut self, message: &UserMessage) -> Listened {
        let cut = message.text.char_indices().nth(MAX_TEXT).map_or(message.text.len(), |(at, _)| at);
        let text = &message.text[..cut];
        let mut reading = self.library.vocabulary.read(text, &self.listening());
        let is_first = self.state.is_fresh();
        // Who writes in the other language is answered in it.
        if let Some(spoken) = self.library.vocabulary.spoken(&reading, is_first || self.at_door())
            && spoken != self.state.language
        {
            self.state.language = spoken;
            reading = self.library.vocabulary.read(text, &self.listening());
        }
        if is_first {
            self.begin();
        }
        let listened = Listened {
            danger: reading.danger().or_else(|| self.ruled_danger(&reading)),
            command: reading.command(),
            is_greeting: reading.is_greeting(),
            is_silent: reading.is_empty(),
            is_first,
            was_later: std::mem::take(&mut self.state.later),
        };
        // "Oui" answers one question; only a message that says more can answer others too.
        self.talkative = !reading.values().is_empty() || message.text.split_whitespace().count() >= MIN_WORDS_FOR_MORE;
        self.reading = Some(reading);
        listened
    }

    fn stop_at_danger(&mut self, listened: &Listened) -> ControlFlow<()> {
        match listened.danger {
            Some(danger) if !self.flow_asked_for_danger(danger) && self.state.mode != Mode::Withdrawn => {
                self.interrupt(danger);
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn take_which_claim(&mut self, message: &UserMessage) -> ControlFlow<()> {
        if !self.state.asks_which_claim() {
            return ControlFlow::Continue(());
        }
        self.answer_which_claim(message);
        ControlFlow::Break(())
    }

    fn take_appointment_message(&mut self, message: &UserMessage) -> ControlFlow<()> {
        handled(self.on_appointment_message(message))
    }

    /// Files the documents that came. True when the last required one came after the end, or where only a person may go on.
    fn file_documents(&mut self, message: &UserMessage, listened: &Listened) -> bool {
        let was_complete = self.is_complete();
        self.file(&message.files);
        !was_complete && self.is_complete() && listened.command.is_none() && !self.may_go_on()
    }

    /// A handler, a person who is awaited, a danger: who leads the conversation decides what a message does.
    fn leave_to_whoever_leads(
        &mut self,
        message: &UserMessage,
        listened: &Listened,
        completed: bool,
    ) -> ControlFlow<()> {
        match self.state.mode {
            Mode::Flow | Mode::Ended => return ControlFlow::Continue(()),
            // The last document came: what was decided without it is decided again.
            Mode::Waiting { resume: false } if completed => return ControlFlow::Continue(()),
            Mode::Waiting { resume } if self.goes_on(message, resume, listened.command) => {
                if resume {
                    self.go_on_with_flow();
                }
                return ControlFlow::Continue(());
            }
            Mode::Waiting { resume } => self.answer_whoever_waits(message, listened, resume),
            Mode::Danger => self.after_danger(message.choice.as_deref(), listened.command),
            Mode::Withdrawn => {
                let text = self.words().say("cancelled");
                self.preface.push(text);
                self.flush();
            }
            Mode::Handler => {}
        }
        ControlFlow::Break(())
    }

    /// The person waits for a person, and does not go on with the flow meanwhile.
    fn answer_whoever_waits(&mut self, message: &UserMessage, listened: &Listened, resume: bool) {
        if resume && (message.choice.as_deref() == Some("cmd=resume") || listened.command == Some(Command::Resume)) {
            self.go_on_with_flow();
            self.reading = None;
            self.ask_pending();
            return;
        }
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
            Served::All | Served::Part => self.flush(),
            Served::Done => {}
            Served::Nothing | Served::Cancel | Served::Human => {
                let text = self.words().say("waiting");
                let quick_replies = if resume { vec![self.button("cmd=resume", "button_resume")] } else { Vec::new() };
                self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
            }
        }
    }

    fn go_on_with_flow(&mut self) {
        self.state.mode = Mode::Flow;
        self.state.failures = 0;
    }

    fn take_pressed_button(&mut self, message: &UserMessage) -> ControlFlow<()> {
        let Some(payload) = message.choice.as_deref() else { return ControlFlow::Continue(()) };
        self.pressed(payload);
        ControlFlow::Break(())
    }

    /// What was decided without these documents is decided again with them.
    fn decide_again_with_documents(&mut self, message: &UserMessage, completed: bool) -> ControlFlow<()> {
        if !completed {
            return ControlFlow::Continue(());
        }
        self.effects.push(Effect::Note(Note::DocumentsCompleted));
        let text = self.words().say_with("documents_received", &[("count", message.files.len().into())]);
        self.preface.push(text);
        self.walk_again();
        ControlFlow::Break(())
    }

    fn take_files(&mut self, message: &UserMessage) -> ControlFlow<()> {
        handled(!message.files.is_empty() && self.files_came(message.files.len()))
    }

    /// Does what the message asks for beside an answer. What is left of it is the reading of the stages that follow.
    fn serve_intents(&mut self, listened: &mut Listened) -> ControlFlow<()> {
        if listened.command.is_some() {
            return ControlFlow::Continue(());
        }
        match self.serve() {
            Served::Nothing => {}
            Served::Part => listened.command = self.reading.as_ref().and_then(ParsedMessage::command),
            Served::All => {
                self.after_serving();
                return ControlFlow::Break(());
            }
            Served::Cancel => listened.command = Some(Command::Cancel),
            Served::Human => listened.command = Some(Command::Human),
            Served::Done => return ControlFlow::Break(()),
        }
        self.understand_claim();
        ControlFlow::Continue(())
    }

    fn begin_with_first_message(&mut self, listened: &Listened) -> ControlFlow<()> {
        if !listened.is_first {
            return ControlFlow::Continue(());
        }
        if listened.command == Some(Command::Human) {
            self.command(Command::Human);
        } else {
            self.run();
        }
        ControlFlow::Break(())
    }

    fn pass_over_silence(&mut self, message: &UserMessage, listened: &Listened) -> ControlFlow<()> {
        if listened.is_silent && message.files.is_empty() {
            self.ask_pending();
        }
        handled(listened.is_silent)
    }

    fn obey_command(&mut self, listened: &Listened) -> ControlFlow<()> {
        match listened.command {
            Some(Command::Later) if self.tells_when() => ControlFlow::Continue(()),
            Some(command) => handled(self.command(command)),
            None => ControlFlow::Continue(()),
        }
    }

    fn answer_after_the_end(&mut self) -> ControlFlow<()> {
        if self.state.mode != Mode::Ended || self.state.aside.is_some() {
            return ControlFlow::Continue(());
        }
        if !self.amend() {
            let text = self.words().say("ended");
            self.preface.push(text);
            self.flush();
            self.effects.push(Effect::Note(Note::MessageAfterEnd));
        }
        ControlFlow::Break(())
    }

    fn take_answer_aside(&mut self) -> ControlFlow<()> {
        handled(self.answer_aside())
    }

    /// "Non" to the offer to declare a claim.
    fn close_door(&mut self) -> ControlFlow<()> {
        if !self.at_door() || self.yes_or_no() != Some(false) {
            return ControlFlow::Continue(());
        }
        let text = self.words().say("door_closed");
        self.preface.push(text);
        self.flush();
        ControlFlow::Break(())
    }

    fn take_batched_answers(&mut self) -> ControlFlow<()> {
        handled(self.answer_batched())
    }

    /// The message as the answer to what the flow waits for, or to what it will ask.
    fn take_answer(&mut self, listened: &Listened) {
        let Some((_, step)) = self.current() else { return };
        match &step.kind {
            StepKind::Ask(question) => self.take_answer_to(question, listened),
            StepKind::Review => self.answer_review(),
            StepKind::Collect(_) => self.take_answer_to_documents(listened),
            _ => self.run(),
        }
    }

    fn take_answer_to(&mut self, question: &Question, listened: &Listened) {
        if let Some(value) = self.meant.value(&question.fact, true) {
            self.accept(question, value);
        } else if self.answer(question) {
        } else if self.says_there_is_danger(question) {
            self.interrupt(Danger::Distress);
        } else if listened.is_greeting || listened.was_later {
            if listened.was_later {
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

    fn take_answer_to_documents(&mut self, listened: &Listened) {
        if self.amend() || (self.says_no() && self.command(Command::Done)) {
            return;
        }
        if listened.is_greeting || listened.was_later || (self.talkative && self.extract_unprompted()) {
            self.run();
        } else if !self.failed() {
            let text = self.words().say("not_understood");
            self.preface.push(text);
            self.run();
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

/// A stage's answer: it has done with the message, or leaves it to the next.
fn handled(done: bool) -> ControlFlow<()> {
    if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
