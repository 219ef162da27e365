//! Makes of a row of the outbox the message that a provider delivers: its words, its link, its thread.

use super::Outbox;
use crate::{
    channel::{Outbound, Reason, Retry, SendError, Thread},
    dossier::reference_of,
    intake::{LEAD_IN, LinkError, upload_link},
    store::{OutboxRow, StoreError},
};

/// How many earlier messages of ours, and how many of the person's, are given with a message for the thread's headers:
/// more than a reply quotes.
const THREAD: i64 = 10;

/// Composes the message of a claimed row.
pub(super) async fn compose(outbox: &Outbox, row: &OutboxRow) -> Result<Outbound, SendError> {
    let said = outbox.store.said(row.conversation, row.seq).await.map_err(fault)?.ok_or_else(|| SendError {
        retry: Retry::Never,
        reason: Reason::Content,
        detail: "there is no such message".into(),
    })?;
    let sent = outbox.store.sent_ids(row.conversation, &row.to, THREAD).await.map_err(fault)?;
    let received = outbox.store.received_ids(row.conversation, row.to.channel, row.seq, THREAD).await.map_err(fault)?;
    let link = if said.body.asks_for_files() { Some(link(outbox, row).await?) } else { None };
    let lead_in = outbox.intake.library().sentence(LEAD_IN, said.language).unwrap_or_default().to_owned();
    Ok(Outbound {
        id: row.id.to_string(),
        to: row.to.clone(),
        conversation: row.conversation,
        seq: row.seq,
        language: said.language,
        reference: reference_of(row.conversation),
        author: said.author,
        body: said.body,
        link,
        lead_in,
        thread: Thread { sent, received },
    })
}

/// A new link for each try.
async fn link(outbox: &Outbox, row: &OutboxRow) -> Result<String, SendError> {
    let made = upload_link(&outbox.store, &outbox.public_url, row.conversation, outbox.clock.now()).await;
    made.map_err(|error| match error {
        LinkError::Store(error) => fault(error),
        error @ LinkError::NoRandomness(_) => later(error.to_string()),
    })
}

fn fault(error: StoreError) -> SendError {
    match error {
        StoreError::Unreadable(_) | StoreError::UnreadableColumn(_) => {
            SendError { retry: Retry::Never, reason: Reason::Content, detail: error.to_string() }
        }
        error => later(error.to_string()),
    }
}

fn later(detail: String) -> SendError {
    SendError { retry: Retry::Later, reason: Reason::Unavailable, detail }
}
