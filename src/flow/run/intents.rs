//! Handles what a message asks for besides the pending answer: a question, a request, another language, a person.
//!
//! A message is cut into clauses; each is handled by itself, and the rest is read as the answer. An answer that fits
//! the pending question wins over an uncertain intent. Nothing is guessed: a question without a certain answer goes to
//! a person.

use jiff::{
    Span,
    civil::{Date, DateTime},
};
use minijinja::Value as Name;

use super::{
    claim_meaning::{ClaimMeaning, MEANT},
    effect::{Effect, Handover, Note},
    interpreter::Interpreter,
    satisfaction::COMPLAINED,
    state::{Aside, ConversationMode},
};
use crate::{
    domain::{
        fact::{Moment, Precision, Source, Value},
        message::{Body, Channel, Input, MessageLink},
        priority::Priority,
    },
    flow::program::{
        faq::FaqEntry,
        handovers::OwnReason,
        intents::IntentAction,
        requests::{QUESTION, Request},
        steps::{Question, StepKind},
    },
    understanding::{Answer, Danger, IntentScore, ParsedMessage, stands_alone},
};

/// How probable an intent must be to be handled by itself.
const SURE: f32 = 0.6;
/// As [`SURE`], for requests to a desk.
const SURE_REQUEST: f32 = 0.7;
/// How similar a question must be to an entry (the score of the FAQ's search).
const NEAR: f32 = 0.5;
/// As [`NEAR`], where the message tells of a claim rather than asks.
const VERY_NEAR: f32 = 0.62;
/// The shortest message, in words, whose intent is used: a shorter one is understood by the vocabulary alone.
const WORDS_TO_MEAN: usize = 3;
/// The shortest question, in words: a shorter one is not understanding, such as "hein ?" or "c'est-à-dire ?".
const WORDS_OF_A_QUESTION: usize = 4;
/// How probable two intents must be together to be offered as buttons.
const WORTH_ASKING: f32 = 0.2;
/// How probable the second of the two must be.
const WORTH_NAMING: f32 = 0.06;
/// The longest question about the pending question, in words, and the shortest word of it that it may name.
const WORDS_ABOUT: usize = 6;
const LEAST_NAMED: usize = 5;
/// The fact of the question how the person is to be reached.
const CONTACT_CHANNEL: &str = "contact_channel";
/// How many clauses of a message are read, and how many are answered, since nobody reads more.
const MAX_CLAUSES: usize = 12;
const MAX_HANDLED: usize = 3;
/// The furthest time, in days, for which something can be asked.
const FURTHEST_DAYS: i64 = 60;
/// The hour at which the service's day ends, where only a day was told.
const LAST_HOUR: i8 = 18;
/// How many characters of a request are repeated in its dated copy.
const MAX_REPEATED: usize = 200;
/// Kinds of requests that are recorded each time, and never taken for one that is open.
const EACH_TIME: [&str; 2] = [QUESTION, "appointment"];

