//! What is to be sent: claimed in order, sent at each account's pace, tried again, given up visibly.
//!
//! Each account has a [`Dispatcher`] of its own, so that a slow or dead provider delays nobody else's messages. It
//! claims the first waiting message of a conversation at an address by a lease, and the attempt is stored before it is
//! made. The next message of that conversation goes only when the result is stored. After a crash the leases run out:
//! nothing is lost, the order stays, and at most the messages in flight go twice, under the same idempotency key.
//!
//! Several nodes dispatch side by side, and each is woken by what the others write. An account's pace holds for each
//! node by itself, so that no message costs a statement for it: whoever runs several nodes divides the configured pace
//! by their number. A provider that is asked too much answers so, and its answer is obeyed.
//!
//! # What this room refuses to do
//!
//! It renders nothing and knows no protocol (that is the provider's), holds nothing in memory that a restart must not
//! lose, and drops nothing in silence: a message that is given up is a line of the dossier's timeline and puts the
//! dossier into the inbox.

mod budget;
mod clock_jumps;
mod compose;
mod dispatcher;
mod pace;
mod retry;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{Providers, Receiver},
    domain::{clock::Clock, jitter::Jitter},
    intake::Intake,
    store::Engine,
    telemetry::Metrics,
};

pub use budget::{Budget, BudgetLimits};
pub use dispatcher::Dispatcher;

/// How long a claim holds. A try ends at 60 % of it, so that the rest covers a slow store.
pub const LEASE: Duration = Duration::from_mins(1);

/// What sending needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    pub store: Engine,
    pub intake: Intake,
    pub receiver: Receiver,
    pub clock: Clock,
    pub metrics: Metrics,
    pub jitter: Jitter,
    /// The service's public URL, for the links in messages.
    pub public_url: Arc<str>,
    pub lease: Duration,
    pub budget: Budget,
}

impl Outbox {
    /// Sends what waits for the accounts of `providers` until `stop`, then waits for the tries in flight.
    pub async fn run(self, providers: Providers, stop: CancellationToken) {
        let mut dispatchers = JoinSet::new();
        for provider in providers.iter() {
            dispatchers.spawn(Dispatcher::new(self.clone(), Arc::clone(provider)).run(stop.clone()));
        }
        dispatchers.join_all().await;
    }
}
