//! When a message whose try failed is tried again, and when it is given up.

use std::time::Duration;

use jiff::SignedDuration;

use crate::{
    channel::{Reason, Retry, SendError},
    domain::jitter::Jitter,
    store::OutboxKind,
};

/// A message is given up after this many failures of its own. The waits between them add up to more than two hours.
const MAX_TRIES: i64 = 12;
/// A message older than this is given up: yesterday's answer confuses.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(12);
/// An alert older than this is given up: the next one on call was told long ago.
const MAX_AGE_OF_ALERT: SignedDuration = SignedDuration::from_mins(30);
/// One that waits until its account may send again is given up after this: the account's day ends before.
const MAX_AGE_FOR_BUDGET: SignedDuration = SignedDuration::from_hours(36);
/// The first wait; each next one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// The longest wait that a provider may ask for; [`FURTHEST`] is one and a half times as long.
const LONGEST_ASKED: Duration = Duration::from_hours(12);
/// The wait while the provider refuses the account: an operator must repair it, and a try costs only a log line.
const ACCOUNT_WAIT: Duration = Duration::from_mins(5);
/// The longest time for which a whole account rests before it is tried again.
pub(super) const LONGEST_REST: Duration = Duration::from_mins(1);

/// No wait ends later than this from now. What is due later was written under a clock that has been put back since.
pub(super) const FURTHEST: SignedDuration = SignedDuration::from_hours(18);

/// What follows from a failed try.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Again {
        wait: Duration,
        /// Whether the message itself may be to blame.
        counted: bool,
    },
    GiveUp,
}

/// Decides what follows after try number `tries` of what has waited for `age`.
pub(super) fn next(error: &SendError, kind: OutboxKind, tries: i64, age: SignedDuration, jitter: &Jitter) -> Next {
    let oldest = match (kind, error.reason) {
        (OutboxKind::Alert, _) => MAX_AGE_OF_ALERT,
        (OutboxKind::Message, Reason::Budget) => MAX_AGE_FOR_BUDGET,
        (OutboxKind::Message, _) => MAX_AGE,
    };
    if age >= oldest {
        return Next::GiveUp;
    }
    if error.reason == Reason::Account {
        return Next::Again { wait: jitter.spread(ACCOUNT_WAIT), counted: false };
    }
    match error.retry {
        Retry::Never => Next::GiveUp,
        // Whoever asks for more is asked once before the message is given up.
        Retry::After(wait) => Next::Again { wait: jitter.spread(wait.min(LONGEST_ASKED)), counted: false },
        Retry::Later if tries >= MAX_TRIES => Next::GiveUp,
        Retry::Later => Next::Again { wait: jitter.spread(backoff(tries, LONGEST_WAIT)), counted: true },
    }
}

/// Whether a message was begun so often without a result that it must have crashed the process that sent it.
pub(super) fn is_poison(tries: i64) -> bool {
    tries > MAX_TRIES
}

/// How long an account rests after `in_a_row` failures that were not a message's own, so that a dead provider does not
/// use up the tries of every conversation. None when the account goes on sending.
pub(super) fn rest(error: &SendError, in_a_row: u32) -> Option<Duration> {
    match (error.reason, error.retry) {
        (Reason::Account, _) => Some(LONGEST_REST),
        (_, Retry::After(wait)) => Some(wait.min(LONGEST_REST)),
        // A single failure is no sign that the provider is down.
        (Reason::Unavailable, Retry::Later) if in_a_row > 1 => Some(backoff(i64::from(in_a_row) - 1, LONGEST_REST)),
        _ => None,
    }
}

fn backoff(tries: i64, longest: Duration) -> Duration {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(20);
    FIRST_WAIT.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests;
