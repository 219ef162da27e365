//! What a person does on the pages of their claim: they ask for a code, they fill in a field. Neither is a message of theirs.

use jiff::Timestamp;

use super::{apply, error::ConversationError, loaded::Conversation, services::Services, turn::Turn};
use crate::{
    domain::{
        fact::Value,
        fact_name::FactName,
        form::{Declaration, Field},
        message::{Author, Body, Endpoint, MessageLink},
    },
    flow::{self, Event, Library, State, WrittenTemplate},
    store::{MessageRow, OutboxRow},
};

/// The sentence that goes with a code.
const CODE: &str = "proof_code";

/// What was declared in a conversation, and what may still be told.
pub fn declaration(conversation: &Conversation, now: Timestamp) -> Declaration {
    flow::declaration(&conversation.library, &conversation.row.insurer, State::clone(&conversation.state), now)
}

/// Reads what a person wrote into a field. None where they emptied it.
///
/// # Errors
///
/// What is wrong with it, in words for the person; empty where there is no such field.
pub fn read_field(
    conversation: &Conversation,
    now: Timestamp,
    fact: &FactName,
    written: &str,
) -> Result<Option<Value>, String> {
    let Conversation { library, row, state, .. } = conversation;
    flow::read_field(library, &row.insurer, State::clone(state), now, (fact, written))
}

/// The templates that fit a conversation's case, by the flows of today, as a handler would send them.
pub fn templates(
    conversation: &Conversation,
    library: &Library,
    now: Timestamp,
    handler: &str,
) -> Vec<WrittenTemplate> {
    flow::templates(library, &conversation.row.insurer, State::clone(&conversation.state), now, handler)
}

/// A fact as a handler corrects it. None for what is not told but concluded, and for files.
pub fn desk_field(conversation: &Conversation, now: Timestamp, fact: &FactName) -> Option<Field> {
    let Conversation { library, row, state, .. } = conversation;
    flow::desk_field(library, &row.insurer, State::clone(state), now, fact)
}

/// Reads what a handler wrote as the value of a fact. None where they emptied it.
///
/// # Errors
///
/// What is wrong with it, in words. Empty where the fact is none that is corrected.
pub fn read_desk_field(
    conversation: &Conversation,
    now: Timestamp,
    fact: &FactName,
    written: &str,
) -> Result<Option<Value>, String> {
    let Conversation { library, row, state, .. } = conversation;
    flow::read_desk_field(library, &row.insurer, State::clone(state), now, (fact, written))
}

impl Turn {
    /// Sends a code to one of the person's addresses, wherever the conversation goes on. The code itself is made when the message
    /// leaves.
    pub(super) fn send_code(&mut self, to: Endpoint) -> Result<(), ConversationError> {
        if !self.accounts.push_to(&to) || to.is_unverified() {
            return Err(ConversationError::NotSendable);
        }
        let Conversation { row, fence, library, .. } = &mut self.conversation;
        let text = library.sentence(CODE, row.language).unwrap_or_default().to_owned();
        let body = Body { text, link: Some(MessageLink::Code), ..Body::default() };
        fence.last_seq += 1;
        let (conversation, seq, channel, at) = (row.id, fence.last_seq, to.channel, self.now);
        self.rows.outbox.push(OutboxRow::new(conversation, seq, to, at));
        let message = MessageRow { conversation, seq, author: Author::Guichet, channel, body, client_id: None, at };
        self.rows.messages.push(message);
        Ok(())
    }

    /// Takes what a field holds, where nobody changed it since the page showed `was`.
    pub(super) async fn fill(
        &mut self,
        fact: FactName,
        value: Option<Value>,
        was: Option<&Value>,
        services: &Services,
    ) -> Result<(), ConversationError> {
        if self.conversation.state.fact(&fact) != was {
            return Err(ConversationError::ChangedMeanwhile);
        }
        apply::run(self, Event::Filled { fact, value }, services).await
    }
}
