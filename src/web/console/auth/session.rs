//! Sessions: an opaque token in a cookie, its hash in the store, twelve hours at most, and half an hour without anything
//! done.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{masked, random_token, unmasked};
use crate::{
    conversation::Actor,
    identity::{Reach, Scope},
    store::{HandlerRow, SessionRow},
    web::{
        client::ClientAddress,
        console::{Console, error::ConsoleError},
    },
};

/// The lifetime of a session: a working day with overtime.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// What was done within it is one thing: the store writes when it was.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// So much of what a browser says that it is.
const MAX_BROWSER: usize = 200;

/// The session of a logged-in user.
#[derive(Clone, Debug)]
pub struct Session {
    pub login: String,
    pub name: String,
    /// Somebody else gave the password: its owner sees nothing but the page where they choose another one.
    pub(in crate::web::console) must_change_password: bool,
    /// What they may see and change.
    pub(in crate::web::console) scope: Scope,
    /// The desks that are their own.
    pub(in crate::web::console) own_desks: Reach,
    /// They say that they are away.
    pub(in crate::web::console) away: bool,
    /// The CSRF token for every form, masked differently on every page; see [`Self::sent`].
    pub csrf: String,
    pub(in crate::web::console) token_hash: String,
    /// From where the request came.
    pub(in crate::web::console) from: ClientAddress,
}

impl Session {
    /// The user as the timeline names them.
    pub fn actor(&self) -> Actor {
        Actor { login: self.login.clone(), name: self.name.clone() }
    }

    /// Whether a form's token is one that a page of this session contained.
    pub(super) fn sent(&self, csrf: &str) -> bool {
        match (unmasked(csrf), unmasked(&self.csrf)) {
            (Some(sent), Some(own)) => bool::from(sent.ct_eq(&own)),
            _ => false,
        }
    }
}

#[cfg(test)]
impl Session {
    pub(in crate::web::console) fn sample() -> Self {
        Self {
            login: "camille".into(),
            name: "Camille Morel".into(),
            must_change_password: false,
            scope: Scope::everything(),
            own_desks: Reach::All,
            away: false,
            csrf: "c5f".into(),
            token_hash: String::new(),
            from: ClientAddress(std::net::Ipv4Addr::LOCALHOST.into()),
        }
    }
}

impl FromRequestParts<Console> for Session {
    type Rejection = ConsoleError;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, ConsoleError> {
        // The route has looked already.
        if let Some(session) = parts.extensions.get::<Self>() {
            return Ok(session.clone());
        }
        let Ok(client) = ClientAddress::from_request_parts(parts, console).await;
        if let Some(session) = of(console, parts, client).await? {
            return Ok(session);
        }
        let from = OriginalUri::from_request_parts(parts, console).await.map(|uri| uri.0).unwrap_or_default();
        let is_page = parts.method == Method::GET && !parts.headers.contains_key("hx-request");
        let back = if is_page { from.path_and_query().map(ToString::to_string) } else { None };
        Err(ConsoleError::NotLoggedIn { is_fragment: parts.headers.contains_key("hx-request"), back })
    }
}

/// The session of a request, if its cookie is valid.
async fn of(console: &Console, request: &Parts, from: ClientAddress) -> Result<Option<Session>, ConsoleError> {
    let Some(token) = console.cookies().read(&request.headers, Cookies::SESSION) else { return Ok(None) };
    let (token_hash, now) = (hash(token), console.now());
    let found = console.users().session(&token_hash, now).await?;
    let Some((session, handler)) = found else { return Ok(None) };
    if is_by_a_person(request) && session.seen_at.is_none_or(|seen| now.duration_since(seen) >= NOTED) {
        console.users().touch(&session, now).await?;
    }
    Ok(Some(Session {
        scope: scope_of(console, &handler),
        own_desks: handler.desks,
        away: handler.away_since.is_some(),
        login: handler.login,
        name: handler.name,
        must_change_password: handler.must_change,
        csrf: masked(&session.csrf)?,
        token_hash,
        from,
    }))
}

/// What a user sees: their own desks, and those that are open to all.
fn scope_of(console: &Console, user: &HandlerRow) -> Scope {
    let desks = user.desks.clone().and(console.library().desks().open());
    Scope::of(&user.role, &user.login, user.insurers.clone(), desks)
}

/// Whether somebody did something: an open page asks by itself for what changed, and listens, all night.
fn is_by_a_person(request: &Parts) -> bool {
    let asks_by_itself = request.headers.contains_key("hx-request") || request.uri.path() == "/console/events";
    !(request.method == Method::GET && asks_by_itself)
}

/// Opens a session and returns its cookie. Whichever way somebody proves who they are, it ends here.
pub(crate) async fn open(
    console: &Console,
    handler: &HandlerRow,
    from: ClientAddress,
    headers: &HeaderMap,
) -> Result<HeaderValue, ConsoleError> {
    let token = random_token()?;
    let now = console.now();
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = SessionRow {
        token_hash: hash(&token),
        login: handler.login.clone(),
        csrf: random_token()?,
        expires_at: expiry(now),
        opened_at: Some(now),
        seen_at: Some(now),
        origin: from.0.to_string(),
        browser: browser.chars().take(MAX_BROWSER).collect(),
    };
    console.users().add_session(&session).await?;
    Ok(console.cookies().set(Cookies::SESSION, &token, LIFETIME.as_secs()))
}

fn expiry(now: Timestamp) -> Timestamp {
    now.checked_add(LIFETIME).unwrap_or(now)
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The names and attributes of cookies: `__Host-` and `Secure`, unless the service's public URL is plain HTTP, as in
/// the demonstration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    secure: bool,
}

impl Cookies {
    pub(crate) const SESSION: &str = "guichet";
    /// Binds a log-in form to the browser that requested it.
    pub(crate) const LOG_IN: &str = "guichet-log-in";
    /// The beginning of the names of those by which a device is known.
    pub(crate) const DEVICE: &str = "guichet-device";

    pub(crate) fn for_public_url(public_url: &str) -> Self {
        Self { secure: !public_url.starts_with("http:") }
    }

    fn prefix(self) -> &'static str {
        if self.secure { "__Host-" } else { "" }
    }

    /// The value of a cookie.
    pub(crate) fn read<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|cookies| {
            cookies
                .split(';')
                .find_map(|cookie| cookie.trim().strip_prefix(self.prefix())?.strip_prefix(name)?.strip_prefix('='))
        })
    }

    /// The header that sets a cookie; `value` is one of our own tokens. A maximum age of zero deletes it.
    pub(crate) fn set(self, name: &str, value: &str, max_age_seconds: i64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let prefix = self.prefix();
        let cookie =
            format!("{prefix}{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests;
