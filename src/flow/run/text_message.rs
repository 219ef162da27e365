//! What is put otherwise by text message, where every 160 letters cost: a question without a list of answers that it does not
//! need, a summary and recaps in few words. What may be answered is the same everywhere.

use super::{effect::Effect, interpreter::Interpreter};
use crate::{
    domain::{
        fact::Value,
        fact_name::FactName,
        message::{Body, Channel, Input, QuickReply, SummaryLine},
        sms,
    },
    flow::program::{facts::Brief, steps::Question},
    understanding::ParsedMessage,
};

/// The most text messages that the summary before sending takes.
const MAX_SUMMARY: usize = 2;
/// The answer "none of these", of which a short summary says nothing.
const NONE: &str = "none";
/// How many of the answers are named to whoever wants to correct one.
const NAMED: usize = 3;

impl Interpreter<'_> {
    pub(super) fn by_sms(&self) -> bool {
        self.state.channel == Some(Channel::Sms)
    }

    /// The words in which a question is put the first time, and the answers shown below it.
    pub(super) fn wording(&self, question: &Question) -> (String, Vec<QuickReply>) {
        let language = self.state.language;
        if let Some(sms) = question.sms.as_ref().filter(|_| self.by_sms()) {
            return (self.render(sms), Vec::new());
        }
        let text = self.render(&question.text);
        if !self.by_sms() || question.choices.is_empty() || question.is_numbered_by_sms(&text, language) {
            return (text, self.shown_answers_of(question));
        }
        (format!("{text} {}", self.examples(question.examples(language))), Vec::new())
    }

    /// The answers that are shown where they are listed. A text message lists those of choices only: people say "oui", "je ne
    /// sais pas" and "passer" by themselves.
    pub(super) fn shown_answers_of(&self, question: &Question) -> Vec<QuickReply> {
        let buttons = self.buttons_of(question);
        if self.by_sms() { buttons.into_iter().take(question.choices.len()).collect() } else { buttons }
    }

    /// These buttons, except by text message, whose words already say what may be answered.
    pub(super) fn unless_by_sms(&mut self, buttons: Vec<QuickReply>) -> Vec<QuickReply> {
        let shown = if self.by_sms() { Vec::new() } else { buttons };
        self.note_numbers(&shown);
        shown
    }

    /// Notes whether a number chooses one of the answers that were just shown.
    pub(super) fn note_numbers(&mut self, shown: &[QuickReply]) {
        self.state.unnumbered = self.by_sms() && shown.is_empty();
    }

    /// Whether the message is a number to a question that was put without numbers, such as "2" to "Avez-vous eu d'autres dégâts
    /// ?": it counts something and chooses nothing.
    pub(super) fn is_number_not_shown(&self, question: &Question) -> bool {
        let bare = |parsed: &ParsedMessage| {
            let said = parsed.said().trim();
            !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit())
        };
        self.state.unnumbered
            && matches!(question.input, Input::YesNo | Input::Consent | Input::Choice)
            && self.parsed.as_ref().is_some_and(bare)
    }

    /// Whether an answer that was taken from a longer message is said back. By text message only what may have been misheard
    /// is: what happened, and when.
    pub(super) fn says_back(&self, fact: &FactName, value: &Value) -> bool {
        !self.by_sms() || matches!(value, Value::Moment(_)) || self.library.is_heading(fact)
    }

    /// Shows the summary in two text messages with what is said before it, to be sent, read in full or changed. False where
    /// the flows do not say what it holds.
    pub(super) fn review_briefly(&mut self) -> bool {
        let items: Vec<String> = self.brief_lines().into_iter().map(|(line, named)| self.item(&line, named)).collect();
        if items.is_empty() {
            return false;
        }
        let before = self.with_preface(String::new());
        let said = |list: &[String]| {
            let text = self.words().say_with("summary_sms", &[("list", self.state.language.listed(list).into())]);
            format!("{before}\n{text}").trim_start().to_owned()
        };
        // What is too long for the room that is left gives way to what follows.
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.push(item);
            if list.len() > 1 && sms::count(&said(&list)) > MAX_SUMMARY {
                list.pop();
            }
        }
        let text = said(&list);
        self.note_numbers(&[]);
        self.effects.push(Effect::Say { body: Body { text, ..Body::default() } });
        true
    }

    /// The answers that the flows call brief, and whether each is said with its name.
    fn brief_lines(&self) -> Vec<(SummaryLine, bool)> {
        let brief = |line: &SummaryLine| self.library.fact_name(&line.fact).and_then(|name| name.brief);
        let lines = self.summary_lines().into_iter();
        let mut lines: Vec<(SummaryLine, Brief)> =
            lines.filter_map(|line| brief(&line).map(|brief| (line, brief))).collect();
        lines.retain(|(line, brief)| match (brief, self.state.fact(&line.fact)) {
            (_, None | Some(Value::Unknown)) => false,
            (Brief::When(told), Some(Value::Bool(value))) => told == value,
            (Brief::Always, Some(Value::Choice(value))) => value != NONE,
            (Brief::Always, Some(Value::Choices(values))) => values.iter().any(|value| value != NONE),
            _ => true,
        });
        // "Vent, grêle ou neige" needs no "Tempête, inondation, sécheresse" before it.
        let is_kind = |(line, brief): &(SummaryLine, Brief)| {
            *brief == Brief::Heading && matches!(self.state.fact(&line.fact), Some(Value::Choice(_)))
        };
        if let Some(narrower) = lines.iter().rposition(is_kind) {
            let mut at = 0..;
            lines.retain(|line| at.next() == Some(narrower) || !is_kind(line));
        }
        // The sort is stable: each kind stays in the order of the questions.
        lines.sort_by_key(|(_, brief)| *brief != Brief::Heading);
        lines.into_iter().map(|(line, brief)| (line, brief != Brief::Heading)).collect()
    }

    /// Some of the answers by their names, for whoever wants to correct one.
    pub(super) fn examples_of_answers(&self, lines: &[SummaryLine]) -> String {
        let brief = self.brief_lines();
        let named = brief.iter().map(|(line, _)| line).chain(lines).take(NAMED);
        self.examples(named.map(|line| line.label.as_str()).collect::<Vec<_>>().join(", "))
    }

    fn item(&self, line: &SummaryLine, named: bool) -> String {
        if named { self.state.language.named(&line.label, &line.value) } else { line.value.clone() }
    }

    fn examples(&self, list: String) -> String {
        self.words().say_with("sms_examples", &[("list", list.into())])
    }
}
