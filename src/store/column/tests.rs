//! What is stored of a value that has no JSON.

use std::collections::BTreeMap;

use super::{StoreError, json};

#[test]
fn a_value_without_json_is_an_error_and_not_an_empty_text() {
    let unstorable = BTreeMap::from([([1, 2], "a key that is no text")]);
    let refused = json(&unstorable).unwrap_err();
    assert!(matches!(refused, StoreError::Unstorable(_)), "{refused:?}");
    assert!(refused.is_about_the_row(), "the other conversations of the group are stored");
}
