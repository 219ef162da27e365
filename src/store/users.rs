//! Who may log in to the console, and who is logged in. No scope is asked for here: a scope is made from what is read here.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    db::{Db, Tx},
    error::StoreError,
    tables::{
        handler::{
            self, ADD_HANDLER, ADD_INVITATION, ADD_SESSION, AddedHandler, HandlerRow, InvitationRow, SessionRow,
        },
        working::{PUT_VIEW, SavedView},
    },
    value::args,
};
use crate::identity::Reach;

/// So many views of their own a user has at most.
pub const MAX_VIEWS: usize = 30;

/// After so long without anything done a session is over.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// The users, their sessions and invitations. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Users {
    db: Arc<Db>,
}

impl Users {
    pub(super) fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    /// The user who logs in so, whether they still may or not.
    pub async fn handler(&self, login: &str) -> Result<Option<HandlerRow>, StoreError> {
        handler::handler(&self.db, login).await
    }

    /// All users, by login.
    pub async fn handlers(&self) -> Result<Vec<HandlerRow>, StoreError> {
        let added = self.db.rows::<AddedHandler>("ORDER BY login", &[]).await?;
        Ok(added.into_iter().map(|added| added.row).collect())
    }

    /// Adds a user; [`StoreError::Taken`] when the login is in use.
    pub async fn add_handler(&self, handler: &HandlerRow, now: Timestamp) -> Result<(), StoreError> {
        ADD_HANDLER.run_alone(&self.db, &AddedHandler { row: handler.clone(), at: now }).await.map(drop)
    }

    /// Changes what a user is called, is and sees. It holds from their next page on. False when nobody logs in so.
    pub async fn change(
        &self,
        login: &str,
        name: &str,
        role: &str,
        insurers: &Reach,
        desks: &Reach,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE handler SET name = $2, role = $3, insurers = $4, desks = $5 WHERE login = $1 RETURNING login";
        let values = args![login, name, role, insurers.to_string(), desks.to_string()];
        let mut tx = self.db.begin().await?;
        let changed = tx.fetch(sql, &values).await?;
        tx.commit().await?;
        Ok(!changed.is_empty())
    }

