use super::*;
use crate::{domain::number::FiniteNumber, web::console::dossier::tests::with};

fn row(seq: i64, name: &str, value: Option<Value>) -> FactRow {
    let at = jiff::Timestamp::UNIX_EPOCH;
    FactRow { seq, name: name.into(), value, source: Source::Policyholder, message_seq: Some(seq), at }
}

#[test]
fn a_corrected_fact_keeps_what_was_said_before() {
    let rows = [
        row(1, "rooms", Some(Value::Number(2.into()))),
        row(2, "cause", Some(Value::Choice("leak".into()))),
        row(3, "rooms", Some(Value::Number(2.into()))),
        row(4, "rooms", Some(Value::Number(FiniteNumber::new(3.5).unwrap()))),
    ];
    let lines = with(|lexicon| lines(&rows, lexicon));
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].current.value, ValueView::Text("3,5".into()));
    assert_eq!(lines[0].earlier.len(), 1);
    assert_eq!(lines[0].earlier[0].value, ValueView::Text("2".into()));
}

#[test]
fn what_was_never_known_is_not_shown_and_what_became_void_is() {
    let rows = [row(1, "a", None), row(2, "b", Some(Value::Bool(true))), row(3, "b", None)];
    let lines = with(|lexicon| lines(&rows, lexicon));
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0].current.value, &lines[0].earlier[0].value), (&ValueView::Void, &ValueView::Yes));
}

#[test]
fn an_address_is_not_said_twice() {
    let address = |line: &str| Address {
        line: line.into(),
        postcode: Some("69003".into()),
        city: Some("Lyon".into()),
        ..Address::default()
    };
    assert_eq!(place(&address("12 rue X, 69003 LYON")), "12 rue X, 69003 LYON");
    assert_eq!(place(&address("12 rue X")), "12 rue X 69003 Lyon");
}

#[test]
fn the_end_of_an_interval_is_its_last_day() {
    let moment = Moment {
        start: "2026-11-14T00:00:00".parse().unwrap(),
        end: Some("2026-11-16T00:00:00".parse().unwrap()),
        precision: Precision::Day,
    };
    assert_eq!(MomentView::of(&moment).until_day.as_deref(), Some("15/11/2026"));
}
