//! `GET /d/{token}/summary.pdf`: what was declared, to keep. Only who holds the chat's session, or proved who they are, gets it.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    frame,
    pdf::{self, Block, Written},
    standing::Standing,
    status,
    words::Words,
};
use crate::{
    domain::{clock::paris, link::LinkPurpose},
    dossier::reference_of,
    web::{App, problem::Problem, visitor::Visitor},
};

pub(super) async fn get(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let library = app.intake.library();
    let found = Visitor::find(&app, &token, LinkPurpose::Complete).await?;
    let Some(visitor) = found else { return status::over(&app, &headers) };
    let (insurer, now) = (visitor.insurer(&library)?, app.clock.now());
    let Visitor { one, conversation } = visitor;
    let (words, reference) = (Words::new(&library, conversation.language), reference_of(conversation.id));
    let standing = Standing::of(&one, &library, words, now).await?.ok_or_else(Problem::not_found)?;
    let mut blocks = vec![
        Block::Heading(1, words.say("pdf_heading")),
        Block::Paragraph(insurer.name.clone()),
        Block::Paragraph(words.say_of("claim", "reference", &reference)),
    ];
    blocks.extend(standing.sent_at.map(|at| Block::Paragraph(words.say_of("pdf_sent", "date", &words.moment(at)))));
    for group in app.intake.declaration(one.id()).await?.declared {
        let title = if group.title.is_empty() { words.say("declared") } else { group.title };
        blocks.push(Block::Heading(2, title));
        blocks.push(Block::Table(group.lines.into_iter().map(|line| (line.label, line.value)).collect()));
    }
    if !standing.documents.is_empty() {
        blocks.push(Block::Heading(2, words.say("pdf_documents")));
        let rows = standing.documents.into_iter().map(|document| {
            let state = words.say(document.state());
            (document.name, state)
        });
        blocks.push(Block::Table(rows.collect()));
    }
    blocks.push(Block::Note(words.say_of("pdf_made", "date", &words.moment(now))));
    let written = Written {
        title: words.say_of("pdf_title", "reference", &reference),
        author: insurer.name.clone(),
        language: conversation.language.code(),
        made: now.to_zoned(paris()).datetime(),
        blocks,
        numbering: words.say_with("pdf_page", &[("count", "COUNT"), ("of", "OF")]),
        page_number: |pattern, page, of| pattern.replace("COUNT", &page.to_string()).replace("OF", &of.to_string()),
    };
    let made = tokio::task::spawn_blocking(move || pdf::write(&written)).await;
    let bytes = made.map_err(|error| error.to_string()).and_then(|made| made.map_err(|error| error.to_string()));
    let bytes = bytes.map_err(|error| {
        tracing::error!(%error, "a summary cannot be made");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "")
    })?;
    let about = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{reference}.pdf\"")),
    ];
    Ok((frame::private(), about, bytes).into_response())
}