    /// From now on nobody logs in so, and who is logged in so is no longer; or they may again. False when nobody ever did.
    pub async fn set_disabled(&self, login: &str, since: Option<Timestamp>) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE handler SET disabled_at = $2 WHERE login = $1 RETURNING login";
        let changed = tx.fetch(sql, &args![login, since]).await?;
        end_all(&mut tx, login).await?;
        tx.commit().await?;
        Ok(!changed.is_empty())
    }

    /// Changes a password, and ends the user's sessions and invitations. `must_change`: it is changed again at the first
    /// log-in. False when nobody logs in so.
    pub async fn set_password(&self, login: &str, password_hash: &str, must_change: bool) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE handler SET password_hash = $2, must_change = $3 WHERE login = $1 RETURNING login";
        let changed = tx.fetch(sql, &args![login, password_hash, i64::from(must_change)]).await?;
        end_all(&mut tx, login).await?;
        tx.commit().await?;
        Ok(!changed.is_empty())
    }

    /// Keeps an invitation in the place of earlier ones of its user.
    pub async fn invite(&self, invitation: &InvitationRow) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.fetch("DELETE FROM invitation WHERE login = $1", &args![invitation.login.as_str()]).await?;
        ADD_INVITATION.run(&mut tx, [invitation]).await?;
        tx.commit().await
    }

    /// The user who was sent the link of this token, while it is good.
    pub async fn invited(&self, token_hash: &str, now: Timestamp) -> Result<Option<HandlerRow>, StoreError> {
        let good = "WHERE token_hash = $1 AND expires_at > $2";
        let found = self.db.row::<InvitationRow>(good, &args![token_hash, now]).await?;
        let Some(invitation) = found else { return Ok(None) };
        let handler = handler::handler(&self.db, &invitation.login).await?;
        Ok(handler.filter(|handler| handler.disabled_at.is_none()))
    }

    /// Uses an invitation up: the password is its user's from now on, and their sessions end. None where somebody was
    /// first, or its time is over; the login otherwise.
    pub async fn accept(
        &self,
        token_hash: &str,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "DELETE FROM invitation WHERE token_hash = $1 AND expires_at > $2 RETURNING login";
        let spent = tx.fetch(sql, &args![token_hash, now]).await?;
        let Some(login) = spent.first().map(|row| row.text(0)).transpose()? else {
            tx.rollback().await?;
            return Ok(None);
        };
        let sql = "UPDATE handler SET password_hash = $2, must_change = 0 \
                   WHERE login = $1 AND disabled_at IS NULL RETURNING login";
        let changed = tx.fetch(sql, &args![login.as_str(), password_hash]).await?;
        end_all(&mut tx, &login).await?;
        tx.commit().await?;
        Ok(Some(login).filter(|_| !changed.is_empty()))
    }

    /// Opens a session: its person is seen now.
    pub async fn add_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        ADD_SESSION.run(&mut tx, [session]).await?;
        if let Some(now) = session.seen_at {
            see(&mut tx, &session.login, now).await?;
        }
        tx.commit().await
    }

    /// The session of a token, while it is good, with its user.
    pub async fn session(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, HandlerRow)>, StoreError> {
        let good = "WHERE token_hash = $1 AND expires_at > $2 AND (seen_at IS NULL OR seen_at > $3)";
        let found = self.db.row::<SessionRow>(good, &args![token_hash, now, now - IDLE]).await?;
        let Some(session) = found else { return Ok(None) };
        let handler = handler::handler(&self.db, &session.login).await?;
        Ok(handler.filter(|handler| handler.disabled_at.is_none()).map(|handler| (session, handler)))
    }

    /// The person of a session did something.
    pub async fn touch(&self, session: &SessionRow, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE session SET seen_at = $2 WHERE token_hash = $1";
        tx.fetch(sql, &args![session.token_hash.as_str(), now]).await?;
        see(&mut tx, &session.login, now).await?;
        tx.commit().await
    }

    /// A user is away since then, or here again.
    pub async fn set_away(&self, login: &str, since: Option<Timestamp>) -> Result<(), StoreError> {
        self.db.execute("UPDATE handler SET away_since = $2 WHERE login = $1", &args![login, since]).await.map(drop)
    }

    /// A user logged out.
    pub async fn leave(&self, login: &str, now: Timestamp) -> Result<(), StoreError> {
        self.db.execute("UPDATE handler SET left_at = $2 WHERE login = $1", &args![login, now]).await.map(drop)
    }

    /// A user's own views of the list, by name.
    pub async fn views(&self, login: &str) -> Result<Vec<SavedView>, StoreError> {
        self.db.rows("WHERE login = $1 ORDER BY name", &args![login]).await
    }

    /// Keeps a view, in the place of one of the same name. False where the user has [`MAX_VIEWS`] others.
    pub async fn keep_view(&self, view: &SavedView) -> Result<bool, StoreError> {
        let views = self.views(&view.login).await?;
        if views.len() >= MAX_VIEWS && !views.iter().any(|kept| kept.name == view.name) {
            return Ok(false);
        }
        PUT_VIEW.run_alone(&self.db, view).await?;
        Ok(true)
    }

    /// Forgets a view.
    pub async fn forget_view(&self, login: &str, name: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM saved_view WHERE login = $1 AND name = $2";
        self.db.execute(sql, &args![login, name]).await.map(drop)
    }

    /// The sessions of a user that are good, the last one first.
    pub async fn sessions(&self, login: &str, now: Timestamp) -> Result<Vec<SessionRow>, StoreError> {
        let good = "WHERE login = $1 AND expires_at > $2 AND (seen_at IS NULL OR seen_at > $3) \
                    ORDER BY expires_at DESC, token_hash";
        self.db.rows(good, &args![login, now, now - IDLE]).await
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.db.execute("DELETE FROM session WHERE token_hash = $1", &args![token_hash]).await.map(drop)
    }

    /// Ends the sessions of a user but this one.
    pub async fn end_other_sessions(&self, login: &str, token_hash: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM session WHERE login = $1 AND token_hash <> $2";
        self.db.execute(sql, &args![login, token_hash]).await.map(drop)
    }
}

/// A user did something.
async fn see(tx: &mut Tx, login: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.fetch("UPDATE handler SET seen_at = $2 WHERE login = $1", &args![login, now]).await.map(drop)
}

/// Ends the sessions and invitations of a user.
async fn end_all(tx: &mut Tx, login: &str) -> Result<(), StoreError> {
    tx.fetch("DELETE FROM session WHERE login = $1", &args![login]).await?;
    tx.fetch("DELETE FROM invitation WHERE login = $1", &args![login]).await.map(drop)
}
