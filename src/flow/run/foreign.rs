//! Whoever writes in a language in which no story is told is answered in it: at the first contact, in danger, about
//! files and the claim's state. A person takes over; whoever goes on in French or English is answered in that.

use std::ops::ControlFlow;

use super::{
    effect::{Effect, Handover, Note},
    event::UserMessage,
    interpreter::Interpreter,
    state::ConversationMode,
};
use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        message::{Body, Input},
        priority::Priority,
    },
    flow::program::{handovers::OwnReason, languages::ForeignLanguage},
    understanding::{Danger, ParsedMessage},
};

impl<'a> Interpreter<'a> {
    /// Notices in which language a message is written, before anything is made of it. An answer to a question for a name
    /// or an address tells nothing, nor does one that the question shows.
    pub(super) fn notice_language(&mut self, parsed: &ParsedMessage) {
        let tells = !parsed.is_shown_answer()
            && !self.asks_text()
            && !self.asked().is_some_and(|question| matches!(question.input, Input::Address | Input::Location));
        let ours = self.library.vocabulary().spoken(parsed, true).is_some();
        if ours {
            self.state.foreign = None;
        } else if tells && let Some(language) = self.library.languages().recognise(&self.spelled(parsed).spelled) {
            self.state.foreign = Some(language.code.clone());
        }
    }

    pub(super) fn foreign_language(&self) -> Option<&'a ForeignLanguage> {
        self.library.languages().get(self.state.foreign.as_deref()?)
    }

    /// The danger of a message in such a language, in whose words it is looked for.
    pub(super) fn foreign_danger(&self, parsed: &ParsedMessage) -> Option<Danger> {
        self.foreign_language()?.danger(&self.spelled(parsed).spelled)
    }

    /// Answers a message in such a language; a handler who leads answers it themselves, unless there is danger.
    pub(super) fn answer_in_foreign_language(
        &mut self,
        message: &UserMessage,
        danger: Option<Danger>,
    ) -> ControlFlow<()> {
        let Some(language) = self.foreign_language() else { return self.come_back_from_foreign() };
        // A handler answers themselves; what was withdrawn is told so.
        let is_answered = matches!(self.state.mode, ConversationMode::Handler | ConversationMode::Withdrawn);
        if message.choice.is_some() || (is_answered && danger.is_none()) {
            return ControlFlow::Continue(());
        }
        self.answer_in(language, message, danger);
        ControlFlow::Break(())
    }

    /// Answers a message in the language in which it is written.
    pub(super) fn answer_in(&mut self, language: &ForeignLanguage, message: &UserMessage, danger: Option<Danger>) {
        self.file(&message.files);
        let is_first =
            !matches!(self.state.fact(&FactName::SPOKEN_LANGUAGE), Some(Value::Choice(code)) if *code == language.code);
        if is_first {
            let code = Value::Choice(language.code.clone());
            self.set_fact(FactName::SPOKEN_LANGUAGE, code, Source::Flow);
        }
        let spelled = self.parsed.clone().map(|parsed| self.spelled(&parsed).spelled.clone()).unwrap_or_default();
        if let Some(danger) = danger {
            self.warn_in(language, danger);
        }
        let key = if is_first {
            if self.reopening().is_none() { "hand_over" } else { "closed" }
        } else if danger.is_some() {
            ""
        } else if language.asks_status(&spelled) {
            "status"
        } else if !message.files.is_empty() {
            "received"
        } else if self.may_answer_again() {
            "waiting"
        } else {
            ""
        };
        let mut keys = vec![key];
        if is_first {
            keys = if danger.is_some() { vec!["automatic", key] } else { vec!["automatic", "safety", key] };
        }
        let text = keys.into_iter().map(|key| self.in_language(language, key)).filter(|text| !text.is_empty());
        let text = text.collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            let language = Some(language.code.as_str().into());
            self.effects.push(Effect::Say { body: Body { text, language, ..Body::default() } });
        }
        if is_first && !matches!(self.state.mode, ConversationMode::Handler | ConversationMode::Withdrawn) {
            let resume = self.may_go_on();
            self.hand_over(OwnReason::Language.code(), Priority::Normal, String::new(), resume);
        }
    }

    fn warn_in(&mut self, language: &ForeignLanguage, danger: Danger) {
        let code = danger.as_str();
        let text = language.advice(danger).map(|saying| self.render(saying)).unwrap_or_default();
        let spoken = Some(language.code.as_str().into());
        self.effects.push(Effect::Say { body: Body { text, urgent: true, language: spoken, ..Body::default() } });
        if self.state.dangers.insert(code.to_owned()) {
            let reason = OwnReason::Danger.code().to_owned();
            self.effects.push(Effect::HandOver(Handover { reason, priority: Priority::Urgent }));
            self.effects.push(Effect::Note(Note::Danger { danger: code.to_owned() }));
        }
    }

    fn in_language(&self, language: &ForeignLanguage, key: &str) -> String {
        language.text(key).map(|saying| self.render(saying)).unwrap_or_default()
    }

    /// Whoever was handed over for their language alone and goes on in French or English is understood again.
    fn come_back_from_foreign(&mut self) -> ControlFlow<()> {
        let spoke = self.state.fact(&FactName::SPOKEN_LANGUAGE).is_some();
        let ours = self.parsed.as_ref().is_some_and(|parsed| self.library.vocabulary().spoken(parsed, true).is_some());
        let waits_for_more = self.state.asked || !self.state.dangers.is_empty();
        if spoke && ours && !waits_for_more && self.state.mode == (ConversationMode::Waiting { resume: true }) {
            self.state.mode = ConversationMode::Flow;
            self.state.failures = 0;
            self.clear_fact(&FactName::SPOKEN_LANGUAGE);
        }
        ControlFlow::Continue(())
    }
}
