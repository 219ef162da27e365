//! Who may log in to the console, and who is logged in. No scope is asked for here: a scope is made from what is read here.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    db::{Db, args},
    error::StoreError,
    tables::handler::{self, HandlerRow, SELECT, SessionRow, read},
};

/// The handlers and their sessions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Users {
    db: Arc<Db>,
}

impl Users {
    pub(super) fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    /// The handler who logs in so.
    pub async fn handler(&self, login: &str) -> Result<Option<HandlerRow>, StoreError> {
        handler::handler(&self.db, login).await
    }

    /// All handlers, by login.
    pub async fn handlers(&self) -> Result<Vec<HandlerRow>, StoreError> {
        self.db.fetch(&format!("{SELECT} ORDER BY login"), &[]).await?.iter().map(read).collect()
    }

    /// Adds a handler; [`StoreError::Taken`] when the login is in use.
    pub async fn add_handler(&self, handler: &HandlerRow, now: Timestamp) -> Result<(), StoreError> {
        self.db
            .execute(
                "INSERT INTO handler (login, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
                &args![
                    handler.login.as_str(),
                    handler.name.as_str(),
                    handler.role.as_str(),
                    handler.password_hash.as_str(),
                    now,
                ],
            )
            .await
            .map(drop)
    }

    /// Changes a password and ends the handler's sessions. False when nobody logs in so.
    pub async fn set_password(&self, login: &str, password_hash: &str) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let changed = tx
            .fetch(
                "UPDATE handler SET password_hash = $2 WHERE login = $1 RETURNING login",
                &args![login, password_hash],
            )
            .await?;
        tx.fetch("DELETE FROM session WHERE login = $1", &args![login]).await?;
        tx.commit().await?;
        Ok(!changed.is_empty())
    }

    /// Opens a session.
    pub async fn add_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.db
            .execute(
                "INSERT INTO session (token_hash, login, csrf, expires_at) VALUES ($1, $2, $3, $4)",
                &args![session.token_hash.as_str(), session.login.as_str(), session.csrf.as_str(), session.expires_at,],
            )
            .await
            .map(drop)
    }

    /// The session of a token, while it is good, with its handler.
    pub async fn session(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, HandlerRow)>, StoreError> {
        let row = self
            .db
            .fetch_one(
                "SELECT handler.login, handler.name, handler.role, handler.password_hash, session.csrf, \
                 session.expires_at FROM session JOIN handler ON handler.login = session.login \
                 WHERE session.token_hash = $1 AND session.expires_at > $2",
                &args![token_hash, now],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let handler = read(&row)?;
        let session = SessionRow {
            token_hash: token_hash.to_owned(),
            login: handler.login.clone(),
            csrf: row.text(4)?,
            expires_at: row.time(5)?,
        };
        Ok(Some((session, handler)))
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM session WHERE token_hash = $1", &args![token_hash]).await.map(drop)
    }
}
