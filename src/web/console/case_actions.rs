//! What the console needs of the intake: to do handlers' actions, and to signal changes.

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};

use crate::{
    conversation::{Action, Actor, ConversationError, Foreseen},
    domain::{
        fact::Value,
        fact_name::FactName,
        form::Field,
        id::{ConversationId, DossierId},
    },
    flow::WrittenTemplate,
    intake::{Intake, IntakeError},
};

/// Does handlers' actions durably, each with its line in the timeline.
pub trait CaseActions: Send + Sync {
    /// Does an action. When this returns, it is stored.
    ///
    /// # Errors
    ///
    /// When there is no such dossier, the action does not fit its present state, or it was not stored.
    fn act(&self, dossier: DossierId, actor: Actor, action: Action) -> BoxFuture<'_, Result<(), CaseActionError>>;

    /// What an action would lead to. Nothing is done.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    fn foresee(
        &self,
        dossier: DossierId,
        actor: Actor,
        action: Action,
    ) -> BoxFuture<'_, Result<Foreseen, CaseActionError>>;

    /// A fact as a handler corrects it. None where it is none that is told.
    fn desk_field<'a>(
        &'a self,
        dossier: DossierId,
        fact: &'a FactName,
    ) -> BoxFuture<'a, Result<Option<Field>, CaseActionError>>;

    /// Reads what a handler wrote as the value of a fact: none where they emptied it, or what is wrong with it, in words.
    fn read_desk_field<'a>(
        &'a self,
        dossier: DossierId,
        fact: &'a FactName,
        written: &'a str,
    ) -> BoxFuture<'a, Result<Result<Option<Value>, String>, CaseActionError>>;

    /// The templates that fit a dossier, as a handler would send them.
    fn templates<'a>(
        &'a self,
        dossier: DossierId,
        handler: &'a str,
    ) -> BoxFuture<'a, Result<Vec<WrittenTemplate>, CaseActionError>>;

    /// Learns what handlers taught.
    fn learn(&self) -> BoxFuture<'_, Result<(), CaseActionError>>;

    /// The most probable intent of a text.
    fn guess(&self, text: &str) -> Option<String>;

    /// Shows the person that a handler is writing.
    fn tell_typing(&self, conversation: ConversationId);

    /// Tells whoever looks that something beside the log changed: who is writing.
    fn tell_change(&self, conversation: ConversationId);

    /// An item whenever something changed since the last one, in a conversation and its dossier, or in any where there
    /// is none given.
    fn changes(&self, conversation: Option<ConversationId>) -> BoxStream<'static, ()>;
}

/// Why an action was not done. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum CaseActionError {
    #[error("there is no such dossier")]
    NotFound,
    /// Somebody else was first, or the page was out of date.
    #[error("the action does not fit what there is now: {0}")]
    Overtaken(String),
    #[error("the action was not stored: {0}")]
    NotStored(String),
}

impl From<IntakeError> for CaseActionError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::NotFound => Self::NotFound,
            IntakeError::Conversation(
                error @ (ConversationError::SlotTaken
                | ConversationError::NoMission
                | ConversationError::NotMergeable
                | ConversationError::NothingDue),
            ) => Self::Overtaken(error.to_string()),
            error => Self::NotStored(error.to_string()),
        }
    }
}

impl CaseActions for Intake {
    fn act(&self, dossier: DossierId, actor: Actor, action: Action) -> BoxFuture<'_, Result<(), CaseActionError>> {
        async move { Ok(Intake::act(self, dossier, actor, action).await?) }.boxed()
    }

    fn foresee(
        &self,
        dossier: DossierId,
        actor: Actor,
        action: Action,
    ) -> BoxFuture<'_, Result<Foreseen, CaseActionError>> {
        async move { Ok(Intake::foresee(self, dossier, actor, action).await?) }.boxed()
    }

    fn desk_field<'a>(
        &'a self,
        dossier: DossierId,
        fact: &'a FactName,
    ) -> BoxFuture<'a, Result<Option<Field>, CaseActionError>> {
        async move { Ok(Intake::desk_field(self, dossier, fact).await?) }.boxed()
    }

    fn read_desk_field<'a>(
        &'a self,
        dossier: DossierId,
        fact: &'a FactName,
        written: &'a str,
    ) -> BoxFuture<'a, Result<Result<Option<Value>, String>, CaseActionError>> {
        async move { Ok(Intake::read_desk_field(self, dossier, fact, written).await?) }.boxed()
    }

    fn templates<'a>(
        &'a self,
        dossier: DossierId,
        handler: &'a str,
    ) -> BoxFuture<'a, Result<Vec<WrittenTemplate>, CaseActionError>> {
        async move { Ok(Intake::templates(self, dossier, handler).await?) }.boxed()
    }

    fn learn(&self) -> BoxFuture<'_, Result<(), CaseActionError>> {
        async move { Ok(Intake::learn(self).await?) }.boxed()
    }

    fn guess(&self, text: &str) -> Option<String> {
        self.library().intents().classify(text).first().map(|best| best.intent.to_owned())
    }

    fn tell_typing(&self, conversation: ConversationId) {
        Intake::tell_typing(self, conversation);
    }

    fn tell_change(&self, conversation: ConversationId) {
        Intake::tell_change(self, conversation);
    }

    fn changes(&self, conversation: Option<ConversationId>) -> BoxStream<'static, ()> {
        let listener = match conversation {
            Some(conversation) => self.listen(conversation),
            None => self.listen_to_all(),
        };
        let heard = stream::unfold(listener, async |mut listener| {
            let heard = listener.next().await?;
            Some((heard, listener))
        });
        heard.filter_map(async |heard| heard.changed.then_some(())).boxed()
    }
}
