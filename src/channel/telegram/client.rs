//! The Bot API over HTTPS, with the library's request types and our own transport.
//!
//! The library's transport sleeps ten seconds on every server error, hides the error's code, and fails on an answer
//! with one part that it does not know, although the message was sent. So only its types are used.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use teloxide_core::{
    payloads::GetFile,
    requests::Payload,
    types::{FileId, Seconds},
};
use url::Url;

use super::TelegramError;
use crate::{
    channel::{FetchError, Reason, Retry, SendError},
    config::Hidden,
};

const ANSWER: Duration = Duration::from_secs(15);
/// The time-out of a download: 20 MB over a slow connection.
const DOWNLOAD: Duration = Duration::from_mins(1);
/// The largest file that is read. The public Bot API gives files of up to 20 MB, a Bot API server of one's own larger
/// ones.
const MAX_FILE: usize = 100 * 1024 * 1024;
/// How many characters of Telegram's description of an error are kept.
const MAX_DETAIL: usize = 120;

/// The client of one bot. Cheap to clone.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    api: Url,
    token: Hidden<String>,
}

/// Why a call failed. It never holds the call's URL, which contains the token.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("Telegram answered {code}: {description}")]
    Refused { code: u16, description: String, retry_after: Option<Duration> },
    #[error("Telegram cannot be reached: {0}")]
    Unreachable(reqwest::Error),
    #[error("Telegram answered {0} with something that is no answer")]
    Unreadable(StatusCode),
}

#[derive(Deserialize)]
struct BotApiResponse<T> {
    #[serde(default)]
    ok: bool,
    result: Option<T>,
    #[serde(default)]
    error_code: u16,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<Seconds>,
}

/// The part of [`teloxide_core::types::File`] that is needed.
#[derive(Deserialize)]
struct FilePath {
    file_path: Option<String>,
}

impl Client {
    pub(super) fn new(api: &str, token: Hidden<String>, http: reqwest::Client) -> Result<Self, TelegramError> {
        let api = Url::parse(api).ok().filter(|url| !url.cannot_be_a_base()).ok_or(TelegramError::ApiUrl)?;
        Ok(Self { http, api, token })
    }

    /// Calls a method, and reads the fields of `T` from its answer.
    pub(super) async fn call<P: Payload + Serialize, T: DeserializeOwned>(&self, payload: &P) -> Result<T, CallError> {
        let url = self.address(["bot"], [P::NAME]);
        // A long poll's answer may take as long as the poll.
        let most = ANSWER + payload.timeout_hint().unwrap_or_default();
        let response = self.http.post(url).json(payload).timeout(most).send().await.map_err(CallError::unreachable)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(CallError::unreachable)?;
        let answer: BotApiResponse<T> = serde_json::from_slice(&bytes).map_err(|_| CallError::Unreadable(status))?;
        match answer {
            BotApiResponse { ok: true, result: Some(result), .. } => Ok(result),
            BotApiResponse { ok: true, .. } => Err(CallError::Unreadable(status)),
            BotApiResponse { error_code, description, parameters, .. } => Err(CallError::Refused {
                code: if error_code == 0 { status.as_u16() } else { error_code },
                description: description.chars().take(MAX_DETAIL).collect(),
                retry_after: parameters.and_then(|parameters| parameters.retry_after).map(Seconds::duration),
            }),
        }
    }

    /// Downloads a file that a message named.
    pub(super) async fn file(&self, id: &str) -> Result<Bytes, FetchError> {
        let asked: Result<FilePath, _> = self.call(&GetFile { file_id: FileId(id.to_owned()) }).await;
        let path = match asked {
            Ok(FilePath { file_path: Some(path) }) => path,
            Err(CallError::Refused { code: 400, description, .. }) if description.contains("too big") => {
                return Err(FetchError::TooLarge);
            }
            Ok(FilePath { file_path: None }) | Err(CallError::Refused { code: 400, .. }) => {
                return Err(FetchError::Gone);
            }
            Err(error) => {
                tracing::warn!(%error, "a file cannot be asked for");
                return Err(FetchError::Unavailable);
            }
        };
        let url = self.address(["file", "bot"], path.split('/'));
        let unavailable = |error: reqwest::Error| {
            tracing::warn!(error = %error.without_url(), "a file cannot be fetched");
            FetchError::Unavailable
        };
        let response = self.http.get(url).timeout(DOWNLOAD).send().await.map_err(unavailable)?;
        match response.status() {
            status if status.is_success() => read(response).await?.map_err(unavailable),
            StatusCode::NOT_FOUND => Err(FetchError::Gone),
            status => {
                tracing::warn!(%status, "a file cannot be fetched");
                Err(FetchError::Unavailable)
            }
        }
    }

    /// The URL of a method or a file, with the token after `bot`.
    fn address<'a>(&self, before: impl IntoIterator<Item = &'a str>, after: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.api.clone();
        // The constructor refuses a base URL without path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty();
            for segment in before {
                if segment == "bot" {
                    segments.push(&format!("bot{}", *self.token));
                } else {
                    segments.push(segment);
                }
            }
            segments.extend(after);
        }
        url
    }
}

/// Reads a file, up to [`MAX_FILE`].
async fn read(mut response: Response) -> Result<Result<Bytes, reqwest::Error>, FetchError> {
    let mut bytes = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > MAX_FILE => return Err(FetchError::TooLarge),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(Ok(bytes.freeze())),
            Err(error) => return Ok(Err(error)),
        }
    }
}

impl CallError {
    fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}

impl From<CallError> for SendError {
    fn from(error: CallError) -> Self {
        let (retry, reason) = match &error {
            CallError::Refused { retry_after: Some(wait), .. } => (Retry::After(*wait), Reason::Unavailable),
            CallError::Refused { code: 400, description, .. } if names_nobody(description) => {
                (Retry::Never, Reason::NoSuchAddress)
            }
            CallError::Refused { code: 400 | 413, .. } => (Retry::Never, Reason::Content),
            // The token is wrong or was changed: no message is lost if an operator mends it in time.
            CallError::Refused { code: 401 | 404, .. } => (Retry::Later, Reason::Account),
            CallError::Refused { code: 403, .. } => (Retry::Never, Reason::Refused),
            CallError::Refused { .. } | CallError::Unreachable(_) | CallError::Unreadable(_) => {
                (Retry::Later, Reason::Unavailable)
            }
        };
        Self { retry, reason, detail: error.to_string() }
    }
}

/// Whether a description says that the chat does not exist: the Bot API has one code for every wrong request.
fn names_nobody(description: &str) -> bool {
    ["chat not found", "user not found", "PEER_ID_INVALID"].iter().any(|words| description.contains(words))
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("api", &self.api.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
