//! Asking: questions, documents, the summary, and the buttons below them.

use super::{
    effect::Effect,
    interpreter::Interpreter,
    state::{Aside, ConversationMode, Wanted},
};
use crate::{
    domain::{
        fact::{Source, Value},
        fact_name::FactName,
        message::{Body, Channel, Control, Input, QuickReply, SummaryLine},
    },
    flow::program::{
        messages::hint,
        steps::{Collect, Question, StepKind},
    },
};

/// After how many failures a person stands among the buttons of a question.
const WAYS_OUT: u8 = 2;

impl Interpreter<'_> {
    /// Asks a question, together with those that are due after it where the channel asks several at once.
    pub(super) fn ask(&mut self, question: &Question) {
        if self.ask_batched() {
            return;
        }
        if let Some(text) = self.confirmation(question) {
            self.ask_to_confirm(text);
            return;
        }
        let (text, shown) = self.wording(question);
        self.put(question, text, shown);
    }

    /// Asks to confirm an uncertain answer, in place of its question.
    fn ask_to_confirm(&mut self, text: String) {
        let buttons = vec![self.button("cmd=confirm_yes", "button_yes"), self.button("cmd=confirm_no", "button_no")];
        let quick_replies = self.unless_by_sms(buttons);
        let body = Body { quick_replies, input: Some(Input::YesNo), left: self.left(), ..Body::default() };
        self.say_question(text, String::new(), Control::YesNo, body);
    }

    /// Asks a question again, in the flow's other words or with a hint how to answer.
    pub(super) fn ask_again(&mut self, question: &Question) {
        if self.ask_batched() {
            return;
        }
        let text = match &question.rephrase {
            Some(saying) => self.render(saying),
            None => format!("{}\n{}", self.words().say(hint(question.input)), self.render(&question.text)),
        };
        self.ask_saying(question, text);
    }

    /// Offers the ways out of a question that was not answered twice: an example, passing over it, a person.
    pub(super) fn offer_ways_out(&mut self, question: &Question, may_pass: bool) {
        let hint = self.words().say(hint(question.input));
        let key = if may_pass { "ways_out" } else { "ways_out_person" };
        let text = self.words().say_with(key, &[("value", hint.into())]);
        let text = format!("{text}\n{}", self.render(&question.text));
        self.ask_saying(question, text);
    }

    pub(super) fn ask_saying(&mut self, question: &Question, text: String) {
        let shown = self.shown_answers_of(question);
        self.put(question, text, shown);
    }

    fn put(&mut self, question: &Question, text: String, quick_replies: Vec<QuickReply>) {
        self.note_numbers(&quick_replies);
        let help = question.help.as_ref().map(|help| self.render(help)).unwrap_or_default();
        let control = self.control_of(question);
        let body = Body { quick_replies, input: Some(question.input), left: self.left(), ..Body::default() };
        self.say_question(text, help, control, body);
    }

    /// The buttons below a question: its answers, and what else may be said to it.
    pub(super) fn buttons_of(&self, question: &Question) -> Vec<QuickReply> {
        let fact = &question.fact;
        let language = self.state.language;
        let mut buttons: Vec<QuickReply> = match question.input {
            Input::YesNo | Input::Consent => {
                vec![self.button(&format!("{fact}=yes"), "button_yes"), self.button(&format!("{fact}=no"), "button_no")]
            }
            _ => question
                .choices
                .iter()
                .map(|(value, label)| QuickReply {
                    payload: format!("{fact}={value}"),
                    label: label.get(language).to_owned(),
                })
                .collect(),
        };
        if question.unknown {
            buttons.push(self.button(&format!("{fact}=unknown"), "button_unknown"));
        }
        if question.optional || self.is_completing() {
            buttons.push(self.button("cmd=skip", "button_skip"));
        }
        if self.state.failures >= WAYS_OUT {
            buttons.push(self.button("cmd=human", "button_human"));
        }
        if self.is_completing() {
            buttons.push(self.button("cmd=done", "button_done"));
        }
        buttons
    }

    /// The payload of the button whose number this text is ("4", "4."): text messages show buttons as a numbered list, of which
    /// each number is heard. None where a number was asked for, and for the answers of a question, whose numbers are read as
    /// answers.
    pub(super) fn numbered_button(&self, text: &str) -> Option<String> {
        let figures = text.trim().trim_end_matches(['.', ')']);
        if self.state.channel != Some(Channel::Sms) || !figures.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: usize = figures.parse().ok()?;
        let buttons = match (&self.state.mode, &self.state.aside) {
            (ConversationMode::Danger, _) => vec![self.button("cmd=safe", "button_safe")],
            (ConversationMode::Waiting { resume: true }, None) => vec![self.button("cmd=resume", "button_resume")],
            (ConversationMode::Flow, None) if self.state.batched.is_empty() && !self.state.unnumbered => {
                self.buttons_of_flow(number)?
            }
            _ => return None,
        };
        buttons.into_iter().nth(number.checked_sub(1)?).map(|button| button.payload)
    }

    fn buttons_of_flow(&self, number: usize) -> Option<Vec<QuickReply>> {
        if self.has_said_nothing() {
            return Some(self.offer_buttons());
        }
        match &self.current()?.1.kind {
            StepKind::Ask(question) => {
                let counted = matches!(
                    question.input,
                    Input::Number | Input::Amount | Input::Duration | Input::Date | Input::DateTime
                );
                let buttons = self.buttons_of(question);
                let own = match question.input {
                    Input::YesNo | Input::Consent => 2,
                    _ => question.choices.len(),
                };
                let is_answer = number <= own || self.state.unconfirmed.contains_key(&question.fact);
                (!counted && !is_answer).then_some(buttons)
            }
            StepKind::Review => Some(self.review_buttons()),
            StepKind::Collect(_) => Some(self.document_buttons()),
            _ => None,
        }
    }

    fn review_buttons(&self) -> Vec<QuickReply> {
        vec![self.button("cmd=send", "button_send"), self.button("cmd=correct", "button_correct")]
    }

    pub(super) fn document_buttons(&self) -> Vec<QuickReply> {
        vec![self.button("cmd=done", "button_done"), self.button("cmd=later", "button_later")]
    }

    pub(super) fn offer_buttons(&self) -> Vec<QuickReply> {
        vec![self.button("cmd=declare", "button_declare"), self.button("cmd=human", "button_human")]
    }

    pub(super) fn button(&self, payload: &str, message: &str) -> QuickReply {
        QuickReply { payload: payload.to_owned(), label: self.words().say(message) }
    }

    /// Repeats the pending question, as it was first asked.
    pub(super) fn ask_pending(&mut self) {
        if let Some(aside) = self.state.aside.clone() {
            match aside {
                Aside::Edit(fact) => match self.question_of(&fact) {
                    Some(question) => self.ask(question),
                    None => self.state.aside = None,
                },
                Aside::Which => self.ask_which(),
                Aside::Cancel => self.confirm("cancel"),
                Aside::Restart => self.confirm("restart"),
                Aside::WhichClaim => self.ask_which_claim(),
                Aside::Files => self.ask_about_files(),
            }
            if self.state.aside.is_some() {
                return;
            }
        }
        self.run();
    }

    /// Asks for confirmation: "Voulez-vous vraiment … ?"
    pub(super) fn confirm(&mut self, what: &str) {
        let text = self.words().say(&format!("{what}_confirm"));
        let yes = self.button(&format!("cmd={what}_yes"), &format!("button_{what}"));
        let quick_replies = vec![yes, self.button("cmd=keep", "button_keep")];
        let body = Body { quick_replies, input: Some(Input::YesNo), ..Body::default() };
        self.say_question(text, String::new(), Control::YesNo, body);
    }

    /// The answers that the person gave so far, in the order of the questions.
    pub(super) fn summary_lines(&self) -> Vec<SummaryLine> {
        let words = self.words();
        let shown = |fact: &FactName| {
            let known = self.state.facts.get(fact)?;
            let name = self.library.fact_name(fact);
            if name.is_some_and(|name| name.private) || known.source == Source::Flow {
                return None;
            }
            // What the register knows and the person did not say is for the holder alone.
            let holds = |fact: &str| self.state.fact(fact) == Some(&Value::Bool(true));
            let said = *fact == FactName::POLICY_NUMBER && holds(&FactName::POLICY_BY_NUMBER);
            if known.source == Source::Policy && !said && !holds(&FactName::POLICY_PROVEN) {
                return None;
            }
            Some(self.summary_line(fact, words.value(fact, &known.value)))
        };
        self.library.fact_order().iter().filter_map(shown).collect()
    }

    /// A line of a summary or a recap.
    pub(super) fn summary_line(&self, fact: &FactName, value: String) -> SummaryLine {
        let label = self.library.fact_label(fact, self.state.language);
        let section = self.library.questions_for(fact).find_map(|(_, _, question)| question.section.clone());
        SummaryLine { section, ..SummaryLine::new(fact.clone(), label, value) }
    }

    /// Asks which answer is to be corrected, with a button for each.
    pub(super) fn ask_which(&mut self) {
        let lines = self.summary_lines();
        if lines.is_empty() {
            self.state.aside = None;
            let text = self.words().say("correct_nothing");
            self.preface.push(text);
            if self.may_go_on() {
                self.run();
            } else {
                self.flush();
            }
            return;
        }
        self.state.aside = Some(Aside::Which);
        let text = self.words().say("correct_which");
        if self.by_sms() {
            let text = format!("{text} {}", self.examples_of_answers(&lines));
            let text = self.with_preface(text);
            self.effects.push(Effect::Say { body: Body { text, ..Body::default() } });
            return;
        }
        let text = self.with_preface(text);
        let quick_replies = lines
            .iter()
            .map(|line| QuickReply { payload: format!("edit={}", line.fact), label: line.label.clone() })
            .collect();
        self.effects.push(Effect::Say { body: Body { text, quick_replies, summary: lines, ..Body::default() } });
    }

    /// Shows the summary, to be sent or changed: by text message in few words.
    pub(super) fn review(&mut self) {
        if !self.by_sms() || !self.review_briefly() {
            self.review_in_full();
        }
    }

    /// Shows every answer, to be sent or changed.
    pub(super) fn review_in_full(&mut self) {
        let text = self.words().say("summary");
        let quick_replies = self.review_buttons();
        self.note_numbers(&quick_replies);
        let summary = self.summary_lines();
        let body = Body { quick_replies, summary, left: Some(0), ..Body::default() };
        self.say_question(text, String::new(), Control::Review, body);
    }

    /// Asks for the documents of a step. False when none of them is due.
    pub(super) fn collect(&mut self, collect: &Collect) -> bool {
        let due: Vec<(String, bool)> = collect
            .documents
            .iter()
            .filter(|wanted| self.holds(&wanted.when))
            .map(|wanted| (wanted.kind.clone(), wanted.required))
            .collect();
        for (kind, required) in &due {
            self.want(kind, *required);
        }
        let early = self.supposed();
        self.file_early();
        self.note_completeness();
        if self.supposed() > early {
            self.ask_about_files();
            return true;
        }
        let open = |wanted: &Wanted| !wanted.has_come() && due.iter().any(|(kind, _)| *kind == wanted.kind);
        let list: Vec<String> = self
            .state
            .wanted
            .iter()
            .filter(|wanted| open(wanted))
            .map(|wanted| self.document_line(&wanted.kind))
            .collect();
        if list.is_empty() {
            return false;
        }
        // A text message carries a link, and the page that it opens has the list.
        let text = self.render(&collect.text);
        let text = if self.by_sms() { text } else { format!("{text}\n{}", list.join("\n")) };
        let buttons = self.document_buttons();
        let quick_replies = self.unless_by_sms(buttons);
        let body = Body { quick_replies, input: Some(Input::Photos), left: self.left(), ..Body::default() };
        self.say_question(text, String::new(), Control::Photo, body);
        true
    }

    fn document_line(&self, kind: &str) -> String {
        format!("- {}", self.document_name(kind))
    }
}
