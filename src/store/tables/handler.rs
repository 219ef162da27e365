//! Users, their sessions, and the links by which they choose a password.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use crate::{
    identity::Reach,
    store::{
        db::Db,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// A person at the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerRow {
    pub login: String,
    pub name: String,
    /// Of `identity/roles.yaml`.
    pub role: String,
    /// Argon2id, in PHC form. Empty until it is chosen by an invitation: it is nobody's then.
    pub password_hash: String,
    /// The insurers whose cases are theirs.
    pub insurers: Reach,
    /// The desks that they belong to, beside those that are open to all.
    pub desks: Reach,
    /// Since when nobody logs in so any more.
    pub disabled_at: Option<Timestamp>,
    /// Somebody else gave the password: it is changed before anything else.
    pub must_change: bool,
    /// When they were here last.
    pub seen_at: Option<Timestamp>,
    /// Since when they say that they are away: nothing new is given to them.
    pub away_since: Option<Timestamp>,
    /// When they logged out last.
    pub left_at: Option<Timestamp>,
}

impl HandlerRow {
    /// Whether they are at work now: they do something from time to time, and have neither left nor said that they are away.
    pub fn is_here(&self, now: Timestamp, idle: SignedDuration) -> bool {
        self.disabled_at.is_none()
            && self.away_since.is_none()
            && self
                .seen_at
                .is_some_and(|seen| now.duration_since(seen) < idle && self.left_at.is_none_or(|left| left < seen))
    }

    /// A user of all insurers and desks.
    pub fn new(login: &str, name: &str, role: &str, password_hash: &str) -> Self {
        Self {
            login: login.to_owned(),
            name: name.to_owned(),
            role: role.to_owned(),
            password_hash: password_hash.to_owned(),
            insurers: Reach::All,
            desks: Reach::All,
            disabled_at: None,
            must_change: false,
            seen_at: None,
            away_since: None,
            left_at: None,
        }
    }
}

/// A session: only its token's hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub token_hash: String,
    pub login: String,
    pub csrf: String,
    pub expires_at: Timestamp,
    /// None where an earlier program opened it, as the next.
    pub opened_at: Option<Timestamp>,
    /// When its person did something last, give or take a minute.
    pub seen_at: Option<Timestamp>,
    /// The network address from which it was opened.
    pub origin: String,
    /// What the browser says that it is.
    pub browser: String,
}

/// A link by which a user chooses a password, once: only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    pub token_hash: String,
    pub login: String,
    /// The login of whoever made it.
    pub made_by: String,
    pub expires_at: Timestamp,
}

/// A handler as it is stored.
pub(in crate::store) struct AddedHandler {
    pub(in crate::store) row: HandlerRow,
    pub(in crate::store) at: Timestamp,
}

table! { AddedHandler in "handler" {
    row: HandlerRow { login, name, role, password_hash, insurers, desks, disabled_at, must_change, seen_at, away_since, left_at },
    at as created_at,
} }

table! { SessionRow in "session" { token_hash, login, csrf, expires_at, opened_at, seen_at, origin, browser } }

table! { InvitationRow in "invitation" { token_hash, login, made_by, expires_at } }

pub(in crate::store) static ADD_HANDLER: LazyLock<Insert<AddedHandler>> = LazyLock::new(Insert::new);
pub(in crate::store) static ADD_SESSION: LazyLock<Insert<SessionRow>> = LazyLock::new(Insert::new);
pub(in crate::store) static ADD_INVITATION: LazyLock<Insert<InvitationRow>> = LazyLock::new(Insert::new);

/// The handler who logs in so.
pub(in crate::store) async fn handler(db: &Db, login: &str) -> Result<Option<HandlerRow>, StoreError> {
    Ok(db.row::<AddedHandler>("WHERE login = $1", &args![login]).await?.map(|added| added.row))
}
