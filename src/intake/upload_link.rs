//! The link by which a person leaves files that their channel does not carry.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, ToSpan};

use crate::{
    domain::{id::ConversationId, link::LinkPurpose, token},
    store::{Engine, LinkRow, StoreError},
};

/// How many days the link in a message is valid: a person may have to wait for the plumber before they send photos.
const LINK_DAYS: i64 = 30;
/// The sentence of `flows/messages.yaml` that leads to the link.
pub const LEAD_IN: &str = "upload_link";
/// 128 bits, in 22 letters: a link must fit into a text message.
const TOKEN_BYTES: usize = 16;

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the system gives no randomness: {0}")]
    NoRandomness(getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a new link. Only its hash is stored, so an earlier one cannot be repeated.
///
/// # Errors
///
/// When the system gives no randomness, or the link cannot be stored.
pub async fn upload_link(
    store: &Engine,
    public_url: &str,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<String, LinkError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(LinkError::NoRandomness)?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let expires_at = now + (24 * LINK_DAYS).hours();
    let link = LinkRow { token_hash: token::hash(&token), purpose: LinkPurpose::Upload, conversation, expires_at };
    store.add_link(&link).await?;
    Ok(format!("{}/u/{token}", public_url.trim_end_matches('/')))
}
