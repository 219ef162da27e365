//! Makes of a row of the outbox the message that a provider delivers: its words, its link, its thread.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::ToSpan;

use super::Outbox;
use crate::{
    channel::{Outbound, Reason, Retry, SendError, Thread},
    domain::{
        link::LinkPurpose,
        message::{Body, Input},
        token,
    },
    dossier::reference_of,
    store::{LinkRow, OutboxRow, StoreError},
};

/// How many earlier messages of ours, and how many of the person's, are given with a message for the thread's headers:
/// more than a reply quotes.
const THREAD: i64 = 10;
/// How many days the link in a message is valid: a person may have to wait for the plumber before they send photos.
const LINK_DAYS: i64 = 30;
/// The sentence of `flows/messages.yaml` that leads to the link.
const LEAD_IN: &str = "upload_link";
/// 128 bits, in 22 letters: a link must fit into a text message.
const TOKEN_BYTES: usize = 16;

/// Composes the message of a claimed row.
pub(super) async fn compose(outbox: &Outbox, row: &OutboxRow) -> Result<Outbound, SendError> {
    let said = outbox.store.said(row.conversation, row.seq).await.map_err(fault)?.ok_or_else(|| SendError {
        retry: Retry::Never,
        reason: Reason::Content,
        detail: "there is no such message".into(),
    })?;
    let sent = outbox.store.sent_ids(row.conversation, &row.to, THREAD).await.map_err(fault)?;
    let received = outbox.store.received_ids(row.conversation, row.to.channel, row.seq, THREAD).await.map_err(fault)?;
    let link = if wants_link(&said.body) { Some(link(outbox, row).await?) } else { None };
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

/// Whether the message asks for files, which the channel may not carry.
fn wants_link(body: &Body) -> bool {
    matches!(body.input, Some(Input::Photos | Input::Document))
}

/// Makes a new link for each try: only its hash is stored, so an earlier try's link cannot be repeated.
async fn link(outbox: &Outbox, row: &OutboxRow) -> Result<String, SendError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| later(format!("the system gives no randomness: {error}")))?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let expires_at = outbox.clock.now() + (24 * LINK_DAYS).hours();
    let link = LinkRow {
        token_hash: token::hash(&token),
        purpose: LinkPurpose::Upload,
        conversation: row.conversation,
        expires_at,
    };
    outbox.store.add_link(&link).await.map_err(fault)?;
    Ok(format!("{}/u/{token}", outbox.public_url.trim_end_matches('/')))
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
