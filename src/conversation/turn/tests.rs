//! What a turn stores.

use serde::ser::Error as _;

use super::*;

/// A value that no JSON can be made of.
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("not to be written"))
    }
}

#[test]
fn what_cannot_be_written_is_an_error_and_not_nothing() {
    assert!(matches!(json_of(&Unwritable), Err(ConversationError::Unwritable(_))));
}
