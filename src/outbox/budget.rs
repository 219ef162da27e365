//! What may be sent in a day: fraudsters make services write to numbers that pay them, or to many people in others' names.
//!
//! A message that is beyond the budget of its number or its country, or that goes to a country that is not served, is given up:
//! it stands in the dossier with the reason, and a handler decides. One that is beyond its account's budget waits. Each is an
//! error in the log and a number of its own. The budgets hold for each node by itself, as the pace does; what was sent before a
//! restart is not counted.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    channel::{Outbound, Reason, Retry, SendError, sms},
    domain::message::{Author, Channel},
    intake::{Key, Limit, Throttle},
    telemetry::{BudgetLabel, Metrics},
};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// The most letters that Guichet writes to one address by itself.
const LETTERS_PER_ADDRESS: u32 = 30;

/// How many text messages may leave in a day.
#[derive(Clone, Debug)]
pub struct BudgetLimits {
    /// The countries that are written to, by their two letters; the first is the service's own.
    pub countries: Vec<String>,
    pub texts_per_number: u32,
    /// For each country but the first.
    pub texts_per_country: u32,
    pub texts_per_account: u32,
}

/// Counts what was sent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: BudgetLimits,
    sent: Throttle,
    metrics: Metrics,
}

/// A budget that a message counts for.
#[derive(Clone, Copy, Debug)]
struct Share {
    name: &'static str,
    key: Key,
    limit: Limit,
}

impl Budget {
    pub fn new(limits: BudgetLimits, metrics: Metrics) -> Self {
        Self(Arc::new(Inner { limits, sent: Throttle::new(DAY), metrics }))
    }

    /// Counts the message before it is sent, so that what is under way together does not pass a budget together.
    ///
    /// # Errors
    ///
    /// When it may not be sent now; it is not counted then.
    pub(super) fn reserve(&self, outbound: &Outbound, now: Timestamp) -> Result<(), SendError> {
        let account = &outbound.to.account;
        if outbound.to.channel == Channel::Sms
            && let Some(country) = sms::country(&outbound.to.address)
            && !self.0.limits.countries.contains(&country)
        {
            tracing::error!(account, country, "a text message was not sent: its country is not in sms.countries");
            return Err(self.refuse(outbound, "country not served", Retry::Never));
        }
        let shares = self.shares(outbound);
        let keys: Vec<(Key, Limit)> = shares.iter().map(|share| (share.key, share.limit)).collect();
        self.0.sent.reserve(&keys, texts(outbound), now).map_err(|(refused, seconds)| {
            let budget = shares[refused].name;
            tracing::error!(account, budget, seconds, "a message was not sent: the day's budget is spent");
            let is_everybodys = budget == ACCOUNT;
            let wait = Duration::from_secs(seconds.into());
            self.refuse(outbound, budget, if is_everybodys { Retry::After(wait) } else { Retry::Never })
        })
    }

    /// A message that was counted was refused. A text of which that is not known, for the provider did not answer, may have been
    /// sent and stays counted.
    pub(super) fn give_back(&self, outbound: &Outbound, error: &SendError) {
        let is_unknown = error.reason == Reason::Unavailable && error.retry == Retry::Later;
        if is_unknown && outbound.to.channel == Channel::Sms {
            return;
        }
        for share in self.shares(outbound) {
            self.0.sent.give_back(share.key, texts(outbound));
        }
    }

    fn shares(&self, outbound: &Outbound) -> Vec<Share> {
        let (to, limits) = (&outbound.to, &self.0.limits);
        let (account, address) = (to.account.as_bytes(), to.address.as_bytes());
        let share = |name: &'static str, of: &[u8], most| Share {
            name,
            key: Key::of(&[name.as_bytes(), account, of]),
            limit: Limit::Most(most),
        };
        match to.channel {
            Channel::Sms => {
                let mut shares = vec![share("number", address, limits.texts_per_number)];
                let foreign = sms::country(&to.address).filter(|country| limits.countries.first() != Some(country));
                if let Some(country) = foreign {
                    shares.push(share("country", country.as_bytes(), limits.texts_per_country));
                }
                shares.push(share(ACCOUNT, b"", limits.texts_per_account));
                shares
            }
            Channel::Email if outbound.author == Author::Guichet => {
                vec![share("address", address, LETTERS_PER_ADDRESS)]
            }
            _ => Vec::new(),
        }
    }

    fn refuse(&self, outbound: &Outbound, budget: &'static str, retry: Retry) -> SendError {
        let label = BudgetLabel { account: outbound.to.account.clone(), budget };
        self.0.metrics.outbox_over_budget.get_or_create(&label).inc();
        SendError { retry, reason: Reason::Budget, detail: format!("beyond the budget: {budget}") }
    }
}

/// For how many messages one counts.
fn texts(outbound: &Outbound) -> u32 {
    match outbound.to.channel {
        Channel::Sms => u32::try_from(sms::texts(outbound).len()).unwrap_or(u32::MAX),
        _ => 1,
    }
}

const ACCOUNT: &str = "account";

#[cfg(test)]
mod tests;
