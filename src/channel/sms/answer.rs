//! The responses of HTTP providers, and what a refusal means by its status.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value as Json;

use crate::channel::{Checked, Reason, Retry, SendError};

/// The largest response that is read.
const MAX_BYTES: usize = 64 * 1024;

/// A provider's response.
#[derive(Debug)]
pub(super) struct ProviderResponse {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl ProviderResponse {
    /// Sends a request and reads the response. When there is none, another try may help.
    pub(super) async fn to(request: reqwest::RequestBuilder) -> Result<Self, SendError> {
        // The URL may hold a secret or a telephone number, so it is taken out of the error.
        let lost = |error: reqwest::Error| unavailable(error.without_url().to_string());
        let mut response = request.send().await.map_err(lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(unavailable("the answer is too long".into()));
            }
        }
        Ok(Self { status, headers, body: body.freeze() })
    }

    /// The body as JSON; null where it is not JSON.
    pub(super) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The response itself, where its status is a success.
    pub(super) fn accepted(self) -> Result<Self, SendError> {
        if self.status.is_success() { Ok(self) } else { Err(self.failure("")) }
    }

    /// The error of a status that is no success. `detail` is the provider's own code, never its words, which may quote
    /// the telephone number.
    pub(super) fn failure(&self, detail: &str) -> SendError {
        let retry = self.retry_after().map_or(Retry::Later, Retry::After);
        let (retry, reason) = match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::PAYMENT_REQUIRED | StatusCode::FORBIDDEN => {
                (Retry::Later, Reason::Account)
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => (retry, Reason::Unavailable),
            status if status.is_client_error() => (Retry::Never, Reason::Content),
            _ => (retry, Reason::Unavailable),
        };
        SendError { retry, reason, detail: format!("status {} {detail}", self.status.as_u16()).trim_end().to_owned() }
    }

    /// `Retry-After`, in seconds; SMS providers send no dates there.
    fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

/// The result of `guichet doctor`'s check of an account: `asked` is the response to a request that needs valid
/// credentials.
pub(super) fn checked(asked: Result<ProviderResponse, SendError>) -> Vec<Checked> {
    let outcome = match asked {
        Ok(_) => Ok("the provider takes the account's keys".to_owned()),
        Err(SendError { reason: Reason::Account, detail, .. }) => {
            Err(format!("the provider refuses the account's keys ({detail}): copy them anew, as docs/sms.md tells"))
        }
        Err(error) => Err(format!("the provider cannot be asked: {error}")),
    };
    vec![Checked { what: "keys", outcome }]
}

/// The error of a provider that cannot be reached or answers with something unexpected.
pub(super) fn unavailable(detail: String) -> SendError {
    SendError { retry: Retry::Later, reason: Reason::Unavailable, detail }
}

/// The error of an address that no text message can reach.
pub(super) fn no_such_address() -> SendError {
    let detail = "the address is no number".to_owned();
    SendError { retry: Retry::Never, reason: Reason::NoSuchAddress, detail }
}
