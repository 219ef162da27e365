//! What is owed by a time and what comes about by itself: tasks, cases that come back, replies that are sent later, warnings
//! of deadlines. Each has its row in the table `due`; when its time comes, the conversation's turn looks at what it is about and
//! decides anew, so that what was done or put off meanwhile is not done twice.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    action::{Actor, DueStep},
    alerts::OVERDUE,
    error::ConversationError,
    services::Services,
    turn::Turn,
};
use crate::{
    domain::{
        clock_kind::ClockKind,
        id::{DueId, RequestId},
        message::{Author, GUICHET},
    },
    dossier::TimelineEvent,
    store::{ClockEnd, ClockRow, DueKind, DueRow},
};

/// Who owes what a handler notes to be done.
const INSURER: &str = "insurer";
/// The share of a time, in percent, after which whoever owes it is warned.
const WARNED_AT: i32 = 80;
/// Without a reason of a handler's: the person wrote meanwhile, or the dossier is over.
const WROTE: &str = "wrote";
const OVER: &str = "over";
const CANCELLED: &str = "cancelled";

/// A reply that is sent later, as it is kept until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedReply {
    pub actor: Actor,
    pub text: String,
    pub at: Timestamp,
    /// The last message that the handler saw.
    pub after: i64,
}

/// When whoever owes something by `due` since `since` is warned next: before it, and when it comes. None when it has passed.
pub(super) fn next_warning(since: Timestamp, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let whole = due.duration_since(since).max(SignedDuration::ZERO);
    let before = since.checked_add(whole / 100 * WARNED_AT).unwrap_or(due);
    [before, due].into_iter().find(|at| *at > now)
}

impl Turn {
    /// Sets when something is due, or takes it away.
    pub(super) fn set_due(&mut self, row: DueRow) {
        self.rows.due.retain(|before| before.subject != row.subject);
        self.rows.due.push(row);
    }

    fn set(&mut self, kind: DueKind, subject: &str, at: Option<Timestamp>) {
        self.set_due(DueRow::of(self.conversation.row.id, kind, &subject, at));
    }

    /// A request is done: nobody is warned of it any more.
    pub(super) fn end_request(&mut self, request: RequestId, actor: &Actor) {
        self.rows.requests.done.push((request, self.now, actor.login.clone()));
        self.set(DueKind::Request, &request.to_string(), None);
    }

