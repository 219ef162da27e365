//! `PUT /u/api/uploads/{client_id}?name=`: one file, streamed to the disk. The same `client_id` again is the same file.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
};

use super::visitor::Sender;
use crate::web::{
    App,
    chat::uploads::{self, Named, Upload},
    client::ClientAddress,
    problem::Problem,
};

pub(super) async fn put(
    State(app): State<App>,
    Sender(visitor): Sender,
    from: ClientAddress,
    Path(client_id): Path<String>,
    Query(named): Query<Named>,
    body: Body,
) -> Result<Json<Upload>, Problem> {
    let language = visitor.conversation.language;
    uploads::keep(&app, &visitor.one, language, from, client_id, named.name, body).await.map(Json)
}
