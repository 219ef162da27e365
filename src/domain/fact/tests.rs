use super::*;

/// The columns of facts as the store holds them. Lines are added, never changed.
const VALUES: [&str; 18] = [
    r#""unknown""#,
    r#"{"bool":true}"#,
    r#"{"text":"3e étage, porte 12"}"#,
    r#"{"choice":"water_damage"}"#,
    r#"{"choices":["walls","floor"]}"#,
    r#"{"number":3.0}"#,
    r#"{"number":-0.5}"#,
    r#"{"amount":900000}"#,
    r#"{"moment":{"start":"2026-11-28T18:00:00","end":"2026-11-29T00:00:00","precision":"part_of_day"}}"#,
    r#"{"moment":{"start":"2026-12-04T00:00:00","precision":"day"}}"#,
    r#"{"moment":{"start":"2026-12-01T09:00:00","precision":"minute"}}"#,
    r#"{"moment":{"start":"2026-10-01T00:00:00","precision":"quarter"}}"#,
    r#"{"duration":90}"#,
    r#"{"address":{"line":"12 rue des Lilas","postcode":"69003","city":"Lyon"}}"#,
    r#"{"address":{"line":"un parking"}}"#,
    r#"{"phone":"+33639980101"}"#,
    r#"{"email":"julie@example.org"}"#,
    r#"{"files":2}"#,
];
const SOURCES: [&str; 5] = [r#""policyholder""#, r#""flow""#, r#""policy""#, r#""channel""#, r#"{"handler":"ines"}"#];

#[test]
fn what_is_stored_is_read_and_would_be_stored_again_byte_for_byte() {
    for stored in VALUES {
        let value: Value = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), stored);
    }
    for stored in SOURCES {
        let source: Source = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&source).unwrap(), stored);
    }
}

#[test]
fn an_address_names_its_town_once() {
    let address = |line: &str| Address {
        line: line.to_owned(),
        postcode: Some("76000".to_owned()),
        city: Some("Rouen".to_owned()),
        ..Address::default()
    };
    assert_eq!(address("12 rue du Four").in_one_line(), "12 rue du Four, 76000 Rouen");
    assert_eq!(address("12 rue du four 76000 rouen").in_one_line(), "12 rue du four 76000 rouen");
}
