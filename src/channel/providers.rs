//! The configured accounts, each served by its provider.

use std::{collections::HashSet, sync::Arc};

use super::{Provider, email, sms, telegram};
use crate::{config::Config, conversation::Accounts, domain::message::Channel};

/// Opens the accounts of a channel that the configuration names.
type Open = fn(&Config, &reqwest::Client) -> Result<Vec<Arc<dyn Provider>>, AccountError>;

/// The channels, one line each.
const CHANNELS: &[Open] = &[sms::open, telegram::open];

/// What is wrong with the configured accounts.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("two accounts of the channel {channel} are called {account}: give each a name of its own")]
    Twice { channel: &'static str, account: String },
    #[error("the account {account} of the channel {channel}: {problem}")]
    Unusable { channel: &'static str, account: String, problem: String },
    #[error("no HTTP client can be made: {0}")]
    Http(#[from] reqwest::Error),
}

/// The providers by channel and account. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Providers(Arc<[Arc<dyn Provider>]>);

impl Providers {
    /// Opens the accounts that `config` names; they share the connections of `http`. `key` is the program's own secret,
    /// the same on every node.
    ///
    /// # Errors
    ///
    /// When an account's settings are wrong, or two accounts of a channel have one name.
    pub fn open(config: &Config, http: &reqwest::Client, key: &str) -> Result<Self, AccountError> {
        let mut all = Vec::new();
        for open in CHANNELS {
            all.extend(open(config, http)?);
        }
        all.extend(email::open(config, key)?);
        // The accounts whose replies stand in the answer to the post share these addresses, so their names count too.
        let answered = config.sms.answered().map(|webhook| (Channel::Sms, webhook.account.clone()));
        Self::new(all, answered)
    }

    /// These accounts; `taken` are the names that others have.
    pub fn new(
        providers: Vec<Arc<dyn Provider>>,
        taken: impl IntoIterator<Item = (Channel, String)>,
    ) -> Result<Self, AccountError> {
        let named = providers.iter().map(|provider| (provider.channel(), provider.account().to_owned()));
        let mut seen = HashSet::new();
        for (channel, account) in taken.into_iter().chain(named) {
            if !seen.insert((channel, account.clone())) {
                return Err(AccountError::Twice { channel: channel.name(), account });
            }
        }
        Ok(Self(providers.into()))
    }

    /// These and `more`, whose accounts are called otherwise.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = Arc<dyn Provider>>) -> Self {
        Self(self.iter().cloned().chain(more).collect())
    }

    /// The account of this name on a channel.
    pub fn find(&self, channel: Channel, account: &str) -> Option<&Arc<dyn Provider>> {
        self.0.iter().find(|provider| provider.channel() == channel && provider.account() == account)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.0.iter()
    }

    /// The accounts to which messages are pushed, for the intake.
    pub fn accounts(&self) -> Accounts {
        Accounts::new(self.0.iter().map(|provider| (provider.channel(), provider.account().to_owned())))
    }
}
