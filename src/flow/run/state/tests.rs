use super::*;

/// States as the store holds them; the first four are of the landing fa7fa26. Lines are added, never changed: a
/// conversation that began with an earlier version goes on from them.
const STORED: &str = include_str!("golden.jsonl");

#[test]
fn what_is_stored_is_read_and_would_be_stored_again_byte_for_byte() {
    for stored in STORED.lines() {
        let state: State = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&state).unwrap(), stored);
    }
}
