//! What came instead of words: the person's number, a place on the map, somebody's contact, a sticker.
//!
//! A number that its channel vouches for is proven, and whoever is known by it is the same person; their conversations stay
//! apart until a handler merges them. A place is kept for the handler, who sees it on a map: no answer is made of it, for
//! an address is more than a point.

use super::{apply, error::ConversationError, services::Services, turn::Turn};
use crate::{
    domain::{
        contact::Proof,
        fact::{Fact, Source, Value},
        fact_name::FactName,
        message::{Channel, Input, POLICYHOLDER, Shared},
    },
    dossier::TimelineEvent,
    flow::{ConversationMode, Event},
    store::ProvenRow,
};

impl Turn {
    /// Takes what was shared. True when the flow has nothing more to hear.
    pub(super) async fn take_shared(
        &mut self,
        shared: &Shared,
        services: &Services,
    ) -> Result<bool, ConversationError> {
        let awaited = self.conversation.state.awaited(&self.conversation.library);
        let sentence = match shared {
            Shared::Number(number) => {
                self.prove(number, services).await?;
                if awaited == Some(Input::Phone) {
                    return Ok(false);
                }
                self.learn(FactName::PHONE, Value::Phone(number.clone()), services).await?;
                "number_kept"
            }
            Shared::Place { latitude, longitude } => {
                let place = Value::Text(format!("{latitude:.5}, {longitude:.5}"));
                self.note(FactName::SHARED_PLACE, place, services).await?;
                let message = self.said_in();
                self.record(POLICYHOLDER, &TimelineEvent::PlaceShared { message });
                let asks_for_one = matches!(awaited, Some(Input::Address | Input::Location));
                if asks_for_one { "place_kept_in_words" } else { "place_kept" }
            }
            // Whoever is asked for somebody's name or number answers with it.
            Shared::Contact if matches!(awaited, Some(Input::Text | Input::Phone)) => return Ok(false),
            Shared::Contact => "contact_kept",
            Shared::Sticker => "sticker_kept",
            Shared::Unreadable => "unreadable_kept",
        };
        let is_heard = self.opens || self.conversation.state.mode() != ConversationMode::Flow;
        // What cannot be read is told whoever leads: it has to be written again.
        if is_heard && *shared == Shared::Unreadable {
            self.say_sentence(sentence, "");
        }
        if is_heard {
            return Ok(false);
        }
        self.say_sentence(sentence, "");
        Ok(true)
    }

    /// Notes a fact that is not known yet.
    pub(super) async fn learn(
        &mut self,
        name: FactName,
        value: Value,
        services: &Services,
    ) -> Result<(), ConversationError> {
        if self.conversation.state.fact(&name).is_none() {
            self.note(name, value, services).await?;
        }
        Ok(())
    }

    async fn note(&mut self, name: FactName, value: Value, services: &Services) -> Result<(), ConversationError> {
        let fact = Fact { value, source: Source::Channel };
        apply::run(self, Event::FactLearned { name, fact }, services).await
    }

    /// The person showed that this number is theirs.
    async fn prove(&mut self, number: &str, services: &Services) -> Result<(), ConversationError> {
        if let Some(person) = services.look_ups().person_with(&self.conversation.row.insurer, number).await? {
            self.conversation.row_mut().contact = person;
        }
        let row = &self.conversation.row;
        self.binding.proves = Some(Box::new(ProvenRow {
            conversation: row.id,
            contact: row.contact,
            channel: Channel::Sms,
            address: number.to_owned(),
            proof: Proof::Provider,
            at: self.now,
        }));
        let message = self.said_in();
        self.record(POLICYHOLDER, &TimelineEvent::NumberProven { message });
        Ok(())
    }
}
