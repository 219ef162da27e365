//! One message of the person, and the stages that it goes through: each handles it or leaves it to the next.

use std::ops::ControlFlow;

use super::{
    channel_switch,
    effect::{Effect, Note},
    event::UserMessage,
    intents::IntentOutcome,
    interpreter::Interpreter,
    state::{Aside, ConversationMode},
};
use crate::{
    domain::{
        fact::{Source, Value},
        message::{Body, Channel, Control, Input},
    },
    flow::program::steps::{Question, Step, StepKind},
    understanding::{ChoiceSet, Command, Danger, ParsedMessage, ShownAnswers},
};

/// How many characters of a message are read; all of it is stored.
const MAX_TEXT: usize = 4_000;
/// How many messages that tell nothing are answered with the list of documents, before the flow goes on without them.
const MAX_UNREAD: u8 = 2;
/// How many letters of one who waits for a person are answered.
const MAX_LETTERS: u8 = 2;
/// The shortest message, in words, that may answer questions which were not asked yet.
const MIN_WORDS_FOR_MORE: usize = 3;

/// A message as it was understood, before anything is done about it.
struct Understood {
    danger: Option<Danger>,
    command: Option<Command>,
    is_greeting: bool,
    /// Whether it has no text.
    is_silent: bool,
    /// Whether it is the first message of the conversation.
    is_first: bool,
    /// Whether the person had postponed the pending question.
    was_later: bool,
}

impl<'a> Interpreter<'a> {
    /// Handles a message: a text, a pressed button or files.
    pub(super) fn on_message(&mut self, message: &UserMessage) {
        let pressed = self.pressed_by_number(message);
        let message = pressed.as_ref().unwrap_or(message);
        let understood = self.understand(message);
        // The result only ends the stages; each of them said what it had to say.
        let _ = self.stages(message, understood);
    }

    /// The press of the button whose number is the whole message. The slots of an appointment have numbers of their own.
    fn pressed_by_number(&self, message: &UserMessage) -> Option<UserMessage> {
        let offered = self.state.appointment.as_ref().is_some_and(|appointment| !appointment.offers.is_empty());
        let bare = message.choice.is_none() && message.files.is_empty() && !offered;
        let choice = if bare { self.numbered_button(&message.text) } else { None };
        Some(UserMessage { choice: Some(choice?), ..UserMessage::default() })
    }

    /// The stages. Each handles the message (`Break`) or leaves it to the next. Their order is the specification:
    /// danger comes first, a handler who leads comes before the flow, pressed buttons before texts, and intents and
    /// commands before the answer to the pending question.
    fn stages(&mut self, message: &UserMessage, mut understood: Understood) -> ControlFlow<()> {
        self.answer_in_foreign_language(message, understood.danger)?;
        self.stop_at_danger(&understood)?;
        self.take_which_claim(message)?;
        self.take_appointment_message(message)?;
        self.take_completing(message, understood.command)?;
        let completed = self.file_documents(message, &understood);
        self.take_news(message, &understood)?;
        self.leave_to_whoever_leads(message, &understood, completed)?;
        self.take_answer_about_files(message)?;
        self.take_pressed_button(message)?;
        self.decide_again_with_documents(message, completed)?;
        self.take_files(message)?;
        self.decline_to_declare(ParsedMessage::is_short, understood.is_first)?;
        self.take_intents(&mut understood)?;
        self.begin_with_first_message(&understood)?;
        self.pass_over_silence(message, &understood)?;
        self.change_peril()?;
        self.obey_command(&understood)?;
        self.answer_after_the_end()?;
        self.take_answer_aside()?;
        self.decline_to_declare(|_| true, understood.is_first)?;
        self.take_batched_answers()?;
        self.take_answer(&understood);
        ControlFlow::Continue(())
    }

