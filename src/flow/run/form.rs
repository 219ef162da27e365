//! The file as a form: the questions that were passed over before sending, and those for the file that were answered, as fields
//! that are saved one by one. Each is a quiet turn: nothing is said of it, unless what it changes is decided anew.

use super::{
    effect::{Effect, Handover},
    interpreter::Interpreter,
    state::{Completing, ConversationMode, State},
};
use crate::{
    domain::{
        fact::{Fact, Precision, Source, Value},
        fact_name::FactName,
        form::{Declaration, DeclaredGroup, Field, FieldGroup, FieldOption},
        message::{Body, Input},
        priority::Priority,
    },
    flow::program::{
        library::Library,
        messages::hint,
        purpose::Purpose,
        steps::{Flow, Question},
        template::Saying,
    },
    understanding::Answer,
};

/// The claim as a page shows it.
pub fn declaration(library: &Library, insurer: &str, state: State, now: jiff::Timestamp) -> Declaration {
    let interpreter = Interpreter::new(library, insurer, state, now);
    Declaration { declared: interpreter.declared(), groups: interpreter.fields() }
}

/// Reads what a person wrote into the field of a fact. None where they emptied it.
///
/// # Errors
///
/// What is wrong with it, in words for the person. Empty where the question is not one of the form's.
pub fn read_field(
    library: &Library,
    insurer: &str,
    state: State,
    now: jiff::Timestamp,
    (fact, written): (&FactName, &str),
) -> Result<Option<Value>, String> {
    let interpreter = Interpreter::new(library, insurer, state, now);
    let question = interpreter.field_of(fact).ok_or_else(String::new)?.1;
    interpreter.read_into(question, written.trim())
}

/// A fact as a handler corrects it. None for what is not told but concluded, and for files.
pub fn desk_field(
    library: &Library,
    insurer: &str,
    state: State,
    now: jiff::Timestamp,
    fact: &FactName,
) -> Option<Field> {
    let interpreter = Interpreter::new(library, insurer, state, now);
    let question = interpreter.desk_question(fact)?;
    let label = library.fact_label(fact, interpreter.state.language).to_owned();
    Some(Field { label, help: String::new(), ..interpreter.field(question) })
}

/// Reads what a handler wrote as the value of a fact. None where they emptied it.
///
/// # Errors
///
/// What is wrong with it, in words. Empty where the fact is none that is corrected.
pub fn read_desk_field(
    library: &Library,
    insurer: &str,
    state: State,
    now: jiff::Timestamp,
    (fact, written): (&FactName, &str),
) -> Result<Option<Value>, String> {
    let interpreter = Interpreter::new(library, insurer, state, now);
    let question = interpreter.desk_question(fact).ok_or_else(String::new)?;
    interpreter.read_into(question, written.trim())
}

