//! The accounts to which messages are pushed: what is said there gets a row in the outbox, and whoever sends is woken.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::domain::message::{Channel, Endpoint};

/// A small set, fixed at the start. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Accounts(Arc<[PushAccount]>);

#[derive(Debug)]
struct PushAccount {
    channel: Channel,
    name: String,
    waker: Arc<Notify>,
}

impl Accounts {
    pub fn new(accounts: impl IntoIterator<Item = (Channel, String)>) -> Self {
        let account = |(channel, name)| PushAccount { channel, name, waker: Arc::default() };
        Self(accounts.into_iter().map(account).collect())
    }

    /// Whether what is said there must be pushed. It need not in a chat that is watched, nor where the sender reads our
    /// words in the answer to its post.
    pub fn push_to(&self, endpoint: &Endpoint) -> bool {
        self.find(endpoint.channel, &endpoint.account).is_some()
    }

    /// The first account of a channel.
    pub fn first(&self, channel: Channel) -> Option<String> {
        self.0.iter().find(|account| account.channel == channel).map(|account| account.name.clone())
    }

    /// Tells that something waits for an account.
    pub fn wake(&self, channel: Channel, account: &str) {
        if let Some(account) = self.find(channel, account) {
            account.waker.notify_one();
        }
    }

    /// What is notified when a message waits for an account. It wakes one waiter, now or later.
    pub fn waker(&self, channel: Channel, account: &str) -> Arc<Notify> {
        self.find(channel, account).map(|account| Arc::clone(&account.waker)).unwrap_or_default()
    }

    fn find(&self, channel: Channel, name: &str) -> Option<&PushAccount> {
        self.0.iter().find(|account| account.channel == channel && account.name == name)
    }
}
