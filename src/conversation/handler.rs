//! What a handler does to a conversation: answers, takes over and gives back, decides otherwise, merges, closes.

use std::sync::Arc;

use super::{
    action::{Action, Actor, Because},
    apply, appointment,
    error::ConversationError,
    loaded::Conversation,
    services::Services,
    turn::Turn,
};
use crate::{
    domain::{
        fact::{Fact, Source, Value},
        fact_name::FactName,
        id::{DocumentId, DossierId, RequestId},
        message::{Author, Body, GUICHET},
        orientation_mode::OrientationMode,
    },
    dossier::{Decision, Dossier, Entry, Override, Status, TimelineEvent},
    flow::{self, Event},
    store::{Absorbed, Acknowledgement, FiledDocument, FiledKind, MentionRow, OutboxRow, RejectedDuplicate},
};

/// Why a person was called, where nobody is asked afterwards whether it went well.
const NOT_ASKED_AFTER: [&str; 7] =
    ["bodily_injury", "bodily_injury_late", "complaint", "contest", "injury", "person_hit", "violence"];

impl Turn {
    pub(super) async fn act(
        &mut self,
        actor: &Actor,
        action: Action,
        services: &Services,
    ) -> Result<(), ConversationError> {
        // Whom the desk's rule gives a dossier to has not looked at it yet.
        if actor.login != GUICHET {
            self.take_alert(actor, services).await?;
        }
        match action {
            Action::Reply { text } => self.reply(actor, text, services).await,
            Action::Due(step) => Box::pin(self.act_on_time(actor, step, services)).await,
            Action::TakeOver => self.take_over(actor, true, services).await,
            Action::GiveBack => {
                self.conversation.row_mut().handler = None;
                if let Some(dossier) = self.conversation.dossier_mut() {
                    dossier.waiting_since = None;
                }
                self.record(&actor.login, &TimelineEvent::GaveBack {});
                apply::run(self, Event::HandedBack, services).await
            }
            Action::AskDocument { kind, text } => {
                self.record(&actor.login, &TimelineEvent::AskedDocument { kind: kind.clone() });
                apply::run(self, Event::DocumentWanted { kind, text }, services).await
            }
            Action::SortDocument { document, kind } => {
                Box::pin(self.sort_document(actor, document, kind, services)).await
            }
            Action::Note { text, mentions } => {
                self.write_note(actor, text, mentions);
                Ok(())
            }
            Action::Correct { fact, value, was, reason } => {
                Box::pin(self.correct(actor, fact, (was, value), reason, services)).await
            }
            Action::Reclassify { peril, reason } => Box::pin(self.reclassify(actor, peril, reason, services)).await,
            Action::AddParty { role, name, phone, email } => {
                self.record(&actor.login, &TimelineEvent::PartyAdded { role, name, phone, email });
                Ok(())
            }
            Action::SetPriority { priority, reason } => {
                let dossier = self.conversation.dossier_mut();
                let before = dossier.map(|dossier| std::mem::replace(&mut dossier.priority, priority));
                if let Some(before) = before.filter(|before| *before != priority) {
                    self.record(&actor.login, &TimelineEvent::PriorityChanged { priority, before, reason });
                }
                Ok(())
            }
            Action::Reopen { reason } => Box::pin(self.reopen(actor, reason, services)).await,
            Action::Override { mode, reason } => {
                self.decide_otherwise(actor, mode, reason, services).await?;
                match Box::pin(appointment::reconsider(self, &actor.login, services)).await? {
                    Some(withdrawn) => apply::run(self, withdrawn, services).await,
                    None => Ok(()),
                }
            }
            Action::MoveToDesk { desk, reason } => {
                let before = self.conversation.dossier_mut().and_then(|dossier| {
                    // Those who are there decide who works on it.
                    dossier.handler = None;
                    dossier.desk.replace(desk.clone())
                });
                self.record(&actor.login, &TimelineEvent::MovedToDesk { desk, before, reason });
                Ok(())
            }
            Action::Assign { to, because } => {
                self.assign(actor, to, because);
                Ok(())
            }
            Action::Close { reason, message, refuses } => {
                if let Some(text) = message {
                    let author = Author::Handler { login: actor.login.clone(), name: actor.name.clone() };
                    let seq = self.write(author, Body { text, ..Body::default() }, None);
                    self.record(&actor.login, &TimelineEvent::Replied { message: seq });
                    self.answer_requests(actor, seq, services).await?;
                }
                if let Some(dossier) = self.conversation.dossier_mut() {
                    dossier.advance(Status::Closed);
                    dossier.waiting_since = None;
                }
                self.record(&actor.login, &TimelineEvent::Closed { reason, refused: refuses });
                self.call_off(&actor.login, services).await?;
                let handover = self.conversation.dossier.as_ref().and_then(|dossier| dossier.handover.as_deref());
                let asks = !handover.is_some_and(|reason| NOT_ASKED_AFTER.contains(&reason));
                apply::run(self, Event::Closed { asks }, services).await
            }
            Action::Mission(step) => match Box::pin(appointment::act(self, actor, step, services)).await? {
                Some(event) => apply::run(self, event, services).await,
                None => Ok(()),
            },
            Action::AcknowledgeRequest { request, kind } => {
                self.acknowledge(request, kind, &actor.login, None);
                Ok(())
            }
            Action::DoRequest { request, kind, asked_at } => {
                self.end_request(request, actor);
                self.record(&actor.login, &TimelineEvent::RequestDone { request, kind: kind.clone() });
                apply::run(self, Event::RequestDone { kind, asked_at }, services).await
            }
            // Seldom done, and long: it is no part of what every turn carries.
            Action::Merge { other } => Box::pin(self.merge(actor, other, services)).await,
            Action::RejectDuplicate { other } => {
                // It may have waited for this alone.
                let served = self.conversation.row.handler.is_some();
                if let Some(dossier) = self.conversation.dossier_mut().filter(|_| !served)
                    && dossier.status != Status::HandedOver
                {
                    dossier.waiting_since = None;
                }
                if let Some(dossier) = &self.conversation.dossier {
                    self.rows.rejected_duplicates.push(RejectedDuplicate { dossier: dossier.id, other });
                }
                self.record(&actor.login, &TimelineEvent::KeptApart { dossier: other });
                Ok(())
            }
            Action::SendAgain { message, to } => {
                let id = self.conversation.row.id;
                let author = services.look_ups().author_of(id, message).await?;
                let is_ours = author.is_some_and(|author| author != Author::Policyholder);
                if !services.accounts().push_to(&to) || !is_ours {
                    return Err(ConversationError::NotSendable);
                }
                let channel = to.channel;
                self.rows.outbox.push(OutboxRow::new(id, message, to, self.now));
                self.record(&actor.login, &TimelineEvent::SentAgain { message, channel });
                Ok(())
            }
        }
    }

