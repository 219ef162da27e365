//! Handlers and their sessions.

use jiff::Timestamp;

use crate::store::{
    db::{Db, Row, args},
    error::StoreError,
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

pub(in crate::store) const SELECT: &str = "SELECT login, name, role, password_hash FROM handler";

pub(in crate::store) fn read(row: &Row) -> Result<HandlerRow, StoreError> {
    Ok(HandlerRow { login: row.text(0)?, name: row.text(1)?, role: row.text(2)?, password_hash: row.text(3)? })
}

/// The handler who logs in so.
pub(in crate::store) async fn handler(db: &Db, login: &str) -> Result<Option<HandlerRow>, StoreError> {
    let row = db.fetch_one(&format!("{SELECT} WHERE login = $1"), &args![login]).await?;
    row.as_ref().map(read).transpose()
}
