//! Answers: to the pending question, and to questions that were not asked yet.

use super::{
    danger::SAFETY_FACTS,
    effect::Effect,
    interpreter::Interpreter,
    state::{Aside, ConversationMode},
};
use crate::{
    domain::{
        fact::{Address, Source, Value},
        fact_name::FactName,
        message::{Channel, Input},
        priority::Priority,
    },
    flow::program::{
        condition::{Truth, days_of},
        handovers::OwnReason,
        lookahead::StepAhead,
        steps::{Question, StepKind, Validate},
    },
    understanding::{Answer, ChoiceItem, ChoiceSet, Command, ParsedMessage, Want},
};

/// At this failure to answer a question the ways out of it are offered.
const MAX_FAILURES: u8 = 2;
/// At this one it is passed over, or a person is called where it cannot be.
const MAX_OFFERS: u8 = 3;
/// After this many questions in a row a person is called in place of passing over one more.
const MAX_PASSED_OVER: u8 = 2;
/// A choice that is answered by so many words says more than the choice.
const WORDS_BESIDE: usize = 7;
/// Who declares a loss at a home that the policy does not insure, or not as theirs.
const STRANGERS: [&str; 3] = ["third_party", "building_manager", "landlord"];
/// The longest name of a place that is in no list, in words.
const WORDS_OF_A_PLACE: usize = 5;

