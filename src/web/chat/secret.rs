//! Secrets that open a conversation. They are 256 random bits, and only their hashes are stored.

pub(super) use crate::domain::token::hash;
use crate::{
    domain::message::{Channel, Endpoint},
    web::problem::Problem,
};

/// Our one account on this channel.
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

/// The secret of the conversation that a page opens under a random name of its own. It follows from that name, so that
/// a page whose first answer was lost is given the same one again; the name is as secret as the secret, and as random.
pub(super) fn of_client(client_id: &str) -> String {
    hash(&format!("guichet chat conversation {client_id}"))
}

/// Where the holder of a secret is.
pub(super) fn endpoint(secret: &str) -> Endpoint {
    Endpoint { channel: Channel::Web, account: ACCOUNT.into(), address: hash(secret) }
}