/// What was done about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntentOutcome {
    /// Nothing: it asks for nothing besides an answer.
    Nothing,
    /// A part was handled; the rest is still to be read as an answer.
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
    /// A danger that a rule of the intents recognises and the vocabulary does not.
    pub(super) fn ruled_danger(&self, parsed: &ParsedMessage) -> Option<Danger> {
        (self.spelled(parsed).rule == Some("emergency")).then_some(Danger::Distress)
    }

    /// Handles what the message asks for, and keeps the rest of it as the parsed message.
    pub(super) fn handle_intents(&mut self) -> IntentOutcome {
        let library = self.library;
        let Some(parsed) = self.parsed.as_ref().filter(|_| !library.intents().classifier().is_empty()) else {
            return IntentOutcome::Nothing;
        };
        if parsed.is_shown_answer() && !self.says_more_than_an_answer(parsed) {
            return IntentOutcome::Nothing;
        }
        if let Some(outcome) = self.handle_whole_message() {
            return outcome;
        }
        let Some(parsed) = self.parsed.clone() else { return IntentOutcome::Nothing };
        let clauses = library.faq().search().parsed_clauses(&parsed);
        let (mut left, mut handled): (Vec<&str>, usize) = (Vec::new(), 0);
        for (at, clause) in clauses.into_iter().enumerate() {
            if at < MAX_CLAUSES && handled < MAX_HANDLED && self.handle_clause(clause) {
                handled += 1;
            } else {
                left.push(clause);
            }
        }
        if handled == 0 {
            return IntentOutcome::Nothing;
        }
        let left = self.read(&left.join(" "));
        self.served = true;
        let is_politeness = self
            .recognise(&left)
            .first()
            .is_none_or(|best| left.is_greeting() || matches!(best.intent, "thanks" | "greeting"));
        self.parsed = Some(left);
        if is_politeness { IntentOutcome::All } else { IntentOutcome::Part }
    }

    /// Handles intents of the whole message: another language, a person, the end of the claim.
    fn handle_whole_message(&mut self) -> Option<IntentOutcome> {
        let library = self.library;
        let parsed = self.parsed.as_ref()?;
        if !self.says_more_than_an_answer(parsed) {
            return None;
        }
        let best = *self.recognise(parsed).first()?;
        if best.intent == "foreign_language"
            && (best.by_rule || (best.score >= SURE && !self.fits_pending(parsed)))
            && library.vocabulary().spoken(parsed, true).is_none()
            && let Some(language) = library.intents().language_of(parsed.said())
        {
            if let Some(speaks) = language.speaks {
                self.state.language = speaks;
                return None;
            }
            let resume = self.may_go_on();
            let text = language.says.clone();
            self.hand_over(OwnReason::Language.code(), Priority::Normal, text, resume);
            return Some(IntentOutcome::Done);
        }
        if parsed.command().is_some() || self.answers_contact(parsed) {
            return None;
        }
        let wanted = best.by_rule || (best.score >= SURE_REQUEST && !self.fits_pending(parsed) && !self.asks_text());
        match best.intent {
            "request_human"
                if wanted && {
                    // Whoever asks about it is answered; a wish that a rule knows is never one of the answers.
                    let near = library.faq().find(parsed.said()).first().map_or(0.0, |(_, score)| *score);
                    let asks = library.faq().search().parsed_asks(parsed);
                    (best.by_rule && !asks) || near < if best.by_rule { VERY_NEAR } else { NEAR }
                } =>
            {
                Some(IntentOutcome::Human)
            }
            "withdraw_claim"
                if wanted
                    && self.may_go_on()
                    && !self.has_said_nothing()
                    && !library.faq().search().asks(parsed.said()) =>
            {
                Some(IntentOutcome::Cancel)
            }
            _ => None,
        }
    }

    /// Handles one clause. False when it asks for nothing besides an answer.
    fn handle_clause(&mut self, clause: &str) -> bool {
        let library = self.library;
        let parsed = self.read(clause);
        if parsed.is_empty() || parsed.command().is_some() {
            return false;
        }
        let named = library.requests().named(&self.spelled(&parsed).spelled);
        if let Some(request) = named.filter(|_| !self.surely_fits_pending(&parsed)) {
            self.request(&request.kind, clause);
            return true;
        }
        let asks = library.faq().search().parsed_asks(&parsed);
        if !asks && !self.says_more_than_an_answer(&parsed) {
            return false;
        }
        let scores = self.recognise(&parsed);
        let Some(best) = scores.first() else { return false };
        let Some(intent) = library.intents().get(best.intent) else { return false };
        // A question answers the pending one only if it is unambiguous: "après expertise ?" is no "yes, it leaks".
        let fits = if asks { self.surely_fits_pending(&parsed) } else { self.fits_pending(&parsed) };
        let is_free = self.asks_text();
        if asks && !fits {
            if let Some(help) = self.help_about(&parsed) {
                self.preface.push(help);
                return true;
            }
            let nearest = self.answers_to(clause).filter(|(_, score)| *score >= VERY_NEAR);
            if let Some((entry, _)) = nearest {
                self.say_entry(entry);
                return true;
            }
        }
        match &intent.action {
            IntentAction::Request(kind) => {
                if asks && let Some(entry) = self.entry_for(clause, best, VERY_NEAR) {
                    self.say_entry(entry);
                    return true;
                }
                let wanted = best.by_rule || (best.score >= SURE_REQUEST && !fits && !is_free);
                let wanted = wanted && (asks || !self.explains_answer(&parsed));
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
                let wanted = best.score >= SURE && !fits && !is_free;
                if wanted {
                    let text = self.render(saying);
                    self.preface.push(text);
                }
                wanted
            }
            // A claim may end with a question mark; any other question without an answer goes to a person.
            IntentAction::Flow if asks && !fits => best.score < MEANT && intent.sets.is_empty() && self.pass_on(clause),
            IntentAction::Flow => false,
        }
    }

    /// Records an unanswered question for a person. False where it is too short to be a question.
    pub(super) fn pass_on(&mut self, question: &str) -> bool {
        let long_enough = question.split_whitespace().count() >= WORDS_OF_A_QUESTION;
        if long_enough {
            self.effects.push(Effect::Missed { text: question.to_owned(), question: true });
            self.request(QUESTION, question);
        }
        long_enough
    }

    /// The entry that is nearest to a question which says what it is about: "quand ?" does not.
    fn answers_to(&self, question: &str) -> Option<(&'a FaqEntry, f32)> {
        let faq = self.library.faq();
        let tells = !faq.search().telling_words(question).is_empty();
        faq.find(question).into_iter().next().filter(|_| tells)
    }

    /// The entry that answers a question: one that is similar enough, or its intent's default.
    fn entry_for(&self, question: &str, best: &IntentScore, near: f32) -> Option<&'a FaqEntry> {
        let faq = self.library.faq();
        let nearest = self.answers_to(question).filter(|(_, score)| *score >= near);
        nearest.map(|(entry, _)| entry).or_else(|| faq.default_of(best.intent).filter(|_| best.score >= SURE))
    }

    /// The help of the pending question, where a short question asks about one of its words: "au gestionnaire de quoi ?".
    fn help_about(&self, parsed: &ParsedMessage) -> Option<String> {
        let question = self.asked()?;
        let help = question.help.as_ref()?;
        let words = parsed.words();
        let asked = self.library.vocabulary().read(question.text.source.get(self.state.language), &self.listening());
        let asked = asked.words();
        let names = words.iter().any(|word| word.len() >= LEAST_NAMED && asked.contains(word));
        (names && words.len() <= WORDS_ABOUT).then(|| self.render(help))
    }

    fn say_entry(&mut self, entry: &'a FaqEntry) {
        // What was asked for today and is not done needs no asking again.
        let open = entry.request.as_ref().filter(|kind| self.state.requests.is_open(kind));
        if let Some(request) = open.and_then(|kind| self.library.requests().get(kind)) {
            let text = self.render(&request.text);
            self.preface.push(text);
            return;
        }
        if entry.files {
            // Where files do not travel, this message brings the link by which they do.
            let text = self.render(&entry.answer);
            let text = self.with_preface(text);
            self.effects.push(Effect::Say { body: Body { text, input: Some(Input::Photos), ..Body::default() } });
            self.effects.push(Effect::Note(Note::QuestionAnswered { entry: entry.id.clone() }));
            return;
        }
        let own = entry.own.iter().find(|(when, _)| when.holds(&self.scope())).map(|(_, saying)| saying);
        let text = self.render(own.unwrap_or(&entry.answer));
        if entry.follow && self.state.qualified {
            let text = self.with_preface(text);
            let link = Some(MessageLink::Status);
            self.effects.push(Effect::Say { body: Body { text, link, ..Body::default() } });
        } else if !self.preface.contains(&text) {
            self.preface.push(text);
        }
        self.effects.push(Effect::Note(Note::QuestionAnswered { entry: entry.id.clone() }));
    }

    /// Records a request and says what follows; or says that it was recorded before.
    pub(super) fn request(&mut self, kind: &str, text: &str) {
        let Some(request) = self.library.requests().get(kind) else { return };
        let library = self.library;
        if request.hand_over.is_some() && self.adds_to_request(kind, text) {
            return;
        }
        let words = library.requests().words_about(request, text, library.faq().search());
        if self.state.requests.open(kind, words, self.now, &library.zone) || EACH_TIME.contains(&kind) {
            let durable = self.state.channel.is_some_and(Channel::is_durable);
            let acknowledgement = request.acknowledgement.as_ref().filter(|_| durable);
            let mut said = self.render_with(acknowledgement.unwrap_or(&request.text), &self.names_of(request, text));
            self.effects.push(Effect::Request {
                kind: kind.to_owned(),
                text: text.to_owned(),
                acknowledgement: acknowledgement.map(|_| said.clone()),
                since: self.written_before(request, text),
                at: self.time_of(request, text).map(|moment| due_at(&moment)),
                promised: false,
            });
            if kind == "complaint" {
                self.set_fact(COMPLAINED, Value::Bool(true), Source::Flow);
            }
            if let Some(priority) = request.hand_over {
                // The flow goes on: somebody who complains in the middle of a claim can finish declaring it.
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

    /// Whether the message made such a request already: two sentences of one complaint are no two complaints.
    fn adds_to_request(&mut self, kind: &str, text: &str) -> bool {
        let told = self.effects.iter_mut().find_map(|effect| match effect {
            Effect::Request { kind: known, text, .. } if known == kind => Some(text),
            _ => None,
        });
        let Some(told) = told else { return false };
        if !told.contains(text) {
            told.push('\n');
            told.push_str(text);
        }
        true
    }

    /// What the text of a request may name: its words, when it was received, and the day on which it takes effect.
    fn names_of(&self, request: &Request, text: &str) -> [(&'static str, Name); 4] {
        let words = self.words();
        let received = words.moment(&Moment { start: self.local, end: None, precision: Precision::Minute });
        let today = self.local.date();
        let effective = today.checked_add(Span::new().months(request.effect_months)).unwrap_or(today);
        let said = match text.char_indices().nth(MAX_REPEATED) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        let when = self.time_of(request, text).map(|moment| words.moment(&moment)).unwrap_or_default();
        [
            ("said", said.into()),
            ("received", received.into()),
            ("effective", words.day(effective).into()),
            ("when", when.into()),
        ]
    }

    /// "Rappelez-moi demain à 10 h" is recorded with its time. False where the message asks for nothing at a time.
    pub(super) fn ask_for_time(&mut self) -> bool {
        let library = self.library;
        let Some(parsed) = self.parsed.clone() else { return false };
        let spelled = self.spelled(&parsed);
        let Some(request) = library.requests().at_time(&spelled.spelled) else { return false };
        if self.time_of(request, parsed.said()).is_none() {
            return false;
        }
        self.request(&request.kind, parsed.said());
        true
    }

    /// The time that a text asks for, where the request is of a kind that is done at a time.
    fn time_of(&self, request: &Request, text: &str) -> Option<Moment> {
        if !request.at_time {
            return None;
        }
        let parsed = self.read(text);
        let latest = self.local.checked_add(Span::new().days(FURTHEST_DAYS)).ok()?;
        let moments =
            parsed.values().iter().filter_map(|entity| match entity.ahead.as_ref().unwrap_or(&entity.value) {
                Value::Moment(moment) => Some(moment.clone()),
                _ => None,
            });
        moments.filter(|moment| (self.local..latest).contains(&due_at(moment))).min_by_key(due_at)
    }

    /// The day on which the person says that they wrote the same before, by letter or e-mail.
    fn written_before(&self, request: &Request, text: &str) -> Option<Date> {
        let parsed = self.read(text);
        let spelled = &self.spelled(&parsed).spelled;
        if !request.written_before.iter().any(|rule| rule.is_match(spelled)) {
            return None;
        }
        let mut days = parsed.values().iter().filter_map(|entity| match &entity.value {
            Value::Moment(moment) => Some(moment.start.date()),
            _ => None,
        });
        days.next().filter(|day| *day <= self.local.date() && days.next().is_none())
    }

    /// After something was handled: repeats the pending question, or greets where the flow has not begun.
    pub(super) fn after_handling(&mut self) {
        self.parsed = None;
        if self.has_said_nothing() {
            let offer = self.words().say("declare_offer");
            let text = self.with_preface(offer);
            let quick_replies = self.offer_buttons();
            self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
        } else if self.state.mode == ConversationMode::Flow {
            self.ask_pending();
        } else {
            self.flush();
        }
    }

    /// Whether the flow has not said or asked anything yet.
    pub(super) fn has_said_nothing(&self) -> bool {
        self.state.mode == ConversationMode::Flow
            && self.state.done.is_empty()
            && matches!(self.state.stack.as_slice(), [frame] if frame.step == 0)
            && !matches!(self.current(), Some((_, step)) if matches!(step.kind, StepKind::Ask(_)))
    }

    /// Whether the message tells of a claim, or agrees to declare one.
    pub(super) fn tells_claim(&mut self) -> bool {
        self.understand_claim();
        let agrees = self.parsed.as_ref().is_some_and(|parsed| self.library.vocabulary.is_bare_yes(parsed));
        agrees || (self.meant.score >= MEANT && !self.meant.sets.is_empty())
    }

    /// Sets the facts that the message tells of a claim by its intent.
    pub(super) fn understand_claim(&mut self) {
        let library = self.library;
        let tells = |parsed: &&ParsedMessage| {
            !parsed.is_shown_answer() && parsed.said().split_whitespace().count() >= WORDS_TO_MEAN
        };
        let Some(parsed) = self.parsed.as_ref().filter(tells) else { return };
        let claim = |parsed: &ParsedMessage| {
            let scores = self.recognise(parsed);
            let best = scores.iter().find(|best| best.intent != "emergency")?;
            let intent = library.intents().get(best.intent).filter(|intent| !intent.sets.is_empty())?;
            Some(ClaimMeaning { sets: &intent.sets, score: best.score, words_first: intent.words_first })
        };
        let whole = claim(parsed);
        // Another part of the message may have a more probable intent than the claim: "do you speak English?"
        let parts = || {
            let clauses = library.faq().search().parsed_clauses(parsed);
            let clauses = clauses.into_iter().take(MAX_CLAUSES).filter(|clause| stands_alone(clause));
            let read = clauses.filter_map(|clause| claim(&self.read(clause)));
            read.reduce(|best, other| if other.score > best.score { other } else { best })
        };
        self.meant = whole.or_else(parts).unwrap_or_default();
    }

    /// Offers two intents that would answer the question, when neither is certain: "Est-ce … ou … ?". False when there
    /// are no two.
    pub(super) fn offer_two(&mut self, question: &Question) -> bool {
        let library = self.library;
        let Some(parsed) = &self.parsed else { return false };
        let mut two: Vec<(&str, &Value, f32)> = Vec::new();
        for best in self.recognise(parsed).iter() {
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

    /// Handles the pressed button of one of the two.
    pub(super) fn chose_intent(&mut self, name: &str) {
        let library = self.library;
        for (fact, value) in library.intents().get(name).map(|intent| intent.sets.as_slice()).unwrap_or_default() {
            if !self.state.facts.contains_key(fact) {
                self.set_fact(fact, value.clone(), Source::Policyholder);
            }
        }
        self.state.failures = 0;
        self.ask_pending();
    }

    /// Whether the text answers the pending question, or what is asked beside the flow.
    fn fits_pending(&self, parsed: &ParsedMessage) -> bool {
        if matches!(self.state.aside, Some(Aside::Cancel | Aside::Restart)) {
            return self.yes_or_no().is_some();
        }
        let Some(question) = self.asked().filter(|question| question.input != Input::Text) else { return false };
        if self.answers_confirmation(question).is_some() {
            return true;
        }
        let answer = self.library.vocabulary().answer(parsed, &self.wanting(question), &self.listening());
        matches!(answer, Answer::Value(_)) || (answer == Answer::Unknown && question.unknown)
    }

    /// Whether a text may ask for something besides an answer: a rule or the vocabulary says so, or it does not answer the
    /// pending question. Only such a text is classified.
    fn says_more_than_an_answer(&self, parsed: &ParsedMessage) -> bool {
        let said = parsed.danger().is_some() || parsed.command().is_some();
        said || self.spelled(parsed).rule.is_some() || !self.fits_pending(parsed)
    }

    /// Whether the text unambiguously answers the pending question.
    fn surely_fits_pending(&self, parsed: &ParsedMessage) -> bool {
        let Some(question) = self.asked() else { return false };
        self.library.vocabulary().extract_unprompted(parsed, &self.wanting(question), &self.listening()).is_some()
    }

    /// Whether a clause only explains the answer that the message gives without doubt: "7600007, d'après mon attestation" wishes
    /// for nothing.
    fn explains_answer(&self, clause: &ParsedMessage) -> bool {
        let vocabulary = self.library.vocabulary();
        self.parsed.as_ref().is_some_and(|whole| self.surely_fits_pending(whole)) && !vocabulary.wishes(clause)
    }

    /// Whether the text answers how the person is to be reached: "le plus simple est de m'appeler" is then no call for a person.
    pub(super) fn answers_contact(&self, parsed: &ParsedMessage) -> bool {
        self.asked().is_some_and(|question| question.fact.as_str() == CONTACT_CHANNEL) && self.fits_pending(parsed)
    }

    /// Whether the pending question accepts any text.
    pub(super) fn asks_text(&self) -> bool {
        self.state.mode == ConversationMode::Flow
            && matches!(self.current(), Some((_, step)) if matches!(&step.kind, StepKind::Ask(question) if question.input == Input::Text))
    }
}

/// By when something is done that is asked for a time: then, or at the end of the part of a day or of the day that was told.
fn due_at(moment: &Moment) -> DateTime {
    match moment.precision {
        Precision::Second | Precision::Minute | Precision::Hour => moment.start,
        Precision::PartOfDay => moment.end.unwrap_or(moment.start),
        _ => moment.start.date().at(LAST_HOUR, 0, 0, 0),
    }
}
