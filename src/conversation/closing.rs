//! After the end: what a message does that comes when the dossier is closed. It reopens the dossier for a while; later the
//! person is asked which claim they mean, or another one begins, as the insurer wants it.

use jiff::{Timestamp, ToSpan};

use super::loaded::Conversation;
use crate::{
    domain::message::Body,
    dossier::Status,
    flow::{self, Afterwards, Closing, ConversationMode, UserMessage},
};

/// Whether the person is to be asked which claim they mean, before anything else is done with their message.
pub(super) fn asks_which_claim(conversation: &Conversation, now: Timestamp) -> bool {
    !conversation.state.asks_which_claim()
        && is_long_over(conversation, now)
        && closing(conversation).then == Afterwards::Ask
}

/// Whether a message begins another claim, in a conversation of its own.
pub fn begins_another(conversation: &Conversation, body: &Body, now: Timestamp) -> bool {
    let is_over = conversation.dossier.as_ref().is_some_and(|dossier| dossier.status.is_over());
    let state = &conversation.state;
    if !is_over && !state.is_over() {
        return false;
    }
    // Whoever gave up before it was known what happened has nothing to come back to.
    if state.mode() == ConversationMode::Withdrawn && conversation.dossier.is_none() {
        return true;
    }
    let is_asked = state.asks_which_claim();
    let message = UserMessage { text: body.text.clone(), choice: body.choice.clone(), files: Vec::new() };
    flow::means_another(&conversation.library, &conversation.row.insurer, state, &message, now)
        || (!is_asked && is_long_over(conversation, now) && closing(conversation).then == Afterwards::Another)
}

/// A claim that the person withdrew is over at once; one that was closed may be taken up for some days.
fn is_long_over(conversation: &Conversation, now: Timestamp) -> bool {
    let Some(dossier) = &conversation.dossier else { return false };
    match dossier.status {
        Status::Withdrawn => true,
        Status::Closed => dossier.updated_at + (24 * closing(conversation).reopen_days).hours() < now,
        _ => false,
    }
}

fn closing(conversation: &Conversation) -> Closing {
    conversation.library.insurer(&conversation.row.insurer).map(|insurer| insurer.closing).unwrap_or_default()
}
