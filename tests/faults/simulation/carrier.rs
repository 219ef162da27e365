//! The carrier of text messages: takes them after a while, refuses some, and loses some of its answers.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

use super::{node::Life, world::lock};
use crate::{
    channel::{Outbound, Pace, Provider, Reason, Retry, SendError, Sent},
    domain::{id::ConversationId, message::Channel},
};

pub(super) const ACCOUNT: &str = "main";

/// What came to the carrier.
#[derive(Debug, Default)]
pub(super) struct Carrier {
    pub(super) deliveries: Vec<Delivery>,
}

/// A message that the carrier took.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) conversation: ConversationId,
    pub(super) seq: i64,
    pub(super) node: String,
    pub(super) at: Instant,
    /// Whether the node heard that it was taken.
    pub(super) answered: bool,
    /// Whether the node stood still between its claim and this.
    pub(super) late: bool,
}

/// A node's way to the carrier.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) life: Arc<Life>,
}

impl Line {
    /// A while, and as long as the node is frozen; for ever where it is dead. Whether it was frozen.
    async fn pass(&self) -> bool {
        let lasts = self.life.world.millis(5..700);
        sleep(lasts).await;
        match self.life.go_on().await {
            Ok(stood) => stood,
            Err(_) => std::future::pending().await,
        }
    }

    async fn take(&self, outbound: &Outbound) -> Result<Sent, SendError> {
        let world = &self.life.world;
        let late = self.pass().await;
        let failed = |retry, detail: &str| SendError { retry, reason: Reason::Unavailable, detail: detail.to_owned() };
        if !world.is_calm() && world.once_in(world.odds.refuse_text) {
            let kind = world.among(0..4);
            world.tell(&format!("{} is refused message {} by the carrier", self.life.name, outbound.seq));
            return Err(match kind {
                0 => failed(Retry::After(Duration::from_secs(90)), "simulated: too many"),
                1 => SendError { retry: Retry::Never, reason: Reason::Content, detail: "simulated".to_owned() },
                _ => failed(Retry::Later, "simulated: down"),
            });
        }
        let at = {
            let mut carrier = lock(&world.carrier);
            carrier.deliveries.push(Delivery {
                id: outbound.id.clone(),
                conversation: outbound.conversation,
                seq: outbound.seq,
                node: self.life.name.clone(),
                at: Instant::now(),
                answered: false,
                late,
            });
            carrier.deliveries.len() - 1
        };
        world.tell(&format!("{} delivers message {} of {}", self.life.name, outbound.seq, outbound.conversation));
        if !world.is_calm() && world.once_in(world.odds.lose_answer) {
            let (fails, dies, freezes) = (world.once_in(3), world.once_in(6), world.once_in(6));
            if dies && world.odds.die > 0 {
                self.life.die("while the carrier answers");
            } else if freezes && world.odds.freeze > 0 {
                self.life.freeze(Duration::from_secs(100));
            } else if fails {
                return Err(failed(Retry::Later, "simulated: the answer was lost"));
            } else {
                return std::future::pending().await;
            }
        }
        self.pass().await;
        lock(&world.carrier).deliveries[at].answered = true;
        Ok(Sent { provider_id: format!("{}-{at}", outbound.id) })
    }
}

impl Provider for Line {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn account(&self) -> &str {
        ACCOUNT
    }

    fn pace(&self) -> Pace {
        Pace { messages: 1000, per: Duration::from_secs(1), at_once: 8, apart: Duration::ZERO }
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(self.take(outbound))
    }
}