impl Interpreter<'_> {
    pub(super) fn wanting<'q>(&'q self, question: &'q Question) -> Want<'q> {
        let today = self.local.date();
        let ahead = question.validate.from.is_some_and(|from| from.on(today) >= today);
        Want {
            input: question.input,
            choices: question.set.as_ref(),
            prefer_past: !ahead,
            partly: question.partly,
            policy_pattern: self.insurer.policy_number.as_ref(),
        }
    }

    /// Which of these the message names.
    pub(super) fn choice_among(
        &self,
        parsed: &ParsedMessage,
        items: impl IntoIterator<Item = ChoiceItem>,
    ) -> Option<String> {
        let choices = ChoiceSet::new(items, self.library.vocabulary.small_words());
        let (input, choices) = (Input::Choice, Some(&choices));
        let want = Want { input, choices, prefer_past: true, partly: None, policy_pattern: None };
        match self.library.vocabulary.answer(parsed, &want, &self.listening()) {
            Answer::Value(Value::Choice(named)) => Some(named),
            _ => None,
        }
    }

    /// Reads the message as the answer to a question. False when it is none.
    pub(super) fn answer(&mut self, question: &Question) -> bool {
        if self.is_number_not_shown(question) {
            return false;
        }
        if question.input == Input::Text && (question.optional || question.unknown) && self.says_no() {
            return self.command(if question.unknown { Command::DontKnow } else { Command::Skip });
        }
        // "Non" to the number of the policy: it is not at hand.
        if question.input == Input::PolicyNumber && question.unknown && self.says_no() {
            self.accept(question, Value::Unknown);
            return true;
        }
        if let Some(yes) = self.answers_confirmation(question) {
            self.confirmed(&question.fact, yes);
            return true;
        }
        if self.take_introduction(question) || self.take_own_address(question) {
            return true;
        }
        // A new answer replaces one that waits for confirmation.
        self.state.unconfirmed.remove(&question.fact);
        let Some(parsed) = &self.parsed else { return false };
        let answer = self.library.vocabulary.answer(parsed, &self.wanting(question), &self.listening());
        let answer = match (self.state.street.take(), answer) {
            (Some(street), answer) => self.with_street(question, street, answer),
            (None, Answer::Value(Value::Address(Address { line, postcode: None, city, .. })))
                if !self.library.vocabulary.is_abroad(&line) =>
            {
                // Of a town that has several postcodes only that is asked.
                let text = match &city {
                    Some(city) => self.words().say_with("address_postcode", &[("place", city.clone().into())]),
                    None => self.words().say("address_town"),
                };
                // "Rond-point de la Porte Jeune à Mulhouse" names it already.
                let named = |city: &String| line.to_lowercase().ends_with(&city.to_lowercase());
                self.state.street = Some(match city.filter(|city| !named(city)) {
                    Some(city) => format!("{line}, {city}"),
                    None => line,
                });
                self.state.failures = 0;
                self.ask_saying(question, text);
                return true;
            }
            (None, answer) => answer,
        };
        match answer {
            Answer::Value(value) => {
                if let Some(error) = self.validation_error(&question.validate, &value) {
                    self.preface.push(error);
                    if !self.failed_at(question) {
                        self.ask(question);
                    }
                    return true;
                }
                if self.is_doubtful(question, &value) {
                    self.state.failures = 0;
                    self.await_confirmation(question, value);
                    self.ask(question);
                    return true;
                }
                let names_only = self.parsed.as_ref().is_some_and(ParsedMessage::is_one_dated_word);
                self.take_contact_beside(question, &value);
                self.keep_beside(question, &value);
                if question.input == Input::Text && (question.asked_only || names_only) {
                    // In a list of names or things, a telephone number is not the person's own, and a Mme Avril is no
                    // month, so nothing else is read.
                    self.parsed = None;
                } else if let Some(parsed) = &mut self.parsed {
                    parsed.take(&value);
                }
                self.accept(question, value);
                true
            }
            Answer::Unknown if question.unknown => {
                self.accept(question, Value::Unknown);
                true
            }
            Answer::Unknown | Answer::Nothing => false,
        }
    }

    /// Whether an answer is confirmed before it is kept.
    fn is_doubtful(&self, question: &Question, value: &Value) -> bool {
        let Some(parsed) = &self.parsed else { return false };
        let counted = match (value, &question.set) {
            (Value::Choice(chosen), Some(set)) => set.is_rank_or_count(parsed, chosen),
            _ => false,
        };
        counted || parsed.is_uncertain(value)
    }

    /// Completes the street that was said before with the town in this message; the street alone where there is none.
    fn with_street(&self, question: &Question, street: String, answer: Answer) -> Answer {
        let (vocabulary, ctx) = (&self.library.vocabulary, self.listening());
        // A whole address replaces the street.
        let anew = self
            .parsed
            .as_ref()
            .and_then(|parsed| vocabulary.extract_unprompted(parsed, &self.wanting(question), &ctx));
        if let Some(Value::Address(Address { line, postcode: Some(postcode), .. })) = &anew
            && !line.is_empty()
            && !line.starts_with(postcode)
        {
            return anew.map_or(answer, Answer::Value);
        }
        let town = self.parsed.as_ref().map(ParsedMessage::said).unwrap_or_default().trim();
        let whole = vocabulary.read(&format!("{street}, {town}"), &ctx);
        let whole = vocabulary.extract_unprompted(&whole, &self.wanting(question), &ctx);
        match (whole, answer) {
            (Some(whole), _) => Answer::Value(whole),
            // A place that no list of communes has, as it was said: "Gênes, Italie".
            (None, _) if vocabulary.is_abroad(town) && town.split_whitespace().count() <= WORDS_OF_A_PLACE => {
                Answer::Value(Value::Address(Address { line: format!("{street}, {town}"), ..Address::default() }))
            }
            // The town of a spot that has no number: "rond-point de la Porte Jeune", then "68100".
            (None, Answer::Value(Value::Address(address))) if address.postcode.is_some() => {
                let named = street.to_lowercase();
                let town = address.city.filter(|city| !named.ends_with(&city.to_lowercase()));
                let line = town.as_ref().map_or(street.clone(), |_| street);
                Answer::Value(Value::Address(Address { line, city: town, ..address }))
            }
            (None, Answer::Value(Value::Address(Address { line, .. }))) if line != street => {
                Answer::Value(Value::Address(Address { line: format!("{street}, {line}"), ..Address::default() }))
            }
            _ => Answer::Value(Value::Address(Address { line: street, ..Address::default() })),
        }
    }

    pub(super) fn accept(&mut self, question: &Question, value: Value) {
        self.state.failures = 0;
        if self.state.aside == Some(Aside::Edit(question.fact.clone())) {
            self.correct(&question.fact, value);
            return;
        }
        self.set_fact(&question.fact, value, Source::Policyholder);
        self.run();
    }

    /// Keeps an uncertain answer until its question is reached and it is confirmed.
    pub(super) fn await_confirmation(&mut self, question: &Question, value: Value) {
        self.state.unconfirmed.insert(question.fact.clone(), value);
    }

    /// The text "J'ai compris : jeudi 19 novembre. C'est bien ça ?", where the answer to this question is uncertain.
    pub(super) fn confirmation(&self, question: &Question) -> Option<String> {
        let value = self.state.unconfirmed.get(&question.fact)?;
        let words = self.words();
        Some(words.say_with("confirm_value", &[("value", words.value(&question.fact, value).into())]))
    }

    /// The yes or no to "C'est bien ça ?"; none where that was not asked, or the message gives a new answer.
    pub(super) fn answers_confirmation(&self, question: &Question) -> Option<bool> {
        self.state.unconfirmed.get(&question.fact)?;
        let parsed = self.parsed.as_ref()?;
        self.yes_or_no().filter(|yes| *yes || parsed.values().is_empty())
    }

    /// Handles the pressed button "C'est bien ça" or "non".
    pub(super) fn pressed_confirmation(&mut self, yes: bool) {
        match self.asked().map(|question| &question.fact).filter(|fact| self.state.unconfirmed.contains_key(*fact)) {
            Some(fact) => self.confirmed(fact, yes),
            None => self.ask_pending(),
        }
    }

    /// Takes or drops an uncertain answer. When it is dropped, the question is put again.
    fn confirmed(&mut self, fact: &FactName, yes: bool) {
        let unconfirmed = self.state.unconfirmed.remove(fact);
        let Some((question, value)) = self.question_of(fact).zip(unconfirmed) else {
            self.ask_pending();
            return;
        };
        if yes {
            self.accept(question, value);
            return;
        }
        let text = self.words().say("confirm_again");
        self.preface.push(text);
        self.ask_again(question);
    }

    /// What is wrong with an answer, as text; none for a valid one.
    pub(super) fn validation_error(&self, validate: &Validate, value: &Value) -> Option<String> {
        let words = self.words();
        let today = self.local.date();
        let say = |key: &str, limit: String| Some(words.say_with(key, &[("limit", limit.into())]));
        #[expect(clippy::cast_precision_loss, reason = "amounts stay far below 2^52 cents")]
        let number = match value {
            Value::Number(number) => Some(number.get()),
            Value::Amount(cents) => Some(*cents as f64 / 100.0),
            Value::Duration(minutes) => Some(*minutes as f64),
            _ => None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "limits are small")]
        let limit = |limit: f64| match value {
            Value::Amount(_) => words.amount((limit * 100.0) as i64),
            _ => words.number(limit),
        };
        if let Some(number) = number {
            if let Some(min) = validate.min.filter(|min| number < *min) {
                return say("too_small", limit(min));
            }
            if let Some(max) = validate.max.filter(|max| number > *max) {
                return say("too_large", limit(max));
            }
        }
        if let Value::Moment(moment) = value {
            let (first, last) = days_of(moment);
            if let Some(from) = validate.from.map(|from| from.on(today)).filter(|from| last < *from) {
                return say("too_early", words.day(from));
            }
            if let Some(to) = validate.to.map(|to| to.on(today)).filter(|to| first > *to) {
                return say("too_late", words.day(to));
            }
        }
        if let Value::Text(text) = value {
            let length = text.chars().count();
            if validate.min_length.is_some_and(|min| length < min) {
                return say("too_short", String::new());
            }
            if let Some(max) = validate.max_length.filter(|max| length > *max) {
                return say("too_long", max.to_string());
            }
            if validate.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
                return say("wrong_format", String::new());
            }
        }
        None
    }

    /// Counts a failure to answer what is asked beside the questions; after [`MAX_FAILURES`] a person is called. True when one was.
    pub(super) fn failed(&mut self) -> bool {
        self.state.failures += 1;
        self.note_missed();
        let enough = self.state.failures >= MAX_FAILURES;
        if enough {
            self.call_somebody_who_understands();
        }
        enough
    }

    fn call_somebody_who_understands(&mut self) {
        self.preface.clear();
        let resume = self.may_go_on();
        let text = self.words().say("not_understood_human");
        let text = self.with_hours(text);
        self.hand_over(OwnReason::NotUnderstood.code(), Priority::Normal, text, resume);
        self.state.asked = resume;
        self.state.passed_over = 0;
    }

    /// Counts a failure to answer a question. The second time its ways out are offered: an example, passing over it, a
    /// person. The third time it is passed over; a person is called only where it cannot be, or where the one before was
    /// passed over too. A danger is not discussed: a person is called the second time. True when something was said.
    pub(super) fn failed_at(&mut self, question: &Question) -> bool {
        self.state.failures = self.state.failures.saturating_add(1);
        self.note_missed();
        let has_way_out = self.may_pass(question);
        let is_safety = SAFETY_FACTS.contains(&question.fact.as_str());
        let passed_over = self.state.passed_over.saturating_add(1);
        let may_pass_over = has_way_out && passed_over < MAX_PASSED_OVER;
        match self.state.failures {
            0..MAX_FAILURES => return false,
            failures if is_safety || (failures >= MAX_OFFERS && !may_pass_over) => self.call_somebody_who_understands(),
            failures if failures >= MAX_OFFERS => {
                self.preface.clear();
                let text = self.words().say("passed_over");
                self.preface.push(text);
                self.parsed = None;
                self.pass_over(question);
                self.state.passed_over = passed_over;
            }
            _ => self.offer_ways_out(question, has_way_out),
        }
        true
    }

    /// Goes on without an answer: the question is not asked again.
    pub(super) fn pass_over(&mut self, question: &Question) {
        if question.unknown {
            self.accept(question, Value::Unknown);
            return;
        }
        self.state.skipped.insert(question.fact.clone());
        self.state.failures = 0;
        if self.state.aside.is_some() { self.run_again() } else { self.run() }
    }

    /// "Vous me l'avez déjà dit": what was not read then is not found now, and the person is not asked as if they had not answered.
    fn says_told_already(&self) -> bool {
        self.parsed.as_ref().is_some_and(|parsed| self.library.vocabulary.is_told_already(parsed))
    }

    /// Lists the message as not understood, for whoever maintains the examples.
    pub(super) fn note_missed(&mut self) {
        if let Some(parsed) = self.parsed.as_ref().filter(|parsed| !parsed.is_empty()) {
            self.effects.push(Effect::Missed { text: parsed.said().to_owned(), question: false });
        }
    }

    pub(super) fn not_understood(&mut self, question: &Question) {
        if self.state.failures == 0 && self.offer_two(question) {
            self.state.failures = 1;
            self.note_missed();
            return;
        }
        // A question whose parts were each too short to be one is still no failure to answer.
        let said = self.parsed.as_ref().map(|parsed| parsed.said().trim_end().to_owned()).unwrap_or_default();
        if !self.served && said.ends_with('?') && self.pass_on(&said) {
            self.served = true;
            self.state.failures = self.state.failures.saturating_add(1);
        }
        if self.served {
            // By letter it may be a machine, of which something is served each time.
            if self.state.channel == Some(Channel::Email) {
                self.state.failures = self.state.failures.saturating_add(1);
            }
            if self.state.failures <= MAX_OFFERS {
                self.ask(question);
                return;
            }
        }
        if self.says_told_already() {
            let text = self.words().say("told_already");
            self.preface.push(text);
            self.ask_again(question);
            return;
        }
        if !self.failed_at(question) {
            let text = self.words().say("not_understood");
            self.preface.push(text);
            self.ask_again(question);
        }
    }

    /// Takes the name, and the date of birth, of whoever gives them where the number of the policy, or only the name, was asked.
    fn take_introduction(&mut self, question: &Question) -> bool {
        let asks_number = question.input == Input::PolicyNumber && question.unknown;
        let asks_name = question.fact == FactName::LAST_NAME;
        if !(asks_number || asks_name) || self.state.aside.is_some() {
            return false;
        }
        let Some(parsed) = &self.parsed else { return false };
        let vocabulary = &self.library.vocabulary;
        let has_number = vocabulary.extract_unprompted(parsed, &self.wanting(question), &self.listening()).is_some();
        let Some(name) = vocabulary.introduction(parsed).filter(|_| !(asks_number && has_number)) else { return false };
        let (Some(naming), Some(born)) =
            (self.question_of(&FactName::LAST_NAME), self.question_of(&FactName::BIRTH_DATE))
        else {
            return false;
        };
        let name = Value::Text(name);
        if self.validation_error(&naming.validate, &name).is_some() {
            return false;
        }
        let birth = vocabulary.extract_unprompted(parsed, &self.wanting(born), &self.listening());
        let birth = birth.filter(|birth| self.validation_error(&born.validate, birth).is_none());
        // Somebody who declares for another person tells their own name; a date of birth is that of the insured.
        let of_another = self.state.fact(&FactName::CLAIMANT_ROLE).is_some_and(|role| !is_insured(role));
        if of_another && birth.is_none() && !asks_name {
            return false;
        }
        if asks_number {
            self.set_fact(&question.fact, Value::Unknown, Source::Policyholder);
        }
        self.set_fact(FactName::LAST_NAME, name, Source::Policyholder);
        if let Some(birth) = birth {
            self.set_fact(FactName::BIRTH_DATE, birth, Source::Policyholder);
        }
        self.parsed = None;
        self.state.failures = 0;
        self.run();
        true
    }

    /// "Chez moi", "à l'adresse du contrat", once the policy is found: taken as such, and never shown. A victim's or a manager's
    /// home is another.
    fn take_own_address(&mut self, question: &Question) -> bool {
        let Some(own) = self.parsed.as_ref().and_then(|parsed| self.own_address(question, parsed)) else {
            return false;
        };
        self.parsed = None;
        self.accept(question, own);
        true
    }

    pub(super) fn own_address(&self, question: &Question, parsed: &ParsedMessage) -> Option<Value> {
        let stranger = |role: &Value| matches!(role, Value::Choice(role) if STRANGERS.contains(&role.as_str()));
        let known = question.input == Input::Address
            && self.state.found_policy().is_some()
            && !self.state.fact(&FactName::CLAIMANT_ROLE).is_some_and(stranger);
        let beside = self.library.vocabulary.own_address(parsed).filter(|_| known)?;
        let mut line = self.words().say("insured_address");
        if !beside.is_empty() {
            line = format!("{line}, {beside}");
        }
        Some(Value::Address(Address { line, insured: true, ..Address::default() }))
    }

    /// Keeps what is said beside an answer where its question has a text for that: a list beside a yes, all of the message beside a
    /// choice where it says more.
    fn keep_beside(&mut self, question: &Question, value: &Value) {
        let (Some(fact), Some(parsed)) = (&question.beside, &self.parsed) else { return };
        let vocabulary = &self.library.vocabulary;
        let said = match value {
            Value::Bool(true) => vocabulary.list_beside_yes(parsed),
            Value::Choice(_) if parsed.tells_when() || parsed.words().len() >= WORDS_BESIDE => {
                Some(parsed.said().trim())
            }
            _ => None,
        };
        let Some(said) = said.filter(|_| !self.state.facts.contains_key(fact)).map(str::to_owned) else { return };
        self.set_fact(fact.clone(), Value::Text(said), Source::Policyholder);
    }

    /// Takes a telephone or an e-mail address that was said beside the choice of how to be reached, in place of the one from which
    /// the person writes.
    fn take_contact_beside(&mut self, question: &Question, value: &Value) {
        let Some(frame) = self.state.stack.last() else { return };
        let (library, vocabulary) = (self.library, &self.library.vocabulary);
        let Some(parsed) = &self.parsed else { return };
        let told: Vec<(FactName, Value)> = library
            .flow(&frame.flow)
            .into_iter()
            .flat_map(|flow| flow.steps.iter().skip(frame.step + 1))
            .filter_map(|step| match &step.kind {
                StepKind::Ask(next)
                    if matches!(next.input, Input::Phone | Input::Email) && next.fact != question.fact =>
                {
                    let known = self.state.facts.get(&next.fact).filter(|fact| fact.source == Source::Channel)?;
                    let told = vocabulary.extract_unprompted(parsed, &self.wanting(next), &self.listening())?;
                    (known.value != told && told != *value).then(|| (next.fact.clone(), told))
                }
                _ => None,
            })
            .collect();
        for (fact, told) in told {
            self.set_fact(fact, told, Source::Policyholder);
        }
    }

    /// Takes answers to questions that were not asked yet from this message. True when there were any.
    pub(super) fn extract_unprompted(&mut self) -> bool {
        let Some(mut parsed) = self.parsed.take() else { return false };
        let mut found = Vec::new();
        // A new fact may lead to further questions that the message answers too.
        loop {
            let more = self.scan(&mut parsed);
            if more.is_empty() {
                break;
            }
            for (fact, value, uncertain) in &more {
                if *uncertain {
                    self.state.unconfirmed.insert(fact.clone(), value.clone());
                } else {
                    self.set_fact(fact, value.clone(), Source::Policyholder);
                }
            }
            found.extend(more);
        }
        self.parsed = Some(parsed);
        if found.is_empty() {
            return false;
        }
        let language = self.state.language;
        let words = self.words();
        // An uncertain answer is not listed: it is confirmed when its question is reached.
        let list: Vec<String> = found
            .iter()
            .filter(|(fact, value, uncertain)| !uncertain && self.says_back(fact, value))
            .map(|(fact, value, _)| {
                let value = words.value(fact, value);
                if self.by_sms() { value } else { language.named(self.library.fact_label(fact, language), &value) }
            })
            .collect();
        if !list.is_empty() {
            let text = words.say_with("noted", &[("list", language.listed(&list).into())]);
            self.preface.push(text);
        }
        self.note_recap(&found);
        self.state.failures = 0;
        true
    }

    /// As [`Self::extract_unprompted`], without saying so: the danger, or the person who is called, comes first.
    pub(super) fn learn_quietly(&mut self) {
        let (said, shown, failures) = (self.preface.len(), self.recap.len(), self.state.failures);
        self.extract_unprompted();
        self.state.failures = failures;
        self.preface.truncate(said);
        self.recap.truncate(shown);
    }

    /// The message's answers to questions ahead, each with whether it is uncertain.
    fn scan(&self, parsed: &mut ParsedMessage) -> Vec<(FactName, Value, bool)> {
        let mut found: Vec<(FactName, Value, bool)> = Vec::new();
        for StepAhead { step, due, .. } in self.look_ahead() {
            let StepKind::Ask(question) = &step.kind else { continue };
            let just_found = |name: &FactName| found.iter().any(|(known, ..)| known == name);
            // An answer that was just found may decide whether this question is due, so it is scanned in the next
            // round.
            if due == Truth::Unknown && !found.is_empty() {
                continue;
            }
            let fact = &question.fact;
            let is_known = self.state.facts.contains_key(fact) || just_found(fact);
            // During a danger its safety questions are always asked.
            let is_safety = self.state.mode == ConversationMode::Danger && SAFETY_FACTS.contains(&fact.as_str());
            if is_known || question.asked_only || is_safety {
                continue;
            }
            let want = self.wanting(question);
            let meant = |surely| self.meant.value(fact, surely).filter(|_| due == Truth::True);
            if let Some(value) = meant(true)
                .or_else(|| self.library.vocabulary.extract_unprompted(parsed, &want, &self.listening()))
                .or_else(|| meant(false))
                && self.validation_error(&question.validate, &value).is_none()
            {
                let uncertain = parsed.is_uncertain(&value);
                parsed.take(&value);
                // Only a certain answer replaces one that waits for confirmation.
                if !(uncertain && self.state.unconfirmed.contains_key(fact)) {
                    found.push((fact.clone(), value, uncertain));
                }
            }
        }
        found
    }
}

/// Whether the person declares in their own name.
fn is_insured(role: &Value) -> bool {
    matches!(role, Value::Choice(role) if role == "insured")
}
