use serde_json::json;

use super::*;
use crate::{
    domain::id::DossierId,
    web::console::dossier::tests::{self, with},
};

#[test]
fn a_failed_test_is_told_by_names_and_figures() {
    let decision: TableDecision = serde_json::from_value(json!({
        "table": "orientation", "revision": "r", "insurer": "demo", "inputs": [],
        "thresholds": { "desk_limit": 800.0 }, "outcome": { "outcome": "no_row" }, "passed_over": []
    }))
    .unwrap();
    let of = |fact: &str, test: &str| {
        let (fact, test) = (fact.into(), test.to_owned());
        let failed = FailedTest { fact, test, negated: false, actual: None, expected: None };
        with(|lexicon| Requirement::of(&failed, &decision, lexicon))
    };
    assert_eq!(of("injured", "yes"), Requirement::Yes);
    assert_eq!(of("convention", "[irsi_1, whatever]"), Requirement::OneOf("IRSI, tranche 1, whatever".into()));
    assert_eq!(of("amount", "<= insurer.desk_limit"), Requirement::Test("<= 800\u{a0}€".into()));
}

#[test]
fn a_handlers_decision_stands_above_the_tables() {
    let at = |second| jiff::Timestamp::from_second(second).unwrap();
    let dossier = DossierId::new(at(0));
    let table = json!({
        "table": "orientation", "revision": "r", "insurer": "demo", "inputs": [], "thresholds": {},
        "outcome": { "outcome": "decided", "row": "small", "then": { "mode": "desk" },
                     "because": { "fr": "Petit", "en": "Small" } },
        "passed_over": [{ "row": "injury", "because": { "fr": "Blessé", "en": "Hurt" },
                          "failed": { "fact": "injured", "test": "yes", "actual": null } }]
    });
    let by_hand = json!({ "overridden_by": "ines", "mode": "field", "before": "desk", "reason": "Plafond" });
    let row = |seq, decision, second| {
        let decision = serde_json::from_value(decision).unwrap();
        DecisionRow { seq, decision, at: at(second) }
    };
    let rows = [row(1, table, 1), row(2, by_hand, 2), row(3, json!({ "x": 1 }), 3)];
    let view = with(|lexicon| OrientationView::of(&tests::dossier(dossier), &rows, lexicon));
    assert!(view.is_overridden());
    let table = view.table.unwrap();
    assert_eq!((table.row.as_deref(), table.because.as_deref()), (Some("small"), Some("Petit")));
    assert_eq!((table.passed_over[0].row.as_str(), &table.passed_over[0].required), ("injury", &Requirement::Yes));
}
