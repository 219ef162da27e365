//! A dossier in the list: who, what, how old, the last words, what is missing, who holds it, who is writing.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        message::{Author, Body},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    dossier::{Dossier, Status},
    store::{Draft, MessageRow, ReadMark},
    web::console::{
        Console, Names,
        auth::Session,
        error::ConsoleError,
        page::initials,
        when::{Ago, When},
    },
};

/// Whoever wrote to a draft so recently is writing.
pub(in crate::web::console) const WRITES: SignedDuration = SignedDuration::from_secs(20);
/// So much of the last words is shown.
const WORDS: usize = 160;

pub(super) struct InboxRow {
    pub id: String,
    pub reference: String,
    pub holder: Option<String>,
    pub peril: String,
    pub icon: &'static str,
    pub status: Status,
    pub orientation: Option<OrientationMode>,
    pub priority: Priority,
    pub at: When,
    pub unread: bool,
    /// Who wrote the last words, where it was not the person.
    pub by: Option<String>,
    pub words: String,
    pub writing: Option<Person>,
    pub waiting: Option<When>,
    /// What is due next.
    pub due: Option<Due>,
    pub missing: Vec<String>,
    pub assignee: Option<Person>,
    pub tags: Vec<String>,
    /// Changes when anything of the row does.
    pub version: String,
}

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It was, so long ago.
    Late(Ago),
    Today(When),
    On(When),
}

impl Due {
    fn of(at: Timestamp, now: Timestamp) -> Self {
        let at_ = When(at);
        if at <= now {
            Self::Late(at_.since(now))
        } else if at_.day() == When(now).day() {
            Self::Today(at_)
        } else {
            Self::On(at_)
        }
    }
}

/// A colleague, as a list has room for.
#[derive(Clone, Debug)]
pub(in crate::web::console) struct Person {
    pub name: String,
    pub first: String,
    pub initials: String,
    /// The class of the colour.
    pub colour: &'static str,
}

impl Person {
    pub(in crate::web::console) fn of(login: &str, people: &HashMap<String, String>) -> Self {
        let name = people.get(login).cloned().unwrap_or_else(|| login.to_owned());
        let colour = ["", "h", "g", "b"][login.bytes().map(usize::from).sum::<usize>() % 4];
        let first = name.split_whitespace().next().unwrap_or_default().to_owned();
        Self { first, initials: initials(&name), name, colour }
    }
}

/// The icon of a peril.
pub(in crate::web::console) fn icon(peril: &str) -> &'static str {
    match peril {
        "water_damage" => "i-drop",
        "fire" => "i-fire",
        "burglary" | "theft" => "i-lock",
        "storm" | "hail" => "i-storm",
        "flood" | "natural_catastrophe" | "drought" => "i-wave",
        "electrical" | "electrical_damage" => "i-bolt",
        "injury" => "i-desk",
        peril if peril.contains("glass") => "i-glass",
        peril if peril.starts_with("car") || peril.contains("vehicle") => "i-car",
        _ => "i-file",
    }
}

/// The rows of a page, with what else they show, each of it by one question.
pub(super) async fn rows(
    console: &Console,
    session: &Session,
    dossiers: Vec<Dossier>,
    people: &HashMap<String, String>,
) -> Result<Vec<InboxRow>, ConsoleError> {
    if dossiers.is_empty() {
        return Ok(Vec::new());
    }
    let cases = console.cases(session);
    let ids: Vec<_> = dossiers.iter().map(|dossier| dossier.id).collect();
    let conversations: Vec<_> = dossiers.iter().map(|dossier| dossier.conversation).collect();
    let (words, dates, marks, drafts, tags) = tokio::try_join!(
        cases.last_words(&conversations),
        cases.next_dates(&conversations),
        cases.read_marks(&ids),
        cases.drafts(&ids),
        cases.tags(&ids),
    )?;
    let now = console.now();
    Ok(dossiers
        .into_iter()
        .map(|dossier| {
            let last = words.get(&dossier.conversation);
            let tags = tags.iter().filter(|tag| tag.dossier == dossier.id).map(|tag| tag.tag.clone()).collect();
            let unread = last.is_some_and(|last| is_unread(&dossier, last, &marks, &session.login));
            let writing = writes(&dossier, &drafts, &session.login, now).map(|login| Person::of(login, people));
            let due = dates.get(&dossier.conversation).map(|at| Due::of(*at, now));
            InboxRow { due, ..InboxRow::of(dossier, last, unread, writing, tags, console.names(), people) }
        })
        .collect())
}

/// Whether the last words are the person's and neither the user nor who holds the dossier has seen them.
fn is_unread(dossier: &Dossier, last: &MessageRow, marks: &[ReadMark], login: &str) -> bool {
    let looks = |mark: &&ReadMark| {
        mark.dossier == dossier.id && (mark.login == login || dossier.handler.as_ref() == Some(&mark.login))
    };
    let seen = marks.iter().filter(looks).map(|mark| mark.seq).max().unwrap_or(0);
    last.author == Author::Policyholder && last.seq > seen
}

/// The colleague who is writing to a dossier's person.
pub(in crate::web::console) fn writes<'d>(
    dossier: &Dossier,
    drafts: &'d [Draft],
    login: &str,
    now: Timestamp,
) -> Option<&'d str> {
    let is_writing = |draft: &&Draft| {
        draft.dossier == dossier.id
            && draft.login != login
            && draft.kind == "reply"
            && now.duration_since(draft.at) < WRITES
    };
    drafts.iter().filter(is_writing).max_by_key(|draft| draft.at).map(|draft| draft.login.as_str())
}

impl InboxRow {
    fn of(
        dossier: Dossier,
        last: Option<&MessageRow>,
        unread: bool,
        writing: Option<Person>,
        tags: Vec<String>,
        names: &Names,
        people: &HashMap<String, String>,
    ) -> Self {
        let by = last.and_then(|last| match &last.author {
            Author::Policyholder => None,
            Author::Guichet => Some("Guichet".to_owned()),
            Author::Handler { name, .. } => Some(name.split_whitespace().next().unwrap_or_default().to_owned()),
        });
        let at = last.map_or(dossier.updated_at, |last| last.at);
        let version = format!(
            "{}.{}.{}",
            dossier.updated_at.as_millisecond(),
            last.map_or(0, |last| last.seq),
            dossier.handler.as_deref().unwrap_or_default()
        );
        Self {
            id: dossier.id.to_string(),
            missing: dossier.missing().map(|wanted| names.document(&wanted.kind).to_owned()).collect(),
            icon: icon(&dossier.peril),
            peril: names.peril(&dossier.peril).to_owned(),
            reference: dossier.reference,
            holder: dossier.holder,
            status: dossier.status,
            orientation: dossier.orientation,
            priority: dossier.priority,
            at: When(at),
            unread,
            by,
            words: last.map(|last| said(&last.body)).unwrap_or_default(),
            writing,
            waiting: dossier.waiting_since.map(When),
            due: None,
            assignee: dossier.handler.as_deref().map(|login| Person::of(login, people)),
            tags,
            version,
        }
    }
}

/// The beginning of what a message says.
fn said(body: &Body) -> String {
    let text = if body.text.is_empty() { body.choice.as_deref().unwrap_or_default() } else { &body.text };
    if text.is_empty() && !body.attachments.is_empty() {
        let files = body.attachments.len();
        return if files == 1 { "1 fichier reçu".to_owned() } else { format!("{files} fichiers reçus") };
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(WORDS).collect()
}
