//! Making a turn: what came in, given to whatever of the other files it is about.

use jiff::Timestamp;

use super::{
    apply, error::ConversationError, input::Input, loaded::Conversation, services::Services, time, turn::Turn,
};
use crate::{domain::contact::told_by, flow::Event};

impl Turn {
    /// Makes the turn of `input`.
    ///
    /// # Errors
    ///
    /// Where a look-up fails, a handler's act is impossible, or the flow turns in a circle. Nothing may be stored then.
    pub async fn make(
        conversation: Conversation,
        input: Input,
        services: &Services,
        now: Timestamp,
    ) -> Result<Self, ConversationError> {
        let mut turn = Self::begin(conversation, services, now);
        if turn.opens {
            turn.open(services).await?;
        }
        let woken = matches!(input, Input::Wake);
        let is_message = matches!(input, Input::Message { .. });
        turn.take(input, services).await?;
        if is_message && turn.conversation.row.endpoint.is_unverified() {
            turn.wait_unanswered();
        }
        turn.close_files();
        if turn.may_change_clocks() {
            Box::pin(turn.keep_clocks(services)).await?;
        }
        turn.close_acknowledgements();
        turn.rows.due.extend(time::set(&mut turn.conversation, woken, now));
        turn.mark_answered_channel();
        Ok(turn)
    }

    /// Tells the flow where and with what the conversation begins.
    async fn open(&mut self, services: &Services) -> Result<(), ConversationError> {
        let row = &self.conversation.row;
        let channel = row.endpoint.channel;
        let opened = Event::Opened {
            language: row.language,
            channel,
            known: told_by(channel, &row.endpoint.address),
            reference: self.conversation.reference(),
        };
        apply::run(self, opened, services).await
    }

    async fn take(&mut self, input: Input, services: &Services) -> Result<(), ConversationError> {
        match input {
            Input::Open => apply::run(self, Event::Start, services).await,
            Input::Message { body, client_id, files, settle } => {
                self.on_message(body, client_id, &files, settle, services).await
            }
            Input::Edit { fact } => {
                self.conversation.fence.timing.silent_since = Some(self.now);
                apply::run(self, Event::Edit { fact }, services).await
            }
            Input::SpeakLanguage(language) => {
                self.conversation.row_mut().language = language;
                apply::run(self, Event::SpeakLanguage { language }, services).await
            }
            Input::SendCode { to } => self.send_code(to),
            Input::Fill { fact, value, was } => self.fill(fact, value, was.as_ref(), services).await,
            Input::SwitchChannel { body, client_id } => self.switch_channel(body, client_id, services).await,
            Input::NoWay { body, client_id, sentence } => self.turn_away(body, client_id, sentence, services).await,
            Input::Wake => self.wake(services).await,
            Input::Due(kind, subject) => Box::pin(self.come_due(kind, &subject, services)).await,
            Input::Read { seq } => {
                let fence = &mut self.conversation.fence;
                fence.read_seq = fence.read_seq.max(seq.min(fence.last_seq));
                Ok(())
            }
            Input::Handler { actor, action } => self.act(&actor, action, services).await,
            Input::Absorbed { actor } => self.call_off(&actor.login, services).await,
            Input::Undelivered(row, reason) => {
                self.tell_undelivered(&row, &reason);
                Ok(())
            }
        }
    }
}
