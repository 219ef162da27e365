//! A secret of the configuration: written there, or named there and kept elsewhere.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Serialize, Serializer};

/// A secret: the words themselves, `env:NAME` for a variable of the environment, or `file:PATH` for a file's content.
/// Nothing that prints or serialises it shows it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the environment variable {0}, which a secret of the configuration names, is not set")]
    Variable(String),
    #[error("the file {path}, which a secret of the configuration names, cannot be read: {error}")]
    File { path: String, error: std::io::Error },
    #[error("a secret of the configuration is empty")]
    Empty,
}

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, without the blanks and the line's end that editors leave around it.
    pub fn reveal(&self) -> Result<Hidden<String>, SecretError> {
        let secret = if let Some(name) = self.0.strip_prefix("env:") {
            std::env::var(name).map_err(|_| SecretError::Variable(name.to_owned()))?
        } else if let Some(path) = self.0.strip_prefix("file:") {
            std::fs::read_to_string(path).map_err(|error| SecretError::File { path: path.to_owned(), error })?
        } else {
            self.0.clone()
        };
        let secret = secret.trim();
        if secret.is_empty() { Err(SecretError::Empty) } else { Ok(Hidden(secret.to_owned())) }
    }
}

/// What must not be printed: a secret that was revealed, or what holds one. It is kept so until it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden<T>(T);

impl<T> Hidden<T> {
    pub fn new(hidden: T) -> Self {
        Self(hidden)
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Hidden<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(super::HIDDEN)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(super::HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(super::HIDDEN)
    }
}

#[cfg(test)]
mod tests;
