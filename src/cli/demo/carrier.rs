//! Accounts of the demonstration that reach nobody: what is said to an invented person is taken, and goes nowhere.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;

use crate::{
    channel::{Outbound, Pace, Provider, Reason, Retry, SendError, Sent},
    domain::message::Channel,
};

/// What an address holds at which nobody can be reached.
const NOBODY: &str = "+33639980999";

/// An account on a channel.
#[derive(Debug)]
pub(super) struct Carrier {
    channel: Channel,
    account: String,
}

impl Carrier {
    pub(super) fn new(channel: Channel, insurer: &str) -> Self {
        Self { channel, account: account(channel, insurer) }
    }
}

/// The accounts on each channel but the chat, which has no provider.
pub(super) fn all(insurers: &[&str]) -> Vec<Arc<dyn Provider>> {
    let channels = [Channel::Sms, Channel::Email, Channel::Telegram];
    let of_insurer =
        |insurer: &&str| channels.map(|channel| Arc::new(Carrier::new(channel, insurer)) as Arc<dyn Provider>);
    insurers.iter().flat_map(of_insurer).collect()
}

/// What an insurer's account on a channel is called.
pub(super) fn account(channel: Channel, insurer: &str) -> String {
    format!("{insurer}-{}-nobody", channel.name())
}

impl Provider for Carrier {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn pace(&self) -> Pace {
        Pace { messages: 500, per: Duration::from_secs(1), at_once: 64, apart: Duration::ZERO }
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async move {
            if outbound.to.address == NOBODY {
                let detail = "a number that is out of service".to_owned();
                return Err(SendError { retry: Retry::Never, reason: Reason::NoSuchAddress, detail });
            }
            Ok(Sent { provider_id: outbound.id.clone() })
        })
    }
}
