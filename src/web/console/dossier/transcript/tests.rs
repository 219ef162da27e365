use super::*;
use crate::{
    domain::{
        id::ConversationId,
        message::{Body, Endpoint},
    },
    web::console::testing::names,
};

#[test]
fn days_and_turns_are_headed_once_and_each_message_shows_its_deliveries() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let conversation = ConversationId::new(at("2026-11-20T09:00:00Z"));
    let row = |seq, author, time| MessageRow {
        conversation,
        seq,
        author,
        channel: Channel::Web,
        body: Body::default(),
        client_id: None,
        at: at(time),
    };
    let rows = vec![
        row(1, Author::Guichet, "2026-11-20T09:00:00Z"),
        row(2, Author::Guichet, "2026-11-20T09:00:01Z"),
        row(3, Author::Policyholder, "2026-11-20T09:01:00Z"),
        row(4, Author::Policyholder, "2026-11-20T23:30:00Z"),
    ];
    let to = Endpoint { channel: Channel::Sms, account: "a".into(), address: "b".into() };
    let mut failed = OutboxRow::new(conversation, 2, to.clone(), at("2026-11-20T09:00:01Z"));
    (failed.delivery, failed.reason, failed.attempts) = (Delivery::Failed, Some("a_new_one".into()), 12);
    let again = OutboxRow::new(conversation, 2, to, at("2026-11-20T09:00:02Z"));
    let names = names();
    let before = bubbles(rows.clone(), std::slice::from_ref(&failed), &names);
    assert!(before[1].is_undelivered() && !before[0].is_undelivered());
    let shown = bubbles(rows, &[failed, again], &names);
    assert!(!shown[1].is_undelivered(), "it is on its way again");
    let view = |state, reason: Option<&str>, attempts| DeliveryView {
        channel: Channel::Sms,
        state,
        reason: reason.map(str::to_owned),
        attempts,
    };
    let expected = [view(Delivery::Failed, Some("a_new_one"), Some(12)), view(Delivery::Waiting, None, None)];
    assert_eq!(shown[1].deliveries, expected);
    let heads: Vec<_> = shown.iter().map(|bubble| (bubble.starts_day, bubble.starts_turn)).collect();
    assert_eq!(heads, [(true, true), (false, false), (false, true), (true, true)]);
}
