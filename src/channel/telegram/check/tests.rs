use super::*;
use crate::channel::telegram::tests::bot;

#[test]
fn what_telegram_tells_of_a_webhook_is_judged_by_the_configuration() {
    const OURS: &str = "https://guichet.example.org/channels/telegram/rives-bot";
    for (receive, url, waiting, error, expected) in [
        (Receive::Webhook, OURS, 0, None, Ok("0 wait")),
        (Receive::Webhook, OURS, 0, Some("Connection timed out"), Ok("0 wait")),
        (Receive::Webhook, OURS, 3, Some("Connection timed out"), Err("Connection timed out")),
        (Receive::Webhook, "", 2, None, Err("no webhook is set")),
        (Receive::Webhook, "https://other.example.org/", 0, None, Err("and not to")),
        (Receive::Polling, "", 4, None, Ok("4 wait")),
        (Receive::Polling, OURS, 0, None, Err("takes that webhook away")),
    ] {
        let webhook = Webhook {
            url: url.to_owned(),
            pending_update_count: waiting,
            last_error_message: error.map(str::to_owned),
        };
        let found = judge(&webhook, &bot(receive));
        let told = match (&found, expected) {
            (Ok(told), Ok(part)) | (Err(told), Err(part)) => told.contains(part),
            _ => false,
        };
        assert!(told, "{url}: {found:?}");
    }
}
