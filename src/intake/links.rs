//! The links and codes that go with messages.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{id::ConversationId, link::LinkPurpose, token},
    store::{Engine, LinkRow, OneConversation, StoreError},
};

/// 128 bits, in 22 letters: a link must fit into a text message.
const TOKEN_BYTES: usize = 16;
/// The figures of a code, and the numbers that they can be.
const FIGURES: usize = 6;
const CODES: u32 = 1_000_000;

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the system gives no randomness: {0}")]
    NoRandomness(getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page to which messages lead.
struct Page {
    path: &'static str,
    kept: SignedDuration,
    /// The sentence of `flows/messages.yaml` that leads to the link.
    lead_in: &'static str,
}

/// The page of a purpose; none for what no message leads to.
fn page(purpose: LinkPurpose) -> Option<Page> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    match purpose {
        // A person may have to wait for the plumber before they send photos.
        LinkPurpose::Upload => Some(Page { path: "u", kept: days(30), lead_in: "upload_link" }),
        // It ends some time after the dossier, which may take a year.
        LinkPurpose::Status => Some(Page { path: "s", kept: days(730), lead_in: "status_link" }),
        LinkPurpose::Resume | LinkPurpose::Complete | LinkPurpose::Code => None,
    }
}

/// The sentence that stands before a link.
pub fn lead_in(purpose: LinkPurpose) -> &'static str {
    page(purpose).map_or("", |page| page.lead_in)
}

/// Makes a new link to the page of a purpose. Only its hash is stored, so an earlier one cannot be repeated. Empty for what no
/// message leads to.
///
/// # Errors
///
/// When the system gives no randomness, or the link cannot be stored.
pub async fn link(
    store: &Engine,
    public_url: &str,
    conversation: ConversationId,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<String, LinkError> {
    let place = page_link(&store.one_conversation(conversation), purpose, now).await?;
    Ok(format!("{}{place}", public_url.trim_end_matches('/')))
}

/// As [`link`], without the service's address: for a page that leads to another.
///
/// # Errors
///
/// When the system gives no randomness, or the link cannot be stored.
pub async fn page_link(one: &OneConversation, purpose: LinkPurpose, now: Timestamp) -> Result<String, LinkError> {
    let Some(Page { path, kept, .. }) = page(purpose) else { return Ok(String::new()) };
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(LinkError::NoRandomness)?;
    let token = URL_SAFE_NO_PAD.encode(bytes);
    one.add_link(&token::hash(&token), purpose, now + kept).await?;
    Ok(format!("/{path}/{token}"))
}

/// The sentence that stands before a code, and how long one is good.
pub const CODE_LEAD_IN: &str = "proof_code_lead";
const CODE_KEPT: SignedDuration = SignedDuration::from_mins(15);

/// Makes a new code by which a person proves that they read what arrives at their address.
///
/// # Errors
///
/// When the system gives no randomness, or the code cannot be stored.
pub async fn code(store: &Engine, conversation: ConversationId, now: Timestamp) -> Result<String, LinkError> {
    // The lowest numbers come 0.02 % more often than the others.
    let number = getrandom::u32().map_err(LinkError::NoRandomness)? % CODES;
    let code = format!("{number:0FIGURES$}");
    let token_hash = code_hash(conversation, &code);
    let link = LinkRow { token_hash, purpose: LinkPurpose::Code, conversation, expires_at: now + CODE_KEPT };
    store.add_link(&link).await?;
    Ok(code)
}

/// What is stored of a code: it is another conversation's that has the same.
pub fn code_hash(conversation: ConversationId, code: &str) -> String {
    token::hash(&format!("code|{conversation}|{code}"))
}
