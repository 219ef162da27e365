//! What stands around the content of each of these pages, and how they are answered.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{assets, words::Words};
use crate::{
    domain::language::Language,
    flow::{Insurer, Library},
    web::problem::Problem,
};

/// The content security policy: our own files only, no inline script or style, no frame; forms are posted to us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What every page has.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) words: Words<'a>,
    pub(super) language: &'static str,
    pub(super) revision: &'static str,
    /// The insurer's name; empty where nobody's claim is shown.
    pub(super) name: &'a str,
    pub(super) phone: &'a str,
    pub(super) email: &'a str,
    /// When people answer, in words.
    pub(super) hours: &'a str,
    /// `rrggbb`; empty for the default colour.
    pub(super) accent: &'a str,
    /// The dossier's.
    pub(super) reference: String,
}

impl<'a> Frame<'a> {
    pub(super) fn new(library: &'a Library, insurer: &'a Insurer, language: Language, reference: String) -> Self {
        let text = |key: &str| insurer.texts.get(key).map_or("", |text| text.get(language));
        Self {
            words: Words::new(library, language),
            language: language.code(),
            revision: assets::revision(),
            name: &insurer.name,
            phone: insurer.phone.as_deref().unwrap_or_default(),
            email: insurer.email.as_deref().unwrap_or_default(),
            hours: text("hours_text"),
            accent: assets::colour(text("accent")).unwrap_or_default(),
            reference,
        }
    }

    /// Of a page that shows nobody's claim.
    fn bare(library: &'a Library, language: Language) -> Self {
        Self {
            words: Words::new(library, language),
            language: language.code(),
            revision: assets::revision(),
            name: "",
            phone: "",
            email: "",
            hours: "",
            accent: "",
            reference: String::new(),
        }
    }

    /// The first letter of the insurer's name.
    pub(super) fn mark(&self) -> char {
        self.name.chars().next().unwrap_or('G')
    }
}

#[derive(Debug, Template)]
#[template(path = "link_over.html")]
struct LinkOver<'a> {
    frame: Frame<'a>,
}

/// The page of a link that is not valid, or not any more.
pub(super) fn link_over(library: &Library, headers: &HeaderMap) -> Result<Response, Problem> {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = asked.map_or(Language::Fr, Language::from_tag);
    show(StatusCode::NOT_FOUND, &LinkOver { frame: Frame::bare(library, language) })
}

/// Answers with a page that is kept nowhere.
pub(super) fn show(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page of a claim does not render");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    })?;
    Ok((status, private(), Html(html)).into_response())
}

/// The headers of what only the holder of a link sees.
pub(super) fn private() -> [(header::HeaderName, HeaderValue); 4] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store, private")),
        // The address contains a secret, which must not be sent to other sites.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
    ]
}
