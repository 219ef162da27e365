//! Runs the flow on an event and does what it asks for. The one caller of [`flow::step`].

use std::{collections::BTreeMap, sync::Arc};

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime},
};

use super::{alerts, appointment, due, error::ConversationError, services::Services, turn::Turn};
use crate::{
    contract::{Calendar, Reason},
    domain::{
        clock::paris,
        desk::Desk,
        fact::{Fact, Source, Value},
        fact_name::FactName,
        id::{DocumentId, RequestId},
        message::{Author, GUICHET, POLICYHOLDER},
        priority::Priority,
    },
    dossier::{Decision, Dossier, Learnt, SaidIn, Status, TimelineEvent},
    flow::{self, Coverage, DeskBook, Effect, Event, Handover, Note, PolicyAnswer, Scope, Sorting, StepOutput},
    orientation,
    store::{DueKind, DueRow, FiledDocument, FiledKind, MissedRow, RequestRow, ToldContact},
};

/// The most look-ups in one turn; a flow that wants more turns in a circle.
const LOOK_UPS: usize = 8;

/// Runs the flow on `event`, and on the answers to what it looks up, until it asks for nothing more.
pub(super) async fn run(turn: &mut Turn, event: Event, services: &Services) -> Result<(), ConversationError> {
    let mut event = event;
    for _ in 0..LOOK_UPS {
        match step(turn, &event, services).await? {
            Some(answer) => event = answer,
            None => return Ok(()),
        }
    }
    Err(ConversationError::Loop(LOOK_UPS))
}

/// One step of the engine. Returns the answer to what it looked up, if it did.
async fn step(turn: &mut Turn, event: &Event, services: &Services) -> Result<Option<Event>, ConversationError> {
    let conversation = &mut turn.conversation;
    let state = Arc::unwrap_or_clone(std::mem::take(&mut conversation.state));
    let language = state.language();
    let mut reached = services.observer().map(|_| Coverage::default());
    let (library, insurer) = (&conversation.library, &conversation.row.insurer);
    let StepOutput { state, effects } = flow::step(library, insurer, state, event, turn.now, reached.as_mut());
    if let (Some(observer), Some(reached)) = (services.observer(), reached) {
        observer.stepped(event, &effects, reached);
    }
    conversation.state = Arc::new(state);
    // "In English, please" was said in the conversation itself.
    if conversation.state.language() != language {
        conversation.row_mut().language = conversation.state.language();
    }
    let mut learnt = LearntBy::default();
    let mut answer = None;
    for effect in effects {
        match effect {
            Effect::Say { body } => {
                turn.write(Author::Guichet, body, None);
            }
            Effect::SetFact { name, fact } => set_fact(turn, &name, &fact, &mut learnt),
            Effect::ClearFact { name } => {
                learnt.note(&Source::Flow, &name, None);
            }
            Effect::OpenDossier { peril } => {
                open_dossier(turn, &peril);
                reconsider_expert(turn, services).await?;
            }
            Effect::WantDocument { kind, required } => {
                if let Some(dossier) = turn.conversation.dossier_mut() {
                    dossier.want(&kind, required);
                }
                turn.record(GUICHET, &TimelineEvent::DocumentWanted { kind, required });
            }
            Effect::FileDocuments { kind, count, files, supposed } => {
                let filing = Filing { kind, count, files, supposed };
                file_documents(turn, filing, services).await?;
            }
            Effect::SortDocuments(sorting) => Box::pin(sort_documents(turn, &sorting, services)).await?,
            Effect::LookUpPolicy(query) => {
                let (found, reasons) =
                    services.look_up_policy(&turn.conversation.row.insurer, &query, turn.now).await?;
                note_policy(turn, &found, &reasons);
                answer = Some(Event::PolicyLookedUp(found));
            }
            Effect::SwitchChannel { to } => answer = Some(turn.open_channel_switch(to, services)?),
            Effect::Orient { table, open } => {
                answer = Some(orient(turn, &table, &open));
                reconsider_expert(turn, services).await?;
            }
            Effect::Qualify => advance(turn, Status::Qualified, &TimelineEvent::Qualified {}),
            Effect::HandOver(handover) => hand_over(turn, &handover)?,
            Effect::Withdraw => {
                advance(turn, Status::Withdrawn, &TimelineEvent::Withdrawn {});
                answer = Box::pin(appointment::call_off(turn, POLICYHOLDER, services)).await?;
            }
            Effect::Reopen => turn.wait_for_a_person(),
            Effect::Note(note) => turn.record(GUICHET, &noted(note)),
            Effect::Request { kind, text, acknowledgement, since, at, promised } => {
                let by = if promised { GUICHET } else { POLICYHOLDER };
                if let Some(request) = ask_desk(turn, by, Asked { kind: &kind, text, since, at }, services.calendar())
                    && let Some(sentence) = acknowledgement
                {
                    turn.acknowledgements.push((request, sentence));
                }
            }
            Effect::Missed { text, question } => {
                let row = &turn.conversation.row;
                let missed = MissedRow {
                    id: turn.ids.next(turn.now),
                    conversation: row.id,
                    dossier: row.dossier,
                    text,
                    question,
                    at: turn.now,
                };
                turn.rows.requests.missed.push(missed);
            }
            Effect::FindSlots { wish } => answer = Box::pin(appointment::find_slots(turn, wish, services)).await?,
            Effect::Book { appointment } => answer = Box::pin(appointment::book(turn, appointment, services)).await?,
            Effect::CancelAppointment => answer = Box::pin(appointment::cancel_by_person(turn, services)).await?,
            Effect::End => turn.record(GUICHET, &TimelineEvent::FlowEnded {}),
        }
    }
    if !learnt.said.is_empty() {
        let message = turn.said_in();
        turn.record(POLICYHOLDER, &TimelineEvent::Facts { message: Some(SaidIn(message)), facts: learnt.said });
    }
    if !learnt.concluded.is_empty() {
        turn.record(GUICHET, &TimelineEvent::Facts { message: None, facts: learnt.concluded });
    }
    Ok(answer)
}

