//! Sends the messages that wait for one account.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    Outbox,
    clock_jumps::ClockJumps,
    compose::compose,
    pace::Window,
    retry::{self, Next},
};
use crate::{
    channel::{Provider, Reason, Retry, SendError, Sent},
    domain::id::OutboundId,
    intake::IntakeError,
    store::{OutboxRow, Settled, StoreError},
    telemetry::AccountLabel,
};

/// The longest time between two looks at the outbox: another node may have died with messages that it had claimed, and
/// a notification of what another node wrote may be lost with its connection.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// How long to wait after the store failed.
const STORE_AGAIN: Duration = Duration::from_secs(1);
/// How long to wait when another node claimed the messages first.
const OVERTAKEN: Duration = Duration::from_millis(200);
/// The part of the lease that a try may take; the rest covers a slow store.
const OF_LEASE: f64 = 0.6;

/// One account's sender.
#[derive(Debug)]
pub struct Dispatcher {
    outbox: Outbox,
    provider: Arc<dyn Provider>,
    label: AccountLabel,
    /// Notified when a turn, on any node, wrote a message for this account.
    waker: Arc<Notify>,
    window: Window,
    /// Nothing is sent before this, because the account failed.
    rests_until: Timestamp,
    failures_in_a_row: u32,
    in_flight: JoinSet<FinishedTry>,
    /// The epoch by which each message is ours until its try is stored. One whose lease ran out before, for the clock jumped or
    /// the store was away, is claimed again, and is not sent again for it.
    epochs: HashMap<OutboundId, i64>,
    jumps: ClockJumps,
    /// When this node put off which message, and for how long.
    put_off: HashMap<OutboundId, (Timestamp, Duration)>,
    /// The results of tries that are not stored yet.
    settled: Vec<(OutboxRow, Settled)>,
    given_up: Vec<(OutboxRow, Reason)>,
    /// What the provider calls messages that are stored as sent, and reports on which may have come before.
    unreported: Vec<String>,
    counted_at: Option<Instant>,
}

/// A try that ended.
#[derive(Debug)]
struct FinishedTry {
    row: OutboxRow,
    result: Result<Sent, SendError>,
}

impl Dispatcher {
    pub fn new(outbox: Outbox, provider: Arc<dyn Provider>) -> Self {
        let (channel, account) = (provider.channel(), provider.account());
        Self {
            label: AccountLabel { channel: channel.name(), account: account.to_owned() },
            waker: outbox.intake.accounts().waker(channel, account),
            window: Window::new(provider.pace()),
            rests_until: Timestamp::UNIX_EPOCH,
            failures_in_a_row: 0,
            in_flight: JoinSet::new(),
            epochs: HashMap::new(),
            jumps: ClockJumps::of(outbox.clock.clone()),
            put_off: HashMap::new(),
            settled: Vec::new(),
            given_up: Vec::new(),
            unreported: Vec::new(),
            counted_at: None,
            outbox,
            provider,
        }
    }

