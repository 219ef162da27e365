//! `GET /chat`: the full page, from phone size up; only the configured sites may frame it.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;

use super::assets;
use crate::{
    domain::language::Language,
    web::{App, problem::Problem},
};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    insurer: Option<String>,
    site: Option<String>,
    #[serde(default)]
    lang: String,
}

#[derive(Debug, Template)]
#[template(path = "page.html")]
struct Page<'a> {
    language: &'static str,
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

pub(super) async fn get(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let id = insurer(&app, asked.insurer.as_deref(), asked.site.as_deref())?;
    let library = app.intake.library();
    let insurer = library.insurer(&id).ok_or_else(Problem::not_found)?;
    let site = asked.site.as_deref().and_then(|key| app.config.site(key));
    let origins = site.map(|site| site.origins.join(" ")).unwrap_or_default();
    let page = Page {
        language: Language::from_tag(&asked.lang).code(),
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
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, Html(html)).into_response())
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
