//! `/console/dossiers/{id}/dossier.pdf`: the dossier on two pages, with annexes: all facts, the conversation, the log. Notes for
//! colleagues are no part of it: it may be given to an expert, or to the person.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};

use super::{
    Lexicon, documents,
    facts::{self, FactLine, StatedBy, Statement},
    find,
    head::Head,
    orientation::OrientationView,
    timeline,
    transcript::{self, Bubble, BubbleAuthor},
};
use crate::{
    domain::clock::paris,
    dossier::{Entry, TimelineEvent},
    store::AccessKind,
    web::{
        console::{
            Console,
            auth::Session,
            error::ConsoleError,
            when::When,
            words::{self, LANGUAGE, pdf as say},
        },
        dossier::pdf::{self, Block, Written},
    },
};

/// The most messages of the annex: the last ones of a longer conversation.
const MAX_MESSAGES: i64 = 1000;
/// As many facts stand on the first pages; all of them are in the annex.
const FACTS_AT_FIRST: usize = 24;

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, ConsoleError> {
    let dossier = find(&console, &session, &id).await?;
    console.note_reading(&session, AccessKind::Pdf, &dossier.id.to_string(), Some(dossier.id)).await?;
    let cases = console.cases(&session);
    let (conversation, fence) = cases.conversation(dossier.conversation).await?.ok_or(ConsoleError::NotFound)?;
    let after = (fence.last_seq - MAX_MESSAGES).max(0);
    let (messages, sent, rows, received, decisions, entries) = tokio::try_join!(
        cases.messages(dossier.conversation, after, MAX_MESSAGES),
        cases.outbox(dossier.conversation, after),
        cases.facts(dossier.conversation),
        cases.documents(dossier.conversation),
        cases.decisions(dossier.conversation),
        cases.timeline(dossier.conversation),
    )?;
    let people = super::people(&console).await?;
    let lexicon = Lexicon { names: console.names(), people: &people, experts: console.library().experts() };
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| entry.kind != super::NOTED).collect();
    let events: Vec<TimelineEvent> = entries.iter().map(Entry::event).collect();
    let head = Head::of(&dossier, &conversation, &rows, lexicon);
    let facts = facts::lines(&rows, lexicon);
    let orientation = OrientationView::of(&dossier, &decisions, lexicon);
    let now = When(console.now());

    let mut blocks = vec![
        Block::Heading(1, format!("{} {}", say("dossier"), dossier.reference)),
        Block::Paragraph(format!("{} · {}", head.insurer, head.peril)),
        Block::Table(summary(&head, dossier.status)),
    ];
    let mut section = |title: &str, rows: Vec<(String, String)>| {
        if !rows.is_empty() {
            blocks.push(Block::Heading(2, say(title).to_owned()));
            blocks.push(Block::Table(rows));
        }
    };
    section("orientation", decided(&orientation));
    let wanted = documents::wanted(&dossier, lexicon).into_iter().map(|it| {
        let state = match (it.received, it.supposed, it.required) {
            (1.., ..) => "received",
            (0, 1.., _) => "to_confirm",
            (0, 0, true) => "missing",
            (0, 0, false) => "welcome",
        };
        (it.name, say(state).to_owned())
    });
    section("documents", wanted.collect());
    section("told", facts.iter().filter(|line| line.is_told).take(FACTS_AT_FIRST).map(line_of).collect());

    blocks.push(Block::NewPage);
    blocks.push(Block::Heading(1, say("annex_facts").to_owned()));
    for (group, lines) in facts::groups(facts) {
        blocks.push(Block::Heading(2, if group.is_empty() { say("concluded").to_owned() } else { group }));
        blocks.push(Block::Table(lines.iter().map(with_source).collect()));
    }
    let files = documents::gallery(received, lexicon).into_iter().map(|file| {
        let kind = file.kind.unwrap_or_else(|| say("unsorted").to_owned());
        (kind, format!("{}, {} {}", file.name, file.at.day(), file.at.clock()))
    });
    blocks.push(Block::Heading(2, say("annex_files").to_owned()));
    blocks.push(Block::Table(files.collect()));
    blocks.push(Block::NewPage);
    blocks.push(Block::Heading(1, say("annex_conversation").to_owned()));
    let bubbles = transcript::bubbles(messages, &sent, lexicon.names);
    blocks.push(Block::Table(bubbles.iter().map(|bubble| said(bubble, &head)).collect()));
    blocks.push(Block::NewPage);
    blocks.push(Block::Heading(1, say("annex_log").to_owned()));
    let lines = timeline::in_words(&entries, &events, lexicon);
    let log = entries.iter().zip(lines).map(|(entry, line)| (moment(When(entry.at)), line));
    blocks.push(Block::Table(log.collect()));
    blocks.push(Block::Note(format!("{} {} {}, {}.", say("made"), now.day(), now.clock(), session.name)));

    let written = Written {
        title: format!("{} {}", say("dossier"), dossier.reference),
        author: head.insurer.clone(),
        language: LANGUAGE.code(),
        made: console.now().to_zoned(paris()).datetime(),
        blocks,
        numbering: dossier.reference.clone(),
        page_number: |reference, page, of| format!("{reference} · {page} / {of}"),
    };
    let made = tokio::task::spawn_blocking(move || pdf::write(&written)).await;
    let bytes = made.map_err(|error| error.to_string()).and_then(|made| made.map_err(|error| error.to_string()));
    let bytes = bytes.map_err(ConsoleError::Pdf)?;
    let about = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.pdf\"", dossier.reference)),
    ];
    Ok((about, bytes).into_response())
}

