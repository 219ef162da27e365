//! The HTTP client that providers share.

use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(5);
/// The time-out of a whole request, from the first byte sent to the last byte read. The outbox ends a try a little
/// later.
const WHOLE: Duration = Duration::from_secs(30);

/// A client that follows no redirect by itself: a provider that follows one checks its target first, and sends no
/// credentials there.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    builder().build()
}

pub(super) fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("Guichet/", env!("CARGO_PKG_VERSION")))
}