    /// Sends until `stop`, then waits for the tries in flight. When it is dropped before, their leases run out and
    /// another dispatcher sends them again.
    pub async fn run(mut self, stop: CancellationToken) {
        let (channel, account) = (self.provider.channel(), self.provider.account());
        if let Err(error) = self.outbox.receiver.take_all_early_reports(channel, account).await {
            tracing::warn!(%error, account = self.label.account, "early reports wait");
        }
        loop {
            let stopping = stop.is_cancelled();
            let wait = match self.turn(stopping).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, account = self.label.account, "the outbox waits for the store");
                    STORE_AGAIN
                }
            };
            if stopping && self.in_flight.is_empty() && self.settled.is_empty() && self.given_up.is_empty() {
                return;
            }
            // In one order, so that the simulation plays the same twice.
            tokio::select! {
                biased;
                Some(finished) = self.in_flight.join_next() => self.finish(finished),
                () = self.waker.notified(), if !stopping => {}
                () = stop.cancelled(), if !stopping => {}
                () = sleep(wait) => {}
            }
        }
    }

    /// Stores the results of tries that ended and starts new ones. Returns how long to wait until another try may start.
    async fn turn(&mut self, stopping: bool) -> Result<Duration, IntakeError> {
        while let Some(finished) = self.in_flight.try_join_next() {
            self.finish(finished);
        }
        self.settle().await?;
        if stopping {
            return Ok(LOOK_AGAIN);
        }
        self.count().await?;
        Ok(self.start().await?)
    }

    /// Starts as many tries as the account may take.
    async fn start(&mut self) -> Result<Duration, StoreError> {
        let (channel, account) = (self.provider.channel(), self.provider.account());
        loop {
            let (now, tick) = (self.jumps.now(), Instant::now());
            // A clock that was put back must not make the rest longer than it may be.
            let rests = positive(now, self.rests_until).filter(|rest| *rest <= retry::LONGEST_REST);
            if let Some(rest) = rests {
                return Ok(rest);
            }
            let at_once = self.provider.pace().at_once.max(1).saturating_sub(self.in_flight.len());
            if at_once == 0 {
                return Ok(LOOK_AGAIN);
            }
            let free = self.window.free(tick).min(at_once);
            if free == 0 {
                return Ok(self.window.wait(tick));
            }
            let Some(due) = self.outbox.store.outbox_due(channel, account).await? else { return Ok(LOOK_AGAIN) };
            if let Some(wait) = positive(now, due) {
                return Ok(wait.min(LOOK_AGAIN));
            }
            let until = now + self.outbox.lease;
            let claimed = self.outbox.store.claim_outbox(channel, account, now, until, free).await?;
            if claimed.is_empty() {
                return Ok(OVERTAKEN);
            }
            let claimed: Vec<OutboxRow> =
                claimed.into_iter().filter(|row| self.epochs.insert(row.id, row.epoch).is_none()).collect();
            for row in &claimed {
                self.put_off.remove(&row.id);
            }
            self.window.take(claimed.len(), tick);
            // On the monotonic clock and from before the claim, so that a change of the wall clock cannot outlast the
            // lease.
            let deadline = tick + self.outbox.lease.mul_f64(OF_LEASE);
            for row in claimed {
                let turn = self.window.turn_of(&row.to.address, tick);
                let attempt = attempt(self.outbox.clone(), Arc::clone(&self.provider), row, deadline);
                self.in_flight.spawn(async move {
                    sleep_until(turn).await;
                    attempt.await
                });
            }
        }
    }

    /// Decides what follows from a try that ended.
    fn finish(&mut self, joined: Result<FinishedTry, tokio::task::JoinError>) {
        // A try catches its own panics; a cancelled one is not decided here.
        let Ok(FinishedTry { row, result }) = joined else { return };
        match result {
            Ok(Sent { provider_id }) => {
                self.failures_in_a_row = 0;
                self.outbox.metrics.outbox_sent.get_or_create(&self.label).inc();
                let provider_id = Some(provider_id).filter(|id| !id.is_empty());
                self.settled.push((row, Settled::Sent { provider_id }));
            }
            Err(error) => self.finish_failure(row, &error),
        }
    }

    fn finish_failure(&mut self, row: OutboxRow, error: &SendError) {
        let now = self.jumps.now();
        let (account, id, reason) = (&self.label.account, row.id, error.reason.name());
        self.outbox.metrics.outbox_failed.get_or_create(&self.label).inc();
        if error.reason == Reason::Account {
            tracing::error!(account, %id, detail = error.detail, "the provider refuses the account: its messages wait");
        } else {
            tracing::warn!(account, %id, reason, attempt = row.attempts, detail = error.detail, "a message was not sent");
        }
        if matches!(error.retry, Retry::Never) && error.reason != Reason::Account {
            // The failure is this message's own: the account works.
            self.failures_in_a_row = 0;
        } else {
            self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        }
        if let Some(rest) = retry::rest(error, self.failures_in_a_row) {
            self.rests_until = self.rests_until.max(now + rest);
        }
        match retry::next(error, row.kind, row.attempts, self.jumps.age(row.at, now), &self.outbox.jitter) {
            Next::Again { wait, counted } => {
                self.put_off.insert(row.id, (now, wait));
                self.settled.push((row, Settled::Again { next_at: now + wait, reason, counted }));
            }
            Next::GiveUp => self.given_up.push((row, error.reason)),
        }
    }

    /// Stores the results of tries. What could not be stored is kept for the next call.
    async fn settle(&mut self) -> Result<(), IntakeError> {
        if !self.settled.is_empty() {
            for (row, _) in &mut self.settled {
                row.epoch = self.epochs.get(&row.id).copied().unwrap_or(row.epoch);
            }
            self.outbox.store.settle_outbox(&self.settled).await?;
            let settled = std::mem::take(&mut self.settled);
            self.unreported.extend(settled.iter().filter_map(|(_, settled)| match settled {
                Settled::Sent { provider_id } => provider_id.clone(),
                Settled::Again { .. } => None,
            }));
            self.take_early_reports().await;
            for (row, _) in settled {
                self.epochs.remove(&row.id);
                self.outbox.intake.tell_change(row.conversation);
            }
        }
        while let Some((mut row, reason)) = self.given_up.pop() {
            row.epoch = self.epochs.get(&row.id).copied().unwrap_or(row.epoch);
            match self.outbox.intake.give_up(&row, reason.name()).await {
                Ok(()) => {
                    self.outbox.metrics.outbox_given_up.get_or_create(&self.label).inc();
                }
                Err(error @ (IntakeError::Store(_) | IntakeError::Busy)) => {
                    self.given_up.push((row, reason));
                    return Err(error);
                }
                // It is claimed again when its lease runs out; until then only its own conversation waits for it.
                Err(error) => tracing::error!(%error, id = %row.id, "a message cannot be given up"),
            }
            self.epochs.remove(&row.id);
        }
        Ok(())
    }

    /// Applies the reports that came before their messages were stored as sent. What fails is tried with the next ones.
    async fn take_early_reports(&mut self) {
        let (channel, account) = (self.provider.channel(), self.provider.account());
        match self.outbox.receiver.take_early_reports(channel, account, &self.unreported).await {
            Ok(()) => self.unreported.clear(),
            Err(error) => tracing::warn!(%error, account = self.label.account, "early reports wait"),
        }
    }

    /// Counts the waiting messages for the metrics, and looks for those that a changed clock would keep, every [`LOOK_AGAIN`].
    async fn count(&mut self) -> Result<(), StoreError> {
        let (now, clock) = (Instant::now(), self.jumps.now());
        let went_back = self.jumps.went_back();
        if went_back || self.counted_at.is_none_or(|at| now.duration_since(at) >= LOOK_AGAIN) {
            let mut stuck = if went_back { self.follow_clock_back(clock).await? } else { 0 };
            let (channel, account) = (self.provider.channel(), self.provider.account());
            let furthest = clock + retry::FURTHEST;
            stuck += self.outbox.store.advance_outbox(channel, account, clock, furthest).await?;
            self.put_off.retain(|_, (at, wait)| *at + *wait > clock);
            if stuck > 0 {
                tracing::warn!(
                    account,
                    stuck,
                    "messages were due at a time of a later clock, which was put back since: they do not wait for it"
                );
            }
            let waiting = self.outbox.store.outbox_waiting(channel, account).await?;
            self.outbox.metrics.outbox_waiting.get_or_create(&self.label).set(waiting);
            self.counted_at = Some(now);
        }
        Ok(())
    }

    /// What was written under the later clock would wait until then: a message that nobody has tried is due now, and one that this
    /// node put off waits as long as it was to. What others have or put off stays as it is, for their clock may be right.
    async fn follow_clock_back(&mut self, clock: Timestamp) -> Result<u64, StoreError> {
        let (channel, account) = (self.provider.channel(), self.provider.account());
        let later = self.put_off.iter().filter(|(_, (at, _))| *at > clock);
        let later: Vec<_> = later.map(|(id, (at, wait))| (*id, *at + *wait, clock + *wait)).collect();
        // A node that is a little ahead of this one is no later clock.
        let furthest = clock + self.outbox.lease;
        let stuck = self.outbox.store.bring_outbox_forward(channel, account, clock, furthest, &later).await?;
        for (id, ..) in later {
            if let Some((at, _)) = self.put_off.get_mut(&id) {
                *at = clock;
            }
        }
        self.jumps.followed_back();
        Ok(stuck)
    }

    /// Sends all that is due and stores the results.
    #[cfg(test)]
    pub(super) async fn send_all(&mut self) {
        loop {
            self.turn(false).await.unwrap();
            match self.in_flight.join_next().await {
                Some(finished) => self.finish(finished),
                None => return,
            }
        }
    }
}

