//! The one contract of what a turn looks up. The store keeps it in production, lists keep it where turns are played.
//!
//! What is decided without looking anything up (the orientation tables, the working days, the experts' hours) comes with the
//! library and the services; the time is an argument of the turn.

use std::{collections::BTreeMap, fmt};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{channel_switch, error::ConversationError};
use crate::{
    contract::Policy,
    domain::{
        id::{ContactId, ConversationId, DocumentId, DossierId, Ids},
        message::{Author, Channel, Endpoint},
    },
    dossier::Dossier,
    store::{AppointmentRow, ClockRow, DueRow, Engine, Fence, MessageRow, Mission, PolicyRow, RequestRow, StoreError},
};

/// The most messages that are answered as one.
const MAX_KEPT: i64 = 100;

/// A look-up under way, and its result.
pub type LookUp<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// What a turn looks up.
pub trait LookUps: fmt::Debug + Send + Sync {
    /// The policy with this number, as [`number_key`](crate::contract::number_key) writes it.
    fn policy_by_number<'a>(&'a self, insurer: &'a str, number_key: &'a str) -> LookUp<'a, Option<Policy>>;

    /// The policies of this last name, as [`name_key`](crate::contract::name_key) writes it.
    fn policies_by_name<'a>(&'a self, insurer: &'a str, name_key: &'a str) -> LookUp<'a, Vec<Policy>>;

    /// The last mission of a dossier, whatever became of it.
    fn mission(&self, dossier: DossierId) -> LookUp<'_, Option<Mission>>;

    /// How many missions that are not done each expert has.
    fn mission_load(&self) -> LookUp<'_, BTreeMap<String, usize>>;

    /// An expert's booked appointments that are not over at `from` and begin before `until`, the earliest first.
    fn booked<'a>(&'a self, expert: &'a str, from: Timestamp, until: Timestamp) -> LookUp<'a, Vec<AppointmentRow>>;

    /// The messages of a conversation from number `from` on, as many as are answered as one.
    fn messages_from(&self, conversation: ConversationId, from: i64) -> LookUp<'_, Vec<MessageRow>>;

    /// Who wrote a message.
    fn author_of(&self, conversation: ConversationId, seq: i64) -> LookUp<'_, Option<Author>>;

    /// A dossier, and how far its conversation is when it is so.
    fn dossier_with_fence(&self, id: DossierId) -> LookUp<'_, Option<(Fence, Dossier)>>;

    /// The person who is known to have a telephone number.
    fn person_with<'a>(&'a self, insurer: &'a str, number: &'a str) -> LookUp<'a, Option<ContactId>>;

    /// What the person of a conversation asked for beside the claim, and is not done, the oldest first.
    fn open_requests(&self, conversation: ConversationId) -> LookUp<'_, Vec<RequestRow>>;

    /// Something that is due, as it stands.
    fn due<'a>(&'a self, subject: &'a str) -> LookUp<'a, Option<DueRow>>;

    /// All that is or was owed in a conversation's dossier, the earliest first.
    fn clocks(&self, conversation: ConversationId) -> LookUp<'_, Vec<ClockRow>>;

    /// The files of a conversation of which it is not known what they are, with what they are supposed to be, in the order in
    /// which they came.
    fn unsorted(&self, conversation: ConversationId) -> LookUp<'_, Vec<(DocumentId, Option<String>)>>;

    /// A file of a conversation: its kind, and whether that is only supposed.
    fn filed(&self, conversation: ConversationId, document: DocumentId) -> LookUp<'_, Option<(Option<String>, bool)>>;

    /// Whether we were asked to stop at an address.
    fn is_stopped<'a>(&'a self, endpoint: &'a Endpoint) -> LookUp<'a, bool>;

    /// The secret by which a person may go on by another channel: a code that is typed, or the token of a link.
    ///
    /// # Errors
    ///
    /// [`ConversationError::NoRandomness`] where the system gives none.
    fn secret(&self, to: Channel) -> Result<String, ConversationError>;

    /// Where new identifiers come from.
    fn ids(&self) -> Ids;
}

