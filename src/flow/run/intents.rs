//! Serving what a message asks for beside the pending answer: a question, a request, another language, a person.
//!
//! A message is cut into clauses; each is served by itself, and what is left is taken as the answer. An answer that fits
//! the pending question wins over a vague intent. Nothing is guessed: a question without a sure answer goes to a person.

use super::{
    claim_meaning::{ClaimMeaning, MEANT},
    effect::{Effect, Handover, Note},
    interpreter::Interpreter,
    state::{Aside, Mode},
};
use crate::{
    domain::{
        fact::{Source, Value},
        message::{Body, Channel, Input},
        priority::Priority,
    },
    flow::program::{
        faq::FaqEntry,
        handovers::OwnReason,
        intents::IntentAction,
        requests::QUESTION,
        steps::{Question, StepKind},
    },
    understanding::{Answer, Danger, IntentScore, ParsedMessage, stands_alone},
};

/// How probable an intent must be to be served, where nothing else speaks for it.
const SURE: f32 = 0.6;
/// As [`SURE`], for what writes to a desk.
const SURE_REQUEST: f32 = 0.7;
/// How much of its meaning a question must share with an entry.
const NEAR: f32 = 0.5;
/// As [`NEAR`], where the message tells a claim rather than asks.
const VERY_NEAR: f32 = 0.62;
/// A shorter message is taken by its words alone.
const WORDS_TO_MEAN: usize = 3;
/// A shorter question is a word of doubt: "hein ?", "c'est-à-dire ?".
const WORDS_OF_A_QUESTION: usize = 4;
/// Two intents that share as much are offered as buttons.
const WORTH_ASKING: f32 = 0.2;
/// The less probable of the two must not be noise.
const WORTH_NAMING: f32 = 0.06;
/// How many clauses of a message are looked at, and how many are answered: nobody reads more.
const MAX_CLAUSES: usize = 12;
const MAX_SERVED: usize = 3;
/// Requests that are recorded each time.
const EACH_TIME: [&str; 2] = [QUESTION, "appointment"];

/// How a message was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Served {
    /// It asked for nothing beside an answer.
    Nothing,
    /// What is left of it is still to be taken as an answer.
    Part,
    /// All of it.
    All,
    /// The claim is to be cancelled.
    Cancel,
    /// A person is called for.
    Human,
    /// Nothing more is to be said.
    Done,
}

impl<'a> Interpreter<'a> {
    /// A danger that a rule of the intents knows and the list of dangers does not.
    pub(super) fn ruled_danger(&self, reading: &ParsedMessage) -> Option<Danger> {
        let best = *self.recognise(reading).first()?;
        (best.intent == "emergency" && best.by_rule).then_some(Danger::Distress)
    }

    /// Serves what the message asks for, and keeps what is left of it as the reading.
    pub(super) fn serve(&mut self) -> Served {
        let library = self.library;
        let Some(reading) = self.reading.as_ref().filter(|_| !library.intents().classifier().is_empty()) else {
            return Served::Nothing;
        };
        let said = reading.said().to_owned();
        if let Some(served) = self.serve_whole() {
            return served;
        }
        let clauses = library.faq().search().clauses(&said);
        let (mut left, mut served): (Vec<&str>, usize) = (Vec::new(), 0);
        for (at, clause) in clauses.into_iter().enumerate() {
            if at < MAX_CLAUSES && served < MAX_SERVED && self.serve_clause(clause) {
                served += 1;
            } else {
                left.push(clause);
            }
        }
        if served == 0 {
            return Served::Nothing;
        }
        let left = self.read(&left.join(" "));
        let is_courtesy = self
            .recognise(&left)
            .first()
            .is_none_or(|best| left.is_greeting() || matches!(best.intent, "thanks" | "greeting"));
        self.reading = Some(left);
        if is_courtesy { Served::All } else { Served::Part }
    }

    /// What takes the whole message: another language, a person, the end of the claim.
    fn serve_whole(&mut self) -> Option<Served> {
        let library = self.library;
        let reading = self.reading.as_ref()?;
        let best = *self.recognise(reading).first()?;
        if best.intent == "foreign_language"
            && (best.by_rule || (best.score >= SURE && !self.fits_pending(reading)))
            && library.vocabulary().spoken(reading, true).is_none()
            && let Some(language) = library.intents().language_of(reading.said())
        {
            if let Some(speaks) = language.speaks {
                self.state.language = speaks;
                return None;
            }
            let resume = self.may_go_on();
            let text = language.says.clone();
            self.hand_over(OwnReason::Language.code(), Priority::Normal, text, resume);
            return Some(Served::Done);
        }
        if reading.command().is_some() {
            return None;
        }
        let wanted = best.by_rule || (best.score >= SURE_REQUEST && !self.fits_pending(reading) && !self.asks_text());
        match best.intent {
            "request_human"
                if wanted && library.faq().find(reading.said()).first().is_none_or(|(_, score)| *score < NEAR) =>
            {
                Some(Served::Human)
            }
            "withdraw_claim"
                if wanted && self.may_go_on() && !self.at_door() && !library.faq().search().asks(reading.said()) =>
            {
                Some(Served::Cancel)
            }
            _ => None,
        }
    }

