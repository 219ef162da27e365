use super::*;

/// Lines as the store holds them, kind and detail. What is written here was sealed by somebody's chain: lines are added,
/// never changed.
const STORED: &str = include_str!("golden.tsv");

fn stored() -> impl Iterator<Item = (&'static str, &'static str)> {
    STORED.lines().map(|line| line.split_once('\t').unwrap())
}

#[test]
fn what_is_stored_is_read_and_would_be_stored_again_byte_for_byte() {
    for (kind, detail) in stored() {
        let event = TimelineEvent::read(kind, detail);
        assert!(!matches!(event, TimelineEvent::Other { .. }), "{kind} {detail}");
        assert_eq!(event.stored().unwrap(), (kind.to_owned(), detail.to_owned()));
    }
}

#[test]
fn what_an_earlier_version_stored_is_read() {
    let event = TimelineEvent::read("policy_found", r#"{"policy":"7541289","facts":{}}"#);
    assert!(matches!(event, TimelineEvent::PolicyFound { reasons, .. } if reasons.is_empty()));
}

#[test]
fn what_no_version_knows_is_kept_as_it_is() {
    for (kind, detail) in [
        ("from_a_later_version", r#"{"detail":"x"}"#),
        ("closed", r#"{"because":"renamed"}"#),
        ("crossed", r#"{"message":1,"channel":"pigeon"}"#),
        ("opened", "[]"),
        ("other", "{}"),
    ] {
        let event = TimelineEvent::read(kind, detail);
        assert!(matches!(event, TimelineEvent::Other { .. }), "{event:?}");
        assert_eq!(event.stored().unwrap(), (kind.to_owned(), detail.to_owned()));
    }
    let broken = TimelineEvent::read("closed", "no JSON");
    assert_eq!(broken, TimelineEvent::Other { kind: "closed".into(), detail: Json::String("no JSON".into()) });
}

#[test]
fn a_fact_that_is_learnt_twice_in_a_turn_keeps_its_place_and_its_last_value() {
    let mut facts = Learnt::default();
    facts.note(&"rooms".into(), Some(Value::Number(2.into())));
    facts.note(&FactName::CAUSE, None);
    facts.note(&"rooms".into(), Some(Value::Number(3.into())));
    let (_, detail) = TimelineEvent::Facts { message: None, facts }.stored().unwrap();
    assert_eq!(detail, r#"{"facts":{"rooms":{"number":3.0},"cause":null}}"#);
}
