use std::collections::BTreeMap;

use super::*;
use crate::{
    domain::fact::{Fact, FactChanges, Source, Value},
    flow::State,
};

/// A state with this many facts.
fn state(facts: usize) -> State {
    let fact = |number: usize| {
        let value = serde_json::to_value(Fact { value: Value::Amount(1), source: Source::Policyholder }).unwrap();
        (format!("fact_{number:03}"), value)
    };
    let facts: BTreeMap<String, serde_json::Value> = (0..facts).map(fact).collect();
    serde_json::from_value(serde_json::json!({ "f": facts })).unwrap()
}

#[test]
fn the_state_is_read_from_its_last_whole_entry_on() {
    let mut logged = LoggedState::new(StateFormat::OURS);
    let mut entries: Vec<StateChange> = Vec::new();
    for turn in 0..40 {
        let (before, after) = (state(turn), state(turn + 1));
        let message = i64::try_from(turn).unwrap();
        entries.extend(logged.write(&before, &after, Some(message), false).unwrap());
        let whole = entries.iter().rposition(|entry| entry.is_whole).unwrap();
        let read: Vec<String> = entries[whole..].iter().map(|entry| entry.value.clone()).collect();
        let (restored, again) = LoggedState::restore(&read, StateFormat::OURS).unwrap();
        assert_eq!((&restored, again), (&after, logged), "turn {turn}");
        // The facts of each turn stand in its entry, whole or not.
        let told: FactChanges = serde_json::from_str(&entries.last().unwrap().value).unwrap();
        assert_eq!((told.message, told.delta.facts.len()), (Some(message), 1));
    }
    let whole: Vec<usize> = (0..).zip(&entries).filter(|(_, entry)| entry.is_whole).map(|(turn, _)| turn).collect();
    assert_eq!(whole, [0, 17, 34], "every sixteen changes");
}

#[test]
fn a_turn_that_changes_nothing_has_no_entry_and_one_that_settles_is_whole() {
    let mut logged = LoggedState::new(StateFormat::OURS);
    let whole = |change: Option<StateChange>| change.map(|change| change.is_whole);
    assert_eq!(whole(logged.write(&State::default(), &state(1), None, false).unwrap()), Some(true));
    assert_eq!(whole(logged.write(&state(1), &state(1), None, false).unwrap()), None);
    assert_eq!(whole(logged.write(&state(1), &state(2), None, false).unwrap()), Some(false));
    assert_eq!(whole(logged.write(&state(2), &state(3), None, true).unwrap()), Some(true));
    // Eight kilobytes of changes are enough, too.
    assert_eq!(whole(logged.write(&state(3), &state(400), None, false).unwrap()), Some(false));
    assert_eq!(whole(logged.write(&state(400), &state(401), None, false).unwrap()), Some(true));
}

#[test]
fn what_a_later_program_wrote_is_not_guessed_at() {
    let later = r#"{"v":2,"d":{"somehow":"otherwise"}}"#.to_owned();
    let refused = LoggedState::restore(&[r#"{"v":1,"s":{}}"#.to_owned(), later], StateFormat::OURS);
    assert!(matches!(refused, Err(ConversationError::NewerState { found: 2, known: 1 })));
}
