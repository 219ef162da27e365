//! Alerts: what cannot wait is told to whoever is on call, one after the other, until somebody takes it. Where the insurer's
//! people are at work, they have some minutes to see it in the list first.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::{action::Actor, error::ConversationError, services::Services, time, turn::Turn};
use crate::{
    domain::{
        language::Language,
        message::{Endpoint, GUICHET},
    },
    dossier::{Dossier, TimelineEvent},
    flow::{self, Rota},
    store::{DueKind, DueRow, OutboxRow},
};

/// How often each of a rota is told, before it is given up.
const ROUNDS: usize = 3;

/// Why somebody is alerted, as it is kept and as the sentences of `flows/messages.yaml` end.
pub(super) const URGENT: &str = "urgent";
pub(super) const OVERDUE: &str = "overdue";

/// An alert that nobody has taken yet, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub reason: String,
    pub since: Timestamp,
    /// How many were told so far.
    pub told: usize,
}

/// A dossier has one alert at a time.
fn subject(dossier: &Dossier) -> String {
    format!("alert/{}", dossier.id)
}

impl Turn {
    /// Alerts whoever is on call for the dossier, where anybody is.
    pub(super) fn alert(&mut self, reason: &str) -> Result<(), ConversationError> {
        let Some((dossier, rota)) = self.on_call() else { return Ok(()) };
        let library = Arc::clone(&self.conversation.library);
        let at = if reason == OVERDUE {
            time::decent_for(&self.conversation, self.now)
        } else {
            let insurer = library.insurer(&dossier.insurer);
            let local = |zone| self.now.to_zoned(zone).datetime();
            let closed = insurer
                .is_some_and(|insurer| insurer.hours.reopening(local(insurer.zone()), library.calendar()).is_some());
            if closed { self.now } else { self.now + rota.after_minutes.minutes() }
        };
        let alert = Alert { reason: reason.to_owned(), since: self.now, told: 0 };
        self.keep_alert(&dossier, &alert, at)
    }

    /// Somebody does something in the dossier: nobody else is told.
    pub(super) async fn take_alert(&mut self, actor: &Actor, services: &Services) -> Result<(), ConversationError> {
        let Some(dossier) = self.conversation.dossier.clone() else { return Ok(()) };
        let subject = subject(&dossier);
        if services.look_ups().due(&subject).await?.is_some() {
            self.set_due(DueRow::of(dossier.conversation, DueKind::Alert, &subject, None));
            self.record(&actor.login, &TimelineEvent::AlertTaken {});
        }
        Ok(())
    }

    /// Whether an alert is under way.
    pub(super) async fn is_alerted(&self, services: &Services) -> Result<bool, ConversationError> {
        let Some(dossier) = &self.conversation.dossier else { return Ok(false) };
        Ok(services.look_ups().due(&subject(dossier)).await?.is_some())
    }

    /// Nobody took an alert so far: tells the next one.
    pub(super) async fn escalate(&mut self, kept: &str, services: &Services) -> Result<(), ConversationError> {
        let row = services.look_ups().due(kept).await?;
        let alert = row.and_then(|row| serde_json::from_str::<Alert>(&row.payload?).ok());
        let (Some((dossier, rota)), Some(alert)) = (self.on_call(), alert) else {
            self.set_due(DueRow::of(self.conversation.row.id, DueKind::Alert, &kept, None));
            return Ok(());
        };
        if alert.told >= ROUNDS * rota.members.len() {
            self.set_due(DueRow::of(dossier.conversation, DueKind::Alert, &kept, None));
            self.record(GUICHET, &TimelineEvent::AlertUnanswered {});
            return Ok(());
        }
        let member = &rota.members[alert.told % rota.members.len()];
        let account = member.account.clone().or_else(|| services.accounts().first(member.channel));
        let told = Alert { told: alert.told + 1, ..alert.clone() };
        let Some(account) = account else {
            // There is no way to them: the next one at once.
            self.record(
                GUICHET,
                &TimelineEvent::AlertSent {
                    to: member.login.clone(),
                    channel: member.channel,
                    reason: alert.reason,
                    failed: true,
                },
            );
            return self.keep_alert(&dossier, &told, self.now);
        };
        let to = Endpoint { channel: member.channel, account, address: member.address.clone() };
        let library = Arc::clone(&self.conversation.library);
        let page = format!("{}/console/dossiers/{}", services.public_url().trim_end_matches('/'), dossier.id);
        let text = flow::alert_text(&library, &alert.reason, Language::default(), &dossier.reference, &page);
        self.rows.outbox.push(OutboxRow::alert(dossier.conversation, to, text, self.now));
        let event = TimelineEvent::AlertSent {
            to: member.login.clone(),
            channel: member.channel,
            reason: alert.reason,
            failed: false,
        };
        self.record(GUICHET, &event);
        self.keep_alert(&dossier, &told, self.now + rota.after_minutes.minutes())
    }

    fn keep_alert(&mut self, dossier: &Dossier, alert: &Alert, at: Timestamp) -> Result<(), ConversationError> {
        let payload = Some(serde_json::to_string(alert).map_err(ConversationError::Unwritable)?);
        let row = DueRow::of(dossier.conversation, DueKind::Alert, &subject(dossier), Some(at));
        self.set_due(DueRow { payload, ..row });
        Ok(())
    }

    /// The dossier and who is on call for it. None where it is over, or nobody is.
    fn on_call(&self) -> Option<(Arc<Dossier>, Rota)> {
        let dossier = self.conversation.dossier.clone().filter(|dossier| !dossier.status.is_over())?;
        let rota = self.conversation.library.desks().rota(dossier.desk.as_ref(), &dossier.insurer)?.clone();
        Some((dossier, rota))
    }
}
