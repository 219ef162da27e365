//! An insurer's `closing`: for how long a message reopens a closed dossier, and what a later message does.

use super::{
    diagnostics::Diagnostics,
    yaml::{Fields, Node},
};

/// For how many days a message reopens a closed dossier, where the insurer does not say.
const REOPEN_DAYS: i64 = 30;

/// An insurer's `closing`: what a message does that comes after the dossier was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// For this many days it reopens the dossier.
    pub reopen_days: i64,
    /// What a later message does.
    pub then: Afterwards,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The person is asked which claim they mean.
    Ask,
    /// Another claim is begun.
    Another,
}

impl Default for Closing {
    fn default() -> Self {
        Self { reopen_days: REOPEN_DAYS, then: Afterwards::Ask }
    }
}

impl Closing {
    pub(crate) fn read(file: &str, node: &Node, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(file, node, problems);
        let mut closing = Self::default();
        if let Some(days) = fields.number("reopen_days", problems) {
            if !(0.0..=3650.0).contains(&days) {
                problems.error(file, node.place, "`reopen_days` is a number of days, 0 to 3650".to_owned());
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
            let days = days as i64;
            closing.reopen_days = days;
        }
        match fields.string("then", problems).as_deref() {
            None | Some("ask") => {}
            Some("another") => closing.then = Afterwards::Another,
            Some(_) => problems.error(file, node.place, "`then` is ask or another".to_owned()),
        }
        fields.finish(problems);
        closing
    }
}