fn noted(note: Note) -> TimelineEvent {
    let detail = String::new();
    match note {
        Note::AppointmentReminded => TimelineEvent::AppointmentReminded { detail },
        Note::Danger { danger } => TimelineEvent::Danger { detail: danger },
        Note::QuestionAnswered { entry } => TimelineEvent::QuestionAnswered { detail: entry },
        Note::DocumentsCompleted => TimelineEvent::DocumentsCompleted { detail },
        Note::MessageAfterEnd => TimelineEvent::MessageAfterEnd { detail },
        Note::Restarted => TimelineEvent::Restarted { detail },
    }
}

/// The peril or the orientation may have changed, and with it who is to be sent for.
async fn reconsider_expert(turn: &mut Turn, services: &Services) -> Result<(), ConversationError> {
    match Box::pin(appointment::reconsider(turn, GUICHET, services)).await? {
        Some(withdrawn) => Box::pin(run(turn, withdrawn, services)).await,
        None => Ok(()),
    }
}

/// What a step learnt, for the timeline: nobody is made to have said what the flow concluded.
#[derive(Default)]
struct LearntBy {
    said: Learnt,
    /// By the flow or from the policy.
    concluded: Learnt,
}

impl LearntBy {
    fn note(&mut self, source: &Source, name: &FactName, value: Option<Value>) {
        let facts = match source {
            Source::Policyholder => &mut self.said,
            Source::Flow | Source::Policy => &mut self.concluded,
            // What a handler did, and what a phone shared, has its own line.
            Source::Channel | Source::Handler(_) => return,
        };
        facts.note(name, value);
    }
}

