//! What is to be sent: claimed in order, sent at each account's pace, tried again, given up loudly.
//!
//! Each account has a [`Dispatcher`] of its own, so that a slow or dead provider delays nobody else's messages. It claims
//! the first waiting message of a conversation at an address by a lease, whose attempt is stored before it is made; only
//! when what came of it is stored does the next one of that conversation go. A crash leaves leases that run out, so that
//! nothing is lost, the order stays, and at most what was on its way goes twice, under the same idempotency key.
//!
//! Several nodes dispatch side by side, and each is woken by what the others write. An account's pace holds for each node, so
//! that no message costs a statement for it: the settings divide it by the number of nodes, and a provider that is asked too
//! much says so, which is obeyed.
//!
//! # What this room refuses to do
//!
//! It renders nothing and knows no protocol (that is the provider's), holds nothing that a restart may not lose, and drops
//! nothing in silence: what is given up stands in the dossier's timeline, and the dossier in the inbox.

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
    domain::clock::Clock,
    intake::Intake,
    store::Engine,
    telemetry::Metrics,
};

pub use dispatcher::Dispatcher;
pub use retry::Jitter;

/// How long a claim keeps others away. A try ends at 60 % of it, so that the rest covers a slow store.
pub const LEASE: Duration = Duration::from_mins(1);

/// What sending stands on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    pub store: Engine,
    pub intake: Intake,
    pub receiver: Receiver,
    pub clock: Clock,
    pub metrics: Metrics,
    pub jitter: Jitter,
    /// How the world calls this service, for the links in messages.
    pub public_url: Arc<str>,
    pub lease: Duration,
}

impl Outbox {
    /// Sends what waits for the accounts of `providers` until `stop`, then waits for what is on its way.
    pub async fn run(self, providers: Providers, stop: CancellationToken) {
        let mut dispatchers = JoinSet::new();
        for provider in providers.iter() {
            dispatchers.spawn(Dispatcher::new(self.clone(), Arc::clone(provider)).run(stop.clone()));
        }
        dispatchers.join_all().await;
    }
}
