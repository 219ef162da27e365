//! `/console/dossiers/{id}`: everything about a dossier on one page. htmx refreshes it by fetching the same page again.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use jiff::Timestamp;

use super::{
    Lexicon, NOTED,
    cover::{Cover, Register},
    documents::{self, DocumentView, FileSize, WantedDocument},
    due::DueSection,
    duplicates::{self, ContactAddress, DuplicateView},
    expertise::{self, ExpertiseView},
    facts::{self, FactLine, StatedBy, ValueView},
    find,
    head::{Head, NextStep},
    orientation::{OrientationView, Requirement},
    send_again,
    timeline::{self, Actor, TimelineLine, Told},
    transcript::{self, Bubble, BubbleAuthor},
    work::Work,
};
use crate::{
    contract::{Policy, number_key},
    document::Remark,
    domain::{
        contact::Proof,
        fact::Precision,
        log::Verdict,
        message::{Channel, Endpoint},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    dossier::{Entry, TimelineEvent},
    identity::Permission,
    planning::Because,
    store::Delivery,
    store::MatchReason,
    store::MissionState,
    web::console::{
        Console,
        access::AccessLine,
        assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
        requests::RequestLine,
        when::Ago,
        words,
    },
};

/// The most messages that are shown: the last ones of a longer conversation.
const MAX_MESSAGES: i64 = 1000;

#[derive(Template)]
#[template(path = "dossier.html")]
pub(in crate::web::console) struct DossierPage {
    shell: Shell,
    now: Timestamp,
    id: String,
    head: Head,
    bubbles: Vec<Bubble>,
    /// The addresses to which a message can be sent again.
    endpoints: Vec<Endpoint>,
    /// The facts by the part of the file that they belong to.
    facts: Vec<(String, Vec<FactLine>)>,
    fact_count: usize,
    concluded_count: usize,
    corrected_count: usize,
    /// Those whom a note can name: login and name.
    colleagues: Vec<(String, String)>,
    /// Who else has to do with the claim: their part, name, telephone number and e-mail address.
    parties: Vec<(String, String, String, String)>,
    /// The parts that somebody may have: code and name.
    party_roles: Vec<(String, String)>,
    /// The kinds of claims: code and name.
    perils: Vec<(String, String)>,
    documents: Vec<DocumentView>,
    wanted: Vec<WantedDocument>,
    cover: Cover,
    orientation: OrientationView,
    expertise: ExpertiseView,
    timeline: Vec<TimelineLine>,
    /// The timeline's line that ended the dossier, where it is over.
    ending: Option<TimelineLine>,
    verdict: Verdict,
    /// The kinds of documents that can be asked for: code and name.
    document_kinds: Vec<(String, String)>,
    /// The desks to which it can be given: code, name, and whether only its members see what is there.
    desks: Vec<(String, String, bool)>,
    taken_by: Option<TakenBy>,
    work: Work,
    /// Other dossiers that may be the same person's.
    duplicates: Vec<DuplicateView>,
    /// The person's addresses, with their proofs.
    addresses: Vec<ContactAddress>,
    /// The open requests besides the claim.
    requests: Vec<RequestLine>,
    due: DueSection,
    /// Who read it; none where it is not shown.
    accesses: Option<Vec<AccessLine>>,
}

/// The handler who took the conversation over.
#[derive(Clone, Debug, PartialEq, Eq)]
enum TakenBy {
    Me,
    Another(String),
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Html<String>, ConsoleError> {
    let dossier = find(&console, &session, &id).await?;
    let cases = console.cases(&session);
    let (conversation, fence) = cases.conversation(dossier.conversation).await?.ok_or(ConsoleError::NotFound)?;
    let after = (fence.last_seq - MAX_MESSAGES).max(0);
    let ids = [dossier.id];
    let (
        messages,
        sent,
        endpoints,
        rows,
        received,
        decisions,
        entries,
        handlers,
        candidates,
        known,
        proofs,
        requests,
        drafts,
    ) = tokio::try_join!(
        cases.messages(dossier.conversation, after, MAX_MESSAGES),
        cases.outbox(dossier.conversation, after),
        send_again::endpoints(&console, &session, dossier.conversation),
        cases.facts(dossier.conversation),
        cases.documents(dossier.conversation),
        cases.decisions(dossier.conversation),
        cases.timeline(dossier.conversation),
        console.users().handlers(),
        cases.duplicate_candidates(&dossier),
        cases.addresses(dossier.conversation),
        cases.proofs(dossier.conversation),
        cases.open_requests(dossier.conversation),
        cases.drafts(&ids),
    )?;
    cases.mark_read(&dossier, &session.login, fence.last_seq).await?;
    let verdict = cases.verify_log(&fence).await?;
    let policy = match &dossier.policy {
        Some(number) => cases.policy_by_number(&dossier.insurer, &number_key(number)).await?,
        None => None,
    };
    let policy: Option<Policy> = policy.and_then(|row| serde_json::from_value(row.policy).ok());
    if cases.is_mentioned(&session.login, dossier.id).await? {
        cases.read_mentions(&session.login, dossier.id).await?;
    }
    // What colleagues write for each other is not for whoever sees their own missions only.
    let is_colleague = session.scope.may(Permission::Cases);
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| is_colleague || entry.kind != NOTED).collect();
    let colleagues = handlers.iter().filter(|user| user.disabled_at.is_none() && user.login != session.login);
    let colleagues = colleagues.map(|user| (user.login.clone(), user.name.clone())).collect();
    let people: HashMap<_, _> = handlers.iter().map(|user| (user.login.clone(), user.name.clone())).collect();
    let work = Work::of(&session, (&dossier, &fence), &drafts, &handlers, &people, console.now());
    let accesses = if session.scope.may(Permission::CaseAccess) {
        let lines = cases.access_of(dossier.id).await?;
        Some(lines.into_iter().map(|row| AccessLine::of(row, &people)).collect())
    } else {
        None
    };
    let lexicon = Lexicon { names: console.names(), people: &people, experts: console.library().experts() };
    let taken_by = conversation
        .handler
        .as_ref()
        .map(|login| if *login == session.login { TakenBy::Me } else { TakenBy::Another(lexicon.person(login)) });
    let events: Vec<TimelineEvent> = entries.iter().map(Entry::event).collect();
    let expertise = expertise::view(cases, console.library(), &dossier, &rows, console.now(), lexicon).await?;
    let due = DueSection::of(cases, console.library(), (&dossier, &rows), lexicon, console.now()).await?;
    let facts = facts::lines(&rows, lexicon);
    html(&DossierPage {
        fact_count: facts.len(),
        concluded_count: facts.iter().filter(|line| line.is_concluded()).count(),
        corrected_count: facts.iter().filter(|line| line.is_corrected()).count(),
        colleagues,
        parties: parties(&events),
        party_roles: words::parties(),
        perils: owned(lexicon.names.perils()),
        shell: Shell::from(&session),
        now: console.now(),
        id: dossier.id.to_string(),
        head: Head::of(&dossier, &conversation, &rows, lexicon),
        bubbles: transcript::with_notes(
            transcript::bubbles(messages, &sent, lexicon.names),
            timeline::notes(&entries, &events, lexicon),
        ),
        endpoints,
        facts: facts::groups(facts),
        documents: documents::gallery(received, lexicon),
        wanted: documents::wanted(&dossier, lexicon),
        cover: Cover::of(&dossier, policy, &rows, &entries, &events, lexicon),
        orientation: OrientationView::of(&dossier, &decisions, lexicon),
        expertise: expertise.named(lexicon),
        verdict,
        ending: timeline::ending(&dossier, &entries, &events, lexicon),
        duplicates: duplicates::proposals(candidates, lexicon),
        addresses: duplicates::contact_addresses(known, proofs, &conversation.endpoint),
        requests: requests.into_iter().map(|row| RequestLine::of(row, lexicon.names, console.now())).collect(),
        due,
        timeline: timeline::lines(&entries, &events, lexicon),
        document_kinds: owned(lexicon.names.documents_of(&dossier.peril)),
        accesses,
        desks: desks(&console),
        taken_by,
        work,
    })
}

fn parties(events: &[TimelineEvent]) -> Vec<(String, String, String, String)> {
    let added = events.iter().filter_map(|event| match event {
        TimelineEvent::PartyAdded { role, name, phone, email } => {
            Some((words::party(role).to_owned(), name.clone(), phone.clone(), email.clone()))
        }
        _ => None,
    });
    added.collect()
}

fn owned(named: Vec<(&str, &str)>) -> Vec<(String, String)> {
    named.into_iter().map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
}

fn desks(console: &Console) -> Vec<(String, String, bool)> {
    let desks = console.library().desks();
    let codes = desks.iter().map(|(code, _)| code);
    codes.map(|code| (code.to_string(), console.names().desk(code).to_owned(), desks.is_closed(code))).collect()
}

#[cfg(test)]
mod tests;
