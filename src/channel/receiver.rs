//! Receives what providers decoded: stores the files first, then the message with its answer; then the provider
//! acknowledges.
//!
//! Nothing is acknowledged that is not on disk: a message whose file cannot be fetched at the moment is refused, and
//! the provider delivers it again. A file that will never come (gone, too large, of a type that is not accepted) does
//! not stop its message: the person is told, and the rest goes on.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;

use super::{
    Content, DeliveryStatus, Event, FetchError, File, OneTimeProof, Provider, Received, ReceiverError, Report,
};
use crate::{
    conversation::files::{Files, KeptFile, QUOTA},
    document::{DocumentError, Documents, Limits},
    domain::{
        clock::Clock,
        message::{Channel, UNVERIFIED},
    },
    inspection::Inspections,
    intake::{Citation, Inbound, Intake, IntakeError},
    store::{Delivery, EarlyReport, Engine, FileQuota, OutboxRow},
};

/// Messages whose early reports are looked for at once when a program begins.
const EARLY_PAGE: i64 = 500;

/// How long a proof is held by the delivery that is being believed.
const PROOF_HELD: SignedDuration = SignedDuration::from_secs(60);

/// The one way from a provider to the intake. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Receiver {
    intake: Intake,
    store: Engine,
    documents: Documents,
    inspections: Inspections,
    limits: Limits,
    clock: Clock,
}

impl Receiver {
    pub fn new(intake: Intake, store: Engine, documents: Documents, limits: Limits, clock: Clock) -> Self {
        let inspections = Inspections::new(store.clone(), documents.clone(), intake.clone(), clock.clone());
        Self { intake, store, documents, inspections, limits, clock }
    }

    /// The files that wait to be looked at.
    pub fn inspections(&self) -> &Inspections {
        &self.inspections
    }

    /// The store, for what an account keeps about its own connection: how far a mailbox was read, a part of a message.
    pub fn store(&self) -> &Engine {
        &self.store
    }

    /// The program's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Stores an event with everything that follows from it. `provider` may acknowledge only after this returned.
    ///
    /// # Errors
    ///
    /// When the event could not be stored, or a file cannot be fetched at the moment. The provider must deliver it
    /// again.
    pub async fn take(&self, provider: &dyn Provider, event: Event) -> Result<(), ReceiverError> {
        // A turn's future is large: boxed here, it does not make every channel's own future larger.
        match event {
            Event::Message(received) => Box::pin(self.receive(provider, *received)).await,
            Event::Report(report) => Box::pin(self.note(provider.channel(), provider.account(), &report)).await,
            Event::Proof(proof) => self.believe(provider, &proof).await,
            Event::AfterCommit(what) => {
                provider.after_commit(&what);
                Ok(())
            }
        }
    }

    /// Remembers a proof with what it came with: a delivery that is repeated is believed again, anything else is not.
    async fn believe(&self, provider: &dyn Provider, proof: &OneTimeProof) -> Result<(), ReceiverError> {
        let (OneTimeProof { token, of, until }, now) = (proof, self.clock.now());
        let used = format!("proof|{}|{}|{token}", provider.channel().name(), provider.account());
        let used_for = format!("{used}|{of}");
        // What ends at once leaves nothing behind: this only asks what was believed before.
        if !self.store.may_try(&used_for, 1, now, now).await? {
            return Ok(());
        }
        // Of deliveries at the same instant one is believed. Its hold ends soon: whoever dies before the next two lines are
        // stored is followed by a repeated delivery.
        let is_new = self.store.may_try(&used, 1, now, now).await?;
        if !is_new || !self.store.may_try(&format!("{used}|held"), 1, now, now + PROOF_HELD).await? {
            return Err(ReceiverError::Replayed);
        }
        self.store.may_try(&used_for, 1, now, *until).await?;
        self.store.may_try(&used, 1, now, *until).await?;
        Ok(())
    }

    /// Counts something of an account that was not stored and will not come again.
    pub fn count_passed_over(&self, channel: Channel, account: &str) {
        self.intake.count_passed_over(channel, account);
    }

    async fn receive(&self, provider: &dyn Provider, received: Received) -> Result<(), ReceiverError> {
        let Received { mut inbound, files, more_may_follow, is_sender_proven } = received;
        inbound.settle |= more_may_follow;
        if !is_sender_proven {
            if self.intake.has_received(&inbound).await? {
                return Ok(());
            }
            self.doubt(&mut inbound).await?;
        }
        let files = if files.is_empty() {
            Files::default()
        } else if self.intake.has_received(&inbound).await? {
            return Ok(());
        } else {
            self.keep(provider, &inbound, files).await?
        };
        let has_files = !files.kept.is_empty();
        self.intake.receive_with(inbound, files).await?;
        if has_files {
            self.inspections.wake();
        }
        Ok(())
    }

    /// Nobody vouches for the sender. A stranger is believed, for there is nothing to take from anybody. A message from a known
    /// person's address, or one that names a case by its reference, gets another address, and what it names is proposed to
    /// a handler; but one that names the conversation of that very address by a token of ours is that person's answer.
    async fn doubt(&self, inbound: &mut Inbound) -> Result<(), ReceiverError> {
        let known = self.store.conversation_at(&inbound.endpoint).await?;
        let is_believed = match known {
            Some(known) => inbound.cites.contains(&Citation::Conversation(known)),
            None => !inbound.cites.iter().any(|citation| matches!(citation, Citation::Reference(_))),
        };
        if !is_believed {
            inbound.endpoint.address.push_str(UNVERIFIED);
            inbound.token = None;
            inbound.cites.extend(known.map(Citation::Conversation));
        }
        Ok(())
    }

