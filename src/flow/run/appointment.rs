//! The expert's appointment: slots are offered, one is chosen, moved or cancelled, and the person is reminded of it.
//!
//! It runs beside the flow, which is usually over by the time an expert is chosen. A handler's action starts it, and
//! the caller finds and books slots by the effects; here is only what is said and how the person's answer is
//! understood. A person for whom no slot is suitable is passed on to a handler.

use jiff::{Timestamp, civil::DateTime};

use super::{
    booking::{Appointment, AppointmentEvent, Offer, Offering},
    effect::{Effect, Handover, Note},
    event::UserMessage,
    interpreter::Interpreter,
    state::{ConversationMode, State},
};
use crate::{
    domain::{
        fact::{Moment, Precision, Source, Value},
        fact_name::FactName,
        message::{Body, Input, QuickReply},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    flow::program::{handovers::OwnReason, library::Library},
    planning::{Wish, survey_place},
    understanding::{Answer, ChoiceItem, ChoiceSet, Open, Want},
};

/// How often slots are searched for, or answers not understood, before the appointment is passed on to a handler.
const MAX_ROUNDS: u8 = 3;
/// How probable an intent must be to change an appointment.
const SURE: f32 = 0.6;
/// The payloads of the buttons: a slot by its identifier, none of them, another slot than the booked one.
const SLOT: &str = "slot=";
const NONE: &str = "none";
const OTHER: &str = "other";
/// The kind of request by which an appointment is passed on to a handler.
const APPOINTMENT: &str = "appointment";
/// How many words before a day a refusal of it may stand: "pas disponible mardi".
const WORDS_BEFORE: usize = 3;

impl State {
    /// When [`AppointmentEvent::Due`] is to be sent.
    pub fn appointment_reminder(&self) -> Option<Timestamp> {
        self.appointment.as_ref()?.remind_at
    }

    /// Whether an expert has the mission.
    pub fn has_appointment(&self) -> bool {
        self.appointment.is_some()
    }
}

/// The time that the person said would suit them before anything was proposed, where they named one (`availability`).
pub fn told_availability(library: &Library, insurer: &str, state: &State, now: Timestamp) -> Option<Wish> {
    let Some(Value::Text(told)) = state.fact(&FactName::AVAILABILITY) else { return None };
    let told = told.clone();
    let mut interpreter = Interpreter::new(library, insurer, state.clone(), now);
    interpreter.parsed = Some(interpreter.read(&told));
    interpreter.wish().filter(|(_, refused)| !refused).map(|(wish, _)| wish)
}

impl Interpreter<'_> {
    /// Handles what happened to the appointment.
    pub(super) fn appointment(&mut self, event: &AppointmentEvent) {
        match event {
            AppointmentEvent::Ordered { expert, mode, link } => {
                self.set_fact(FactName::EXPERT_NAME, Value::Text(expert.clone()), Source::Flow);
                self.state.appointment = Some(Appointment {
                    expert: expert.clone(),
                    mode: *mode,
                    link: link.clone(),
                    offers: Vec::new(),
                    booked: None,
                    remind_at: None,
                    rounds: 0,
                });
            }
            AppointmentEvent::Offered { offers, why } => {
                if let Some(appointment) = &mut self.state.appointment {
                    appointment.offers.clone_from(offers);
                    if *why == Offering::New {
                        appointment.rounds = 0;
                    }
                }
                let key = match why {
                    Offering::New => None,
                    Offering::AsWished => Some("visit_as_wished"),
                    Offering::Nearest => Some("visit_nearest"),
                    Offering::Taken => Some("visit_taken"),
                };
                if let Some(key) = key {
                    let text = self.words().say(key);
                    self.preface.push(text);
                }
                self.offer();
            }
            AppointmentEvent::NoneFree => self.pass_on_appointment(""),
            AppointmentEvent::Booked { slot, remind_at } => {
                let Some(appointment) = &mut self.state.appointment else { return };
                (appointment.booked, appointment.remind_at) = (Some(*slot), *remind_at);
                appointment.offers.clear();
                appointment.rounds = 0;
                let appointment = Value::Moment(self.at(slot.start));
                self.set_fact(FactName::APPOINTMENT, appointment, Source::Flow);
                self.say_of_appointment("visit_booked");
            }
            AppointmentEvent::Cancelled { by_person } => {
                let key = if *by_person { "visit_cancelled_by_you" } else { "visit_cancelled" };
                let text = self.appointment_words(key);
                self.forget_booking();
                let quick_replies =
                    if *by_person { vec![self.button("slot=other", "button_other_slot")] } else { Vec::new() };
                self.effects.push(Effect::Say { body: Body { text, quick_replies, ..Body::default() } });
            }
            AppointmentEvent::Due => self.remind_of_appointment(),
            AppointmentEvent::Over { done } => self.end_appointment(*done),
            AppointmentEvent::Withdrawn { by_handler } => self.withdraw_appointment(*by_handler),
        }
    }

    /// Handles a message about the appointment. False when it is not about it.
    pub(super) fn on_appointment_message(&mut self, message: &UserMessage) -> bool {
        let Some(appointment) = &self.state.appointment else { return false };
        if let Some(payload) = &message.choice {
            let Some(slot) = payload.strip_prefix(SLOT) else { return false };
            self.chose_slot(slot);
            return true;
        }
        if self.parsed.as_ref().is_none_or(|parsed| parsed.is_empty() || parsed.command().is_some()) {
            return false;
        }
        let is_ahead = appointment.booked.is_some_and(|slot| slot.start > self.now);
        let is_offered = !appointment.offers.is_empty();
        (is_ahead && self.changes_appointment(is_offered)) || (is_offered && self.answers_offer(message))
    }

    fn chose_slot(&mut self, slot: &str) {
        let offers =
            self.state.appointment.as_ref().map(|appointment| appointment.offers.as_slice()).unwrap_or_default();
        if let Some(offer) = offers.iter().find(|offer| offer.id.to_string() == slot) {
            self.effects.push(Effect::Book { appointment: offer.id });
        } else if slot == NONE && !offers.is_empty() {
            self.none_suits();
        } else if slot == OTHER {
            self.find_slots(None);
        } else if offers.is_empty() {
            // A button of an earlier offer was pressed.
            let has_booking = self.state.appointment.as_ref().is_some_and(|appointment| appointment.booked.is_some());
            self.say_of_appointment(if has_booking { "visit_stands" } else { "visit_not_offered" });
        } else {
            let text = self.words().say("visit_not_offered");
            self.preface.push(text);
            self.offer();
        }
    }

    /// Handles an answer to the offer: "le 2", "mardi", "plutôt jeudi après-midi", "aucun".
    fn answers_offer(&mut self, message: &UserMessage) -> bool {
        let wish = self.wish();
        if let Some((wish, false)) = &wish {
            let named = self.offers_at(wish);
            match named.as_slice() {
                [one] => {
                    self.effects.push(Effect::Book { appointment: one.id });
                    return true;
                }
                [] => {}
                _ => {
                    if let Some(appointment) = &mut self.state.appointment {
                        appointment.offers = named;
                    }
                    self.ask_which_slot();
                    return true;
                }
            }
        }
        if let Some(slot) = self.slot_by_rank() {
            self.chose_slot(&slot);
            return true;
        }
        match wish {
            Some((_, true)) => self.none_suits(),
            Some((wish, false)) => self.find_slots(Some(wish)),
            None => return self.answers_offer_with_a_word(message),
        }
        true
    }

    /// Handles an answer without a day or a number: yes, no, or something that is not understood.
    fn answers_offer_with_a_word(&mut self, message: &UserMessage) -> bool {
        let said = message.text.as_str();
        match (self.yes_or_no(), self.state.appointment.as_ref().map(|appointment| appointment.offers.as_slice())) {
            (Some(true), Some([one])) => {
                self.effects.push(Effect::Book { appointment: one.id });
                return true;
            }
            (Some(true), _) => {
                self.ask_which_slot();
                return true;
            }
            (Some(false), _) => {
                self.none_suits();
                return true;
            }
            _ => {}
        }
        // While a handler leads, or in the middle of the flow, the message may be about something else.
        let about_else = matches!(self.state.mode, ConversationMode::Handler | ConversationMode::Flow)
            || !message.files.is_empty()
            || self.library.faq().search().asks(said)
            || self.intent().is_some_and(|(_, score)| score >= SURE);
        if about_else {
            return false;
        }
        if self.round() {
            let text = self.words().say("not_understood");
            self.preface.push(text);
            self.offer();
        } else {
            self.pass_on_appointment(said);
        }
        true
    }

    /// Handles a message that moves, cancels or confirms the booked appointment.
    fn changes_appointment(&mut self, is_offered: bool) -> bool {
        let Some((intent, _)) = self.intent().filter(|(_, score)| *score >= SURE) else { return false };
        match intent {
            "rdv_cancel" => self.effects.push(Effect::CancelAppointment),
            "rdv_reschedule" if !is_offered => {
                let booked = self.state.appointment.as_ref().and_then(|appointment| appointment.booked);
                let that_day = booked.map(|slot| self.local_time(slot.start).date());
                let wish = self.wish().filter(|(wish, refused)| !refused && Some(wish.moment.start.date()) != that_day);
                self.find_slots(wish.map(|(wish, _)| wish));
            }
            "rdv_confirm" if !is_offered && self.state.mode != ConversationMode::Handler => {
                self.say_of_appointment("visit_stands");
            }
            _ => return false,
        }
        true
    }

    fn intent(&self) -> Option<(&'static str, f32)> {
        const NAMES: [&str; 4] = ["rdv_cancel", "rdv_reschedule", "rdv_confirm", ""];
        let scores = self.recognise(self.parsed.as_ref()?);
        let best = scores.first()?;
        let name = NAMES.into_iter().find(|name| *name == best.intent).unwrap_or_default();
        Some((name, best.score))
    }

    /// The moment in the future that the message names, and whether it is refused: "pas mardi".
    fn wish(&self) -> Option<(Wish, bool)> {
        let parsed = self.parsed.as_ref()?;
        let want =
            Want { input: Input::DateTime, choices: None, prefer_past: false, partly: None, policy_pattern: None };
        let answer = match self.library.vocabulary.answer(parsed, &want, &self.listening()) {
            Answer::Value(value) => Some(value),
            Answer::Unknown | Answer::Nothing => None,
        };
        let ahead = |found: &crate::understanding::Entity| found.ahead.clone().unwrap_or_else(|| found.value.clone());
        let mut moments = parsed.values().iter().filter(|found| matches!(found.value, Value::Moment(_)));
        // Of several days the first is taken.
        let found = match &answer {
            Some(value) => moments.find(|found| ahead(found) == *value)?,
            None => moments.next()?,
        };
        let Value::Moment(moment) = ahead(found) else { return None };
        let not = self.words().say("visit_not_words");
        let not: Vec<&str> = not.split(", ").collect();
        let before = parsed.said().get(..found.span.start).unwrap_or_default().to_lowercase();
        let refused = before
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .rev()
            .take(WORDS_BEFORE)
            .any(|word| not.contains(&word));
        let onwards = found.open == Some(Open::After);
        Some((Wish { moment, dated: found.has_day(), onwards }, refused))
    }

    /// The offered slots that a wish names.
    fn offers_at(&self, wish: &Wish) -> Vec<Offer> {
        let offers =
            self.state.appointment.as_ref().map(|appointment| appointment.offers.as_slice()).unwrap_or_default();
        offers.iter().filter(|offer| wish.names(self.local_time(offer.slot.start))).copied().collect()
    }

    /// The identifier of the slot that a number or a rank picks, or [`NONE`].
    fn slot_by_rank(&self) -> Option<String> {
        let appointment = self.state.appointment.as_ref()?;
        let words = self.words().say("visit_none_words");
        let none = ChoiceItem {
            value: NONE.to_owned(),
            words: words.split(", ").map(str::to_owned).collect(),
            ..ChoiceItem::default()
        };
        let slots =
            appointment.offers.iter().map(|offer| ChoiceItem { value: offer.id.to_string(), ..ChoiceItem::default() });
        let choices = ChoiceSet::new(slots.chain([none]), self.library.vocabulary.small_words());
        let want = Want {
            input: Input::Choice,
            choices: Some(&choices),
            prefer_past: false,
            partly: None,
            policy_pattern: None,
        };
        match self.library.vocabulary.answer(self.parsed.as_ref()?, &want, &self.listening()) {
            Answer::Value(Value::Choice(slot)) => Some(slot),
            _ => None,
        }
    }

    /// Asks the caller for free slots; after [`MAX_ROUNDS`] passes on to a handler.
    fn find_slots(&mut self, wish: Option<Wish>) {
        if self.round() {
            self.effects.push(Effect::FindSlots { wish });
        } else {
            let said = self.parsed.as_ref().map(|parsed| parsed.said().to_owned()).unwrap_or_default();
            self.pass_on_appointment(&said);
        }
    }

    /// No slot is suitable: asks the person for another time.
    fn none_suits(&mut self) {
        if self.round() {
            let text = self.words().say("visit_when");
            self.preface.push(text);
            self.flush();
        } else {
            let said = self.parsed.as_ref().map(|parsed| parsed.said().to_owned()).unwrap_or_default();
            self.pass_on_appointment(&said);
        }
    }

    /// Counts a round. False when there were [`MAX_ROUNDS`].
    fn round(&mut self) -> bool {
        let Some(appointment) = &mut self.state.appointment else { return false };
        appointment.rounds = appointment.rounds.saturating_add(1);
        appointment.rounds <= MAX_ROUNDS
    }

    /// Passes the appointment on to a handler. A booked slot stays booked.
    fn pass_on_appointment(&mut self, said: &str) {
        if let Some(appointment) = &mut self.state.appointment {
            appointment.offers.clear();
            appointment.rounds = 0;
        }
        self.request(APPOINTMENT, said);
        self.effects.push(Effect::HandOver(Handover {
            reason: OwnReason::Appointment.code().to_owned(),
            priority: Priority::Normal,
        }));
        self.flush();
    }

    /// Says the offered slots, with a button for each.
    fn offer(&mut self) {
        let Some(appointment) = &self.state.appointment else { return };
        let booked = appointment.booked.filter(|slot| slot.start > self.now);
        let text = match booked {
            Some(_) => self.appointment_words("visit_move"),
            None => self.appointment_words(match appointment.mode {
                OrientationMode::Visio => "visit_offer_visio",
                OrientationMode::Tele => "visit_offer_tele",
                OrientationMode::Field | OrientationMode::Desk => "visit_offer_field",
            }),
        };
        self.offer_saying(text);
    }

    fn ask_which_slot(&mut self) {
        let text = self.words().say("visit_which");
        self.offer_saying(text);
    }

    fn offer_saying(&mut self, text: String) {
        let text = self.with_preface(text);
        let offers =
            self.state.appointment.as_ref().map(|appointment| appointment.offers.as_slice()).unwrap_or_default();
        let button = |offer: &Offer| QuickReply {
            payload: format!("{SLOT}{}", offer.id),
            label: self.words().slot(self.local_time(offer.slot.start)),
        };
        let mut quick_replies: Vec<QuickReply> = offers.iter().map(button).collect();
        quick_replies.push(self.button("slot=none", "button_no_slot"));
        let input = Some(Input::Choice);
        self.effects.push(Effect::Say { body: Body { text, quick_replies, input, ..Body::default() } });
    }

    /// Says a sentence that exists once for each mode, or once for all of them.
    fn say_of_appointment(&mut self, key: &str) {
        let mode = self.state.appointment.as_ref().map(|appointment| appointment.mode);
        let text = match (key, mode) {
            ("visit_booked" | "visit_reminder", Some(mode)) => self.appointment_words(&format!("{key}_{mode}")),
            _ => self.appointment_words(key),
        };
        self.preface.push(text);
        self.flush();
    }

    /// A sentence with the expert's name, the appointment in words, and the place.
    fn appointment_words(&self, key: &str) -> String {
        let Some(appointment) = &self.state.appointment else { return String::new() };
        let words = self.words();
        let value = appointment.booked.map(|slot| words.moment(&self.at(slot.start))).unwrap_or_default();
        let fact = |name: &str| self.state.fact(name).map(|value| words.value(name, value)).unwrap_or_default();
        let place = match appointment.mode {
            OrientationMode::Visio => appointment.link.clone().unwrap_or_default(),
            OrientationMode::Tele => fact(&FactName::PHONE),
            // The place as the fact has it that it comes from.
            OrientationMode::Field | OrientationMode::Desk => {
                survey_place(|name| self.state.fact(name)).map(|place| fact(&place.fact)).unwrap_or_default()
            }
        };
        words.say_with(
            key,
            &[("expert", appointment.expert.as_str().into()), ("value", value.into()), ("place", place.into())],
        )
    }

    fn remind_of_appointment(&mut self) {
        let Some(appointment) = &mut self.state.appointment else { return };
        let is_ahead = appointment.booked.is_some_and(|slot| slot.start > self.now);
        if appointment.remind_at.take().is_some() && is_ahead {
            self.say_of_appointment("visit_reminder");
            self.effects.push(Effect::Note(Note::AppointmentReminded));
        }
    }

    fn end_appointment(&mut self, done: bool) {
        let Some(appointment) = &self.state.appointment else { return };
        if !done {
            if appointment.booked.is_some_and(|slot| slot.start > self.now) {
                let text = self.appointment_words("visit_cancelled");
                self.effects.push(Effect::Say { body: Body { text, ..Body::default() } });
            }
            self.forget_booking();
            self.clear_fact(&FactName::EXPERT_NAME);
        }
        self.state.appointment = None;
    }

    fn withdraw_appointment(&mut self, by_handler: bool) {
        let Some(appointment) = &mut self.state.appointment else { return };
        // A past appointment is not cancelled.
        appointment.booked = appointment.booked.filter(|slot| slot.start > self.now);
        let text = self.appointment_words("visit_withdrawn");
        self.effects.push(Effect::Say { body: Body { text, ..Body::default() } });
        self.forget_booking();
        self.clear_fact(&FactName::EXPERT_NAME);
        self.state.appointment = None;
        if !by_handler {
            let handover =
                Handover { reason: OwnReason::ExpertWithdrawn.code().to_owned(), priority: Priority::Normal };
            self.effects.push(Effect::HandOver(handover));
        }
    }

    fn forget_booking(&mut self) {
        if let Some(appointment) = &mut self.state.appointment {
            (appointment.booked, appointment.remind_at) = (None, None);
            appointment.offers.clear();
            appointment.rounds = 0;
        }
        self.clear_fact(&FactName::APPOINTMENT);
    }

    /// The local time of an instant, in the insurer's time zone.
    fn local_time(&self, at: Timestamp) -> DateTime {
        at.to_zoned(self.insurer.zone()).datetime()
    }

    fn at(&self, at: Timestamp) -> Moment {
        Moment { start: self.local_time(at), end: None, precision: Precision::Minute }
    }
}
