use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::fact::Source;

/// Two states that differ in every field.
fn both() -> (State, State) {
    let fact = |text: &str| Arc::new(Fact { value: Value::Text(text.to_owned()), source: Source::Policyholder });
    let before = State {
        facts: BTreeMap::from([("kept".into(), fact("a")), ("changed".into(), fact("b")), ("gone".into(), fact("c"))]),
        street: Some("12 rue des Lilas".to_owned()),
        done: BTreeSet::from(["a:1".to_owned(), "a:2".to_owned()]),
        unconfirmed: BTreeMap::from([("rooms".into(), Value::Amount(1))]),
        failures: 2,
        ..State::default()
    };
    let after = State {
        facts: BTreeMap::from([("kept".into(), fact("a")), ("changed".into(), fact("d")), ("new".into(), fact("e"))]),
        street: None,
        done: BTreeSet::from(["a:2".to_owned(), "b:1".to_owned()]),
        unconfirmed: BTreeMap::new(),
        failures: 0,
        stack: vec![Frame { flow: "opening".to_owned(), step: 3 }],
        asked: true,
        policy: Some((PolicyQuery::default(), None)),
        ..State::default()
    };
    (before, after)
}

#[test]
fn a_delta_leads_from_one_state_to_the_other_and_back() {
    let (before, after) = both();
    for (from, to) in [(&before, &after), (&after, &before), (&State::default(), &after)] {
        let stored = serde_json::to_string(&StateDelta::between(from, to)).unwrap();
        let delta: StateDelta = serde_json::from_str(&stored).unwrap();
        let mut state = from.clone();
        delta.apply(&mut state);
        assert_eq!(state, *to, "{stored}");
    }
}

#[test]
fn a_delta_says_only_what_changed() {
    let (before, after) = both();
    assert!(StateDelta::between(&after, &after).is_empty());
    assert_eq!(serde_json::to_string(&StateDelta::between(&after, &after)).unwrap(), "{}");
    let stored = serde_json::to_value(StateDelta::between(&before, &after)).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({
            "f": { "changed": { "v": { "text": "d" } }, "gone": null, "new": { "v": { "text": "e" } } },
            "p": [{ "f": "opening", "s": 3 }],
            "x": 0,
            "u": true,
            "i": null,
            "du": { "rooms": null },
            "d": { "+": ["b:1"], "-": ["a:1"] },
            "q": [{}, null],
        })
    );
}