    /// Stores the files of a message on the disk.
    async fn keep(&self, provider: &dyn Provider, inbound: &Inbound, files: Vec<File>) -> Result<Files, ReceiverError> {
        if !self.intake.has_room() {
            return Err(IntakeError::NoRoom.into());
        }
        let mut held = match self.store.conversation_at(&inbound.endpoint).await? {
            Some(conversation) => self.store.one_conversation(conversation).held_files().await?,
            None => FileQuota::default(),
        };
        let (channel, account) = (inbound.endpoint.channel.name(), &inbound.endpoint.account);
        let mut kept = Files::default();
        for (number, file) in (1..).zip(files) {
            held.files += 1;
            if !QUOTA.covers(held) {
                kept.said.push("upload_too_many");
                continue;
            }
            let bytes = match file.content {
                Content::Bytes(bytes) => bytes,
                Content::Media(media) => match provider.fetch(&media).await {
                    Ok(bytes) => bytes,
                    Err(FetchError::TooLarge) => {
                        kept.said.push("upload_too_large");
                        continue;
                    }
                    Err(FetchError::Gone) => {
                        kept.said.push("upload_not_found");
                        continue;
                    }
                    Err(error @ FetchError::Unavailable) => return Err(error.into()),
                },
            };
            let upload_id = format!("{channel}|{account}|{}|{number}", inbound.provider_id);
            let bytes = stream::iter([Ok::<Bytes, Infallible>(bytes)]);
            let now = self.clock.now();
            match KeptFile::receive(&self.documents, bytes, &file.name, self.limits, upload_id, now).await {
                Ok(file) => {
                    if file.media_type().is_audio() {
                        kept.said.push("voice_kept");
                    }
                    held.bytes += file.bytes();
                    kept.kept.push(file);
                }
                Err(error @ (DocumentError::TooLarge { .. } | DocumentError::Empty | DocumentError::Unsupported)) => {
                    kept.said.push(error.key());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(kept)
    }

    /// Applies a delivery report, or keeps it when its message is not known as sent yet.
    async fn note(&self, channel: Channel, account: &str, report: &Report) -> Result<(), ReceiverError> {
        if self.apply(channel, account, report).await? {
            return Ok(());
        }
        // The provider's answer to our own request may not be stored yet: whoever stores it applies early reports
        // afterwards.
        self.store.keep_early_report(channel, account, &early(report), self.clock.now()).await?;
        // It may have been stored between these two statements, and then nobody would apply the report any more.
        self.take_early_reports(channel, account, std::slice::from_ref(&report.provider_id)).await
    }

    /// Applies all reports of an account that came before their message was known as sent: what a program that ended in
    /// between left.
    ///
    /// # Errors
    ///
    /// When the store fails. The reports that were not applied are kept.
    pub async fn take_all_early_reports(&self, channel: Channel, account: &str) -> Result<(), ReceiverError> {
        let mut after = String::new();
        loop {
            let page = self.store.early_provider_ids(channel, account, &after, EARLY_PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(last);
            self.take_early_reports(channel, account, &page).await?;
        }
    }

    /// Applies the reports that came before their message was known as sent, of those that the provider calls so.
    ///
    /// # Errors
    ///
    /// When the store fails. The reports that were not applied are kept.
    pub async fn take_early_reports(
        &self,
        channel: Channel,
        account: &str,
        provider_ids: &[String],
    ) -> Result<(), ReceiverError> {
        for early in self.store.early_reports(channel, account, provider_ids).await? {
            if let Some(report) = late(&early) {
                self.apply(channel, account, &report).await?;
            }
            self.store.forget_early_report(channel, account, &early.provider_id).await?;
        }
        Ok(())
    }

    /// Applies a report. False when no message of ours has its identifier.
    async fn apply(&self, channel: Channel, account: &str, report: &Report) -> Result<bool, ReceiverError> {
        let Some(row) = self.store.outbox_by_provider_id(channel, account, &report.provider_id).await? else {
            return Ok(false);
        };
        match report.status {
            DeliveryStatus::Delivered => self.advance(&row, Delivery::Delivered).await?,
            DeliveryStatus::Read => self.advance(&row, Delivery::Read).await?,
            DeliveryStatus::Failed(reason) => self.intake.give_up(&row, reason.name()).await?,
        }
        Ok(true)
    }

    async fn advance(&self, row: &OutboxRow, to: Delivery) -> Result<(), IntakeError> {
        if self.store.advance_delivery(row.id, to).await? {
            self.intake.tell_change(row.conversation);
        }
        Ok(())
    }
}

/// A report, as it is stored until its message is known as sent.
fn early(report: &Report) -> EarlyReport {
    let (delivery, reason) = match report.status {
        DeliveryStatus::Delivered => (Delivery::Delivered, None),
        DeliveryStatus::Read => (Delivery::Read, None),
        DeliveryStatus::Failed(reason) => (Delivery::Failed, Some(reason.name().to_owned())),
    };
    EarlyReport { provider_id: report.provider_id.clone(), delivery, reason }
}

/// The report that was stored; none for a delivery state that is no report.
fn late(early: &EarlyReport) -> Option<Report> {
    let status = match early.delivery {
        Delivery::Delivered => DeliveryStatus::Delivered,
        Delivery::Read => DeliveryStatus::Read,
        Delivery::Failed => DeliveryStatus::Failed(early.reason.as_deref()?.parse().ok()?),
        Delivery::Waiting | Delivery::Sent => return None,
    };
    Some(Report { provider_id: early.provider_id.clone(), status })
}