    pub(super) async fn reply(
        &mut self,
        actor: &Actor,
        text: String,
        services: &Services,
    ) -> Result<(), ConversationError> {
        self.take_over(actor, false, services).await?;
        let author = Author::Handler { login: actor.login.clone(), name: actor.name.clone() };
        let seq = self.write(author, Body { text, ..Body::default() }, None);
        if let Some(dossier) = self.conversation.dossier_mut() {
            dossier.waiting_since = None;
        }
        self.record(&actor.login, &TimelineEvent::Replied { message: seq });
        self.answer_requests(actor, seq, services).await
    }

    /// Writes a line of the timeline and nothing that is sent: no message is made of it, whatever the channel.
    fn write_note(&mut self, actor: &Actor, text: String, mentions: Vec<String>) {
        self.record(&actor.login, &TimelineEvent::Noted { text, mentions: mentions.clone() });
        let Some(dossier) = self.conversation.dossier.as_ref().map(|dossier| dossier.id) else { return };
        let seq = self.conversation.fence.timeline_seq;
        let mention = |login| MentionRow { login, dossier, seq, by: actor.login.clone(), at: self.now };
        self.rows.mentions.extend(mentions.into_iter().map(mention));
    }

    async fn correct(
        &mut self,
        actor: &Actor,
        fact: FactName,
        (was, value): (Option<Value>, Option<Value>),
        reason: String,
        services: &Services,
    ) -> Result<(), ConversationError> {
        if self.conversation.state.fact(&fact) != was.as_ref() {
            return Err(ConversationError::ChangedMeanwhile);
        }
        let event = TimelineEvent::Corrected { fact: fact.clone(), before: was, value: value.clone(), reason };
        self.record(&actor.login, &event);
        let by = actor.login.clone();
        apply::run(self, Event::Corrected { facts: vec![(fact, value)], by }, services).await
    }

