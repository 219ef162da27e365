//! `PUT /u/api/uploads/{client_id}?name=`: one file, streamed to the disk. The same `client_id` again is the same file.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
};

use super::visitor::Visitor;
use crate::{
    domain::message::Attachment,
    web::{
        App,
        chat::uploads::{self, Named},
        problem::Problem,
    },
};

pub(super) async fn put(
    State(app): State<App>,
    visitor: Visitor,
    Path(client_id): Path<String>,
    Query(named): Query<Named>,
    body: Body,
) -> Result<Json<Attachment>, Problem> {
    uploads::keep(&app, &visitor.one, visitor.conversation.language, client_id, &named.name, body).await.map(Json)
}