    /// IntentAction one clause. False when it asks for nothing beside an answer.
    fn serve_clause(&mut self, clause: &str) -> bool {
        let library = self.library;
        let reading = self.read(clause);
        if reading.is_empty() || reading.command().is_some() {
            return false;
        }
        let scores = self.recognise(&reading);
        let Some(best) = scores.first() else { return false };
        let Some(intent) = library.intents().get(best.intent) else { return false };
        if let Some(request) = library.requests().named(&library.intents().classifier().spell(clause)) {
            self.request(&request.kind, clause);
            return true;
        }
        let asks = library.faq().search().asks(clause);
        // What asks answers only what cannot be meant otherwise: "après expertise ?" is no "yes, it leaks".
        let fits = if asks { self.surely_fits_pending(&reading) } else { self.fits_pending(&reading) };
        let is_free = self.asks_text();
        match &intent.action {
            IntentAction::Request(kind) => {
                if asks && let Some(entry) = self.entry_for(clause, best, VERY_NEAR) {
                    self.say_entry(entry);
                    return true;
                }
                let wanted = best.by_rule || (best.score >= SURE_REQUEST && !fits && !is_free);
                if wanted {
                    self.request(kind, clause);
                }
                wanted
            }
            IntentAction::Question => {
                if !asks && (best.score < SURE || fits || is_free) {
                    return false;
                }
                match self.entry_for(clause, best, NEAR) {
                    Some(entry) => {
                        self.say_entry(entry);
                        true
                    }
                    None => (asks || best.score >= SURE) && !fits && self.pass_on(clause),
                }
            }
            IntentAction::Says(saying) => {
                // Who waits for a person is told so, and not answered at every line.
                let waits = matches!(self.state.mode, Mode::Waiting { .. });
                let wanted = best.score >= SURE && !fits && !is_free && !waits;
                if wanted {
                    let text = self.render(saying);
                    self.preface.push(text);
                }
                wanted
            }
            // A claim may end with a question mark; a question that is nothing else goes to a person.
            IntentAction::Flow if asks && !fits => {
                let near = library.faq().find(clause).into_iter().next().filter(|(_, score)| *score >= VERY_NEAR);
                match near {
                    Some((entry, _)) => {
                        self.say_entry(entry);
                        true
                    }
                    None => best.score < MEANT && intent.sets.is_empty() && self.pass_on(clause),
                }
            }
            IntentAction::Flow => false,
        }
    }

    /// A question that nothing answers: recorded for a person. False where it is too short to be one.
    fn pass_on(&mut self, question: &str) -> bool {
        let long_enough = question.split_whitespace().count() >= WORDS_OF_A_QUESTION;
        if long_enough {
            self.effects.push(Effect::Missed { text: question.to_owned(), question: true });
            self.request(QUESTION, question);
        }
        long_enough
    }