    async fn reclassify(
        &mut self,
        actor: &Actor,
        peril: String,
        reason: String,
        services: &Services,
    ) -> Result<(), ConversationError> {
        let Conversation { library, row, state, dossier, .. } = &self.conversation;
        let before = dossier.as_ref().map(|dossier| dossier.peril.clone()).unwrap_or_default();
        let answers = flow::answers_for(library, &row.insurer, state, &peril, self.now);
        let facts = answers.filter(|_| before != peril).ok_or(ConversationError::NoSuchPeril)?;
        self.record(&actor.login, &TimelineEvent::Reclassified { peril, before, reason });
        apply::run(self, Event::Corrected { facts, by: actor.login.clone() }, services).await
    }

    /// Whoever takes up what was over has it.
    async fn reopen(&mut self, actor: &Actor, reason: String, services: &Services) -> Result<(), ConversationError> {
        let dossier = self.conversation.dossier_mut().filter(|dossier| dossier.status.is_over());
        let dossier = dossier.ok_or(ConversationError::NotOver)?;
        dossier.advance(Status::HandedOver);
        dossier.handler = Some(actor.login.clone());
        self.conversation.row_mut().handler = Some(actor.login.clone());
        self.record(&actor.login, &TimelineEvent::TakenUpAgain { reason });
        apply::run(self, Event::TakenOver, services).await
    }

    async fn sort_document(
        &mut self,
        actor: &Actor,
        document: DocumentId,
        kind: String,
        services: &Services,
    ) -> Result<(), ConversationError> {
        let filed = services.look_ups().filed(self.conversation.row.id, document).await?;
        let (was, was_supposed) = filed.ok_or(ConversationError::UnknownDocument)?;
        if !was_supposed && was.as_ref() == Some(&kind) {
            return Ok(());
        }
        if let Some(dossier) = self.conversation.dossier_mut() {
            dossier.sort(was.as_deref().map(|was| (was, was_supposed)), Some(&kind));
        }
        let filed = FiledKind::Known(kind.clone());
        let dossier = self.conversation.row.dossier;
        self.rows.documents.push(FiledDocument { document, dossier, kind: filed });
        let event = TimelineEvent::DocumentsSorted { kind: Some(kind.clone()), documents: vec![document] };
        self.record(&actor.login, &event);
        apply::run(self, Event::DocumentSorted { was, was_supposed, kind }, services).await
    }

    /// A handler's message keeps what the flow promised; on a durable medium it acknowledges the receipt of what the person
    /// asked for before.
    async fn answer_requests(&mut self, actor: &Actor, seq: i64, services: &Services) -> Result<(), ConversationError> {
        let is_durable = self.conversation.row.endpoint.channel.is_durable();
        let library = Arc::clone(&self.conversation.library);
        for request in services.look_ups().open_requests(self.conversation.row.id).await? {
            if library.requests().get(&request.kind).is_some_and(|kind| kind.promised) {
                self.end_request(request.id, actor);
                let kept = TimelineEvent::RequestDone { request: request.id, kind: request.kind };
                self.record(&actor.login, &kept);
            } else if is_durable && request.owes_acknowledgement() {
                self.acknowledge(request.id, request.kind, &actor.login, Some(seq));
            }
        }
        Ok(())
    }

    fn acknowledge(&mut self, request: RequestId, kind: String, by: &str, message: Option<i64>) {
        let acknowledged = Acknowledgement { at: self.now, by: by.to_owned(), message };
        self.rows.requests.acknowledged.push((request, acknowledged));
        self.record(by, &TimelineEvent::RequestAcknowledged { request, kind, message });
    }

    /// The dossier is over: no expert comes.
    pub(super) async fn call_off(&mut self, by: &str, services: &Services) -> Result<(), ConversationError> {
        match Box::pin(appointment::call_off(self, by, services)).await? {
            Some(event) => apply::run(self, event, services).await,
            None => Ok(()),
        }
    }

