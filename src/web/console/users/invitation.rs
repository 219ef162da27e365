//! Links by which a user chooses a password: an administrator makes one and hands it over; it is good once and for three
//! days, and only its hash is kept. Opening it changes nothing.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use jiff::SignedDuration;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::change::{Nothing, UserPage, find};
use crate::{
    store::{AccessKind, HandlerRow, InvitationRow},
    web::console::{
        Console, assets,
        auth::{self, Checked, ClientAddress, Cookies, Session, password},
        error::ConsoleError,
        page::html,
    },
};

/// For how long a link is good.
pub(crate) const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);
/// For how many seconds its form is.
const FORM_SECONDS: i64 = 3600;

#[derive(Template)]
#[template(path = "invitation.html")]
pub(in crate::web::console) struct InvitationPage {
    csrf: String,
    token: String,
    /// Whose password it will be; none where the link is used, old or none of ours.
    user: Option<(String, String)>,
    wrong: Option<Wrong>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Short,
    Long,
    Common,
    Name,
    Repeated,
    Expired,
    TooMany,
}

impl Wrong {
    pub(super) fn of(error: &password::PasswordError) -> Self {
        match error {
            password::PasswordError::TooShort => Self::Short,
            password::PasswordError::TooLong | password::PasswordError::Hash(_) => Self::Long,
            password::PasswordError::Common => Self::Common,
            password::PasswordError::Name => Self::Name,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Chosen {
    csrf: String,
    new: String,
    repeated: String,
}

/// Makes a link for a user, in the place of earlier ones, and shows it once.
pub(crate) async fn make(
    State(console): State<Console>,
    Path(login): Path<String>,
    sent: Checked<Nothing>,
) -> Result<Response, ConsoleError> {
    offer(&console, &sent.session, &login).await
}

pub(super) async fn offer(console: &Console, session: &Session, login: &str) -> Result<Response, ConsoleError> {
    let user = find(console, login).await?;
    if user.disabled_at.is_some() {
        return Err(ConsoleError::BadForm);
    }
    let token = auth::random_token()?;
    let now = console.now();
    let invitation = InvitationRow {
        token_hash: hash(&token),
        login: user.login.clone(),
        made_by: session.login.clone(),
        expires_at: now.checked_add(GOOD_FOR).unwrap_or(now),
    };
    console.note_change(session, AccessKind::UserInvited, login, String::new()).await?;
    console.users().invite(&invitation).await?;
    let link = address(console.public_url(), &token);
    Ok(html(&UserPage::read(console, session, user, Some(link)).await?)?.into_response())
}

/// The link of a token.
pub(crate) fn address(public_url: &str, token: &str) -> String {
    format!("{}/console/invitation/{token}", public_url.trim_end_matches('/'))
}

/// What the store keeps of a token.
pub(crate) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

pub(crate) async fn get(State(console): State<Console>, Path(token): Path<String>) -> Result<Response, ConsoleError> {
    let user = console.users().invited(&hash(&token), console.now()).await?;
    let status = if user.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    form(&console, status, token, user, None)
}

pub(crate) async fn post(
    State(console): State<Console>,
    from: ClientAddress,
    Path(token): Path<String>,
    headers: HeaderMap,
    axum::Form(sent): axum::Form<Chosen>,
) -> Result<Response, ConsoleError> {
    let token_hash = hash(&token);
    let Some(user) = console.users().invited(&token_hash, console.now()).await? else {
        return form(&console, StatusCode::NOT_FOUND, token, None, None);
    };
    let again =
        |wrong| form(&console, StatusCode::UNPROCESSABLE_ENTITY, token.clone(), Some(user.clone()), Some(wrong));
    let asked_here = console.cookies().read(&headers, Cookies::LOG_IN);
    if !asked_here.is_some_and(|csrf| auth::same_secret(csrf, &sent.csrf)) {
        return again(Wrong::Expired);
    }
    if console.throttle().count(&user.login, None, from, console.now()).is_err() {
        return again(Wrong::TooMany);
    }
    if sent.new != sent.repeated {
        return again(Wrong::Repeated);
    }
    let password_hash = match password::choose(sent.new, &user.login, &user.name).await {
        Ok(password_hash) => password_hash,
        Err(error) => return again(Wrong::of(&error)),
    };
    console.note_entry(AccessKind::Password, &user.login, from).await?;
    if console.users().accept(&token_hash, &password_hash, console.now()).await?.is_none() {
        return form(&console, StatusCode::NOT_FOUND, token, None, None);
    }
    console.throttle().forget(&user.login, None, from);
    Ok(Redirect::to("/console/log-in").into_response())
}

fn form(
    console: &Console,
    status: StatusCode,
    token: String,
    user: Option<HandlerRow>,
    wrong: Option<Wrong>,
) -> Result<Response, ConsoleError> {
    let csrf = auth::random_token()?;
    let cookie = console.cookies().set(Cookies::LOG_IN, &csrf, FORM_SECONDS);
    let user = user.map(|user| (user.login, user.name));
    let page = html(&InvitationPage { csrf, token, user, wrong })?;
    Ok((status, [(header::SET_COOKIE, cookie)], page).into_response())
}

#[cfg(test)]
mod tests;