/// The time from `now` until `then`; none when `then` has passed.
fn positive(now: Timestamp, then: Timestamp) -> Option<Duration> {
    Duration::try_from(then.duration_since(now)).ok().filter(|wait| !wait.is_zero())
}

/// Makes one try. It ends at the deadline, and a panic of the provider's code counts as a failure.
async fn attempt(outbox: Outbox, provider: Arc<dyn Provider>, row: OutboxRow, deadline: Instant) -> FinishedTry {
    if retry::is_poison(row.attempts) {
        let detail = "begun too often without an end".into();
        return FinishedTry {
            row,
            result: Err(SendError { retry: Retry::Never, reason: Reason::Unavailable, detail }),
        };
    }
    let failed =
        |detail: &str| Err(SendError { retry: Retry::Later, reason: Reason::Unavailable, detail: detail.to_owned() });
    let sending = async {
        match outbox.store.opted_out(&row).await {
            Ok(false) => {}
            Ok(true) => {
                let detail = "the person asked for no more messages there".to_owned();
                return Err(SendError { retry: Retry::Never, reason: Reason::Refused, detail });
            }
            Err(error) => return failed(&error.to_string()),
        }
        let outbound = compose(&outbox, &row).await?;
        outbox.budget.reserve(&outbound, outbox.clock.now())?;
        // What has no answer in time may have been sent, and stays counted.
        provider.deliver(&outbound).await.inspect_err(|error| outbox.budget.give_back(&outbound, error))
    };
    let result = match timeout_at(deadline, AssertUnwindSafe(sending).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => failed("the provider's code panicked"),
        Err(_) => failed("no answer in time"),
    };
    FinishedTry { row, result }
}
