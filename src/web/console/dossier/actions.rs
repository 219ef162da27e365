//! A handler's actions on a dossier, one line each: its address, the form that the page sends, and the action that the
//! form becomes. Whoever may act may do each, an expert what concerns their own mission; the form's CSRF token is checked
//! before the form is read.

use axum::{
    extract::{Path, State},
    routing::{MethodRouter, post},
};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    act, assign, draft,
    foreseen::{self, Fields},
    reply,
};
use crate::{
    conversation::{Action, DueStep, MissionStep},
    domain::{
        clock::paris,
        clock_kind::ClockKind,
        desk::Desk,
        id::{DocumentId, DossierId},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    identity::Permission,
    web::console::{
        ACTS, Console,
        auth::Checked,
        error::ConsoleError,
        routes::{Needs, Routes},
        words::WORDS,
    },
};

/// The longest text or reason that a handler may send, in characters.
const MAX_TEXT: usize = 4000;
/// The furthest time that something may be planned for.
const MAX_YEARS: i64 = 3;

/// Whoever acts, and an expert on their own mission.
const MISSIONS: Needs = Needs::OneOf(&[Permission::Act, Permission::Missions]);

/// Adds the actions, each under the address of its dossier.
pub(in crate::web::console) fn routes(routes: Routes) -> Routes {
    let actions = [
        ("reply", post(reply::post)),
        ("assign", post(assign::post)),
        ("draft", post(draft::post)),
        ("take-over", action(|_: Nothing, _| Ok(Action::TakeOver))),
        ("give-back", action(|_: Nothing, _| Ok(Action::GiveBack))),
        ("ask-document", action(ask_document)),
        ("sort-document", action(sort_document)),
        (
            "override",
            action(|form: OrientationOverride, _| Ok(Action::Override { mode: form.mode, reason: form.reason.0 })),
        ),
        ("mission", action(mission)),
        ("merge", action(|form: Duplicate, _| Ok(Action::Merge { other: form.other }))),
        ("reject-duplicate", action(|form: Duplicate, _| Ok(Action::RejectDuplicate { other: form.other }))),
        ("desk", action(move_to_desk)),
        ("task", action(add_task)),
        ("task-done", action(|form: Task, _| Ok(Action::Due(DueStep::EndTask { task: form.task })))),
        ("task-reopen", action(|form: Task, _| Ok(Action::Due(DueStep::ReopenTask { task: form.task })))),
        ("clock", action(start_clocks)),
        ("snooze", action(snooze)),
        ("snooze-end", action(|_: Nothing, _| Ok(Action::Due(DueStep::EndSnooze)))),
        ("reply-later", action(reply_later)),
        ("reply-cancel", action(|form: Planned, _| Ok(Action::Due(DueStep::CancelReply { reply: form.reply })))),
        ("party", action(party)),
        (
            "priority",
            action(|form: OtherPriority, _| Ok(Action::SetPriority { priority: form.priority, reason: form.reason.0 })),
        ),
        ("reclassify", foreseen("reclassify", reclassify)),
        ("reopen", foreseen("reopen", |form: Reason, _| Ok(Action::Reopen { reason: form.reason.0 }))),
        ("close", foreseen("close", close)),
    ];
    let address = |name: &str| format!("/console/dossiers/{{id}}/{name}");
    let needs = |name: &str| if name == "mission" { MISSIONS } else { ACTS };
    actions.into_iter().fold(routes, |routes, (name, action)| routes.add(&address(name), needs(name), action))
}

/// Reads the form, makes the action from it, does it and redirects to the dossier's page.
fn action<F, M>(make: M) -> MethodRouter<Console>
where
    F: DeserializeOwned + Send + 'static,
    M: Fn(F, &Console) -> Result<Action, ConsoleError> + Clone + Send + Sync + 'static,
{
    post(move |State(console): State<Console>, Path(id): Path<String>, sent: Checked<F>| async move {
        let action = make(sent.form, &console)?;
        act(&console, &sent.session, &id, action).await
    })
}

/// The same, where what follows is shown before it is done.
fn foreseen<F, M>(name: &'static str, make: M) -> MethodRouter<Console>
where
    F: DeserializeOwned + Send + 'static,
    M: Fn(F, &Console) -> Result<Action, ConsoleError> + Clone + Send + Sync + 'static,
{
    post(move |State(console): State<Console>, Path(id): Path<String>, sent: Checked<Fields>| async move {
        let action = make(foreseen::read(&sent.form)?, &console)?;
        foreseen::show_or_do(&console, sent, &id, name, action).await
    })
}

/// A form without fields: its button is the action.
#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Reason {
    reason: Prose,
}

/// What the person is told, and what is kept for colleagues.
#[derive(Deserialize)]
struct Closing {
    reason: Prose,
    #[serde(default)]
    message: String,
    #[serde(default)]
    refuses: Answer,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Yes,
    #[default]
    No,
}

/// What stands in a template where only a person knows what to write.
const TO_FILL_IN: &str = "[…]";

/// A refusal says why, and how it can be contested: it is never sent as the template has it.
fn close(form: Closing, _: &Console) -> Result<Action, ConsoleError> {
    let Closing { reason, message, refuses } = form;
    let message = Prose::try_from(message).ok().map(|Prose(text)| text);
    let refuses = refuses == Answer::Yes;
    let is_unfinished = message.as_ref().is_some_and(|text| text.contains(TO_FILL_IN));
    if is_unfinished || (refuses && message.is_none()) {
        return Err(ConsoleError::BadForm);
    }
    Ok(Action::Close { reason: reason.0, message, refuses })
}

/// A dossier that was proposed as a duplicate.
#[derive(Deserialize)]
struct Duplicate {
    other: DossierId,
}

/// The kind of document to ask for.
#[derive(Deserialize)]
struct DocumentWanted {
    kind: String,
    /// In the handler's words; without, in the flow's.
    #[serde(default)]
    text: String,
}

fn ask_document(form: DocumentWanted, console: &Console) -> Result<Action, ConsoleError> {
    let DocumentWanted { kind, text } = form;
    let text = Prose::try_from(text).ok().map(|Prose(text)| text);
    let is_known = console.names().is_document(&kind);
    if is_known { Ok(Action::AskDocument { kind, text }) } else { Err(ConsoleError::BadForm) }
}

/// What a file is.
#[derive(Deserialize)]
struct DocumentSorted {
    document: DocumentId,
    kind: String,
}

fn sort_document(form: DocumentSorted, console: &Console) -> Result<Action, ConsoleError> {
    let DocumentSorted { document, kind } = form;
    let is_known = console.names().is_document(&kind);
    if is_known { Ok(Action::SortDocument { document, kind }) } else { Err(ConsoleError::BadForm) }
}

/// The mode that replaces the table's, and why.
#[derive(Deserialize)]
struct OrientationOverride {
    mode: OrientationMode,
    reason: Prose,
}

/// The desk that takes the dossier, and why.
#[derive(Deserialize)]
struct OtherDesk {
    desk: Desk,
    reason: Prose,
}

fn move_to_desk(form: OtherDesk, console: &Console) -> Result<Action, ConsoleError> {
    let OtherDesk { desk, reason } = form;
    let is_known = console.library().desks().name(&desk).is_some();
    if is_known { Ok(Action::MoveToDesk { desk, reason: reason.0 }) } else { Err(ConsoleError::BadForm) }
}

/// What is to be done, for whom and by when.
#[derive(Deserialize)]
struct NewTask {
    kind: ClockKind,
    text: Prose,
    #[serde(default)]
    assignee: String,
    due: DateTime,
}

fn add_task(form: NewTask, console: &Console) -> Result<Action, ConsoleError> {
    let NewTask { kind, text, assignee, due } = form;
    if kind == ClockKind::Rule {
        return Err(ConsoleError::BadForm);
    }
    let assignee = Some(assignee).filter(|login| !login.is_empty());
    Ok(Action::Due(DueStep::AddTask { kind, text: text.0, assignee, due_at: ahead(due, console)? }))
}

/// One of the dossier's tasks.
#[derive(Deserialize)]
struct Task {
    task: String,
}

/// Something that starts deadlines, and its day.
#[derive(Deserialize)]
struct Started {
    start: String,
    on: Date,
}

fn start_clocks(form: Started, console: &Console) -> Result<Action, ConsoleError> {
    let Started { start, on } = form;
    let today = console.now().to_zoned(paris()).date();
    let is_known = console.library().clocks().start_name(&start).is_some() && on <= today;
    if is_known { Ok(Action::Due(DueStep::StartClocks { start, on })) } else { Err(ConsoleError::BadForm) }
}

/// Until when the dossier is put aside.
#[derive(Clone, Copy, Deserialize)]
struct Snooze {
    until: DateTime,
}

fn snooze(form: Snooze, console: &Console) -> Result<Action, ConsoleError> {
    Ok(Action::Due(DueStep::Snooze { until: ahead(form.until, console)? }))
}

/// What is said to the person, and when.
#[derive(Deserialize)]
struct ReplyLater {
    text: Prose,
    at: DateTime,
}

fn reply_later(form: ReplyLater, console: &Console) -> Result<Action, ConsoleError> {
    Ok(Action::Due(DueStep::ReplyLater { text: form.text.0, at: ahead(form.at, console)? }))
}

/// A reply that is planned.
#[derive(Deserialize)]
struct Planned {
    reply: String,
}

/// A time that is still to come, and no longer than [`MAX_YEARS`] away.
fn ahead(local: DateTime, console: &Console) -> Result<Timestamp, ConsoleError> {
    let at = local.to_zoned(paris()).map_err(|_| ConsoleError::BadForm)?;
    let now = console.now();
    let furthest = now.to_zoned(paris()).saturating_add(MAX_YEARS.years());
    if at.timestamp() <= now || at > furthest { Err(ConsoleError::BadForm) } else { Ok(at.timestamp()) }
}

/// The longest name, number or address.
const MAX_WORD: usize = 200;

/// Who else has to do with the claim.
#[derive(Deserialize)]
struct Party {
    role: String,
    name: Prose,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    email: String,
}

fn party(form: Party, _: &Console) -> Result<Action, ConsoleError> {
    let Party { role, name: Prose(name), phone, email } = form;
    let is_long = [&name, &phone, &email].into_iter().any(|word| word.chars().count() > MAX_WORD);
    if is_long || !WORDS.parties.contains_key(&role) {
        return Err(ConsoleError::BadForm);
    }
    Ok(Action::AddParty { role, name, phone: phone.trim().to_owned(), email: email.trim().to_owned() })
}

#[derive(Deserialize)]
struct OtherPriority {
    priority: Priority,
    reason: Prose,
}

/// What kind of claim it is, and why.
#[derive(Deserialize)]
struct OtherPeril {
    peril: String,
    reason: Prose,
}

fn reclassify(form: OtherPeril, console: &Console) -> Result<Action, ConsoleError> {
    let OtherPeril { peril, reason } = form;
    let is_known = console.library().flows().any(|flow| flow.peril.as_ref() == Some(&peril));
    if is_known { Ok(Action::Reclassify { peril, reason: reason.0 }) } else { Err(ConsoleError::BadForm) }
}

/// An action on the expert's mission.
#[derive(Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Mission {
    Order { expert: String },
    Offer,
    Book { start: Timestamp },
    Cancel,
    Accept,
    Done,
    Withdraw,
}

fn mission(form: Mission, console: &Console) -> Result<Action, ConsoleError> {
    Ok(Action::Mission(match form {
        Mission::Order { expert } if console.library().experts().get(&expert).is_some() => {
            MissionStep::Order { expert }
        }
        Mission::Order { .. } => return Err(ConsoleError::BadForm),
        Mission::Offer => MissionStep::Offer,
        Mission::Book { start } => MissionStep::Book { start },
        Mission::Cancel => MissionStep::CancelAppointment,
        Mission::Accept => MissionStep::Accept,
        Mission::Done => MissionStep::Done,
        Mission::Withdraw => MissionStep::Withdraw,
    }))
}

/// A text that is not empty and not longer than [`MAX_TEXT`].
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Prose(pub(super) String);

impl TryFrom<String> for Prose {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim().replace("\r\n", "\n");
        match text.chars().count() {
            0 => Err("the text says nothing"),
            1..=MAX_TEXT => Ok(Self(text)),
            _ => Err("the text is too long"),
        }
    }
}

#[cfg(test)]
mod tests;
