//! Makes of a row of the outbox the message that a provider delivers: its words, its link, its thread.

use super::Outbox;
use crate::{
    channel::{Outbound, Reason, Retry, SendError, Thread},
    domain::{
        language::Language,
        message::{Author, Body, MessageLink},
    },
    dossier::reference_of,
    intake::{CODE_LEAD_IN, LinkError, code, lead_in, link},
    store::{OutboxKind, OutboxRow, StoreError},
};

/// How many earlier messages of ours, and how many of the person's, are given with a message for the thread's headers:
/// more than a reply quotes.
const THREAD: i64 = 10;

/// Composes the message of a claimed row.
pub(super) async fn compose(outbox: &Outbox, row: &OutboxRow) -> Result<Outbound, SendError> {
    if row.kind == OutboxKind::Alert {
        return Ok(alert(row));
    }
    let said = outbox.store.said(row.conversation, row.seq).await.map_err(fault)?.ok_or_else(|| SendError {
        retry: Retry::Never,
        reason: Reason::Content,
        detail: "there is no such message".into(),
    })?;
    let sent = outbox.store.sent_ids(row.conversation, &row.to, THREAD).await.map_err(fault)?;
    let received = outbox.store.received_ids(row.conversation, row.to.channel, row.seq, THREAD).await.map_err(fault)?;
    let (library, now) = (outbox.intake.library(), outbox.clock.now());
    let sentence = |key| library.sentence(key, said.language).unwrap_or_default().to_owned();
    let mut body = said.body;
    // A new link, or a new code, for each try.
    let purpose = body.leads_to();
    let link = match purpose {
        Some(purpose) => {
            let made = link(&outbox.store, &outbox.public_url, row.conversation, purpose, now).await;
            Some(made.map_err(not_made)?)
        }
        None => None,
    };
    if body.link == Some(MessageLink::Code) {
        let code = code(&outbox.store, row.conversation, now).await.map_err(not_made)?;
        body.text = format!("{} {code}. {}", sentence(CODE_LEAD_IN), body.text);
    }
    Ok(Outbound {
        id: row.id.to_string(),
        to: row.to.clone(),
        conversation: row.conversation,
        seq: row.seq,
        language: said.language,
        reference: reference_of(row.conversation),
        author: said.author,
        body,
        link,
        lead_in: purpose.map(|purpose| sentence(lead_in(purpose))).unwrap_or_default(),
        thread: Thread { sent, received },
    })
}

/// Who is on call is told in the service's own language, with what stands in the row.
fn alert(row: &OutboxRow) -> Outbound {
    Outbound {
        id: row.id.to_string(),
        to: row.to.clone(),
        conversation: row.conversation,
        seq: row.seq,
        language: Language::default(),
        reference: reference_of(row.conversation),
        author: Author::Guichet,
        body: Body { text: row.payload.clone().unwrap_or_default(), ..Body::default() },
        link: None,
        lead_in: String::new(),
        thread: Thread::default(),
    }
}

fn not_made(error: LinkError) -> SendError {
    match error {
        LinkError::Store(error) => fault(error),
        error @ LinkError::NoRandomness(_) => later(error.to_string()),
    }
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
