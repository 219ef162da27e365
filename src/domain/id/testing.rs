//! Identifiers that are the same each time, in place of the random ones: for the simulation, whose nodes share a thread.

use std::cell::Cell;

thread_local!(static LAST: Cell<Option<u64>> = const { Cell::new(None) });

/// From now on this thread's identifiers are counted from `first`.
#[cfg_attr(not(feature = "simulation"), expect(dead_code, reason = "only the simulation counts"))]
pub(crate) fn count_from(first: u64) {
    LAST.set(Some(first));
}

pub(super) fn next() -> Option<u64> {
    let number = LAST.get()?;
    LAST.set(Some(number + 1));
    Some(number)
}
