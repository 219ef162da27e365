//! `GET /u/{token}`: the page that shows the wanted documents as slots and receives files. Opening it changes nothing.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    domain::{language::Language, link::LinkPurpose},
    dossier::reference_of,
    web::{
        App,
        chat::{assets, slots::slots},
        problem::Problem,
        visitor::Visitor,
    },
};

/// The content security policy: our own files only, no inline script or style, and no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Debug, Template)]
#[template(path = "upload.html")]
struct Page<'a> {
    language: &'static str,
    revision: &'static str,
    /// The insurer's name.
    name: &'a str,
    phone: &'a str,
    /// `#rrggbb`; empty for the default colour.
    accent: &'a str,
    /// The claim of the link; none where the link is not valid any more.
    claim: Option<LinkedClaim>,
}

/// What the page shows about the claim of its link.
#[derive(Debug)]
struct LinkedClaim {
    reference: String,
    /// The channel on which the conversation goes on.
    channel: &'static str,
    /// What is wanted, as the page's script reads it.
    slots: String,
}

pub(super) async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let library = app.intake.library();
    let Some(Visitor { one, conversation }) = Visitor::find(&app, &token, LinkPurpose::Upload).await? else {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = asked.map_or(Language::Fr, Language::from_tag);
        let page = Page {
            language: language.code(),
            revision: assets::revision(),
            name: "",
            phone: "",
            accent: "",
            claim: None,
        };
        return Ok((StatusCode::NOT_FOUND, show(&page)?).into_response());
    };
    let slots = slots(&one, &library, conversation.language).await?;
    let slots = serde_json::to_string(&slots).map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, ""))?;
    let insurer = library.insurer(&conversation.insurer).ok_or_else(Problem::not_found)?;
    let page = Page {
        language: conversation.language.code(),
        revision: assets::revision(),
        name: &insurer.name,
        phone: insurer.phone.as_deref().unwrap_or_default(),
        accent: insurer.texts.get("accent").map_or("", |accent| &accent.fr),
        claim: Some(LinkedClaim {
            reference: reference_of(conversation.id),
            channel: conversation.endpoint.channel.name(),
            slots,
        }),
    };
    Ok(show(&page)?.into_response())
}

fn show(page: &Page<'_>) -> Result<impl IntoResponse + use<>, Problem> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "the upload page does not render");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    })?;
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The address contains a secret, which must not be sent to other sites.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((headers, Html(html)))
}