    /// Takes over the conversation of another dossier, which is closed by the same commit.
    async fn merge(&mut self, actor: &Actor, other: DossierId, services: &Services) -> Result<(), ConversationError> {
        let open = |dossier: &Dossier| !dossier.status.is_over();
        let (fence, other) =
            services.look_ups().dossier_with_fence(other).await?.ok_or(ConversationError::NotMergeable)?;
        let row = &self.conversation.row;
        let here = self.conversation.dossier.as_ref().filter(|dossier| open(dossier));
        let here = here.ok_or(ConversationError::NotMergeable)?;
        if !open(&other) || other.insurer != row.insurer || other.conversation == row.id {
            return Err(ConversationError::NotMergeable);
        }
        let mut other = other;
        other.advance(Status::Closed);
        other.waiting_since = None;
        let into = TimelineEvent::MergedInto { dossier: here.id, reference: here.reference.clone() };
        other.updated_at = self.now;
        let entry = Entry::new(fence.timeline_seq + 1, &actor.login, &into, self.now)?;
        let event = TimelineEvent::Merged { dossier: other.id, reference: other.reference.clone() };
        let conversation = other.conversation;
        self.binding.absorbs = Some(Box::new(Absorbed { conversation, fence, dossier: other, entry }));
        self.record(&actor.login, &event);
        Ok(())
    }

    /// Whoever answers speaks instead of the flow, and holds what nobody holds; `holds`: what a colleague holds as well.
    pub(super) async fn take_over(
        &mut self,
        actor: &Actor,
        holds: bool,
        services: &Services,
    ) -> Result<(), ConversationError> {
        let login = &actor.login;
        let speaks = self.conversation.row.handler.as_ref() == Some(login);
        let held_by = self.conversation.dossier.as_ref().and_then(|dossier| dossier.handler.as_ref());
        let takes = held_by != Some(login) && (holds || held_by.is_none());
        if speaks && !takes {
            return Ok(());
        }
        if let Some(dossier) = self.conversation.dossier_mut() {
            if takes {
                dossier.handler = Some(login.clone());
            }
            dossier.advance(Status::HandedOver);
        }
        if speaks {
            self.record(login, &TimelineEvent::TookOver {});
            return Ok(());
        }
        self.conversation.row_mut().handler = Some(login.clone());
        self.record(&actor.login, &TimelineEvent::TookOver {});
        apply::run(self, Event::TakenOver, services).await
    }

    /// Gives the dossier to somebody, or back to its desk. What a rule wanted is done only where nothing changed meanwhile.
    fn assign(&mut self, actor: &Actor, to: Option<String>, because: Because) {
        let Some(dossier) = self.conversation.dossier_mut() else { return };
        let before = dossier.handler.clone();
        let still = match &because {
            Because::Decided { .. } => before != to,
            Because::Rule(_) => before.is_none() && !dossier.status.is_over(),
            Because::NotHere { from } => before.as_ref() == Some(from),
        };
        if !still {
            return;
        }
        dossier.handler.clone_from(&to);
        let desk = dossier.desk.clone();
        let event = match because {
            Because::Decided { reason } => TimelineEvent::Assigned { to, before, reason },
            Because::Rule(rule) => TimelineEvent::AssignedByRule { to: to.unwrap_or_default(), rule },
            Because::NotHere { from } => TimelineEvent::ReturnedToDesk { from, desk },
        };
        self.record(&actor.login, &event);
    }

    async fn decide_otherwise(
        &mut self,
        actor: &Actor,
        mode: OrientationMode,
        reason: String,
        services: &Services,
    ) -> Result<(), ConversationError> {
        let before = self.conversation.dossier.as_ref().and_then(|dossier| dossier.orientation);
        if let Some(dossier) = self.conversation.dossier_mut() {
            dossier.orientation = Some(mode);
        }
        self.record(&actor.login, &TimelineEvent::Overrode { mode, before, reason: reason.clone() });
        self.decide(Decision::Override(Override { overridden_by: actor.login.clone(), mode, before, reason }));
        // As a fact of the handler's it stays, whatever the person corrects or sends afterwards.
        let source = Source::Handler(actor.login.clone());
        let fact = Fact { value: Value::Choice(mode.name().to_owned()), source };
        apply::run(self, Event::FactLearned { name: FactName::ORIENTATION, fact }, services).await
    }
}