    /// The entry that answers a question: one that is near enough, or the one by which its intent is answered.
    fn entry_for(&self, question: &str, best: &IntentScore, near: f32) -> Option<&'a FaqEntry> {
        let faq = self.library.faq();
        let nearest = faq.find(question).into_iter().next().filter(|(_, score)| *score >= near);
        nearest.map(|(entry, _)| entry).or_else(|| faq.default_of(best.intent).filter(|_| best.score >= SURE))
    }

    fn say_entry(&mut self, entry: &'a FaqEntry) {
        let own = entry.own.iter().find(|(when, _)| when.holds(&self.scope())).map(|(_, saying)| saying);
        let text = self.render(own.unwrap_or(&entry.answer));
        if !self.preface.contains(&text) {
            self.preface.push(text);
        }
        self.effects.push(Effect::Note(Note::QuestionAnswered { entry: entry.id.clone() }));
    }

    /// Records a request and says what becomes of it; or that it was passed on before.
    pub(super) fn request(&mut self, kind: &str, text: &str) {
        let Some(request) = self.library.requests().get(kind) else { return };
        let library = self.library;
        let words = library.requests().words_about(request, text, library.faq().search());
        if self.state.requests.open(kind, words, self.now, &library.zone) || EACH_TIME.contains(&kind) {
            let durable = self.state.channel.is_some_and(Channel::is_durable);
            let acknowledgement = request.acknowledgement.as_ref().filter(|_| durable);
            let mut said = self.render(acknowledgement.unwrap_or(&request.text));
            self.effects.push(Effect::Request {
                kind: kind.to_owned(),
                text: text.to_owned(),
                acknowledgement: acknowledgement.map(|_| said.clone()),
            });
            if let Some(priority) = request.hand_over {
                // The flow goes on: whoever complains in the middle of a claim need not wait to declare it.
                self.effects.push(Effect::HandOver(Handover { reason: kind.to_owned(), priority }));
                said = self.with_hours(said);
            }
            if !self.preface.contains(&said) {
                self.preface.push(said);
            }
        } else {
            let said = self.words().say("request_again");
            self.preface.push(said);
        }
    }

    /// After what was served: back to where the conversation was, or to its door.
    pub(super) fn after_serving(&mut self) {
        self.reading = None;
        if self.at_door() {
            let offer = self.words().say("declare_offer");
            let text = self.with_preface(offer);
            let quick_replies =
                vec![self.button("cmd=declare", "button_declare"), self.button("cmd=human", "button_human")];
            self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
        } else if self.state.mode == Mode::Flow {
            self.ask_pending();
        } else {
            self.flush();
        }
    }

    /// The flow has not said or asked anything yet.
    pub(super) fn at_door(&self) -> bool {
        self.state.mode == Mode::Flow
            && self.state.done.is_empty()
            && matches!(self.state.stack.as_slice(), [frame] if frame.step == 0)
            && !matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Ask(_)))
    }

    /// What the message tells of a claim, for the questions that its intent answers.
    pub(super) fn understand_claim(&mut self) {
        let library = self.library;
        let Some(reading) =
            self.reading.as_ref().filter(|reading| reading.said().split_whitespace().count() >= WORDS_TO_MEAN)
        else {
            return;
        };
        let claim = |reading: &ParsedMessage| {
            let scores = self.recognise(reading);
            let best = scores.iter().find(|best| best.intent != "emergency")?;
            let intent = library.intents().get(best.intent).filter(|intent| !intent.sets.is_empty())?;
            Some(ClaimMeaning { sets: &intent.sets, score: best.score, words_first: intent.words_first })
        };
        let whole = claim(reading);
        // Beside a claim the message may hold something else that is louder: "do you speak English?"
        let parts = || {
            let clauses = library.faq().search().clauses(reading.said());
            let clauses = clauses.into_iter().take(MAX_CLAUSES).filter(|clause| stands_alone(clause));
            let read = clauses.filter_map(|clause| claim(&self.read(clause)));
            read.reduce(|best, other| if other.score > best.score { other } else { best })
        };
        self.meant = whole.or_else(parts).unwrap_or_default();
    }

    /// "Est-ce … ou … ?": two intents that would answer the question, when neither is sure. False when there are no two.
    pub(super) fn offer_two(&mut self, question: &Question) -> bool {
        let library = self.library;
        let Some(reading) = &self.reading else { return false };
        let mut two: Vec<(&str, &Value, f32)> = Vec::new();
        for best in self.recognise(reading).iter() {
            let Some(intent) = library.intents().get(best.intent).filter(|_| best.score >= WORTH_NAMING) else {
                continue;
            };
            let value = intent.sets.iter().find(|(fact, _)| *fact == question.fact).map(|(_, value)| value);
            if let Some(value) = value
                && two.iter().all(|(_, known, _)| *known != value)
            {
                two.push((&intent.name, value, best.score));
            }
        }
        let [one, other, ..] = two.as_slice() else { return false };
        if one.2 + other.2 < WORTH_ASKING {
            return false;
        }
        let label = |name: &str| {
            library.intents().get(name).map_or("", |intent| intent.label.get(self.state.language)).to_owned()
        };
        let names = [one.0, other.0].map(|name| (name, label(name)));
        let text = self.words().say("which_of_two");
        let text = self.with_preface(text);
        let mut quick_replies: Vec<_> = names
            .into_iter()
            .map(|(name, label)| crate::domain::message::QuickReply { payload: format!("intent={name}"), label })
            .collect();
        quick_replies.push(self.button("cmd=neither", "button_neither"));
        self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
        true
    }

    /// One of the two was pressed.
    pub(super) fn chose_intent(&mut self, name: &str) {
        let library = self.library;
        for (fact, value) in library.intents().get(name).map(|intent| intent.sets.as_slice()).unwrap_or_default() {
            if !self.state.facts.contains_key(fact.as_str()) {
                self.set_fact(fact, value.clone(), Source::Policyholder);
            }
        }
        self.state.failures = 0;
        self.ask_pending();
    }

    /// The text is an answer to the pending question, or to what is asked beside the flow.
    fn fits_pending(&self, reading: &ParsedMessage) -> bool {
        if matches!(self.state.aside, Some(Aside::Cancel | Aside::Restart)) {
            return self.yes_or_no().is_some();
        }
        let Some(question) = self.asked().filter(|question| question.input != Input::Text) else { return false };
        if self.says_whether(question).is_some() {
            return true;
        }
        let answer = self.library.vocabulary().answer(reading, &self.wanting(question), &self.listening());
        matches!(answer, Answer::Value(_)) || (answer == Answer::Unknown && question.unknown)
    }

    /// The text answers the pending question and cannot be meant otherwise.
    fn surely_fits_pending(&self, reading: &ParsedMessage) -> bool {
        let Some(question) = self.asked() else { return false };
        self.library.vocabulary().extract_unprompted(reading, &self.wanting(question), &self.listening()).is_some()
    }

    /// The pending question takes any text.
    fn asks_text(&self) -> bool {
        self.state.mode == Mode::Flow
            && matches!(self.current(), Some((_, step)) if matches!(&step.kind, StepKind::Ask(question) if question.input == Input::Text))
    }
}
