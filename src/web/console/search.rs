//! `/console/search`: a person or a dossier by whatever is known, open or closed. As one types, the field asks for the same as a list.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use serde::Deserialize;

use super::{
    Console, Names, assets,
    auth::Session,
    error::ConsoleError,
    page::{Shell, html},
    when::When,
    words,
};
use crate::{
    domain::priority::Priority,
    dossier::{Marked, Search, SearchField, Status, marked},
    store::{AccessKind, Hit, Hits, Matched},
};

/// Lines on the page, and in the list as one types.
const LINES: usize = 50;
const SUGGESTED: usize = 8;
/// The most things that a line tells by which it was found.
const MAX_REASONS: usize = 3;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// `list`: the short list of the field.
    part: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    results: Results,
}

#[derive(Template)]
#[template(path = "search_results.html")]
struct Results {
    q: String,
    /// Whether there is too little to search for.
    is_short: bool,
    groups: Vec<Group>,
    /// How many lines all groups have.
    total: usize,
    is_cut: bool,
}

#[derive(Template)]
#[template(path = "search_list.html")]
struct List {
    results: Results,
}

/// Dossiers that were found alike.
struct Group {
    title: String,
    lines: Vec<Line>,
}

/// A dossier that was found.
struct Line {
    id: String,
    reference: Vec<Marked>,
    holder: Vec<Marked>,
    peril: String,
    insurer: String,
    status: Status,
    priority: Priority,
    handler: Option<String>,
    updated: When,
    /// By what it was found, beside its reference and its holder.
    reasons: Vec<Reason>,
}

struct Reason {
    label: String,
    text: Vec<Marked>,
}

pub(super) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, ConsoleError> {
    let is_list = asked.part == "list";
    let q = asked.q.trim().to_owned();
    let search = Search::of(&q);
    let is_short = search.is_empty() || search.is_short();
    let mut hits = Hits::default();
    if !is_short {
        // That somebody searched is written, and not for whom: the words would be somebody's name.
        console.note_reading(&session, AccessKind::Search, "", None).await?;
        hits = console.cases(&session).find(&search, if is_list { SUGGESTED } else { LINES }).await?;
    }
    let handlers = console.users().handlers().await?;
    let people: HashMap<_, _> = handlers.into_iter().map(|handler| (handler.login, handler.name)).collect();
    let results = Results {
        is_short,
        total: hits.hits.len(),
        is_cut: hits.is_cut,
        groups: groups(hits, &search, console.names(), &people),
        q,
    };
    if is_list { html(&List { results }) } else { html(&SearchPage { shell: Shell::from(&session), results }) }
}

fn groups(hits: Hits, search: &Search, names: &Names, people: &HashMap<String, String>) -> Vec<Group> {
    let meant = hits.meant.unwrap_or_default();
    let mut groups: Vec<(Matched, Group)> = Vec::new();
    for hit in hits.hits {
        let (matched, search) = (hit.matched, if hit.matched == Matched::Near { &meant } else { search });
        let line = Line::of(hit, search, names, people);
        if let Some((_, group)) = groups.last_mut().filter(|(group, _)| *group == matched) {
            group.lines.push(line);
            continue;
        }
        let code = match matched {
            Matched::Reference => "reference",
            Matched::Known => "known",
            Matched::Said => "said",
            Matched::Near => "near",
        };
        groups.push((matched, Group { title: words::found(code).to_owned(), lines: vec![line] }));
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

impl Line {
    fn of(hit: Hit, search: &Search, names: &Names, people: &HashMap<String, String>) -> Self {
        let Hit { dossier, fields, said, .. } = hit;
        let is_shown = |field: &&SearchField| !matches!(field.name.as_str(), "reference" | "holder");
        let found = fields.iter().filter(is_shown).filter(|field| search.filled_by(&field.text) > 0);
        let mut reasons: Vec<Reason> = found
            .take(MAX_REASONS)
            .map(|field| Reason {
                label: match words::field(&field.name) {
                    Some(label) => label.to_owned(),
                    None => names.fact(&field.name).to_owned(),
                },
                text: marked(&field.text, search, true),
            })
            .collect();
        reasons.extend(said.map(|said| Reason {
            label: words::found(if said.by_policyholder { "wrote" } else { "noted" }).to_owned(),
            text: marked(&said.text, search, true),
        }));
        Self {
            id: dossier.id.to_string(),
            reference: marked(&dossier.reference, search, false),
            holder: marked(dossier.holder.as_deref().unwrap_or_default(), search, false),
            peril: names.peril(&dossier.peril).to_owned(),
            insurer: names.insurer(&dossier.insurer).to_owned(),
            status: dossier.status,
            priority: dossier.priority,
            handler: dossier.handler.map(|login| people.get(&login).cloned().unwrap_or(login)),
            updated: When(dossier.updated_at),
            reasons,
        }
    }
}

#[cfg(test)]
mod tests;
