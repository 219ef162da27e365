//! Passwords: Argon2id with the parameters of the OWASP Password Storage Cheat Sheet (19 MiB, two passes), in PHC
//! format.

use std::sync::{LazyLock, OnceLock};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::strength::{Weak, weakness};

/// The shortest password that may be chosen, in characters.
pub const MIN_LENGTH: usize = 10;

/// The longest password, in bytes: longer input would make a hash cost more.
pub const MAX_LENGTH: usize = 256;

/// Limits hashing to two passwords at a time, because each takes 19 MiB.
static HASHING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// Why a password was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("the password is too short; choose at least {MIN_LENGTH} characters")]
    TooShort,
    #[error("the password is too long; choose at most {MAX_LENGTH} bytes")]
    TooLong,
    #[error("the password is one that others try first; choose words that only you would put together")]
    Common,
    #[error("the password has the login, the name or the service's name in it; choose another")]
    Name,
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// Hashes a password that somebody chose who logs in as `login` and is called `name`.
///
/// # Errors
///
/// As [`hash`], and when it is easily guessed.
pub async fn choose(password: String, login: &str, name: &str) -> Result<String, PasswordError> {
    if password.chars().count() < MIN_LENGTH {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    match weakness(&password, login, name) {
        Some(Weak::Common) => Err(PasswordError::Common),
        Some(Weak::Name) => Err(PasswordError::Name),
        None => hash(password).await,
    }
}

/// Hashes a new password.
///
/// # Errors
///
/// When it is too short or too long, or cannot be hashed.
pub async fn hash(password: String) -> Result<String, PasswordError> {
    if password.chars().count() < MIN_LENGTH {
        return Err(PasswordError::TooShort);
    }
    if password.len() > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    in_background(move || hash_now(&password)).await?
}

/// Whether this is the password of the hash `stored`. Without a hash the answer is no after the same time, so that
/// nobody learns which logins exist.
pub async fn verify(password: String, stored: Option<String>) -> bool {
    if password.len() > MAX_LENGTH {
        return false;
    }
    let verified = in_background(move || {
        let known = stored.is_some();
        let Some(hash) = stored.or_else(|| nobodys_hash().map(str::to_owned)) else { return false };
        let Ok(parsed) = PasswordHash::new(&hash) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
    });
    verified.await.unwrap_or(false)
}

fn hash_now(password: &str) -> Result<String, PasswordError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| PasswordError::Hash(error.to_string()))?;
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

/// The hash with which a password is compared when the login is unknown.
fn nobodys_hash() -> Option<&'static str> {
    static HASH: OnceLock<Option<String>> = OnceLock::new();
    HASH.get_or_init(|| hash_now("nobody's password").ok()).as_deref()
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
    let failed = |error: &dyn std::fmt::Display| PasswordError::Hash(error.to_string());
    let _permit = HASHING.acquire().await.map_err(|error| failed(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests;
