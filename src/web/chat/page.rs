//! `GET /chat`: the full page, from phone size up; only the configured sites may frame it.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::assets;
use crate::{
    domain::language::Language,
    flow::Library,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    insurer: Option<String>,
    site: Option<String>,
    #[serde(default)]
    lang: String,
}

/// The languages of the page; stories are told in the first two.
const LANGUAGES: [&str; 3] = ["fr", "en", "ar"];
/// The fact whose answers are the subjects of the first screen, and those that stand in sight, the most frequent first.
const SUBJECT: &str = "incident";
const IN_SIGHT: [&str; 6] = ["water_damage", "car", "theft", "fire", "weather", "glass"];

/// A subject to begin with.
#[derive(Debug)]
struct Subject<'a> {
    value: &'a str,
    label: &'a str,
}

#[derive(Debug, Template)]
#[template(path = "page.html")]
struct Page<'a> {
    language: &'static str,
    /// In sight, and behind "Autre sinistre".
    subjects: (Vec<Subject<'a>>, Vec<Subject<'a>>),
    zone: String,
    /// The query of the page in another language, without the language.
    query: String,
    revision: &'static str,
    insurer: &'a str,
    site: &'a str,
    name: &'a str,
    phone: &'a str,
    /// `#rrggbb`; empty for the default colour.
    accent: &'a str,
    /// The origins with which a framed page exchanges messages.
    parents: &'a str,
}

pub(super) async fn get(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = insurer(&app, asked.insurer.as_deref(), asked.site.as_deref())?;
    let library = app.intake.library();
    let insurer = library.insurer(&id).ok_or_else(Problem::not_found)?;
    let site = asked.site.as_deref().and_then(|key| app.config.site(key));
    let origins = site.map(|site| site.origins.join(" ")).unwrap_or_default();
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let language = language(&asked.lang, accepted);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("insurer", &asked.insurer), ("site", &asked.site)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let page = Page {
        language,
        subjects: subjects(&library, Language::from_tag(language)),
        zone: insurer.zone().iana_name().unwrap_or_default().to_owned(),
        query: query.finish(),
        revision: assets::revision(),
        insurer: &id,
        site: site.map_or("", |site| &site.key),
        name: &insurer.name,
        phone: insurer.phone.as_deref().unwrap_or_default(),
        accent: insurer.texts.get("accent").map_or("", |accent| &accent.fr),
        parents: &origins,
    };
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "the chat's page does not render");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    })?;
    let policy = HeaderValue::try_from(policy(&origins)).map_err(|error| {
        tracing::error!(%error, "the origins of a site in the configuration do not go into a header");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    })?;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("accept-language")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, Html(html)).into_response())
}

/// The language of the page: the one that the link asks for, else the first of the browser's that is ours.
fn language(asked: &str, accepted: &str) -> &'static str {
    let ours = |tag: &str| {
        let tag = tag.trim().to_ascii_lowercase();
        LANGUAGES.into_iter().find(|code| tag.split(['-', ';']).next() == Some(code))
    };
    ours(asked).or_else(|| accepted.split(',').find_map(ours)).unwrap_or(LANGUAGES[0])
}

/// The subjects of the first screen: in sight, and the others.
fn subjects(library: &Library, language: Language) -> (Vec<Subject<'_>>, Vec<Subject<'_>>) {
    let all: Vec<Subject> = library
        .choices_of(SUBJECT)
        .iter()
        .map(|(value, label)| Subject { value, label: label.get(language) })
        .collect();
    let place = |subject: &Subject| IN_SIGHT.iter().position(|value| *value == subject.value);
    let (mut first, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|subject| place(subject).is_some());
    first.sort_by_key(place);
    (first, others)
}

/// The insurer of a request: by its identifier, by a site's key, or else the first one.
pub(super) fn insurer(app: &App, insurer: Option<&str>, site: Option<&str>) -> Result<String, Problem> {
    let id = match site.filter(|key| !key.is_empty()) {
        Some(key) => Some(app.config.site(key).ok_or_else(Problem::not_found)?.insurer.as_str()),
        None => insurer.filter(|id| !id.is_empty()),
    };
    let library = app.intake.library();
    let found = match id {
        Some(id) => library.insurer(id),
        None => library.insurers().next(),
    };
    Ok(found.ok_or_else(Problem::not_found)?.id.clone())
}

/// The content security policy: our own files only, no inline script or style, no frame but the allowed ones.
fn policy(origins: &str) -> String {
    let ancestors = if origins.is_empty() { "'none'" } else { origins };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )
}