    /// Parses the message, and switches to the language in which it is written.
    fn understand(&mut self, message: &UserMessage) -> Understood {
        let cut = message.text.char_indices().nth(MAX_TEXT).map_or(message.text.len(), |(at, _)| at);
        let text = &message.text[..cut];
        let vocabulary = &self.library.vocabulary;
        let mut parsed = match self.shown_answers() {
            Some(shown) => vocabulary.read_answer(text, &self.listening(), shown),
            None => vocabulary.read(text, &self.listening()),
        };
        let is_first = self.state.is_fresh();
        // Somebody who writes in the other language is answered in it.
        if !parsed.is_shown_answer()
            && let Some(spoken) = vocabulary.spoken(&parsed, is_first || self.has_said_nothing())
            && spoken != self.state.language
        {
            self.state.language = spoken;
            parsed = self.library.vocabulary.read(text, &self.listening());
        }
        self.notice_language(&parsed);
        if is_first {
            self.begin();
        }
        let command = parsed.command().filter(|command| *command != Command::Human || !self.answers_contact(&parsed));
        let understood = Understood {
            // Whoever was recognised in another language may call for help in ours.
            danger: self.foreign_danger(&parsed).or_else(|| parsed.danger()).or_else(|| self.ruled_danger(&parsed)),
            command,
            is_greeting: parsed.is_greeting(),
            is_silent: parsed.is_empty(),
            is_first,
            was_later: std::mem::take(&mut self.state.later),
        };
        // "Oui" answers one question; only a longer message or one with values can answer others too.
        self.talkative = !parsed.values().is_empty() || message.text.split_whitespace().count() >= MIN_WORDS_FOR_MORE;
        self.parsed = Some(parsed);
        understood
    }

