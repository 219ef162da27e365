//! `guichet user add|list|password`: who may log in to the console.
//!
//! A password is never an argument, which every user of the machine could read: it is generated and printed once, or
//! read from standard input.

use std::io::BufRead as _;

use clap::{Args, Subcommand};

use super::{CliError, open_store, say};
use crate::{
    config::Config,
    domain::clock::Clock,
    store::{HandlerRow, StoreError, Users},
    web::console::{
        auth::password::{self, PasswordError},
        is_login,
    },
};

/// Subcommands of `guichet user`.
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add a handler or an administrator.
    Add(Add),
    /// List who may log in.
    List,
    /// Set a new password; it ends the person's sessions.
    Password(Password),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// What the person logs in with: small letters, digits, and . - _ @
    login: String,
    /// The name that policyholders see.
    #[arg(long)]
    name: String,
    /// Let the person add users too.
    #[arg(long)]
    admin: bool,
    /// Read the password from standard input instead of making one up.
    #[arg(long)]
    password_stdin: bool,
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
        let done = match self {
            Self::Add(add) => add.run(&store.users()).await,
            Self::List => list(&store.users()).await,
            Self::Password(password) => password.run(&store.users()).await,
        };
        store.close().await;
        done
    }
}

impl Add {
    async fn run(self, users: &Users) -> Result<(), CliError> {
        let login = self.login.to_lowercase();
        if !is_login(&login) {
            return Err(UserError::Login(self.login).into());
        }
        let (chosen, shown) = choose(self.password_stdin)?;
        let password_hash = password::hash(chosen).await.map_err(UserError::from)?;
        let role = if self.admin { "admin" } else { "handler" };
        let row = HandlerRow::new(&login, &self.name, role, &password_hash);
        match users.add_handler(&row, Clock::system().now()).await {
            Err(StoreError::Taken) => return Err(UserError::Taken(login).into()),
            added => added?,
        }
        say(format_args!("{login} may log in as {role}."));
        tell(shown);
        Ok(())
    }
}

impl Password {
    async fn run(self, users: &Users) -> Result<(), CliError> {
        let login = self.login.to_lowercase();
        let (chosen, shown) = choose(self.password_stdin)?;
        let hash = password::hash(chosen).await.map_err(UserError::from)?;
        if !users.set_password(&login, &hash, false).await? {
            return Err(UserError::Unknown(login).into());
        }
        say(format_args!("{login} has a new password; open sessions have ended."));
        tell(shown);
        Ok(())
    }
}

async fn list(users: &Users) -> Result<(), CliError> {
    for handler in users.handlers().await? {
        say(format_args!("{:<24} {:<8} {}", handler.login, handler.role, handler.name));
    }
    Ok(())
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
        say(format_args!("Password, shown only now: {password}"));
    }
}
