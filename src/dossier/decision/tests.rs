use super::*;

/// Decisions as an earlier version stored them: a table's, with what it could not judge, and a handler's.
const STORED: [&str; 3] = [
    r#"{"table":"orientation","revision":"r1","insurer":"demo","inputs":[{"fact":"injured","value":{"bool":false}},{"fact":"damage_amount","value":{"amount":120000}},{"fact":"cause","value":null}],"thresholds":{"desk_limit":800.0},"outcome":{"outcome":"decided","row":"medium","then":{"mode":"tele"},"because":{"fr":"Dégâts moyens","en":"Medium damage"}},"passed_over":[{"row":"small","because":{"fr":"Petit montant","en":"Small amount"},"failed":{"fact":"damage_amount","test":"<= insurer.desk_limit","actual":{"amount":120000}}},{"row":"hurt","because":{"fr":"Blessé","en":"Hurt"},"failed":{"fact":"injured","test":"no","negated":true,"actual":{"bool":false}}}]}"#,
    r#"{"table":"orientation","revision":"r1","insurer":"demo","inputs":[],"thresholds":{},"outcome":{"outcome":"to_complete","row":"small","missing":["damage_amount"]},"passed_over":[]}"#,
    r#"{"overridden_by":"ines","mode":"field","before":"tele","reason":"Plafond à voir"}"#,
];

#[test]
fn what_is_stored_is_read_and_would_be_stored_again_byte_for_byte() {
    for stored in STORED {
        let decision: Decision = serde_json::from_str(stored).unwrap();
        assert!(!matches!(decision, Decision::Other(_)), "{stored}");
        assert_eq!(serde_json::to_string(&decision).unwrap(), stored);
    }
}

#[test]
fn a_decision_that_no_version_knows_fails_nothing() {
    let stored = r#"{"by":"a later version"}"#;
    let decision: Decision = serde_json::from_str(stored).unwrap();
    assert!(matches!(decision, Decision::Other(_)));
    assert_eq!(serde_json::to_string(&decision).unwrap(), stored);
}

#[test]
fn what_an_early_version_kept_as_text_is_understood() {
    let Decision::Table(decision) = serde_json::from_str(STORED[0]).unwrap() else { panic!("{}", STORED[0]) };
    let of = |test: &str| {
        let failed = FailedTest { fact: "x".into(), test: test.into(), negated: false, actual: None, expected: None };
        decision.expected(&failed)
    };
    let limit = Limit::Threshold { name: "desk_limit".into(), value: Some(800.into()) };
    let bound = Bound { relation: Relation::LessOrEqual, limit };
    assert_eq!(of("<= insurer.desk_limit"), Some(Expectation::Within(vec![bound])));
    assert_eq!(of("no"), Some(Expectation::No));
    assert_eq!(of("[leak, flood]"), Some(Expectation::OneOf(vec!["leak".into(), "flood".into()])));
    assert_eq!(of("leak"), Some(Expectation::OneOf(vec!["leak".into()])));
    assert_eq!(of("[3..5)"), None);
    assert_eq!(of("> 48 hours"), None);
}