fn set_fact(turn: &mut Turn, name: &FactName, fact: &Fact, learnt: &mut LearntBy) {
    learnt.note(&fact.source, name, Some(fact.value.clone()));
    if let (Some(dossier), Value::Text(holder)) = (turn.conversation.dossier_mut(), &fact.value)
        && *name == FactName::LAST_NAME
    {
        dossier.holder = Some(holder.clone());
    }
    // "Modifier" stands beside the message that answered.
    if let (Source::Policyholder, Some(message)) = (&fact.source, turn.rows.messages.first_mut())
        && message.author == Author::Policyholder
    {
        message.body.answers.get_or_insert_with(|| name.clone());
    }
    note_contact(turn, name, &fact.value);
}

/// Facts are kept with the state. Those by which two dossiers are seen to be one person's are looked for in all of them.
fn note_contact(turn: &mut Turn, name: &FactName, value: &Value) {
    if let Some(dossier) = turn.conversation.row.dossier {
        turn.rows.contacts.extend(ToldContact::of(dossier, name, Some(value)));
    }
}

fn open_dossier(turn: &mut Turn, peril: &str) {
    let is_new = turn.conversation.dossier.is_none();
    let is_another = turn.conversation.dossier.as_ref().is_none_or(|dossier| dossier.peril != peril);
    turn.open_dossier(peril);
    let library = Arc::clone(&turn.conversation.library);
    if let Some(dossier) = turn.conversation.dossier_mut().filter(|_| is_another) {
        let desk = library.desks().of(&dossier.insurer, peril).cloned();
        // What was oriented stays where it is until it is oriented anew, unless a desk takes just this.
        if dossier.orientation.is_none() || desk.is_some() {
            move_to(dossier, desk, library.desks());
        }
    }
    if is_new {
        let state = Arc::clone(&turn.conversation.state);
        for (name, fact) in state.facts() {
            note_contact(turn, name, &fact.value);
        }
        // The register may have answered before there was a dossier.
        if let (Some(number), Some(dossier)) = (state.found_policy(), turn.conversation.dossier_mut()) {
            note_holder(dossier, number, state.fact(&FactName::POLICY_HOLDER));
        }
    }
}

fn note_holder(dossier: &mut Dossier, policy: &str, holder: Option<&Value>) {
    dossier.policy = Some(policy.to_owned());
    if let Some(Value::Text(holder)) = holder {
        dossier.holder = Some(holder.clone());
    }
}

/// Files that answer a wanted document, see [`Effect::FileDocuments`].
struct Filing {
    kind: String,
    count: u32,
    files: Vec<usize>,
    supposed: bool,
}

async fn file_documents(turn: &mut Turn, filing: Filing, services: &Services) -> Result<(), ConversationError> {
    let Filing { kind, count, files, supposed } = filing;
    let filed = if supposed { FiledKind::Supposed(kind.clone()) } else { FiledKind::Known(kind.clone()) };
    let mut documents = Vec::with_capacity(files.len());
    for at in &files {
        if let Some(file) = turn.unfiled.get_mut(*at) {
            file.kind = filed.clone();
            documents.push(file.document);
        }
    }
    if files.is_empty() {
        // They came in earlier messages, before anything was wanted.
        let unfiled = services.look_ups().unsorted(turn.conversation.row.id).await?;
        let early = unfiled.into_iter().filter(|(document, kind)| {
            kind.is_none() && !turn.rows.documents.iter().any(|filed| filed.document == *document)
        });
        let early: Vec<DocumentId> = early.map(|(document, _)| document).take(count as usize).collect();
        for document in early {
            let dossier = turn.conversation.row.dossier;
            turn.rows.documents.push(FiledDocument { document, dossier, kind: filed.clone() });
            documents.push(document);
        }
    }
    if let Some(dossier) = turn.conversation.dossier_mut() {
        dossier.receive(&kind, count, supposed);
    }
    turn.record(POLICYHOLDER, &TimelineEvent::Documents { kind, count, documents, supposed });
    Ok(())
}

