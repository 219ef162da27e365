//! A problem as a person reads it. Programs get `application/problem+json`; a browser that opens an address says that it
//! reads HTML, and gets a page in French or English.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use super::chat::assets;
use crate::domain::language::Language;

/// Only our own style.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// What a person can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advice {
    /// The address is wrong, or leads nowhere any more.
    CheckAddress,
    TryLater,
    /// Nothing by themselves.
    Call,
}

#[derive(Debug, Template)]
#[template(path = "problem_page.html")]
struct ProblemPage {
    language: &'static str,
    revision: &'static str,
    advice: Advice,
}

/// Shows a problem to whoever opened an address in a browser as a page.
pub(super) async fn for_people(request: Request, next: Next) -> Response {
    let language = reads_html(request.headers()).then(|| language(request.headers()));
    let response = next.run(request).await;
    match language {
        Some(language) if is_problem(&response) => page(response, language),
        _ => response,
    }
}

/// Browsers name HTML when they open an address, and never when a script or a picture asks.
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

/// The page in place of the problem, with its status and when to try again.
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
