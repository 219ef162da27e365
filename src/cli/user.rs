//! `guichet user …`: who may log in to the console, what they are and see.
//!
//! A password is never an argument, which every user of the machine could read: it is generated and printed once, or
//! read from standard input. One that is generated is changed at the first log-in. Better still is a link.

use std::io::BufRead as _;

use clap::{Args, Subcommand};

use super::{CliError, open_store, say};
use crate::{
    config::Config,
    domain::clock::Clock,
    identity::{Reach, Role},
    store::{AccessKind, AccessRow, HandlerRow, InvitationRow, StoreError, Users},
    web::console::{
        auth::password::{self, PasswordError},
        invitation_address, invitation_hash, is_login,
    },
};

/// Who acts at the command line, in the access log.
const COMMAND_LINE: &str = "guichet";

/// Subcommands of `guichet user`.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add a user.
    Add(Add),
    /// List who may log in, and what they see.
    List,
    /// Change what a user is and sees.
    Change(Change),
    /// Print a link by which the person chooses a password: good once, for three days.
    Invite(Named),
    /// Set a new password; it ends the person's sessions.
    Password(Password),
    /// Let nobody log in so any more; sessions end at once.
    Disable(Named),
    /// Let the person log in again.
    Enable(Named),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// What the person logs in with: small letters, digits, and . - _ @
    login: String,
    /// The name that policyholders see.
    #[arg(long)]
    name: String,
    /// What the person is: handler, supervisor, manager, expert, reader or admin.
    #[arg(long, default_value = "handler", conflicts_with = "admin")]
    role: String,
    /// The same as --role admin.
    #[arg(long)]
    admin: bool,
    /// An insurer whose cases are theirs; may be given again. Without, every insurer.
    #[arg(long = "insurer")]
    insurers: Vec<String>,
    /// A desk that they belong to; may be given again. Without, every desk.
    #[arg(long = "desk")]
    desks: Vec<String>,
    /// Read the password from standard input instead of making one up.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Change {
    login: String,
    /// What the person is from now on.
    #[arg(long)]
    role: Option<String>,
    /// An insurer whose cases are theirs; may be given again. `*` is every insurer.
    #[arg(long = "insurer")]
    insurers: Vec<String>,
    /// A desk that they belong to; may be given again. `*` is every desk.
    #[arg(long = "desk")]
    desks: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    login: String,
}

#[derive(Debug, Args)]
pub(super) struct Password {
    login: String,
    /// Read the password from standard input instead of making one up.
    #[arg(long)]
    password_stdin: bool,
}

/// Why a user was not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("a login has 2 to 40 small letters, digits and . - _ @; choose another than {0:?}")]
    Login(String),
    #[error("there is no role {0}; the roles are {1}")]
    Role(String, String),
    #[error("{0} exists already; `guichet user password {0}` sets a new password")]
    Taken(String),
    #[error("nobody logs in as {0}; `guichet user list` shows who does")]
    Unknown(String),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("the password cannot be read from standard input: {0}")]
    Input(std::io::Error),
    #[error("the system gives no random numbers to make up a password")]
    NoRandomness,
}

impl User {
    pub(super) async fn run(self, config: &Config) -> Result<(), CliError> {
        let store = open_store(config).await?;
        let users = store.users();
        let changes = self.changes();
        let done = match self {
            Self::Add(add) => add.run(&users).await,
            Self::List => list(&users).await,
            Self::Change(change) => change.run(&users).await,
            Self::Invite(named) => named.invite(&users, &config.server.public_url).await,
            Self::Password(password) => password.run(&users).await,
            Self::Disable(named) => named.set_disabled(&users, true).await,
            Self::Enable(named) => named.set_disabled(&users, false).await,
        };
        if let (Ok(()), Some((kind, login))) = (&done, changes) {
            // Whoever has the machine is nobody of the console's.
            let line = AccessRow::new(COMMAND_LINE, kind, &login, "", Clock::system().now());
            store.access_log().note(&line).await?;
        }
        store.close().await;
        done
    }

    /// What it does to whom, for the access log.
    fn changes(&self) -> Option<(AccessKind, String)> {
        let (kind, login) = match self {
            Self::Add(Add { login, .. }) | Self::Invite(Named { login }) => (AccessKind::UserInvited, login),
            Self::Change(Change { login, .. }) => (AccessKind::UserChanged, login),
            Self::Password(Password { login, .. }) => (AccessKind::Password, login),
            Self::Disable(Named { login }) => (AccessKind::UserDisabled, login),
            Self::Enable(Named { login }) => (AccessKind::UserEnabled, login),
            Self::List => return None,
        };
        Some((kind, login.to_lowercase()))
    }
}

