//! Where providers hand over what they decoded: files first, then the message with its answer, then the acknowledgement.
//!
//! It refuses to acknowledge what is not on disk: a file that cannot be fetched at the moment leaves its message with the
//! provider. A file that will never come (gone, too large, of a kind that nobody reads) does not: the person is told, and
//! the rest of the message goes on.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;

use super::{Content, DeliveryStatus, Event, FetchError, File, Provider, Received, ReceiverError, Report};
use crate::{
    conversation::files::{Files, KeptFile, MAX_FILES},
    document::{DocumentError, Documents, Limits},
    domain::{clock::Clock, message::Channel},
    intake::{Inbound, Intake, IntakeError},
    store::{Delivery, EarlyReport, Engine, OutboxRow},
};

/// The one way from a provider into the house. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Receiver {
    intake: Intake,
    store: Engine,
    documents: Documents,
    limits: Limits,
    clock: Clock,
}

impl Receiver {
    pub fn new(intake: Intake, store: Engine, documents: Documents, limits: Limits, clock: Clock) -> Self {
        Self { intake, store, documents, limits, clock }
    }

    /// For what an account keeps of its own line, such as how far a mailbox was read, or a part of a message.
    pub fn store(&self) -> &Engine {
        &self.store
    }

    /// The time, as the house tells it.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Stores an event with all that follows from it. Only when this returns may `provider` acknowledge.
    pub async fn take(&self, provider: &dyn Provider, event: Event) -> Result<(), ReceiverError> {
        // A turn is large: boxed here, once, it does not grow every channel's own future.
        match event {
            Event::Message(received) => Box::pin(self.receive(provider, *received)).await,
            Event::Report(report) => Box::pin(self.note(provider.channel(), provider.account(), &report)).await,
            Event::AfterCommit(what) => {
                provider.after_commit(&what);
                Ok(())
            }
        }
    }

    async fn receive(&self, provider: &dyn Provider, received: Received) -> Result<(), ReceiverError> {
        let Received { mut inbound, files, more_may_follow } = received;
        inbound.settle |= more_may_follow;
        let files = if files.is_empty() {
            Files::default()
        } else if self.intake.has_received(&inbound).await? {
            return Ok(());
        } else {
            self.keep(provider, &inbound, files).await?
        };
        self.intake.receive_with(inbound, files).await?;
        Ok(())
    }

    /// Brings the files of a message to the disk.
    async fn keep(&self, provider: &dyn Provider, inbound: &Inbound, files: Vec<File>) -> Result<Files, ReceiverError> {
        let others = match self.store.conversation_at(&inbound.endpoint).await? {
            Some(conversation) => self.store.documents(conversation).await?,
            None => Vec::new(),
        };
        let (channel, account) = (inbound.endpoint.channel.name(), &inbound.endpoint.account);
        let mut kept = Files::default();
        for (number, file) in (1..).zip(files) {
            if others.len() + kept.kept.len() >= MAX_FILES {
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
            match KeptFile::receive(&self.documents, bytes, &file.name, self.limits, &others, upload_id, now).await {
                Ok(file) => {
                    if file.media_type().is_audio() {
                        kept.said.push("voice_kept");
                    }
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

    /// Notes what became of a message that we sent.
    async fn note(&self, channel: Channel, account: &str, report: &Report) -> Result<(), ReceiverError> {
        if self.apply(channel, account, report).await? {
            return Ok(());
        }
        // The answer to our post may still be on its way to the store: whoever stores it looks here afterwards.
        self.store.keep_early_report(channel, account, &early(report), self.clock.now()).await?;
        // Or it was stored in this very moment, and nobody looks any more.
        self.take_early_reports(channel, account).await
    }

    /// Applies the reports of an account that came before their message was known as sent.
    pub async fn take_early_reports(&self, channel: Channel, account: &str) -> Result<(), ReceiverError> {
        for early in self.store.early_reports(channel, account).await? {
            if let Some(report) = late(&early) {
                self.apply(channel, account, &report).await?;
            }
            self.store.forget_early_report(channel, account, &early.provider_id).await?;
        }
        Ok(())
    }

    /// False when no message of ours has this name.
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
            self.intake.tell_delivery(row.conversation).await?;
        }
        Ok(())
    }
}

/// A report as it is kept until its message is known.
fn early(report: &Report) -> EarlyReport {
    let (delivery, reason) = match report.status {
        DeliveryStatus::Delivered => (Delivery::Delivered, None),
        DeliveryStatus::Read => (Delivery::Read, None),
        DeliveryStatus::Failed(reason) => (Delivery::Failed, Some(reason.name().to_owned())),
    };
    EarlyReport { provider_id: report.provider_id.clone(), delivery, reason }
}

/// The report that was kept. None for what none is.
fn late(early: &EarlyReport) -> Option<Report> {
    let status = match early.delivery {
        Delivery::Delivered => DeliveryStatus::Delivered,
        Delivery::Read => DeliveryStatus::Read,
        Delivery::Failed => DeliveryStatus::Failed(early.reason.as_deref()?.parse().ok()?),
        Delivery::Waiting | Delivery::Sent => return None,
    };
    Some(Report { provider_id: early.provider_id.clone(), status })
}
