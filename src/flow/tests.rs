//! The engine on the real flows: loading, a first claim, interruptions, and that turns are pure.

use std::path::Path;

use jiff::Timestamp;

use super::{
    Effect, Event, Heard, Library, Mode, PolicyAnswer, State, step,
    transcript::{self, Transcript},
};
use crate::domain::{fact::Facts, language::Language, message::Channel};

fn library() -> Library {
    Library::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/flows"))).unwrap_or_else(|error| panic!("{error}"))
}

/// A conversation whose host finds no policy and cannot orient.
struct Talk<'a> {
    library: &'a Library,
    state: State,
    effects: Vec<Effect>,
}

impl<'a> Talk<'a> {
    fn start(library: &'a Library) -> Self {
        let mut talk = Self { library, state: State::default(), effects: Vec::new() };
        talk.tell(&Event::Start { language: Language::Fr, channel: Channel::Web, known: Facts::new() });
        talk
    }

    fn tell(&mut self, event: &Event) {
        let now: Timestamp = "2026-11-20T10:00:00+01:00".parse().unwrap();
        let state: State = serde_json::from_str(&serde_json::to_string(&self.state).unwrap()).unwrap();
        assert_eq!(state, self.state, "the state survives its trip through the store");
        let turn = step(self.library, "demo", state.clone(), event, now);
        assert_eq!(turn, step(self.library, "demo", state, event, now), "a turn is pure");
        self.state = turn.state;
        self.effects.extend(turn.effects.clone());
        match turn.effects.last() {
            Some(Effect::LookUpPolicy(_)) => self.tell(&Event::PolicyLookedUp(PolicyAnswer::NotFound)),
            Some(Effect::Orient { .. }) => self.tell(&Event::Oriented { mode: Some("desk".into()), missing: vec![] }),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) -> String {
        self.effects.clear();
        self.tell(&Event::Said(Heard { text: text.to_owned(), ..Heard::default() }));
        self.heard()
    }

    fn press(&mut self, payload: &str) -> String {
        self.effects.clear();
        self.tell(&Event::Said(Heard { choice: Some(payload.to_owned()), ..Heard::default() }));
        self.heard()
    }

    fn heard(&self) -> String {
        let says = self.effects.iter().filter_map(|effect| match effect {
            Effect::Say { body } => Some(body.text.as_str()),
            _ => None,
        });
        says.collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn what_a_message_tells_is_not_asked() {
    let library = library();
    let mut talk = Talk::start(&library);
    talk.say("non");
    talk.say("j'ai une fuite d'eau");
    assert_eq!(talk.state.peril(), Some("water_damage"), "the dossier opens as soon as the peril is known");
    talk.say("oui");
    let heard = talk.say("non, et c'est arrivé hier soir");
    assert!(heard.contains("jeudi 19 novembre 2026"), "{heard}");
    assert!(talk.state.fact("water_off").is_some() && talk.state.fact("loss_date").is_some());
}

#[test]
fn danger_interrupts_and_the_flow_comes_back() {
    let library = library();
    let mut talk = Talk::start(&library);
    talk.say("non");
    let asked = talk.press("incident=water_damage");
    talk.state.failures = 0;
    let heard = talk.say("au secours il y a le feu");
    assert_ne!(heard, asked);
    assert_eq!(talk.state.mode(), Mode::Danger);
    talk.press("cmd=safe");
    assert_eq!(talk.state.mode(), Mode::Flow);
}

const TRANSCRIPT: &str = "\
transcript: a leak
at: 2026-11-20T10:00:00
turns:
  # Nobody is hurt.
  - opens: true
  - says: non
  - presses: incident=water_damage
    later: 2 hours
    hears:
      - wrong
";

#[test]
fn an_updated_transcript_passes_and_keeps_its_comments() {
    let library = library();
    let orient = |_: &Library, _: &str, _: &str, _: &Facts, _| (Some("desk".to_owned()), Vec::new());
    let read = |source: &str| Transcript::parse("a.transcript.yaml", source, &library).unwrap();
    let before = transcript::run(&read(TRANSCRIPT), &library, &orient);
    assert_eq!(before.len(), 3, "{before:?}");
    let updated = transcript::update(&read(TRANSCRIPT), TRANSCRIPT, &library, &orient);
    assert!(updated.contains("# Nobody is hurt.") && !updated.contains("wrong"), "{updated}");
    let after = transcript::run(&read(&updated), &library, &orient);
    assert!(after.is_empty(), "{updated}\n{after:?}");
    assert_eq!(transcript::update(&read(&updated), &updated, &library, &orient), updated);
}

#[test]
fn an_answer_is_corrected_by_its_name() {
    let library = library();
    let mut talk = Talk::start(&library);
    talk.say("non");
    let asked = talk.say("une fuite d'eau depuis hier soir");
    assert!(asked.contains("jeudi 19 novembre 2026"), "what was taken is shown: {asked}");
    talk.say("corriger la date");
    let heard = talk.say("le 18 novembre");
    assert!(heard.contains("mercredi 18 novembre 2026"), "{heard}");
    assert!(heard.ends_with(asked.lines().last().unwrap()), "back at the pending question: {heard}");
}

#[test]
fn two_misunderstandings_call_a_person_and_the_flow_can_go_on_meanwhile() {
    let library = library();
    let mut talk = Talk::start(&library);
    talk.say("non");
    talk.say("blurb glop");
    assert_eq!(talk.state.mode(), Mode::Flow);
    talk.say("blurb glop");
    assert_eq!(talk.state.mode(), Mode::Waiting { resume: true });
    talk.say("blurb glop");
    assert_eq!(talk.state.mode(), Mode::Waiting { resume: true }, "a person stays awaited");
    assert_ne!(talk.press("cmd=resume"), "");
}
