//! `/console/dossiers/{id}`: everything about a dossier on one page. The same page, fetched again by htmx, refreshes it.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use jiff::Timestamp;

use super::{
    Lexicon,
    cover::Cover,
    facts::{self, By, FactLine, Shown},
    files::{self, FileView, Size, WantedView},
    find,
    head::{Head, Next},
    orientation::{OrientationView, Wanted},
    override_orientation::MODES,
    timeline::{self, Actor, TimelineLine},
    transcript::{self, Bubble, Who},
};
use crate::{
    contract::{Policy, number_key},
    document::Remark,
    domain::fact::Precision,
    dossier::{Verdict, verify},
    web::console::{
        Console, assets,
        auth::Session,
        error::ConsoleError,
        page::{Shell, html},
        when::Ago,
    },
};

/// The most messages that are shown; of a longer conversation, the last ones.
const MOST_MESSAGES: i64 = 1000;

#[derive(Template)]
#[template(path = "dossier.html")]
struct DossierPage {
    shell: Shell,
    now: Timestamp,
    id: String,
    head: Head,
    bubbles: Vec<Bubble>,
    facts: Vec<FactLine>,
    files: Vec<FileView>,
    wanted: Vec<WantedView>,
    cover: Cover,
    orientation: OrientationView,
    timeline: Vec<TimelineLine>,
    verdict: Verdict,
    /// The kinds of documents that can be asked for: code and name.
    kinds: Vec<(String, String)>,
    taken_by: Option<TakenBy>,
}

/// Who speaks instead of the flow.
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
    let dossier = find(&console, &id).await?;
    let store = console.store();
    let conversation = store.conversation(dossier.conversation).await?.ok_or(ConsoleError::NotFound)?;
    let after = (conversation.last_seq - MOST_MESSAGES).max(0);
    let (messages, rows, documents, decisions, entries, handlers) = tokio::try_join!(
        store.messages(dossier.conversation, after, MOST_MESSAGES),
        store.facts(dossier.id),
        store.documents(dossier.conversation),
        store.decisions(dossier.id),
        store.timeline(dossier.id),
        store.handlers(),
    )?;
    let policy = match &dossier.policy {
        Some(number) => store.policy_by_number(&dossier.insurer, &number_key(number)).await?,
        None => None,
    };
    let policy: Option<Policy> = policy.and_then(|row| serde_json::from_value(row.policy).ok());
    let people: HashMap<_, _> = handlers.into_iter().map(|handler| (handler.login, handler.name)).collect();
    let lexicon = Lexicon { names: console.names(), people: &people };
    let taken_by = conversation
        .handler
        .as_ref()
        .map(|login| if *login == session.login { TakenBy::Me } else { TakenBy::Another(lexicon.person(login)) });
    html(&DossierPage {
        shell: Shell::from(&session),
        now: console.now(),
        id: dossier.id.to_string(),
        head: Head::of(&dossier, &conversation, &rows, lexicon),
        bubbles: transcript::bubbles(messages),
        facts: facts::lines(&rows, lexicon),
        files: files::gallery(documents, lexicon),
        wanted: files::wanted(&dossier, lexicon),
        cover: Cover::of(&dossier, policy, &rows, lexicon),
        orientation: OrientationView::of(&dossier, &decisions, lexicon),
        verdict: verify(dossier.id, &entries, &dossier.tip),
        timeline: timeline::lines(&entries, lexicon),
        kinds: lexicon.names.documents().into_iter().map(|(kind, name)| (kind.to_owned(), name.to_owned())).collect(),
        taken_by,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::web::console::testing::Trial;

    #[tokio::test]
    async fn the_page_shows_everything_and_escapes_what_people_wrote() {
        let trial = Trial::start().await;
        let cookie = trial.log_in().await;
        trial.photo(trial.dossier().await).await;
        let (status, headers, page) =
            trial.get_as(&cookie, &format!("/console/dossiers/{}", trial.dossier().await)).await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        for shown in [
            "Jeanne Petit",
            "Dégât des eaux",
            "Mutuelle des Rives",
            "19/11/2026 vers 18:00",
            "trois &#60;b&#62;",
            "Photos nettes",
            "<s>2</s>",
            "a_code_nobody_knows",
            "Journal vérifié",
            "salon.png",
        ] {
            assert!(page.contains(shown), "{shown}");
        }
    }

    #[tokio::test]
    async fn an_unknown_dossier_is_not_found() {
        let trial = Trial::start().await;
        let cookie = trial.log_in().await;
        for id in ["0190a0b0-c0d0-7e0f-8a0b-0123456789ab", "x", "..%2Fusers"] {
            assert_eq!(trial.get_as(&cookie, &format!("/console/dossiers/{id}")).await.0, StatusCode::NOT_FOUND);
        }
        assert_eq!(trial.get_as(&cookie, "/console/nowhere").await.0, StatusCode::NOT_FOUND);
    }
}
