use super::*;

/// What tests asked, as decisions hold it. Lines are added, never changed.
const STORED: [&str; 9] = [
    r#""yes""#,
    r#""timed""#,
    r#"{"one_of":["leak","overflow"]}"#,
    r#"{"none_of":["leak"]}"#,
    r#"{"within":[{"relation":"<=","limit":{"threshold":{"name":"desk_limit","value":800.0}}}]}"#,
    r#"{"within":[{"relation":">=","limit":{"number":3.0}},{"relation":"<","limit":{"number":5.5}}]}"#,
    r#"{"within":[{"relation":">","limit":{"date":"2026-11-20"}}]}"#,
    r#"{"within":[{"relation":"=","limit":{"threshold":{"name":"desk_limit","value":null}}}]}"#,
    r#"{"within":[{"relation":"!=","limit":{"number":0.0}}]}"#,
];

#[test]
fn what_is_stored_is_read_and_would_be_stored_again_byte_for_byte() {
    for stored in STORED {
        let expected: Expectation = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&expected).unwrap(), stored);
    }
}
