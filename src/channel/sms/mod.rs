//! Text messages: one file a provider, and what they share.
//!
//! A provider verifies and decodes what comes and sends what goes. Texts are rendered by [`render`], telephone numbers
//! are normalised by `numbers`. Photos do not travel by text message in France: a message that asks for one holds a
//! short link.

mod account;
mod answer;
mod numbers;
mod octopush;
mod ovh;
pub mod render;
mod smpp;
#[cfg(test)]
mod tests;
mod twilio;
pub mod webhook;

use std::sync::Arc;

use super::{AccountError, Outbound, Provider};
use crate::{
    config::Config,
    domain::{clock::Clock, message::Channel},
};

/// The country of a number, by its two letters; none for a short code.
pub fn country(address: &str) -> Option<String> {
    numbers::country(address)
}

/// The texts that a message is sent as.
pub fn texts(outbound: &Outbound) -> Vec<String> {
    let link = outbound.link.as_ref().map(|link| format!("{} {link}", outbound.lead_in));
    render::texts(&outbound.body, link.as_deref())
}

/// A door for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz_smpp(data: &[u8]) {
    smpp::fuzz(data);
}

/// The accounts that the configuration names.
pub(super) fn open(config: &Config, http: &reqwest::Client) -> Result<Vec<Arc<dyn Provider>>, AccountError> {
    let public_url = &config.server.public_url;
    let max_file_bytes = usize::try_from(config.documents.max_file_mib.saturating_mul(1024 * 1024));
    let max_file_bytes = max_file_bytes.unwrap_or(usize::MAX);
    let mut all = webhook::senders(&config.sms.webhooks, http)?;
    for account in &config.sms.twilio {
        let opened = twilio::Twilio::open(account, public_url, max_file_bytes, http);
        all.push(Arc::new(opened.map_err(|error| unusable(&account.account, &error))?));
    }
    for account in &config.sms.ovh {
        let opened = ovh::Ovh::open(account, Clock::system(), http);
        all.push(Arc::new(opened.map_err(|error| unusable(&account.account, &error))?));
    }
    for account in &config.sms.octopush {
        let opened = octopush::Octopush::open(account, http);
        all.push(Arc::new(opened.map_err(|error| unusable(&account.account, &error))?));
    }
    for account in &config.sms.smpp {
        let opened = smpp::Smpp::open(account, Clock::system());
        all.push(Arc::new(opened.map_err(|error| unusable(&account.account, &error))?));
    }
    Ok(all)
}

fn unusable(account: &str, error: &impl std::error::Error) -> AccountError {
    AccountError::Unusable { channel: Channel::Sms.name(), account: account.to_owned(), problem: error.to_string() }
}