    /// Does what a handler wants about time.
    pub(super) async fn act_on_time(
        &mut self,
        actor: &Actor,
        step: DueStep,
        services: &Services,
    ) -> Result<(), ConversationError> {
        let Some(dossier) = self.conversation.dossier.clone() else { return Err(ConversationError::NothingDue) };
        let conversation = self.conversation.row.id;
        match step {
            DueStep::AddTask { kind, text, assignee, due_at } => {
                let id: DueId = self.ids.next(self.now);
                let task = ClockRow {
                    id: id.to_string(),
                    kind,
                    rule: String::new(),
                    dossier: dossier.id,
                    conversation,
                    insurer: dossier.insurer.clone(),
                    owner: INSURER.to_owned(),
                    assignee,
                    text,
                    started_at: self.now,
                    due_at,
                    made_by: actor.login.clone(),
                    ended: None,
                };
                let ClockRow { id, text, assignee, .. } = task.clone();
                self.set(DueKind::Clock, &id, Some(due_at));
                self.rows.clocks.push(task);
                self.record(&actor.login, &TimelineEvent::TaskAdded { task: id, kind, text, assignee, due_at });
            }
            DueStep::EndTask { task } => {
                let task = self.clock(&task, services).await?.filter(|task| task.ended.is_none());
                let mut task = task.ok_or(ConversationError::NothingDue)?;
                task.ended = Some(ClockEnd { at: self.now, by: actor.login.clone() });
                self.set(DueKind::Clock, &task.id, None);
                let ClockRow { id, text, rule, .. } = task.clone();
                self.record(&actor.login, &TimelineEvent::TaskDone { task: id, text, rule });
                self.rows.clocks.push(task);
            }
            DueStep::ReopenTask { task } => {
                let task = self.clock(&task, services).await?.filter(|task| task.ended.is_some());
                let mut task = task.ok_or(ConversationError::NothingDue)?;
                task.ended = None;
                let at = if task.kind == ClockKind::Rule { self.next_of_rule(&task) } else { Some(task.due_at) };
                self.set(DueKind::Clock, &task.id, at);
                let ClockRow { id, text, rule, .. } = task.clone();
                self.record(&actor.login, &TimelineEvent::TaskReopened { task: id, text, rule });
                self.rows.clocks.push(task);
            }
            DueStep::StartClocks { start, on } => self.start_clocks(actor, &start, on)?,
            DueStep::Snooze { until } => {
                if let Some(dossier) = self.conversation.dossier_mut() {
                    dossier.snoozed_until = Some(until);
                    dossier.waiting_since = None;
                }
                self.set(DueKind::Snooze, &dossier.id.to_string(), Some(until));
                self.record(&actor.login, &TimelineEvent::Snoozed { until });
            }
            DueStep::EndSnooze => {
                if dossier.snoozed_until.is_none() {
                    return Err(ConversationError::NothingDue);
                }
                self.set(DueKind::Snooze, &dossier.id.to_string(), None);
                self.come_back(&actor.login);
            }
            DueStep::ReplyLater { text, at } => {
                let id: DueId = self.ids.next(self.now);
                let after = self.conversation.fence.last_seq;
                let reply = PlannedReply { actor: actor.clone(), text, at, after };
                let payload = Some(serde_json::to_string(&reply).map_err(ConversationError::Unwritable)?);
                self.set_due(DueRow { payload, ..DueRow::of(conversation, DueKind::Reply, &id, Some(at)) });
                // Whoever plans an answer has taken over, as whoever gives one.
                self.take_over(actor, false, services).await?;
                if let Some(dossier) = self.conversation.dossier_mut() {
                    dossier.waiting_since = None;
                }
                self.record(&actor.login, &TimelineEvent::ReplyPlanned { at });
            }
            DueStep::CancelReply { reply } => {
                let planned = services.look_ups().due(&reply).await?;
                let own = |row: &DueRow| row.kind == DueKind::Reply && row.conversation == Some(conversation);
                planned.filter(own).ok_or(ConversationError::NothingDue)?;
                self.drop_reply(&reply, &actor.login, CANCELLED);
            }
        }
        Ok(())
    }

    /// Something of the conversation is due. What stands when the turn is made decides: another node may have been here.
    pub(super) async fn come_due(
        &mut self,
        kind: DueKind,
        subject: &str,
        services: &Services,
    ) -> Result<(), ConversationError> {
        match kind {
            DueKind::Wake => self.wake(services).await,
            DueKind::Snooze => {
                let until = self.conversation.dossier.as_ref().and_then(|dossier| dossier.snoozed_until);
                match until {
                    Some(until) if until > self.now => self.set(kind, subject, Some(until)),
                    Some(_) => {
                        self.set(kind, subject, None);
                        self.come_back(GUICHET);
                    }
                    None => self.set(kind, subject, None),
                }
                Ok(())
            }
            DueKind::Reply => self.send_planned(subject, services).await,
            DueKind::Clock => {
                let clock = self.clock(subject, services).await?;
                let rule = clock.as_ref().filter(|clock| clock.kind == ClockKind::Rule && clock.ended.is_none());
                let due = rule.map(|clock| clock.due_at);
                match clock.filter(|clock| clock.ended.is_none()) {
                    Some(clock) if clock.kind == ClockKind::Rule => self.warn_of_rule(&clock),
                    Some(clock) if clock.due_at > self.now => self.set(kind, subject, Some(clock.due_at)),
                    Some(clock) => {
                        self.set(kind, subject, None);
                        self.warn(subject, clock.kind.name(), clock.text, clock.due_at);
                    }
                    None => self.set(kind, subject, None),
                }
                match due {
                    Some(due) => self.alert_overdue(due, services).await,
                    None => Ok(()),
                }
            }
            DueKind::Request => {
                let open = services.look_ups().open_requests(self.conversation.row.id).await?;
                let open = open.into_iter().find(|request| request.id.to_string() == subject);
                let Some((request, due)) = open.and_then(|request| request.due().map(|due| (request, due))) else {
                    self.set(kind, subject, None);
                    return Ok(());
                };
                // Behind the receipt there is the answer.
                let next =
                    [due, request.answer_by].into_iter().find_map(|by| next_warning(request.asked_at, by, self.now));
                self.set(kind, subject, next);
                self.warn(subject, kind.name(), request.kind, due);
                self.alert_overdue(due, services).await
            }
            DueKind::Alert => self.escalate(subject, services).await,
        }
    }

