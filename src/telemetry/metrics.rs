//! The numbers behind `/metrics`, in the OpenMetrics text form.

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// Seconds, from half a millisecond to ten.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The label of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ChannelLabel {
    pub channel: &'static str,
}

/// The label of an account: its name in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AccountLabel {
    pub channel: &'static str,
    pub account: String,
}

/// A budget of an account that is spent: `number`, `country`, `country not served`, `account`, `address`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct BudgetLabel {
    pub account: String,
    pub budget: &'static str,
}

/// Why connections were closed: `timed out`, `crowded`, `refused`, `stopped`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ConnectionLabel {
    pub why: &'static str,
}

/// Counters and timings. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// Messages durably received, by channel.
    pub received: Family<ChannelLabel, Counter>,
    /// Redeliveries that were recognised.
    pub duplicates: Counter,
    /// Turns that another node had overtaken and that were tried again.
    pub conflicts: Counter,
    /// Refusals before acknowledgement.
    pub refused: Counter,
    /// Messages that the store refuses for their content, by account: something else is stored in their place.
    pub passed_over: Family<AccountLabel, Counter>,
    /// What was found to be damaged or missing in the database's file.
    pub damaged: Counter,
    /// From a message's arrival to its durable receipt.
    pub receipt_seconds: Histogram,
    /// Messages that wait to be sent, by account, as last counted.
    pub outbox_waiting: Family<AccountLabel, Gauge>,
    /// Messages that a provider took.
    pub outbox_sent: Family<AccountLabel, Counter>,
    /// Tries that failed, whether they are made again or not.
    pub outbox_failed: Family<AccountLabel, Counter>,
    /// Messages that were given up and shown to a handler.
    pub outbox_given_up: Family<AccountLabel, Counter>,
    /// Tries to send that were refused for a budget.
    pub outbox_over_budget: Family<BudgetLabel, Counter>,
    /// Connections of the HTTP server.
    pub connections_open: Gauge,
    /// Connections that the HTTP server closed or did not take.
    pub connections_closed: Family<ConnectionLabel, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("guichet");
        let received = Family::default();
        registry.register("messages_received", "Messages durably received", received.clone());
        let duplicates = Counter::default();
        registry.register("duplicates", "Redeliveries that were recognised", duplicates.clone());
        let conflicts = Counter::default();
        registry.register("conflicts", "Turns tried again because another node was first", conflicts.clone());
        let refused = Counter::default();
        registry.register("refused", "Refusals before acknowledgement", refused.clone());
        let passed_over = Family::default();
        registry.register("passed_over", "Messages passed over because the store refuses them", passed_over.clone());
        let damaged = Counter::default();
        registry.register("damaged", "What was found to be damaged or missing in the database's file", damaged.clone());
        let receipt_seconds = Histogram::new(BUCKETS);
        registry.register("receipt_seconds", "From arrival to durable receipt", receipt_seconds.clone());
        let outbox_waiting = Family::default();
        registry.register("outbox_waiting", "Messages that wait to be sent", outbox_waiting.clone());
        let outbox_sent = Family::default();
        registry.register("outbox_sent", "Messages that a provider took", outbox_sent.clone());
        let outbox_failed = Family::default();
        registry.register("outbox_tries_failed", "Tries to send that failed", outbox_failed.clone());
        let outbox_given_up = Family::default();
        registry.register("outbox_given_up", "Messages given up and shown to a handler", outbox_given_up.clone());
        let outbox_over_budget = Family::default();
        registry.register("outbox_over_budget", "Messages refused for a budget", outbox_over_budget.clone());
        let connections_open = Gauge::default();
        registry.register("connections_open", "Connections of the HTTP server", connections_open.clone());
        let connections_closed = Family::default();
        registry.register(
            "connections_closed",
            "Connections that the HTTP server closed or did not take",
            connections_closed.clone(),
        );
        Self {
            registry: Arc::new(registry),
            received,
            duplicates,
            conflicts,
            refused,
            passed_over,
            damaged,
            receipt_seconds,
            outbox_waiting,
            outbox_sent,
            outbox_failed,
            outbox_given_up,
            outbox_over_budget,
            connections_open,
            connections_closed,
        }
    }
}

impl Metrics {
    /// The numbers as a scraper reads them.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
