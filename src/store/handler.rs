//! Handlers and their sessions.

use jiff::Timestamp;

use super::{
    Store, StoreError,
    db::{Row, args},
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

const SELECT: &str = "SELECT login, name, role, password_hash FROM handler";

fn read(row: &Row) -> Result<HandlerRow, StoreError> {
    Ok(HandlerRow { login: row.text(0)?, name: row.text(1)?, role: row.text(2)?, password_hash: row.text(3)? })
}

impl Store {
    /// The handler who logs in so.
    pub async fn handler(&self, login: &str) -> Result<Option<HandlerRow>, StoreError> {
        let row = self.db.fetch_one(&format!("{SELECT} WHERE login = $1"), &args![login]).await?;
        row.as_ref().map(read).transpose()
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

    /// Forgets the sessions and links that are over.
    pub async fn prune_expired(&self, now: Timestamp) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM session WHERE expires_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM crossing WHERE expires_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM tried WHERE until_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM lease WHERE until_at <= $1", &args![now]).await?;
        self.db.execute("DELETE FROM resume_link WHERE expires_at <= $1", &args![now]).await.map(drop)
    }
}