impl<'a> Interpreter<'a> {
    /// The question whose answer a handler corrects.
    fn desk_question(&self, fact: &FactName) -> Option<&'a Question> {
        let question = self.question_of(fact)?;
        let is_told = !matches!(question.input, Input::Photos | Input::Document | Input::Consent);
        is_told.then_some(question)
    }

    /// What was told, by the flow that asks for it.
    fn declared(&self) -> Vec<DeclaredGroup> {
        let mut groups: Vec<DeclaredGroup> = Vec::new();
        for line in self.summary_lines() {
            let flow = self.asking(&line.fact).map(|(flow, _)| flow);
            let title = flow.map_or("", |flow| flow.title.get(self.state.language));
            match groups.iter_mut().find(|group| group.title == title) {
                Some(group) => group.lines.push(line),
                None => groups.push(DeclaredGroup { title: title.to_owned(), lines: vec![line] }),
            }
        }
        groups
    }

    /// The flow and the question that ask for a fact: those that are due, else any.
    fn asking(&self, fact: &FactName) -> Option<(&'a Flow, &'a Question)> {
        let library = self.library;
        let (scope, reached) = (self.scope(), self.reached());
        let is_due = |flow: &Flow, at: usize| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope);
        let due = library.questions_for(fact).find(|(flow, at, _)| is_due(flow, *at));
        due.or_else(|| library.questions_for(fact).next()).map(|(flow, _, question)| (flow, question))
    }

    /// The questions of the form, by the flow that asks them.
    fn fields(&self) -> Vec<FieldGroup> {
        let mut groups: Vec<FieldGroup> = Vec::new();
        for fact in self.library.fact_order() {
            let Some((flow, question)) = self.field_of(fact) else { continue };
            let field = self.field(question);
            let title = flow.title.get(self.state.language);
            match groups.iter_mut().find(|group| group.title == title) {
                Some(group) => group.fields.push(field),
                None => groups.push(FieldGroup { title: title.to_owned(), fields: vec![field] }),
            }
        }
        groups
    }

    /// The question of a fact, where it is one of the form's: it is due, and what it asks was not said, or said in the form, or is
    /// for the file alone.
    /// What somebody else knows better, what is for handlers, and what is asked in the conversation only, is none.
    fn field_of(&self, fact: &FactName) -> Option<(&'a Flow, &'a Question)> {
        let over = matches!(self.state.mode, ConversationMode::Danger | ConversationMode::Withdrawn);
        if !self.state.qualified || over || self.library.fact_name(fact).is_some_and(|name| name.private) {
            return None;
        }
        let (scope, reached) = (self.scope(), self.reached());
        let is_due = |flow: &Flow, at: usize| reached.contains(flow.name.as_str()) && flow.steps[at].when.holds(&scope);
        let (flow, _, question) = self.library.questions_for(fact).find(|(flow, at, _)| is_due(flow, *at))?;
        if matches!(question.input, Input::Photos | Input::Document | Input::Consent | Input::PolicyNumber) {
            return None;
        }
        let is_open = match self.state.facts.get(fact).map(|fact| &**fact) {
            None | Some(Fact { value: Value::Unknown, .. }) => true,
            Some(Fact { source: Source::Policyholder, .. }) => {
                self.library.purpose(question) == Purpose::File || self.state.filled.contains(fact)
            }
            Some(_) => false,
        };
        let asked_apart = matches!(self.library.purpose(question), Purpose::Safety | Purpose::Identity);
        (is_open && !asked_apart).then_some((flow, question))
    }

    fn field(&self, question: &Question) -> Field {
        let language = self.state.language;
        let value = self.state.fact(&question.fact).cloned();
        let written = value.as_ref().map(|value| self.written(question, value)).unwrap_or_default();
        let mut options: Vec<(String, String)> = match question.input {
            Input::YesNo => {
                vec![("yes".into(), self.words().say("button_yes")), ("no".into(), self.words().say("button_no"))]
            }
            _ => {
                question.choices.iter().map(|(value, label)| (value.clone(), label.get(language).to_owned())).collect()
            }
        };
        if question.unknown && !options.is_empty() && question.input != Input::Choices {
            options.push(("unknown".into(), self.words().say("button_unknown")));
        }
        let chosen: Vec<&str> = written.split(',').collect();
        let options = options.into_iter().map(|(value, label)| FieldOption {
            is_chosen: chosen.contains(&value.as_str()),
            value,
            label,
        });
        Field {
            fact: question.fact.clone(),
            label: self.render(&question.text),
            help: question.help.as_ref().map(|help| self.render(help)).unwrap_or_default(),
            input: question.input,
            options: options.collect(),
            value,
            written,
        }
    }

    /// A value as it stands in its field.
    fn written(&self, question: &Question, value: &Value) -> String {
        match value {
            Value::Unknown if question.choices.is_empty() && question.input != Input::YesNo => String::new(),
            Value::Unknown => "unknown".to_owned(),
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Choice(value) => value.clone(),
            Value::Choices(values) => values.join(","),
            Value::Moment(moment) if moment.precision == Precision::Day => moment.start.date().to_string(),
            // The currency stands beside the field.
            Value::Amount(cents) if cents % 100 == 0 => (cents / 100).to_string(),
            Value::Amount(cents) => format!("{},{:02}", cents / 100, cents % 100),
            value => self.words().value(&question.fact, value),
        }
    }

    fn read_into(&self, question: &Question, written: &str) -> Result<Option<Value>, String> {
        if written.is_empty() {
            return Ok(None);
        }
        let literal = || self.library.fact_type(&question.fact).and_then(|kind| kind.literal(written).ok());
        let value = match question.input {
            _ if written == "unknown" && question.unknown => Some(Value::Unknown),
            Input::Text => Some(Value::Text(written.to_owned())),
            Input::YesNo | Input::Choice | Input::Choices => literal(),
            Input::Date | Input::DateTime => literal().or_else(|| self.understood(question, written)),
            _ => self.understood(question, written),
        };
        let value = value.ok_or_else(|| self.words().say(hint(question.input)))?;
        match self.validation_error(&question.validate, &value) {
            Some(wrong) => Err(wrong),
            None => Ok(Some(value)),
        }
    }

    fn understood(&self, question: &Question, written: &str) -> Option<Value> {
        let parsed = self.library.vocabulary.read(written, &self.listening());
        match self.library.vocabulary.answer(&parsed, &self.wanting(question), &self.listening()) {
            Answer::Value(value) => Some(value),
            Answer::Unknown if question.unknown => Some(Value::Unknown),
            Answer::Unknown | Answer::Nothing => None,
        }
    }

    /// Whether a field of the form is being taken.
    pub(super) fn is_filling(&self) -> bool {
        matches!(self.state.completing, Some(Completing::Filled { .. }))
    }

    /// Takes what a field holds. Where the claim waits for nobody but handlers, what follows from it is decided again.
    pub(super) fn fill(&mut self, fact: &FactName, value: Option<Value>) {
        let Some((_, question)) = self.field_of(fact) else { return };
        if value.as_ref().is_some_and(|value| self.validation_error(&question.validate, value).is_some()) {
            return;
        }
        match value {
            Some(value) => self.set_fact(fact, value, Source::Policyholder),
            None => self.clear_fact(fact),
        }
        self.state.skipped.remove(fact);
        self.state.filled.insert(fact.clone());
        let over = self.state.mode;
        let decided = matches!(over, ConversationMode::Ended | ConversationMode::Waiting { resume: false });
        // What could still change the decision is another field now: it is decided again when that is told.
        if !decided || self.state.aside.is_some() || (self.passes_over() && self.outlook().is_due()) {
            return;
        }
        self.state.completing = Some(Completing::Filled { over, is_news: false });
        self.state.mode = ConversationMode::Flow;
        self.state.failures = 0;
        self.clear_void();
        self.begin();
        self.run();
        self.hush();
    }

    /// The case is decided otherwise: what is said from here on is told to the person.
    pub(super) fn note_news(&mut self) {
        if let Some(Completing::Filled { is_news, .. }) = &mut self.state.completing {
            *is_news = true;
        }
    }

    pub(super) fn is_news(&self) -> bool {
        matches!(self.state.completing, Some(Completing::Filled { is_news: true, .. }))
    }

    /// Does a hand-over of the flow while a field is taken: one that was not done before is news. False where the flow waits.
    pub(super) fn hand_over_filling(
        &mut self,
        (reason, priority, resume): (&str, Priority, bool),
        text: Option<&Saying>,
        is_first: bool,
    ) -> bool {
        if is_first {
            self.note_news();
            let text = text.map(|saying| self.render(saying)).unwrap_or_default();
            if !text.is_empty() {
                let urgent = priority == Priority::Urgent;
                self.effects.push(Effect::Say { body: Body { text, urgent, ..Body::default() } });
                self.lead_to_status();
            }
        }
        // Whoever has the case is told again where it is decided otherwise, as after a correction.
        if is_first || (!resume && self.is_news()) {
            self.effects.push(Effect::HandOver(Handover { reason: reason.to_owned(), priority }));
        }
        if !resume {
            self.end_filling(is_first.then_some(ConversationMode::Waiting { resume: false }));
        }
        resume
    }

    /// Ends the taking of a field: the conversation stands as before, or waits for whoever is called now.
    pub(super) fn end_filling(&mut self, called: Option<ConversationMode>) {
        let Some(Completing::Filled { over, is_news }) = self.state.completing else { return };
        if !is_news {
            self.hush();
        }
        // Whoever answers in person goes on doing so.
        let called = called.filter(|_| over != ConversationMode::Handler);
        self.state.mode = called.unwrap_or(over);
        self.state.completing = self.outlook().is_unasked().then_some(Completing::Offered);
    }

    /// Takes back what a quiet turn would say, but for urgent advice.
    pub(super) fn hush(&mut self) {
        if self.is_filling() && !self.is_news() {
            self.preface.clear();
            self.effects.retain(|effect| !matches!(effect, Effect::Say { body } if !body.urgent));
        }
    }
}
