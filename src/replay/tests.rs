//! The player: transcripts are compared, rewritten and covered, and what is played comes out as the service does it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Player, REFERENCE, Transcript, run, update};
use crate::{
    contract::{Policy, read_policies},
    conversation::{Input, files::Files},
    domain::{
        fact_name::FactName,
        message::{Body, Channel},
    },
    dossier::reference_of,
    flow::{self, Coverage, State, testing::shipped},
};

fn register() -> Vec<Policy> {
    read_policies(include_str!("../../flows/demo/policies.csv").as_bytes()).unwrap()
}

fn says(text: &str) -> Input {
    let body = Body { text: text.to_owned(), ..Body::default() };
    Input::Message { body, client_id: None, files: Files::default(), settle: false }
}

fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-20T10:00:00+01:00".parse().unwrap();
    start + jiff::SignedDuration::from_mins(minute)
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
    let (library, register) = (shipped(), register());
    let read = |source: &str| Transcript::parse("a.transcript.yaml", source, &library).unwrap();
    let before = run(&read(TRANSCRIPT), &library, &register, &mut Coverage::default()).unwrap();
    assert_eq!(before.len(), 3, "{before:?}");
    let updated = update(&read(TRANSCRIPT), TRANSCRIPT, &library, &register).unwrap();
    assert!(updated.contains("# Nobody is hurt.") && !updated.contains("wrong"), "{updated}");
    let after = run(&read(&updated), &library, &register, &mut Coverage::default()).unwrap();
    assert!(after.is_empty(), "{updated}\n{after:?}");
    assert_eq!(update(&read(&updated), &updated, &library, &register).unwrap(), updated);
}

#[test]
fn a_transcript_tells_which_steps_it_reached() {
    let library = shipped();
    let mut coverage = Coverage::default();
    let told = Transcript::parse("a.transcript.yaml", TRANSCRIPT, &library).unwrap();
    run(&told, &library, &register(), &mut coverage).unwrap();
    let opening = coverage.of(&library).find(|covered| covered.flow == "opening").unwrap();
    assert_eq!(opening.reached + opening.missed.len(), opening.steps);
    let missed = |step: &str| opening.missed.iter().any(|missed| missed == step);
    assert!(!missed("danger") && !missed("incident"), "{opening:?}");
    assert!(missed("danger_gas") && missed("car_kind"), "{opening:?}");
    let untouched = coverage.of(&library).find(|covered| covered.flow == "closing").unwrap();
    assert_eq!(untouched.reached, 0);
}

#[test]
fn a_transcript_shows_the_lists_that_it_names_and_no_others() {
    let library = shipped();
    let shows = TRANSCRIPT.replace("turns:", "shows: [timeline]\nturns:");
    let read = |source: &str| Transcript::parse("a.transcript.yaml", source, &library);
    let updated = update(&read(&shows).unwrap(), &shows, &library, &register()).unwrap();
    assert!(updated.contains("timeline:\n      - \"guichet opened\""), "{updated}");
    let problems = read(&updated.replace("shows: [timeline]\n", "")).unwrap_err();
    assert!(problems.iter().any(|problem| problem.message.contains("timeline")), "{problems:?}");
    assert!(read(&shows.replace("[timeline]", "[everything]")).is_err());
}

/// Whatever changes a conversation's state is an event: told again from the beginning, they give the same state.
#[test]
fn the_events_of_a_conversation_give_its_state_again() {
    let library = shipped();
    let mut player = Player::new(Arc::clone(&library), "demo", register()).at(Channel::Sms, Some("+33639980001"));
    let mut state = State::default();
    let inputs = [
        says("bonjour, une fuite d'eau hier, contrat 7541289"),
        says("non"),
        Input::Edit { fact: FactName::LOSS_DATE },
        says("avant-hier"),
    ];
    for (minute, input) in (0..).zip(inputs) {
        let played = player.play(input, at(minute)).unwrap();
        for event in &played.events {
            state = flow::step(&library, "demo", state, event, at(minute), None).state;
        }
        assert_eq!(&state, player.state().unwrap());
    }
    player.move_to(Channel::Telegram);
    let played = player.play(says("non"), at(9)).unwrap();
    for event in &played.events {
        state = flow::step(&library, "demo", state, event, at(9), None).state;
    }
    assert_eq!(state.channel(), Some(Channel::Telegram));
    assert_eq!(&state, player.state().unwrap());
}

#[test]
fn what_is_played_twice_is_the_same_twice() {
    let library = shipped();
    let play = || {
        let mut player = Player::new(Arc::clone(&library), "demo", register());
        let inputs =
            [Input::Open, says("non"), says("une fuite, contrat 7541289"), says("je veux faire une réclamation")];
        let rows = inputs.into_iter().map(|input| {
            let commit = player.play(input, at(0)).unwrap().commit;
            format!("{:?} {:?} {:?}", commit.conversation, commit.dossier, commit.rows)
        });
        rows.collect::<Vec<_>>()
    };
    assert_eq!(play(), play());
}

#[test]
fn the_first_conversation_has_the_reference_that_transcripts_name() {
    let mut player = Player::new(shipped(), "demo", Vec::new());
    let played = player.play(Input::Open, at(0)).unwrap();
    assert_eq!(reference_of(played.commit.conversation.id), REFERENCE);
}

/// Fault: a number told in the first message was looked up only once the flow came to it.
#[test]
fn a_policy_number_told_in_the_first_message_is_looked_up_at_once() {
    let mut player = Player::new(shipped(), "demo", register());
    let played = player.play(says("bonjour, mon contrat est le 7541289, j'ai une fuite d'eau"), at(0)).unwrap();
    let is_look_up = |effect: &flow::Effect| matches!(effect, flow::Effect::LookUpPolicy(_));
    assert!(played.effects.iter().any(is_look_up), "{:?}", played.effects);
    let said = played.commit.rows.messages.len();
    assert!(said >= 2, "the question is asked, once: {:?}", played.commit.rows.messages);
    // The dossier opens a turn later, with the policy in it.
    player.play(says("non"), at(1)).unwrap();
    let dossier = player.dossier().unwrap();
    assert_eq!((dossier.policy.as_deref(), dossier.holder.as_deref()), (Some("7541289"), Some("Julie Moreau")));
}