    /// The answers that the pending question shows, where it is all that a message can answer.
    fn shown_answers(&self) -> Option<&'a ShownAnswers> {
        if self.state.mode != ConversationMode::Flow || self.state.aside.is_some() || !self.state.batched.is_empty() {
            return None;
        }
        let Some((_, Step { kind: StepKind::Ask(question), .. })) = self.current() else { return None };
        match question.input {
            _ if self.state.unconfirmed.contains_key(&question.fact) => None,
            Input::YesNo | Input::Consent => Some(&self.library.yes_or_no),
            _ => question.set.as_ref().map(ChoiceSet::shown),
        }
    }

    fn stop_at_danger(&mut self, understood: &Understood) -> ControlFlow<()> {
        match understood.danger {
            Some(danger) if !self.flow_asked_for_danger(danger) && self.state.mode != ConversationMode::Withdrawn => {
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

    /// Assigns the files to wanted documents. True when the last required one came after the end, or while only a
    /// person may go on.
    fn file_documents(&mut self, message: &UserMessage, understood: &Understood) -> bool {
        let was_complete = self.is_complete();
        self.file(&message.files);
        !was_complete && self.is_complete() && understood.command.is_none() && !self.may_go_on()
    }

    /// Whether the last required document seems to have come, of which the person alone can say whether it is that.
    fn seems_completed(&self, message: &UserMessage) -> bool {
        !message.files.is_empty() && !self.is_complete() && self.is_supposed_complete()
    }

    /// Handles a message while a handler leads, a person is awaited, or a danger lasts.
    fn leave_to_whoever_leads(
        &mut self,
        message: &UserMessage,
        understood: &Understood,
        completed: bool,
    ) -> ControlFlow<()> {
        match self.state.mode {
            ConversationMode::Flow | ConversationMode::Ended => return ControlFlow::Continue(()),
            // The last document came: the decision is made again.
            ConversationMode::Waiting { resume: false } if completed || self.seems_completed(message) => {
                return ControlFlow::Continue(());
            }
            ConversationMode::Waiting { resume } if self.goes_on(message, resume, understood.command) => {
                if resume {
                    self.go_on_with_flow();
                }
                return ControlFlow::Continue(());
            }
            ConversationMode::Waiting { resume } => self.answer_whoever_waits(message, understood, resume),
            ConversationMode::Danger => self.after_danger(message.choice.as_deref(), understood.command),
            ConversationMode::Withdrawn => {
                let text = self.words().say("cancelled");
                self.preface.push(text);
                self.flush();
            }
            ConversationMode::Handler => {}
        }
        ControlFlow::Break(())
    }

    /// Takes what changes an answer after the end: "le plafond est tombé cette nuit", "on a retrouvé ma voiture".
    fn take_news(&mut self, message: &UserMessage, understood: &Understood) -> ControlFlow<()> {
        let over = matches!(self.state.mode, ConversationMode::Ended | ConversationMode::Waiting { resume: false });
        let plain = message.choice.is_none() && understood.command.is_none() && self.state.aside.is_none();
        handled(over && plain && self.talkative && self.news())
    }

    /// Takes another peril than the one that is being asked about: "c'est pas une fuite, c'est une inondation".
    fn change_peril(&mut self) -> ControlFlow<()> {
        handled(self.state.mode == ConversationMode::Flow && self.talkative && self.changes_peril())
    }

    /// Answers somebody who waits for a person and does not go on with the flow meanwhile.
    fn answer_whoever_waits(&mut self, message: &UserMessage, understood: &Understood, resume: bool) {
        // "oui on continue", "ok": the offer to go on stands until it is taken.
        let agrees = self.parsed.as_ref().is_some_and(|parsed| self.library.vocabulary.is_bare_yes(parsed));
        let mut resumes =
            agrees || message.choice.as_deref() == Some("cmd=resume") || understood.command == Some(Command::Resume);
        if resume && !resumes && self.talkative {
            self.understand_claim();
            self.learn_quietly();
            // "Oui le facteur, mordu à la main" agrees, and tells more.
            let begins = self.parsed.as_ref().is_some_and(|parsed| self.library.vocabulary.begins_with_yes(parsed));
            resumes = begins && understood.command.is_none();
        }
        if resume && resumes {
            self.go_on_with_flow();
            self.parsed = None;
            self.ask_pending();
            return;
        }
        // The first time it is said who answers; after that, that it was read.
        let sentence = if self.state.failures > 0 { "waiting_again" } else { "waiting" };
        if !self.may_answer_again() {
            return;
        }
        match self.handle_intents() {
            IntentOutcome::All | IntentOutcome::Part => self.flush(),
            IntentOutcome::Done => {}
            IntentOutcome::Nothing | IntentOutcome::Cancel | IntentOutcome::Human => {
                let text = self.words().say(sentence);
                let quick_replies = if resume { vec![self.button("cmd=resume", "button_resume")] } else { Vec::new() };
                self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
            }
        }
    }

    /// Counts an answer to whoever waits for a person. False for a letter when enough were answered: two machines do not write
    /// to each other for ever.
    pub(super) fn may_answer_again(&mut self) -> bool {
        if self.state.channel == Some(Channel::Email) && self.state.failures >= MAX_LETTERS {
            return false;
        }
        self.state.failures = self.state.failures.saturating_add(1);
        true
    }

    fn go_on_with_flow(&mut self) {
        self.state.mode = ConversationMode::Flow;
        self.state.failures = 0;
    }

    fn take_pressed_button(&mut self, message: &UserMessage) -> ControlFlow<()> {
        let Some(payload) = message.choice.as_deref() else { return ControlFlow::Continue(()) };
        self.pressed(payload);
        ControlFlow::Break(())
    }

    /// Makes the decision again, with the documents that were missing.
    fn decide_again_with_documents(&mut self, message: &UserMessage, completed: bool) -> ControlFlow<()> {
        if !completed {
            return ControlFlow::Continue(());
        }
        self.effects.push(Effect::Note(Note::DocumentsCompleted));
        let text = self.words().say_with("documents_received", &[("count", message.files.len().into())]);
        self.preface.push(text);
        self.run_again();
        ControlFlow::Break(())
    }

    fn take_files(&mut self, message: &UserMessage) -> ControlFlow<()> {
        if message.files.is_empty() {
            return ControlFlow::Continue(());
        }
        if !self.may_go_on() && self.seems_completed(message) {
            let text = self.words().say_with("documents_received", &[("count", message.files.len().into())]);
            self.preface.push(text);
            self.ask_about_files();
            return ControlFlow::Break(());
        }
        handled(self.files_came(message.files.len()))
    }

    /// Handles what the message asks for besides an answer. The following stages read the rest of it.
    fn take_intents(&mut self, understood: &mut Understood) -> ControlFlow<()> {
        if understood.command.is_some() {
            return ControlFlow::Continue(());
        }
        match self.handle_intents() {
            IntentOutcome::Nothing => {}
            IntentOutcome::Part => {
                understood.command = self.parsed.as_ref().and_then(ParsedMessage::command);
                // Nobody who asked for something else begins a claim with the rest of their message.
                if self.has_said_nothing() && !understood.is_first && !self.tells_claim() {
                    self.after_handling();
                    return ControlFlow::Break(());
                }
            }
            IntentOutcome::All => {
                self.after_handling();
                return ControlFlow::Break(());
            }
            IntentOutcome::Cancel => understood.command = Some(Command::Cancel),
            IntentOutcome::Human => understood.command = Some(Command::Human),
            IntentOutcome::Done => return ControlFlow::Break(()),
        }
        self.understand_claim();
        ControlFlow::Continue(())
    }

    fn begin_with_first_message(&mut self, understood: &Understood) -> ControlFlow<()> {
        if !understood.is_first {
            return ControlFlow::Continue(());
        }
        match understood.command {
            Some(Command::Human) => {
                self.command(Command::Human);
            }
            // There is nothing to stop yet.
            Some(Command::Stop | Command::Cancel) => {
                let text = self.words().say("door_closed");
                self.preface.push(text);
                self.flush();
            }
            _ => self.run(),
        }
        ControlFlow::Break(())
    }

    fn pass_over_silence(&mut self, message: &UserMessage, understood: &Understood) -> ControlFlow<()> {
        if understood.is_silent && message.files.is_empty() {
            self.ask_pending();
        }
        handled(understood.is_silent)
    }

    fn obey_command(&mut self, understood: &Understood) -> ControlFlow<()> {
        match understood.command {
            Some(Command::Later) if self.tells_when() => ControlFlow::Continue(()),
            Some(command) => handled(self.command(command)),
            None => ControlFlow::Continue(()),
        }
    }

    fn answer_after_the_end(&mut self) -> ControlFlow<()> {
        if self.state.mode != ConversationMode::Ended || self.state.aside.is_some() {
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

    /// Handles "non" to the offer to declare a claim, or "ok", which says only that what came before it was read. A short one ("non
    /// merci") is read before thanks are answered, a longer one after its questions.
    fn decline_to_declare(&mut self, is_read: fn(&ParsedMessage) -> bool, is_first: bool) -> ControlFlow<()> {
        let reads = self.parsed.as_ref().is_some_and(is_read);
        let acknowledges = !is_first && self.parsed.as_ref().is_some_and(ParsedMessage::acknowledges);
        if !self.has_said_nothing() || !reads || !(acknowledges || self.yes_or_no() == Some(false)) {
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

    /// Reads the message as the answer to what the flow waits for, or to later questions.
    fn take_answer(&mut self, understood: &Understood) {
        let Some((_, step)) = self.current() else { return };
        match &step.kind {
            StepKind::Ask(question) => self.take_answer_to(question, understood),
            StepKind::Review => self.answer_review(),
            StepKind::Collect(_) => self.take_answer_to_documents(understood),
            _ => self.run(),
        }
    }

    fn take_answer_to(&mut self, question: &Question, understood: &Understood) {
        if let Some(value) = self.meant.value(&question.fact, true) {
            self.accept(question, value);
        } else if understood.is_greeting && question.input == Input::Text {
            // Nobody's name or story is "bonjour".
            self.ask(question);
        } else if self.answer(question) {
        } else if self.says_there_is_danger(question) {
            self.interrupt(Danger::Distress);
        } else if understood.is_greeting || understood.was_later {
            if understood.was_later {
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

    fn take_answer_to_documents(&mut self, understood: &Understood) {
        if self.amend() || (self.says_no() && self.command(Command::Done)) {
            return;
        }
        if understood.is_greeting
            || understood.was_later
            || self.served
            || (self.talkative && self.extract_unprompted())
        {
            self.run();
            return;
        }
        self.state.failures += 1;
        self.note_missed();
        // Whoever cannot send now goes on without: the documents stay wanted.
        if self.state.failures > MAX_UNREAD {
            self.command(Command::Later);
            return;
        }
        let text = self.words().say("not_understood");
        self.preface.push(text);
        self.run();
    }

    /// Whether a message that came while a person is awaited goes on with the flow: a button of it, a correction, the
    /// answer to the pending question. Where only a person may go on, only a correction does.
    fn goes_on(&self, message: &UserMessage, resume: bool, command: Option<Command>) -> bool {
        if self.state.aside.is_some() {
            return true;
        }
        match message.choice.as_deref() {
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

    /// Whether the message answers a question for a time: "tout à l'heure" does, and postpones any other question.
    fn tells_when(&self) -> bool {
        let when = self.asked().is_some_and(|question| matches!(question.input, Input::Date | Input::DateTime));
        when && self.parsed.as_ref().is_some_and(|parsed| !parsed.values().is_empty())
    }

    /// Whether the message unambiguously answers the pending question.
    fn answers_pending(&self) -> bool {
        let (Some((_, step)), Some(parsed)) = (self.current(), &self.parsed) else { return false };
        let StepKind::Ask(question) = &step.kind else { return false };
        let want = self.wanting(question);
        self.library.vocabulary.extract_unprompted(parsed, &want, &self.listening()).is_some()
    }

    /// Handles the files of a message. True when the message has nothing else.
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
        let silent = self.parsed.as_ref().is_none_or(ParsedMessage::is_empty);
        let silent_in_flow = silent && self.state.mode == ConversationMode::Flow;
        if matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Collect(_))) {
            self.state.failures = 0;
            if self.supposed() > 0 {
                self.ask_about_files();
                return true;
            }
            if !self.collected(false) {
                self.run();
            }
            return true;
        }
        if silent_in_flow && self.supposed() > 0 {
            self.ask_about_files();
            return true;
        }
        if silent {
            if self.may_go_on() { self.ask_pending() } else { self.flush() }
        }
        silent
    }

    /// Says which documents are still missing. False when none is, or when the person said that this is all.
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
            // The person was told what is missing and does not have it now: it stays wanted, and the flow goes on.
            self.state.failures = 0;
            self.mark_done();
            self.next();
            let text = self.words().say("documents_later");
            self.preface.push(text);
            return false;
        }
        let text = self.words().say_with(key, &[("list", list.into())]);
        let buttons = self.document_buttons();
        let quick_replies = self.unless_by_sms(buttons);
        let body = Body { quick_replies, input: Some(Input::Photos), left: self.left(), ..Body::default() };
        self.say_question(text, String::new(), Control::Photo, body);
        true
    }

    /// Handles a pressed button.
    pub(super) fn pressed(&mut self, payload: &str) {
        self.parsed = None;
        let Some((name, value)) = payload.split_once('=') else {
            self.ask_pending();
            return;
        };
        match (name, value) {
            ("edit", fact) => self.edit(&fact.into()),
            ("intent", name) => self.chose_intent(name),
            ("doc", value) => self.pressed_about_files(value),
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
            ("cmd", "confirm_yes") => self.pressed_confirmation(true),
            ("cmd", "confirm_no") => self.pressed_confirmation(false),
            ("cmd", "send") if self.at_review() => self.send(),
            ("cmd", "cancel_yes") if self.state.aside == Some(Aside::Cancel) => self.withdraw(),
            ("cmd", "restart_yes") if self.state.aside == Some(Aside::Restart) => self.restart(),
            ("cmd", "keep") if self.state.aside.is_some() => self.keep(),
            ("cmd", _) => self.ask_pending(),
            (fact, value) => self.chose(fact, value),
        }
    }

    /// Handles a pressed choice: of the pending question, or of an earlier one, which is then corrected.
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
        let fact = &question.fact;
        let editing = self.state.aside == Some(Aside::Edit(fact.clone()));
        if editing || self.state.facts.contains_key(fact) {
            self.correct(fact, value);
            return;
        }
        self.state.aside = None;
        self.state.failures = 0;
        self.set_fact(fact, value, Source::Policyholder);
        self.run();
    }
}

/// The result of a stage: it handled the message, or leaves it to the next.
fn handled(done: bool) -> ControlFlow<()> {
    if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
