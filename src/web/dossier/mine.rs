//! `GET /d/{token}`: the receipt and the whole claim, to who holds the chat's session or proved who they are. Opening it changes
//! nothing; from it further links are made.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;

use super::{
    frame::{self, Frame},
    standing::Standing,
    status,
    words::Words,
};
use crate::{
    domain::{
        form::Declaration,
        link::LinkPurpose,
        message::{Author, MessageLink},
    },
    dossier::reference_of,
    intake::page_link,
    store::{MessageRow, OneConversation},
    web::{App, problem::Problem, visitor::Visitor},
};

/// How long it is the receipt of what was just sent.
const JUST_SENT: SignedDuration = SignedDuration::from_hours(24);
/// The messages that are shown.
const MESSAGES: i64 = 30;

#[derive(Debug, Template)]
#[template(path = "mine.html")]
struct MinePage<'a> {
    frame: Frame<'a>,
    standing: Standing,
    token: &'a str,
    /// The insurer, for the chat.
    insurer: &'a str,
    title: String,
    /// When it was sent, in words; empty before.
    sent: String,
    declaration: Declaration,
    handler: Option<String>,
    messages: Vec<ShownMessage>,
}

/// A message in words.
#[derive(Debug)]
struct ShownMessage {
    is_theirs: bool,
    who: String,
    at: String,
    lines: Vec<String>,
}

pub(super) async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(visitor) = Visitor::find(&app, &token, LinkPurpose::Complete).await? else {
        return status::over(&app, &headers);
    };
    let (library, now) = (app.intake.library(), app.clock.now());
    let insurer = visitor.insurer(&library)?;
    let Visitor { one, conversation } = visitor;
    let frame = Frame::new(&library, insurer, conversation.language, reference_of(conversation.id));
    let words = frame.words;
    let standing = Standing::of(&one, &library, words, now).await?.ok_or_else(Problem::not_found)?;
    let title = words.say(match standing.sent_at {
        Some(sent) if now.duration_since(sent) < JUST_SENT => "mine_sent",
        Some(_) => "mine_title",
        None => "mine_not_sent",
    });
    let page = MinePage {
        sent: standing.sent_at.map(|sent| words.moment(sent)).unwrap_or_default(),
        declaration: app.intake.declaration(one.id()).await?,
        handler: one.speaker(&conversation).await?,
        messages: messages(&one, words).await?,
        insurer: &conversation.insurer,
        token: &token,
        title,
        standing,
        frame,
    };
    frame::show(StatusCode::OK, &page)
}

/// The last messages, oldest first.
async fn messages(one: &OneConversation, words: Words<'_>) -> Result<Vec<ShownMessage>, Problem> {
    let last = one.row().await?.map_or(0, |(_, fence)| fence.last_seq);
    let rows = one.messages(last - MESSAGES, MESSAGES).await?;
    Ok(rows.into_iter().filter_map(|row| shown(row, words)).collect())
}

fn shown(MessageRow { author, body, at, .. }: MessageRow, words: Words<'_>) -> Option<ShownMessage> {
    if body.link == Some(MessageLink::Code) {
        return None;
    }
    let mut lines: Vec<String> = body.text.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
    lines.extend(body.attachments.into_iter().map(|file| file.name));
    // A pressed button without words is no message to read again.
    let is_theirs = author == Author::Policyholder;
    let who = match author {
        Author::Policyholder => words.say("message_of_you"),
        Author::Guichet => words.say("message_of_machine"),
        Author::Handler { name, .. } => name,
    };
    (!lines.is_empty()).then(|| ShownMessage { is_theirs, who, at: words.moment(at), lines })
}

/// `POST /d/{token}/follow`: a link to how the claim stands, which stays.
pub(super) async fn follow(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    lead(&app, &token, &headers, LinkPurpose::Status).await
}

/// `POST /d/{token}/files`: a link by which files are sent.
pub(super) async fn files(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    lead(&app, &token, &headers, LinkPurpose::Upload).await
}

async fn lead(app: &App, token: &str, headers: &HeaderMap, purpose: LinkPurpose) -> Result<Response, Problem> {
    let Some(visitor) = Visitor::find(app, token, LinkPurpose::Complete).await? else {
        return status::over(app, headers);
    };
    let place = page_link(&visitor.one, purpose, app.clock.now()).await.map_err(|error| {
        tracing::error!(%error, "no link can be made");
        Problem::unavailable("The page cannot be opened at the moment. Please try again.")
    })?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, place)], frame::private()).into_response())
}