impl Add {
    async fn run(self, users: &Users) -> Result<(), CliError> {
        let login = self.login.to_lowercase();
        if !is_login(&login) {
            return Err(UserError::Login(self.login).into());
        }
        let role = known_role(if self.admin { "admin".to_owned() } else { self.role })?;
        let (chosen, shown) = choose(self.password_stdin)?;
        let password_hash = password::choose(chosen, &login, &self.name).await.map_err(UserError::from)?;
        let row = HandlerRow {
            insurers: reach(&self.insurers).unwrap_or(Reach::All),
            desks: reach(&self.desks).unwrap_or(Reach::All),
            must_change: shown.is_some(),
            ..HandlerRow::new(&login, &self.name, &role, &password_hash)
        };
        match users.add_handler(&row, Clock::system().now()).await {
            Err(StoreError::Taken) => return Err(UserError::Taken(login).into()),
            added => added?,
        }
        say(format_args!("{login} may log in as {role}."));
        tell(shown);
        Ok(())
    }
}

impl Change {
    async fn run(self, users: &Users) -> Result<(), CliError> {
        let row = find(users, &self.login).await?;
        let role = self.role.map_or(Ok(row.role), known_role)?;
        let insurers = reach(&self.insurers).unwrap_or(row.insurers);
        let desks = reach(&self.desks).unwrap_or(row.desks);
        users.change(&row.login, &row.name, &role, &insurers, &desks).await?;
        say(format_args!("{} is {role} for the insurers {insurers} and the desks {desks}.", row.login));
        Ok(())
    }
}

impl Named {
    async fn invite(self, users: &Users, public_url: &str) -> Result<(), CliError> {
        let row = find(users, &self.login).await?;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| UserError::NoRandomness)?;
        let (token, now) = (hex::encode(bytes), Clock::system().now());
        let invitation = InvitationRow {
            token_hash: invitation_hash(&token),
            login: row.login.clone(),
            made_by: COMMAND_LINE.to_owned(),
            expires_at: now.checked_add(crate::web::console::INVITATION_GOOD_FOR).unwrap_or(now),
        };
        users.invite(&invitation).await?;
        say(format_args!("{} chooses a password here, once and within three days:", row.login));
        say(format_args!("{}", invitation_address(public_url, &token)));
        Ok(())
    }

    async fn set_disabled(self, users: &Users, disabled: bool) -> Result<(), CliError> {
        let row = find(users, &self.login).await?;
        let since = disabled.then(|| Clock::system().now());
        users.set_disabled(&row.login, since).await?;
        let told = if disabled { "logs in no more; open sessions have ended" } else { "may log in again" };
        say(format_args!("{} {told}.", row.login));
        Ok(())
    }
}

impl Password {
    async fn run(self, users: &Users) -> Result<(), CliError> {
        let row = find(users, &self.login).await?;
        let (chosen, shown) = choose(self.password_stdin)?;
        let hash = password::choose(chosen, &row.login, &row.name).await.map_err(UserError::from)?;
        users.set_password(&row.login, &hash, shown.is_some()).await?;
        say(format_args!("{} has a new password; open sessions have ended.", row.login));
        tell(shown);
        Ok(())
    }
}

async fn list(users: &Users) -> Result<(), CliError> {
    for row in users.handlers().await? {
        let HandlerRow { login, name, role, insurers, desks, disabled_at, .. } = row;
        let state = if disabled_at.is_some() { " (disabled)" } else { "" };
        say(format_args!("{login:<24} {role:<10} {insurers:<16} {desks:<16} {name}{state}"));
    }
    Ok(())
}

async fn find(users: &Users, login: &str) -> Result<HandlerRow, CliError> {
    let login = login.to_lowercase();
    users.handler(&login).await?.ok_or_else(|| UserError::Unknown(login).into())
}

fn known_role(role: String) -> Result<String, UserError> {
    if Role::named(&role).is_some() {
        return Ok(role);
    }
    let roles: Vec<_> = Role::all().into_iter().map(|(code, _)| code).collect();
    Err(UserError::Role(role, roles.join(", ")))
}

/// What the arguments name; none where they name nothing.
fn reach(codes: &[String]) -> Option<Reach> {
    if codes.is_empty() {
        return None;
    }
    Some(if codes.iter().any(|code| code == "*") { Reach::All } else { codes.iter().cloned().collect() })
}

/// A password, and the same again to be printed where it was generated.
fn choose(from_stdin: bool) -> Result<(String, Option<String>), UserError> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(UserError::Input)?;
        return Ok((line.trim_end_matches(['\r', '\n']).to_owned(), None));
    }
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|_| UserError::NoRandomness)?;
    let made_up = hex::encode(bytes);
    Ok((made_up.clone(), Some(made_up)))
}

fn tell(shown: Option<String>) {
    if let Some(password) = shown {
        say(format_args!("Password, shown only now, and changed at the first log-in: {password}"));
    }
}
