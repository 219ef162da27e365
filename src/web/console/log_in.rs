//! `/console/log-in`. An unknown login and a wrong password get the same answer after the same time.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::store::AccessKind;

use super::{
    Console, assets,
    auth::{self, ClientAddress, Cookies, device, password},
    error::ConsoleError,
};

/// The largest form: the longest login and password, each of their characters escaped, and the page to go back to.
pub(super) const MAX_FORM: usize = 8 * 1024;
/// For how many seconds a log-in form is valid.
const FORM_SECONDS: i64 = 3600;

#[derive(Template)]
#[template(path = "log_in.html")]
pub(super) struct LogInPage {
    csrf: String,
    login: String,
    next: String,
    refused: Option<Refused>,
}

/// Why a log-in was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// Unknown login or wrong password: the answer does not tell which.
    NotYou,
    TooMany {
        minutes: u32,
    },
    /// The form is too old, or was not sent from our page.
    Expired,
}

#[derive(Deserialize)]
pub(super) struct LogInQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    csrf: String,
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn get(
    State(console): State<Console>,
    Query(asked): Query<LogInQuery>,
) -> Result<Response, ConsoleError> {
    form(&console, StatusCode::OK, String::new(), asked.next, None)
}

pub(super) async fn post(
    State(console): State<Console>,
    from: ClientAddress,
    headers: HeaderMap,
    Form(sent): Form<Credentials>,
) -> Result<Response, ConsoleError> {
    let login = sent.login.trim().to_lowercase();
    let asked_here = console.cookies().read(&headers, Cookies::LOG_IN);
    if !asked_here.is_some_and(|csrf| auth::same_secret(csrf, &sent.csrf)) {
        return form(&console, StatusCode::FORBIDDEN, login, sent.next, Some(Refused::Expired));
    }
    let device = device::known(&console, &headers, &login);
    if let Err(seconds) = console.throttle().count(&login, device.as_deref(), from, console.now()) {
        let refused = Refused::TooMany { minutes: seconds.div_ceil(60) };
        let mut response = form(&console, StatusCode::TOO_MANY_REQUESTS, login, sent.next, Some(refused))?;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    let handler = console.users().handler(&login).await?;
    // Of whoever may no longer log in, or never chose a password, there is none that is right.
    let handler = handler.filter(|handler| handler.disabled_at.is_none() && !handler.password_hash.is_empty());
    let stored = handler.as_ref().map(|handler| handler.password_hash.clone());
    let is_right = password::verify(sent.password, stored).await;
    let known = handler.as_ref().map_or("", |handler| handler.login.as_str());
    let kind = if is_right { AccessKind::LogIn } else { AccessKind::LogInRefused };
    console.note_entry(kind, known, from).await?;
    let Some(handler) = handler.filter(|_| is_right) else {
        return form(&console, StatusCode::UNPROCESSABLE_ENTITY, login, sent.next, Some(Refused::NotYou));
    };
    console.throttle().forget(&login, device.as_deref(), from);
    let opened = auth::open(&console, &handler, from, &headers).await?;
    let mut response = Redirect::to(safe_next(&sent.next)).into_response();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, opened);
    headers.append(header::SET_COOKIE, console.cookies().set(Cookies::LOG_IN, "", 0));
    if let Some(cookie) = device::remember(&console, &login, device)? {
        headers.append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn form(
    console: &Console,
    status: StatusCode,
    login: String,
    next: String,
    refused: Option<Refused>,
) -> Result<Response, ConsoleError> {
    let csrf = auth::random_token()?;
    let cookie = console.cookies().set(Cookies::LOG_IN, &csrf, FORM_SECONDS);
    let page = LogInPage { csrf, login, next, refused }.render()?;
    Ok((status, [(header::SET_COOKIE, cookie)], Html(page)).into_response())
}

/// The address to go to after the log-in: one of our own pages only, never another site.
fn safe_next(next: &str) -> &str {
    let is_ours = next.starts_with("/console/") && !next.contains("//") && !next.contains(['\\', '\n', '\r']);
    if is_ours { next } else { "/console" }
}

#[cfg(test)]
mod tests;