impl LookUps for Engine {
    fn policy_by_number<'a>(&'a self, insurer: &'a str, number_key: &'a str) -> LookUp<'a, Option<Policy>> {
        Box::pin(async move { Ok(self.policy_by_number(insurer, number_key).await?.and_then(readable)) })
    }

    fn policies_by_name<'a>(&'a self, insurer: &'a str, name_key: &'a str) -> LookUp<'a, Vec<Policy>> {
        Box::pin(async move {
            let rows = self.policies_by_name(insurer, name_key).await?;
            Ok(rows.into_iter().filter_map(readable).collect())
        })
    }

    fn mission(&self, dossier: DossierId) -> LookUp<'_, Option<Mission>> {
        Box::pin(self.mission(dossier))
    }

    fn mission_load(&self) -> LookUp<'_, BTreeMap<String, usize>> {
        Box::pin(self.mission_load())
    }

    fn booked<'a>(&'a self, expert: &'a str, from: Timestamp, until: Timestamp) -> LookUp<'a, Vec<AppointmentRow>> {
        Box::pin(self.booked(expert, from, until))
    }

    fn messages_from(&self, conversation: ConversationId, from: i64) -> LookUp<'_, Vec<MessageRow>> {
        Box::pin(self.messages(conversation, from - 1, MAX_KEPT))
    }

    fn author_of(&self, conversation: ConversationId, seq: i64) -> LookUp<'_, Option<Author>> {
        Box::pin(async move { Ok(self.said(conversation, seq).await?.map(|said| said.author)) })
    }

    fn dossier_with_fence(&self, id: DossierId) -> LookUp<'_, Option<(Fence, Dossier)>> {
        Box::pin(async move {
            let Some(dossier) = self.dossier(id).await? else { return Ok(None) };
            let Some((_, fence)) = self.conversation(dossier.conversation).await? else { return Ok(None) };
            // Read after its revision: a turn in between has another one.
            let dossier = self.dossier(id).await?;
            Ok(dossier.map(|dossier| (fence, dossier)))
        })
    }

    fn person_with<'a>(&'a self, insurer: &'a str, number: &'a str) -> LookUp<'a, Option<ContactId>> {
        Box::pin(self.person_with(insurer, number))
    }

    fn open_requests(&self, conversation: ConversationId) -> LookUp<'_, Vec<RequestRow>> {
        Box::pin(self.open_requests(conversation))
    }

    fn due<'a>(&'a self, subject: &'a str) -> LookUp<'a, Option<DueRow>> {
        Box::pin(self.due(subject))
    }

    fn clocks(&self, conversation: ConversationId) -> LookUp<'_, Vec<ClockRow>> {
        Box::pin(self.clocks(conversation))
    }

    fn unsorted(&self, conversation: ConversationId) -> LookUp<'_, Vec<(DocumentId, Option<String>)>> {
        Box::pin(async move {
            let rows = self.documents(conversation).await?;
            let unsorted = rows.into_iter().filter(|row| row.is_supposed || row.kind.is_none());
            Ok(unsorted.map(|row| (row.id, row.kind)).collect())
        })
    }

    fn filed(&self, conversation: ConversationId, document: DocumentId) -> LookUp<'_, Option<(Option<String>, bool)>> {
        Box::pin(async move {
            let row = self.one_conversation(conversation).document(document).await?;
            Ok(row.map(|row| (row.kind, row.is_supposed)))
        })
    }

    fn is_stopped<'a>(&'a self, endpoint: &'a Endpoint) -> LookUp<'a, bool> {
        Box::pin(self.is_stopped(endpoint))
    }

    fn secret(&self, to: Channel) -> Result<String, ConversationError> {
        channel_switch::secret(to)
    }

    fn ids(&self) -> Ids {
        self.ids()
    }
}

/// A policy that does not read back is as good as not found: a person checks. The log says that it is there.
fn readable(row: PolicyRow) -> Option<Policy> {
    serde_json::from_value(row.policy)
        .inspect_err(|error| tracing::error!(%error, insurer = row.insurer, "a stored policy does not read back"))
        .ok()
}
