//! Problem pages for people. Programs get `application/problem+json`; a browser that opens an address accepts HTML and
//! gets a page in French or English.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use super::chat::assets;
use crate::domain::language::Language;

/// The content security policy: our own style and icons only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// What a person can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advice {
    /// The address is wrong, or no longer valid.
    CheckAddress,
    TryLater,
    /// To call the insurer: there is nothing that they can do themselves.
    Call,
}

#[derive(Debug, Template)]
#[template(path = "problem_page.html")]
struct ProblemPage {
    language: &'static str,
    revision: &'static str,
    advice: Advice,
}

/// Replaces a problem response by a page where a browser opened the address.
pub(super) async fn for_people(request: Request, next: Next) -> Response {
    let language = reads_html(request.headers()).then(|| language(request.headers()));
    let response = next.run(request).await;
    match language {
        Some(language) if is_problem(&response) => page(response, language),
        _ => response,
    }
}

/// Whether a request accepts HTML: browsers send it when they open an address, and not for scripts or pictures.
fn reads_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|accept| accept.contains("text/html"))
}

fn language(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.map_or(Language::Fr, Language::from_tag)
}

fn is_problem(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
}

/// The page that replaces a problem response; it keeps the status and `Retry-After`.
fn page(problem: Response, language: Language) -> Response {
    let status = problem.status();
    let advice = match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Advice::TryLater,
        _ if status.is_client_error() => Advice::CheckAddress,
        _ => Advice::Call,
    };
    let page = ProblemPage { language: language.code(), revision: assets::revision(), advice };
    let Ok(html) = page.render() else { return problem };
    let mut response = (status, [(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    if let Some(seconds) = problem.headers().get(header::RETRY_AFTER) {
        headers.insert(header::RETRY_AFTER, seconds.clone());
    }
    response
}

#[cfg(test)]
mod tests;