/// The person said what the files are of which it was only supposed.
async fn sort_documents(turn: &mut Turn, sorting: &Sorting, services: &Services) -> Result<(), ConversationError> {
    let dossier = turn.conversation.row.dossier;
    let mut sorted: BTreeMap<Option<String>, Vec<DocumentId>> = BTreeMap::new();
    for (document, supposed) in services.look_ups().unsorted(turn.conversation.row.id).await? {
        let Some(supposed) = supposed else { continue };
        let kind = match sorting {
            Sorting::AsSupposed => Some(supposed.clone()),
            Sorting::As(kind) => Some(kind.clone()),
            Sorting::Unknown => None,
        };
        if let Some(dossier) = turn.conversation.dossier_mut() {
            dossier.sort(Some((&supposed, true)), kind.as_deref());
        }
        let filed = kind.clone().map_or(FiledKind::Unknown, FiledKind::Known);
        turn.rows.documents.push(FiledDocument { document, dossier, kind: filed });
        sorted.entry(kind).or_default().push(document);
    }
    for (kind, documents) in sorted {
        turn.record(POLICYHOLDER, &TimelineEvent::DocumentsSorted { kind, documents });
    }
    Ok(())
}

fn note_policy(turn: &mut Turn, answer: &PolicyAnswer, reasons: &[Reason]) {
    match answer {
        PolicyAnswer::Found { number, facts } => {
            if let Some(dossier) = turn.conversation.dossier_mut() {
                note_holder(dossier, number, facts.get(&FactName::POLICY_HOLDER));
            }
            let (policy, facts) = (number.clone(), facts.clone());
            turn.record(GUICHET, &TimelineEvent::PolicyFound { policy, facts, reasons: reasons.to_vec() });
        }
        PolicyAnswer::NotFound => turn.record(GUICHET, &TimelineEvent::PolicyNotFound {}),
    }
}

fn advance(turn: &mut Turn, status: Status, event: &TimelineEvent) {
    let moved = turn.conversation.dossier_mut().is_some_and(|dossier| dossier.advance(status));
    if moved {
        turn.record(GUICHET, event);
    }
}

fn hand_over(turn: &mut Turn, handover: &Handover) -> Result<(), ConversationError> {
    // Whoever needs a person must stand in the inbox, even before it is known what happened.
    if turn.conversation.dossier.is_none() {
        open_dossier(turn, "unknown");
    }
    let (now, priority) = (turn.now, handover.priority);
    let was_urgent = turn.conversation.dossier.as_ref().is_some_and(|dossier| dossier.priority == Priority::Urgent);
    if let Some(dossier) = turn.conversation.dossier_mut() {
        dossier.advance(Status::HandedOver);
        // Whoever reported a danger is not made less urgent by asking something else.
        dossier.priority = dossier.priority.max(priority);
        dossier.handover = Some(handover.reason.clone());
        dossier.waiting_since.get_or_insert(now);
    }
    turn.record(GUICHET, &TimelineEvent::HandedOver { reason: handover.reason.clone(), priority });
    if priority == Priority::Urgent && !was_urgent { turn.alert(alerts::URGENT) } else { Ok(()) }
}

/// What is asked of a desk.
struct Asked<'a> {
    kind: &'a str,
    text: String,
    /// The day on which it was written before.
    since: Option<Date>,
    /// When the person wants it done.
    at: Option<DateTime>,
}

