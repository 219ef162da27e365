//! Which requests repeat an open one.

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        fact::Facts,
        language::Language,
        message::{Body, Channel},
    },
    flow::{Effect, Event, State, UserMessage, step, testing::shipped},
};

const PASSED_ON: &str = "votre demande est déjà transmise";

/// A person who makes requests before the flow has begun.
struct Asker {
    state: State,
    now: Timestamp,
}

impl Asker {
    fn new(channel: Channel) -> Self {
        let mut asker = Self { state: State::default(), now: "2026-11-20T10:00:00+01:00".parse().unwrap() };
        let (language, known, reference) = (Language::Fr, Facts::new(), "K7QF-93MX".into());
        asker.tell(&Event::Opened { language, channel, known, reference });
        asker
    }

    fn tell(&mut self, event: &Event) -> Vec<Effect> {
        let state = serde_json::from_str(&serde_json::to_string(&self.state).unwrap()).unwrap();
        let output = step(&shipped(), "demo", state, event, self.now, None);
        self.state = output.state;
        output.effects
    }

    /// The requests that a message makes, and the reply.
    fn say(&mut self, text: &str) -> (Vec<String>, String) {
        self.now += SignedDuration::from_mins(1);
        let effects = self.tell(&Event::Said(UserMessage { text: text.into(), ..UserMessage::default() }));
        let (mut kinds, mut said) = (Vec::new(), String::new());
        for effect in effects {
            match effect {
                Effect::Request { kind, .. } => kinds.push(kind),
                Effect::Say { body: Body { text, .. } } => said.push_str(&text),
                _ => {}
            }
        }
        (kinds, said)
    }

    fn asks(&mut self, text: &str, kind: &str) {
        let (kinds, said) = self.say(text);
        assert_eq!(kinds, [kind], "{text}: {said}");
        assert!(!said.contains(PASSED_ON), "{text}: {said}");
    }

    fn repeats(&mut self, text: &str) {
        let (kinds, said) = self.say(text);
        assert!(kinds.is_empty(), "{text}: {kinds:?}");
        assert!(said.contains(PASSED_ON), "{text}: {said}");
    }
}

#[test]
fn the_same_request_said_again_is_one() {
    let mut asker = Asker::new(Channel::Web);
    asker.asks("c'est inadmissible, je fais une réclamation", "complaint");
    for text in [
        "vraiment lamentable votre service",
        "c'est une honte, un mois que l'expert ne vient pas",
        "c'est honteux, je fais une réclamation",
        "c'est scandaleux, toujours pas d'expert !",
    ] {
        asker.repeats(text);
    }
    asker.asks("il me faut une attestation d'assurance pour mon bailleur", "attestation");
    asker.repeats("il me faut vraiment mon attestation");
}

#[test]
fn another_subject_is_another_request() {
    let mut asker = Asker::new(Channel::Web);
    asker.asks("c'est inadmissible, l'expert est arrivé en retard", "complaint");
    asker.asks("je veux aussi me plaindre du plombier que vous avez envoyé, réclamation", "complaint");
    asker.repeats("franchement ce plombier, c'est lamentable");
    asker.asks("je conteste le rapport de l'expert", "contest");
    asker.asks("je conteste aussi le montant de l'indemnité", "contest");
    asker.asks("effacez toutes mes données personnelles", "data");
    asker.asks("je veux une copie de toutes mes données personnelles", "data");
}

#[test]
fn on_another_day_or_after_the_answer_it_is_another_request() {
    let mut asker = Asker::new(Channel::Web);
    asker.asks("c'est inadmissible, je fais une réclamation", "complaint");
    let asked_at = asker.now;
    asker.repeats("je fais une réclamation");
    asker.now += SignedDuration::from_hours(24);
    asker.asks("je fais une réclamation", "complaint");

    let mut asker = Asker { now: asked_at, ..Asker::new(Channel::Web) };
    asker.asks("c'est inadmissible, je fais une réclamation", "complaint");
    let asked_at = asker.now;
    asker.now += SignedDuration::from_mins(5);
    asker.tell(&Event::RequestDone { kind: "complaint".into(), asked_at });
    asker.asks("c'est inadmissible, je fais une réclamation", "complaint");
}

#[test]
fn an_answer_on_a_durable_medium_acknowledges() {
    for (channel, acknowledges) in
        [(Channel::Sms, true), (Channel::Email, true), (Channel::Telegram, false), (Channel::Web, false)]
    {
        let mut asker = Asker::new(channel);
        let text = "c'est inadmissible, je fais une réclamation".to_owned();
        let effects = asker.tell(&Event::Said(UserMessage { text, ..UserMessage::default() }));
        let acknowledgement = effects.iter().find_map(|effect| match effect {
            Effect::Request { acknowledgement, .. } => Some(acknowledgement.clone()),
            _ => None,
        });
        let acknowledgement = acknowledgement.expect("it is recorded");
        assert_eq!(acknowledgement.is_some(), acknowledges, "{channel:?}");
        if let Some(sentence) = acknowledgement {
            let says = |effect: &Effect| matches!(effect, Effect::Say { body } if body.text.contains(&sentence));
            assert!(effects.iter().any(says), "{effects:?}");
            assert!(sentence.contains("accusons réception"), "{sentence}");
        }
    }
}
