//! Secrets that open a conversation. They are 256 random bits, and only their hashes are stored.

pub(super) use crate::domain::token::hash;
use crate::{
    domain::message::{Channel, Endpoint},
    web::problem::Problem,
};

/// The name of our only account on this channel.
const ACCOUNT: &str = "chat";

/// A new secret.
pub(super) fn random() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no randomness");
        Problem::unavailable("The service cannot make a secret at the moment. Please try again.")
    })?;
    Ok(hex::encode(bytes))
}

/// The secret of the conversation that a page opens under its `client_id`. It is derived from the `client_id`, so that
/// a page that lost the first response gets the same secret again. The `client_id` is therefore as secret, and as
/// random.
pub(super) fn of_client(client_id: &str) -> String {
    hash(&format!("guichet chat conversation {client_id}"))
}

/// The endpoint of the holder of a secret.
pub(super) fn endpoint(secret: &str) -> Endpoint {
    Endpoint { channel: Channel::Web, account: ACCOUNT.into(), address: hash(secret) }
}
