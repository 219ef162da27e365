//! What is stored of a value that has no JSON.

use std::collections::BTreeMap;

use super::{Arg, ColumnValue as _, StoreError, json};
use crate::domain::{desk::Desk, fact_name::FactName, orientation_mode::OrientationMode};

#[test]
fn a_value_without_json_is_an_error_and_not_an_empty_text() {
    let unstorable = BTreeMap::from([([1, 2], "a key that is no text")]);
    let refused = json(&unstorable).unwrap_err();
    assert!(matches!(refused, StoreError::Unstorable(_)), "{refused:?}");
    assert!(refused.is_about_the_row(), "the other conversations of the group are stored");
}

/// As rows were stored before these were types.
#[test]
fn a_name_is_stored_as_the_text_that_it_is() {
    assert_eq!(FactName::LOSS_PLACE.to_arg().unwrap(), Arg::from("loss_place"));
    assert_eq!(FactName::from("rooms").to_arg().unwrap(), Arg::from("rooms"));
    assert_eq!(Desk::from("complaints").to_arg().unwrap(), Arg::from("complaints"));
    for (mode, text) in OrientationMode::ALL.into_iter().zip(["field", "tele", "visio", "desk"]) {
        assert_eq!(mode.to_arg().unwrap(), Arg::from(text));
    }
}
