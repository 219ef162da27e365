//! A dossier beside the list: who, what, the last words, and a place to answer.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use jiff::Timestamp;

use super::{
    Lexicon, act, assign,
    facts::{ValueView, shown},
    find,
    reply::{Busy, Reply, ask_first, forget_draft},
    timeline::{TimelineLine, Told},
    transcript::{self, Bubble, BubbleAuthor},
    work::Work,
};
use crate::{
    conversation::Action,
    domain::{
        fact_name::FactName, id::DossierId, message::Channel, orientation_mode::OrientationMode, priority::Priority,
    },
    dossier::Status,
    web::console::{
        Console,
        auth::{Checked, Session},
        error::ConsoleError,
        inbox::icon,
        page::{Shell, html},
        when::{Ago, When},
    },
};

/// The last messages that are shown.
const MESSAGES: i64 = 30;

#[derive(Template)]
#[template(path = "preview.html")]
pub(in crate::web::console) struct Preview {
    shell: Shell,
    id: String,
    reference: String,
    name: String,
    peril: String,
    icon: &'static str,
    insurer: String,
    desk: Option<String>,
    status: Status,
    orientation: Option<OrientationMode>,
    priority: Priority,
    waiting: Option<When>,
    phone: Option<ValueView>,
    channel: Channel,
    work: Work,
    /// Why the assignee holds it.
    because: Option<String>,
    bubbles: Vec<Bubble>,
    /// A colleague is at it: it is asked before what was typed is sent.
    busy: Option<Busy>,
    sent: bool,
    now: Timestamp,
}

impl Preview {
    async fn of(console: &Console, session: &Session, id: &str) -> Result<Self, ConsoleError> {
        let dossier = find(console, session, id).await?;
        let cases = console.cases(session);
        let (conversation, fence) = cases.conversation(dossier.conversation).await?.ok_or(ConsoleError::NotFound)?;
        let after = (fence.last_seq - MESSAGES).max(0);
        let ids = [dossier.id];
        let (messages, sent, rows, entries, drafts, users) = tokio::try_join!(
            cases.messages(dossier.conversation, after, MESSAGES),
            cases.outbox(dossier.conversation, after),
            cases.facts(dossier.conversation),
            cases.timeline(dossier.conversation),
            cases.drafts(&ids),
            console.users().handlers(),
        )?;
        cases.mark_read(&dossier, &session.login, fence.last_seq).await?;
        let people: HashMap<_, _> = users.iter().map(|user| (user.login.clone(), user.name.clone())).collect();
        let work = Work::of(session, (&dossier, &fence), &drafts, &users, &people, console.now());
        let lexicon = Lexicon { names: console.names(), people: &people, experts: console.library().experts() };
        let because = assign::last(&entries).filter(|_| dossier.handler.is_some()).and_then(|entry| {
            match TimelineLine::of(entry, &entry.event(), lexicon).told {
                Told::InWords(words) => Some(words),
                Told::AsStored(..) => None,
            }
        });
        Ok(Self {
            shell: Shell::from(session),
            id: dossier.id.to_string(),
            name: dossier.holder.clone().unwrap_or_else(|| dossier.reference.clone()),
            peril: lexicon.names.peril(&dossier.peril).to_owned(),
            icon: icon(&dossier.peril),
            insurer: lexicon.names.insurer(&dossier.insurer).to_owned(),
            desk: dossier.desk.as_ref().map(|desk| lexicon.names.desk(desk).to_owned()),
            status: dossier.status,
            orientation: dossier.orientation,
            priority: dossier.priority,
            waiting: dossier.waiting_since.map(When),
            phone: shown(&rows, FactName::PHONE.as_str(), lexicon).filter(|value| *value != ValueView::Unknown),
            channel: conversation.endpoint.channel,
            work,
            because,
            bubbles: transcript::bubbles(messages, &sent, lexicon.names),
            busy: None,
            sent: false,
            now: console.now(),
            reference: dossier.reference,
        })
    }
}

/// What is shown beside a list; none where the dossier is not there.
pub(in crate::web::console) async fn fragment(
    console: &Console,
    session: &Session,
    id: DossierId,
) -> Result<Option<String>, ConsoleError> {
    match Box::pin(Preview::of(console, session, &id.to_string())).await {
        Ok(preview) => Ok(Some(preview.render()?)),
        Err(ConsoleError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(in crate::web::console) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Html<String>, ConsoleError> {
    html(&Box::pin(Preview::of(&console, &session, &id)).await?)
}

/// Answers from beside the list.
pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Reply>,
) -> Result<Html<String>, ConsoleError> {
    let Checked { session, form } = sent;
    let dossier = find(&console, &session, &id).await?;
    let busy = ask_first(&console, &session, &dossier, &form).await?;
    let is_sent = busy.is_none();
    if is_sent {
        // Where the dossier's page would be: it is answered from beside the list.
        let _ = act(&console, &session, &id, Action::Reply { text: form.text.0 }).await?;
        forget_draft(&console, &session, &dossier).await?;
    }
    let preview = Box::pin(Preview::of(&console, &session, &id)).await?;
    html(&Preview { busy, sent: is_sent, ..preview })
}
