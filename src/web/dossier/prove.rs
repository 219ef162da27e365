//! `POST /s/{token}/code` and `POST /s/{token}/prove`: whoever has the link proves who they are, by a code that is sent to one of
//! the person's addresses or by their date of birth. Five tries a day; then a person is the way.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Deserialize;

use super::{status, words::Words};
use crate::{
    domain::{
        fact::Value,
        fact_name::FactName,
        id::ConversationId,
        link::LinkPurpose,
        message::{Channel, Endpoint},
        token,
    },
    intake::code_hash,
    store::OneConversation,
    web::{App, problem::Problem, visitor::Visitor},
};

/// How often a proof may be tried at one conversation within [`TRIED_WITHIN`].
const MOST_TRIES: u32 = 5;
const TRIED_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How many codes are sent within [`SENT_WITHIN`]: each costs, and wakes somebody up.
const MOST_CODES: u32 = 3;
const SENT_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// How long what was proved holds: the claim stays open in this browser.
const OPEN_FOR: SignedDuration = SignedDuration::from_hours(2);
/// The addresses that are offered.
const MOST_ADDRESSES: usize = 3;
const FIGURES: usize = 6;

/// By what the person can prove who they are.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The addresses to which a code can be sent, without what would tell them: what the button says.
    pub(super) addresses: Vec<String>,
    pub(super) by_birth_date: bool,
    /// What was done, or what was wrong, at the last try.
    pub(super) notice: String,
    pub(super) error: String,
}

impl Ways {
    pub(super) async fn of(app: &App, one: &OneConversation, words: Words<'_>) -> Result<Self, Problem> {
        let addresses = reachable(app, one).await?.iter().map(|to| button(to, words)).collect();
        let by_birth_date = birth_date(one).await?.is_some();
        Ok(Self { addresses, by_birth_date, ..Self::default() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.addresses.is_empty() && !self.by_birth_date
    }
}

/// The person's addresses to which a message can be pushed, the latest first. Telegram's is the session itself, and the chat's
/// is nowhere else.
async fn reachable(app: &App, one: &OneConversation) -> Result<Vec<Endpoint>, Problem> {
    let mut known: Vec<Endpoint> = one.addresses().await?.into_iter().map(|row| row.endpoint).collect();
    known.reverse();
    known.retain(|to| {
        matches!(to.channel, Channel::Sms | Channel::Email) && !to.is_unverified() && app.intake.accounts().push_to(to)
    });
    known.truncate(MOST_ADDRESSES);
    Ok(known)
}

/// What the button says of an address: enough to know one's own, too little to learn it.
fn button(to: &Endpoint, words: Words<'_>) -> String {
    if to.channel == Channel::Email {
        let begin: String = to.address.chars().take(1).collect();
        return words.say_of("prove_send_email", "end", &format!("{begin}…"));
    }
    let figures: Vec<char> = to.address.chars().filter(char::is_ascii_digit).collect();
    let end: String = figures[figures.len().saturating_sub(2)..].iter().collect();
    words.say_of("prove_send_sms", "end", &end)
}

/// The date of birth that the person told.
async fn birth_date(one: &OneConversation) -> Result<Option<Date>, Problem> {
    let facts = one.facts().await?;
    let told = facts.into_iter().rev().find(|row| row.name == FactName::BIRTH_DATE);
    Ok(match told.and_then(|row| row.value) {
        Some(Value::Moment(moment)) => Some(moment.start.date()),
        _ => None,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// Which of the addresses, in the order of the buttons.
    to: usize,
}

pub(super) async fn send_code(
    State(app): State<App>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let Some(visitor) = Visitor::find(&app, &secret, LinkPurpose::Status).await? else {
        return status::over(&app, &headers);
    };
    let to = reachable(&app, &visitor.one).await?.into_iter().nth(asked.to).ok_or_else(Problem::not_found)?;
    let now = app.clock.now();
    let key = counted("code", visitor.one.id());
    if !app.doors.may_prove(&key, MOST_CODES, now, now + SENT_WITHIN).await? {
        return status::page(&app, &secret, &visitor, StatusCode::TOO_MANY_REQUESTS, ("", "prove_too_many_codes"))
            .await;
    }
    app.intake.send_code(visitor.one.id(), to).await?;
    status::page(&app, &secret, &visitor, StatusCode::OK, ("prove_sent", "")).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Proof {
    #[serde(default)]
    code: String,
    #[serde(default)]
    birth: String,
}

pub(super) async fn prove(
    State(app): State<App>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    Form(proof): Form<Proof>,
) -> Result<Response, Problem> {
    let Some(visitor) = Visitor::find(&app, &secret, LinkPurpose::Status).await? else {
        return status::over(&app, &headers);
    };
    let one = &visitor.one;
    let code: String = proof.code.chars().filter(char::is_ascii_digit).collect();
    let (code, born) = (Some(code).filter(|code| code.len() == FIGURES), date_of(&proof.birth));
    if code.is_none() && born.is_none() {
        return status::page(&app, &secret, &visitor, StatusCode::UNPROCESSABLE_ENTITY, ("", "prove_wrong_form")).await;
    }
    let now = app.clock.now();
    if !app.doors.may_prove(&counted("prove", one.id()), MOST_TRIES, now, now + TRIED_WITHIN).await? {
        return status::page(&app, &secret, &visitor, StatusCode::TOO_MANY_REQUESTS, ("", "prove_too_often")).await;
    }
    let proven = match code {
        Some(code) => one.spend_code(&code_hash(one.id(), &code), now).await?,
        None => born.is_some() && birth_date(one).await? == born,
    };
    if !proven {
        return status::page(&app, &secret, &visitor, StatusCode::UNPROCESSABLE_ENTITY, ("", "prove_wrong")).await;
    }
    let place = open(one, now).await?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)], super::frame::private()).into_response())
}

/// Opens what was declared for a while; returns where.
pub(in crate::web) async fn open(one: &OneConversation, now: Timestamp) -> Result<String, Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no randomness");
        Problem::unavailable("The claim cannot be opened at the moment. Please try again.")
    })?;
    let secret = hex::encode(bytes);
    one.add_link(&token::hash(&secret), LinkPurpose::Complete, now + OPEN_FOR).await?;
    Ok(format!("/d/{secret}"))
}

/// The name under which tries at a conversation are counted.
fn counted(what: &str, conversation: ConversationId) -> String {
    token::hash(&format!("{what}|{conversation}"))
}

/// A date as people write it: the day first, or as a date field gives it.
fn date_of(written: &str) -> Option<Date> {
    let parts: Vec<&str> = written.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<i16>().ok();
    let small = |part: &str| part.parse::<i8>().ok();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => Date::new(number(year)?, small(month)?, small(day)?).ok(),
        [day, month, year] if year.len() == 4 => Date::new(number(year)?, small(month)?, small(day)?).ok(),
        _ => None,
    }
}
