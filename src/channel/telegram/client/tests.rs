use super::*;
use crate::channel::testing;

#[test]
fn an_error_says_whether_another_try_may_help() {
    let refused = |code, description: &str| CallError::Refused {
        code,
        description: description.into(),
        retry_after: (code == 429).then_some(Duration::from_secs(7)),
    };
    for (error, retry, reason) in [
        (refused(429, "Too Many Requests: retry after 7"), Retry::After(Duration::from_secs(7)), Reason::Unavailable),
        (refused(403, "Forbidden: bot was blocked by the user"), Retry::Never, Reason::Refused),
        (refused(403, "Forbidden: user is deactivated"), Retry::Never, Reason::Refused),
        (refused(400, "Bad Request: chat not found"), Retry::Never, Reason::NoSuchAddress),
        (refused(400, "Bad Request: message text is empty"), Retry::Never, Reason::Content),
        (refused(401, "Unauthorized"), Retry::Later, Reason::Account),
        (refused(500, "Internal Server Error"), Retry::Later, Reason::Unavailable),
        (CallError::Unreadable(StatusCode::BAD_GATEWAY), Retry::Later, Reason::Unavailable),
    ] {
        let sent = SendError::from(error);
        assert_eq!((sent.retry, sent.reason), (retry, reason), "{sent}");
    }
}

#[test]
fn the_address_has_the_token_and_nothing_that_is_shown_has() {
    let client = Client::new("https://example.org/api/", Hidden::new("1:SECRET".into()), testing::client()).unwrap();
    assert_eq!(client.address(["bot"], ["GetMe"]).as_str(), "https://example.org/api/bot1:SECRET/GetMe");
    let file = client.address(["file", "bot"], "photos/../a b.jpg".split('/'));
    assert_eq!(file.as_str(), "https://example.org/api/file/bot1:SECRET/photos/a%20b.jpg");
    assert!(!format!("{client:?}").contains("SECRET"));
    assert!(matches!(
        Client::new("mailto:a@b", Hidden::new(String::new()), testing::client()),
        Err(TelegramError::ApiUrl)
    ));
}