/// Records a request with its deadlines, counted from today or from the day on which it was written before. Whoever
/// asks for something must stand in a list, even before it is known what
/// happened.
fn ask_desk(turn: &mut Turn, by: &str, asked: Asked<'_>, calendar: &Calendar) -> Option<RequestId> {
    let Asked { kind, text, since, at } = asked;
    let library = Arc::clone(&turn.conversation.library);
    let request = library.requests().get(kind)?;
    if turn.conversation.dossier.is_none() {
        open_dossier(turn, "unknown");
    }
    let row = &turn.conversation.row;
    let dossier = row.dossier?;
    let today = turn.now.to_zoned(paris()).date();
    // What the law has acknowledged is counted from its sending: a letter may have been on its way for days.
    let sent = turn.sent.filter(|_| request.acknowledge_days.is_some());
    let from = since.into_iter().chain(sent).min().unwrap_or(today);
    let in_months = from.checked_add(Span::new().months(request.answer_months)).unwrap_or(from);
    let answer_by = calendar.deadline(in_months, request.answer_days, None);
    let asked = RequestRow {
        id: turn.ids.next(turn.now),
        conversation: row.id,
        dossier,
        insurer: row.insurer.clone(),
        kind: kind.to_owned(),
        desk: request.desk.clone(),
        text,
        asked_at: turn.now,
        acknowledge_by: request
            .acknowledge_days
            .map(|days| end_of(calendar.deadline_with_saturdays(from, days, None), turn.now)),
        answer_by: at
            .and_then(|at| Some(at.to_zoned(paris()).ok()?.timestamp()))
            .unwrap_or_else(|| end_of(answer_by, turn.now)),
        acknowledged: None,
        done: None,
    };
    let id = asked.id;
    if let Some(due) = asked.due() {
        let warned_at = due::next_warning(asked.asked_at, due, turn.now);
        turn.set_due(DueRow::of(asked.conversation, DueKind::Request, &id, warned_at));
    }
    let event = TimelineEvent::Request { request: id, kind: kind.to_owned(), answer_by: asked.answer_by };
    turn.rows.requests.asked.push(asked);
    turn.record(by, &event);
    Some(id)
}

/// The last second of a day where the insurers are.
fn end_of(day: Date, now: Timestamp) -> Timestamp {
    day.at(23, 59, 59, 0).to_zoned(paris()).map_or(now, |end| end.timestamp())
}

/// The dossier goes to the desk that its peril or its orientation asks for. From a closed desk it goes only to another: what
/// was kept from others is not shown to them because of a rule.
fn move_to(dossier: &mut Dossier, desk: Option<Desk>, desks: &DeskBook) {
    let is_closed = |desk: &Option<Desk>| desk.as_ref().is_some_and(|desk| desks.is_closed(desk));
    if !is_closed(&dossier.desk) || is_closed(&desk) {
        if is_closed(&desk) && dossier.desk != desk {
            // Whoever held it may not see it there.
            dossier.handler = None;
        }
        dossier.desk = desk;
    }
}

/// Evaluates a decision table and keeps the decision with all its reasons.
fn orient(turn: &mut Turn, table: &str, open: &[FactName]) -> Event {
    let conversation = &turn.conversation;
    let library = Arc::clone(&conversation.library);
    let (Some(table), Some(insurer)) = (library.table(table), library.insurer(&conversation.row.insurer)) else {
        // `flow check` refuses such a library; an insurer may have been taken out of the files meanwhile.
        return Event::Oriented { mode: None, missing: Vec::new() };
    };
    let today = turn.now.to_zoned(paris()).date();
    let scope = Scope { facts: conversation.state.facts(), insurer, today };
    let decision = orientation::decide(table, library.revision(), &scope, open);
    let (mode, missing) = (decision.mode(), decision.missing());
    if let Some(dossier) = turn.conversation.dossier_mut() {
        dossier.orientation = mode;
        let desk = decision.desk().or_else(|| library.desks().of(&dossier.insurer, &dossier.peril).cloned());
        move_to(dossier, desk, library.desks());
        if mode.is_some() {
            dossier.advance(Status::Oriented);
        }
    }
    turn.record(GUICHET, &TimelineEvent::Oriented { mode, missing: missing.to_vec() });
    let event = orientation::event(&decision);
    turn.decide(Decision::Table(decision));
    event
}
