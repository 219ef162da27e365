//! What a page is told of a question, on the real flows.

use jiff::Timestamp;

use super::*;
use crate::{
    domain::{
        fact::{Facts, Value},
        language::Language,
    },
    flow::{Effect, Event, State, UserMessage, run::event::PolicyAnswer, step, testing::shipped},
};

struct Talk {
    state: State,
    said: Vec<Body>,
}

impl Talk {
    fn by(channel: Channel) -> Self {
        let mut talk = Self { state: State::default(), said: Vec::new() };
        let (language, known, reference) = (Language::Fr, Facts::new(), "K7QF-93MX".into());
        talk.tell(&Event::Opened { language, channel, known, reference });
        talk.tell(&Event::Start);
        talk
    }

    fn tell(&mut self, event: &Event) {
        let now: Timestamp = "2026-11-20T10:00:00+01:00".parse().unwrap();
        let output = step(&shipped(), "demo", std::mem::take(&mut self.state), event, now, None);
        self.state = output.state;
        for effect in &output.effects {
            if let Effect::Say { body } = effect {
                self.said.push(body.clone());
            }
        }
        match output.effects.last() {
            Some(Effect::LookUpPolicy(query)) if query.number.is_some() => {
                let facts = [
                    (FactName::from("policy_by_number"), true),
                    (FactName::from("policy_in_force"), true),
                    (FactName::from("peril_covered"), true),
                    (FactName::from("insured_place_matches"), true),
                    (FactName::from("declared_in_time"), true),
                ];
                let holder = (FactName::from("policy_holder"), Value::Text("Julie Moreau".to_owned()));
                let facts = facts.map(|(name, holds)| (name, Value::Bool(holds))).into_iter().chain([holder]).collect();
                let found = PolicyAnswer::Found { number: "7541289".to_owned(), facts };
                self.tell(&Event::PolicyLookedUp(found));
            }
            Some(Effect::LookUpPolicy(_)) => self.tell(&Event::PolicyLookedUp(PolicyAnswer::NotFound)),
            Some(Effect::Orient { .. }) => self.tell(&Event::Oriented { mode: None, missing: vec![] }),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) -> Body {
        self.said.clear();
        self.tell(&Event::Said(UserMessage { text: text.to_owned(), ..UserMessage::default() }));
        self.said.last().cloned().unwrap_or_default()
    }

    /// Gives the first answer that is offered until a question with this control comes.
    fn until(&mut self, wanted: impl Fn(&Control) -> bool) -> Body {
        for _ in 0..40 {
            let asked = self.said.last().cloned().unwrap_or_default();
            if asked.awaited.as_ref().is_some_and(|awaited| wanted(&awaited.control)) {
                return asked;
            }
            let control = asked.awaited.as_ref().map(|awaited| &awaited.control);
            let choice = asked.quick_replies.first().map(|reply| reply.payload.clone());
            // "Un de ces cas ?" is answered as most people do.
            let (text, choice) = match control {
                Some(Control::Several) => ("aucun", None),
                _ if choice.is_none() => ("Julie Moreau", None),
                _ => ("", choice),
            };
            self.said.clear();
            self.tell(&Event::Said(UserMessage { text: text.to_owned(), choice, ..UserMessage::default() }));
        }
        panic!("no such question was asked; last: {:?}", self.said.last());
    }
}

/// The question alone.
fn question(body: &Body) -> String {
    let units: Vec<u16> = body.text.encode_utf16().collect();
    let from = body.awaited.as_ref().map_or(0, |awaited| awaited.question as usize);
    String::from_utf16(&units[from..]).unwrap()
}

#[test]
fn a_page_is_told_where_the_question_begins_and_what_kind_of_answer_it_waits_for() {
    let mut talk = Talk::by(Channel::Web);
    let danger = talk.said.last().cloned().unwrap();
    assert!(question(&danger).starts_with("Avant tout"), "{}", question(&danger));
    assert_eq!(danger.awaited.as_ref().unwrap().control, Control::Choice);
    assert!(!danger.awaited.unwrap().help.is_empty());
    let what = talk.say("non");
    assert!(question(&what).starts_with("Que s"), "{}", question(&what));
    // What is said before the question stands before it.
    let again = talk.say("🌧️ prout");
    assert!(again.text.len() > question(&again).len());
    assert!(question(&again).starts_with("Dites-le"), "{}", question(&again));
}

#[test]
fn only_a_page_is_told_of_controls() {
    for channel in [Channel::Sms, Channel::Email, Channel::Telegram] {
        let talk = Talk::by(channel);
        assert!(talk.said.iter().all(|body| body.awaited.is_none() && body.left.is_none()), "{channel:?}");
    }
}

#[test]
fn dates_have_bounds_and_amounts_have_the_thresholds_of_the_insurer() {
    let mut talk = Talk::by(Channel::Web);
    talk.say("non");
    talk.say("fuite d'eau dans la cuisine, mon contrat est le 7541289");
    let date = talk.until(|control| matches!(control, Control::Date { .. }));
    let Control::Date { to, from } = date.awaited.unwrap().control else { unreachable!() };
    assert!(from < to && to.is_some_and(|to| to <= "2026-11-20".parse().unwrap()));
    let amount = talk.until(|control| matches!(control, Control::Amount { .. }));
    let Control::Amount { limits } = amount.awaited.unwrap().control else { unreachable!() };
    assert_eq!((limits[0], limits.len()), (800, 3), "settled at the desk up to 800: {limits:?}");
}

#[test]
fn a_threshold_for_other_claims_parts_no_bands() {
    let mut talk = Talk::by(Channel::Web);
    talk.say("non");
    talk.say("fuite d'eau dans la cuisine, mon contrat est le 7541289");
    for answer in ["aucun", "bâtiment de moins de 10 ans"] {
        talk.until(|control| matches!(control, Control::Several));
        talk.say(answer);
    }
    let amount = talk.until(|control| matches!(control, Control::Amount { .. }));
    let Control::Amount { limits } = amount.awaited.unwrap().control else { unreachable!() };
    // An expert visits whatever it costs; a handler follows it above 20,000. Medical costs above 1,000 are another claim's.
    assert_eq!(limits[0], 20_000, "{limits:?}");
}

#[test]
fn places_plates_and_photos_have_controls_of_their_own() {
    let mut talk = Talk::by(Channel::Web);
    talk.say("non");
    talk.say("accident de voiture");
    let place = talk.until(|control| matches!(control, Control::Place { .. }));
    assert_eq!(place.awaited.unwrap().control, Control::Place { insured: false });
    let json = serde_json::to_value(Awaited { question: 3, help: String::new(), control: Control::Plate }).unwrap();
    assert_eq!(json, serde_json::json!({ "question": 3, "kind": "plate" }));
}

#[test]
fn what_is_left_falls_to_nothing_at_the_summary_and_is_not_told_once_the_claim_is_sent() {
    let mut talk = Talk::by(Channel::Web);
    talk.say("non");
    talk.say("fuite d'eau dans la cuisine");
    let first = talk.said.last().and_then(|body| body.left).unwrap();
    assert!((4..40).contains(&first), "{first}");
    let summary = talk.until(|control| *control == Control::Review);
    assert_eq!(summary.left, Some(0));
    talk.said.clear();
    talk.tell(&Event::Said(UserMessage { choice: Some("cmd=send".into()), ..UserMessage::default() }));
    assert!(talk.said.iter().all(|body| body.left.is_none()), "{:?}", talk.said);
}

#[test]
fn what_was_understood_is_shown_as_lines_in_the_chat_and_said_elsewhere() {
    let told = "Fuite d'eau sous l'évier hier soir, je suis propriétaire et j'habite l'appartement, environ 1900 euros de dégâts";
    let mut talk = Talk::by(Channel::Web);
    talk.say(told);
    let recap = talk.said.iter().find(|body| !body.recap.is_empty()).expect("lines are shown");
    assert!(
        recap.text.contains(&Language::Fr.named(&recap.recap[0].label, &recap.recap[0].value)),
        "the sentence stands there for who reads it: {}",
        recap.text
    );
    assert!(recap.recap.iter().any(|line| line.fact.as_str() == "damage_amount" && line.section.is_some()));
    let mut talk = Talk::by(Channel::Telegram);
    talk.say(told);
    assert!(talk.said.iter().all(|body| body.recap.is_empty()));
    assert!(talk.said.iter().any(|body| body.text.contains("est noté")), "{:?}", talk.said);
}

#[test]
fn four_bands_are_parted_by_three_amounts() {
    for (limits, expected) in [
        (vec![], [500, 2000, 5000]),
        (vec![5000, 650], [650, 2000, 5000]),
        (vec![1500, 800, 1000, 3000, 5000, 800], [800, 1500, 3000]),
        (vec![1600], [1600, 3000, 4800]),
    ] {
        let bands = bands(limits.clone());
        assert!(bands.is_sorted() && bands.len() == 3, "{limits:?}: {bands:?}");
        if limits != [1600] {
            assert_eq!(bands, expected, "{limits:?}");
        }
    }
}
