//! Who may log in to the console, and who is logged in. No scope is asked for here: a scope is made from what is read here.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    db::Db,
    error::StoreError,
    tables::handler::{self, ADD_HANDLER, ADD_SESSION, AddedHandler, HandlerRow, SessionRow},
    value::args,
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
        let added = self.db.rows::<AddedHandler>("ORDER BY login", &[]).await?;
        Ok(added.into_iter().map(|added| added.row).collect())
    }

    /// Adds a handler; [`StoreError::Taken`] when the login is in use.
    pub async fn add_handler(&self, handler: &HandlerRow, now: Timestamp) -> Result<(), StoreError> {
        ADD_HANDLER.run_alone(&self.db, &AddedHandler { row: handler.clone(), at: now }).await.map(drop)
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
        ADD_SESSION.run_alone(&self.db, session).await.map(drop)
    }

    /// The session of a token, while it is good, with its handler.
    pub async fn session(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, HandlerRow)>, StoreError> {
        let good = "WHERE token_hash = $1 AND expires_at > $2";
        let Some(session) = self.db.row::<SessionRow>(good, &args![token_hash, now]).await? else { return Ok(None) };
        let handler = handler::handler(&self.db, &session.login).await?;
        Ok(handler.map(|handler| (session, handler)))
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM session WHERE token_hash = $1", &args![token_hash]).await.map(drop)
    }
}
