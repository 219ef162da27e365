//! Handlers and their sessions.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::store::{
    db::Db,
    error::StoreError,
    table::{Insert, table},
    value::args,
};

/// A person at the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerRow {
    pub login: String,
    pub name: String,
    /// `handler` or `admin`.
    pub role: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
}

/// A session: only its token's hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub token_hash: String,
    pub login: String,
    pub csrf: String,
    pub expires_at: Timestamp,
}

/// A handler as it is stored.
pub(in crate::store) struct AddedHandler {
    pub(in crate::store) row: HandlerRow,
    pub(in crate::store) at: Timestamp,
}

table! { AddedHandler in "handler" {
    row: HandlerRow { login, name, role, password_hash },
    at as created_at,
} }

table! { SessionRow in "session" { token_hash, login, csrf, expires_at } }

pub(in crate::store) static ADD_HANDLER: LazyLock<Insert<AddedHandler>> = LazyLock::new(Insert::new);
pub(in crate::store) static ADD_SESSION: LazyLock<Insert<SessionRow>> = LazyLock::new(Insert::new);

/// The handler who logs in so.
pub(in crate::store) async fn handler(db: &Db, login: &str) -> Result<Option<HandlerRow>, StoreError> {
    Ok(db.row::<AddedHandler>("WHERE login = $1", &args![login]).await?.map(|added| added.row))
}
