use super::*;
use crate::domain::fact::Value;

#[test]
fn a_number_that_json_does_not_have_cannot_be_made() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(FiniteNumber::new(number), None);
    }
    for stored in [r#"{"number":null}"#, r#"{"number":1e999}"#, r#"{"number":"NaN"}"#] {
        assert!(serde_json::from_str::<Value>(stored).is_err(), "{stored}");
    }
}

#[test]
fn every_number_that_can_be_made_is_stored_and_read_back() {
    for number in [0.0, -0.5, 1e-7, f64::MIN_POSITIVE, f64::MIN, f64::MAX] {
        let value = Value::Number(FiniteNumber::new(number).unwrap());
        let stored = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), value, "{stored}");
    }
}
