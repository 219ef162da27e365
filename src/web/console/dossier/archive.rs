//! `/console/dossiers/{id}/files.zip`: all files of a dossier as one archive, sent while it is written.

use axum::{
    body::Body,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;

use super::find;
use crate::{
    document::{Archive, DocumentError, Documents},
    store::{AccessKind, DocumentRow},
    web::console::{Console, auth::Session, error::ConsoleError},
};

/// How many parts wait for a slow reader.
const AHEAD: usize = 4;

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, ConsoleError> {
    let dossier = find(&console, &session, &id).await?;
    console.note_reading(&session, AccessKind::Archive, &dossier.id.to_string(), Some(dossier.id)).await?;
    let rows = console.cases(&session).documents(dossier.conversation).await?;
    let files = rows.into_iter().enumerate().map(|(at, row)| (name_of(&console, at, &row), row.sha256)).collect();
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(write(console.documents().clone(), files, sender));
    let parts = stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|part| (part, receiver)));
    let about = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.zip\"", dossier.reference)),
    ];
    Ok((about, Body::from_stream(parts)).into_response())
}

/// "03 Facture - scan.pdf": in the order in which they came, with what each is.
fn name_of(console: &Console, at: usize, row: &DocumentRow) -> String {
    let kind = row.kind.as_deref().map(|kind| format!("{} - ", console.names().document(kind))).unwrap_or_default();
    let name: String = format!("{:02} {kind}{}", at + 1, row.name);
    name.chars().map(|c| if r#"<>:"|?*/\"#.contains(c) { '_' } else { c }).collect()
}

/// Writes the archive, as long as somebody reads it. A file that the scanner stopped or that is gone is named, and empty.
async fn write(documents: Documents, files: Vec<(String, String)>, parts: mpsc::Sender<Result<Bytes, DocumentError>>) {
    let mut archive = Archive::default();
    for (name, sha256) in files {
        let opened = documents.open(&sha256).await;
        let name = if opened.is_ok() { name } else { format!("{name}.non-remis.txt") };
        if parts.send(Ok(archive.begin(&name).into())).await.is_err() {
            return;
        }
        match opened {
            Ok(mut opened) => {
                while let Some(part) = opened.stream.next().await {
                    if let Ok(data) = &part {
                        archive.note(data);
                    }
                    // What breaks off is seen to: an archive without its end opens nowhere.
                    let broke = part.is_err();
                    if parts.send(part).await.is_err() || broke {
                        return;
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "a file is not part of an archive"),
        }
        if parts.send(Ok(archive.end().into())).await.is_err() {
            return;
        }
    }
    let _ = parts.send(Ok(archive.finish().into())).await;
}

#[cfg(test)]
mod tests;