/// Who, what, when, where, and how it stands.
fn summary(head: &Head, status: crate::dossier::Status) -> Vec<(String, String)> {
    let shown = |value: &Option<facts::ValueView>| value.as_ref().map(ToString::to_string);
    let rows = [
        ("who", head.holder.clone()),
        ("role", shown(&head.role)),
        ("phone", shown(&head.phone)),
        ("email", shown(&head.email)),
        ("policy", head.policy.clone()),
        ("lost", shown(&head.loss_date)),
        ("where", shown(&head.loss_place)),
        ("floor", shown(&head.loss_floor)),
        ("cause", shown(&head.cause)),
        ("amount", shown(&head.damage_amount)),
        ("declared", Some(moment(head.opened_at))),
        ("status", Some(words::status(status.name()).to_owned())),
        ("desk", head.desk.clone()),
        ("lacks", Some(head.missing_documents.join(", ")).filter(|missing| !missing.is_empty())),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((say(name).to_owned(), value?))).collect()
}

fn decided(orientation: &OrientationView) -> Vec<(String, String)> {
    let mode = orientation.mode.map_or("none", |mode| mode.name());
    let mut rows = vec![(say("mode").to_owned(), words::mode(mode).to_owned())];
    if let Some(because) = orientation.table.as_ref().and_then(|table| table.because.clone()) {
        rows.push((say("because").to_owned(), because));
    }
    for it in &orientation.overrides {
        rows.push((it.by.clone(), format!("{} · {}", words::mode(it.mode.name()), it.reason)));
    }
    rows
}

fn line_of(line: &FactLine) -> (String, String) {
    (line.label.clone(), line.current.value.to_string())
}

fn with_source(line: &FactLine) -> (String, String) {
    let stated = |said: &Statement| {
        let by = match &said.by {
            StatedBy::Policyholder => words::value("policyholder"),
            StatedBy::Flow => words::value("flow"),
            StatedBy::Policy => words::value("policy"),
            StatedBy::Channel => words::value("channel"),
            StatedBy::Handler(name) => name,
        };
        format!("{} ({by}, {})", said.value, moment(said.at))
    };
    let before = line.earlier.iter().map(|said| format!(" ← {}", stated(said)));
    (line.label.clone(), format!("{}{}", stated(&line.current), before.collect::<String>()))
}

fn said(bubble: &Bubble, head: &Head) -> (String, String) {
    let who = match &bubble.author {
        BubbleAuthor::Policyholder => head.holder.as_deref().unwrap_or_else(|| words::value("policyholder")),
        BubbleAuthor::Guichet => words::value("guichet"),
        BubbleAuthor::Handler(name) | BubbleAuthor::Note(name) => name,
    };
    let files = bubble.files.iter().map(|file| format!("[{}]", file.name));
    let text = std::iter::once(bubble.text.clone()).chain(files).filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let when = format!("{who}, {}, {}", words::channel(bubble.channel.name()), moment(bubble.at));
    (when, text.join(" "))
}

fn moment(at: When) -> String {
    format!("{} {}", at.day(), at.clock())
}

#[cfg(test)]
mod tests;