    /// A date that ran out and nobody sees is told to whoever is on call.
    async fn alert_overdue(&mut self, due: Timestamp, services: &Services) -> Result<(), ConversationError> {
        if due > self.now || self.is_alerted(services).await? { Ok(()) } else { self.alert(OVERDUE) }
    }

    async fn clock(&self, id: &str, services: &Services) -> Result<Option<ClockRow>, ConversationError> {
        let clocks = services.look_ups().clocks(self.conversation.row.id).await?;
        Ok(clocks.into_iter().find(|clock| clock.id == id))
    }

    /// The dossier is in the list again.
    fn come_back(&mut self, by: &str) {
        let now = self.now;
        if let Some(dossier) = self.conversation.dossier_mut() {
            dossier.snoozed_until = None;
            if !dossier.status.is_over() {
                dossier.wait(now);
            }
        }
        self.record(by, &TimelineEvent::CameBack {});
    }

    /// Something is to be done soon, or should have been: the dossier waits for somebody.
    pub(super) fn warn(&mut self, subject: &str, kind: &str, what: String, due_at: Timestamp) {
        let now = self.now;
        let Some(dossier) = self.conversation.dossier_mut().filter(|dossier| !dossier.status.is_over()) else { return };
        dossier.wait(now);
        let (subject, kind, is_over) = (subject.to_owned(), kind.to_owned(), due_at <= now);
        self.record(GUICHET, &TimelineEvent::CameDue { subject, kind, what, due_at, is_over });
    }

    /// Says what a handler wanted to be said now; unless the person wrote meanwhile, or the dossier is over: then the handler
    /// looks again.
    async fn send_planned(&mut self, subject: &str, services: &Services) -> Result<(), ConversationError> {
        let planned = services.look_ups().due(subject).await?.and_then(|row| row.payload);
        let Some(planned) = planned.and_then(|payload| serde_json::from_str::<PlannedReply>(&payload).ok()) else {
            self.set(DueKind::Reply, subject, None);
            return Ok(());
        };
        if planned.at > self.now {
            return Ok(());
        }
        let since = services.look_ups().messages_from(self.conversation.row.id, planned.after + 1).await?;
        let is_over = self.conversation.dossier.as_ref().is_none_or(|dossier| dossier.status.is_over());
        let wrote = since.iter().any(|message| message.author == Author::Policyholder);
        if is_over || wrote {
            self.drop_reply(subject, GUICHET, if is_over { OVER } else { WROTE });
            return Ok(());
        }
        self.set(DueKind::Reply, subject, None);
        self.reply(&planned.actor, planned.text, services).await
    }

    fn drop_reply(&mut self, subject: &str, by: &str, reason: &str) {
        let now = self.now;
        self.set(DueKind::Reply, subject, None);
        if let Some(dossier) = self.conversation.dossier_mut()
            && reason != OVER
        {
            dossier.wait(now);
        }
        self.record(by, &TimelineEvent::ReplyDropped { reason: reason.to_owned() });
    }
}
