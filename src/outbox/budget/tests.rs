use super::*;
use crate::{
    channel::Thread,
    domain::{
        id::ConversationId,
        language::Language,
        message::{Body, Endpoint},
    },
};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn budget() -> Budget {
    let limits = BudgetLimits {
        countries: vec!["FR".into(), "BE".into()],
        texts_per_number: 3,
        texts_per_country: 4,
        texts_per_account: 6,
    };
    Budget::new(limits, Metrics::default())
}

fn message(channel: Channel, address: &str) -> Outbound {
    Outbound {
        id: String::new(),
        to: Endpoint { channel, account: "main".into(), address: address.into() },
        conversation: ConversationId::new(NOW),
        seq: 1,
        language: Language::Fr,
        reference: String::new(),
        author: Author::Guichet,
        body: Body { text: "bonjour".into(), ..Body::default() },
        link: None,
        lead_in: String::new(),
        thread: Thread::default(),
    }
}

/// Sends so many; what becomes of the last.
fn send(budget: &Budget, outbound: &Outbound, count: u32) -> Result<(), Retry> {
    (0..count).try_for_each(|_| budget.reserve(outbound, NOW).map_err(|error| error.retry))
}

#[test]
fn a_number_a_country_and_an_account_have_their_budgets() {
    let budget = budget();
    let france = message(Channel::Sms, "+33612345678");
    assert_eq!(send(&budget, &france, 3), Ok(()));
    assert_eq!(send(&budget, &france, 1), Err(Retry::Never));
    assert_eq!(send(&budget, &message(Channel::Sms, "+33612345679"), 3), Ok(()));
    let wait = Duration::from_hours(24);
    assert_eq!(send(&budget, &message(Channel::Sms, "+33612345670"), 1), Err(Retry::After(wait)));
    let mut elsewhere = message(Channel::Sms, "+32470123456");
    elsewhere.to.account = "other".into();
    assert_eq!(send(&budget, &elsewhere, 3), Ok(()));
    elsewhere.to.address = "+32470123457".into();
    assert_eq!(send(&budget, &elsewhere, 1), Ok(()));
    assert_eq!(send(&budget, &elsewhere, 1), Err(Retry::Never), "the country's");
    assert_eq!(budget.reserve(&france, NOW + DAY), Ok(()), "another day");
}

#[test]
fn what_is_under_way_counts_and_what_was_refused_does_not() {
    let budget = budget();
    let france = message(Channel::Sms, "+33612345678");
    for _ in 0..3 {
        budget.reserve(&france, NOW).unwrap();
    }
    // None of the three was answered yet.
    assert!(budget.reserve(&france, NOW).is_err());
    // One that was not answered in time may have been sent.
    budget.give_back(&france, &error(Retry::Later, Reason::Unavailable));
    assert!(budget.reserve(&france, NOW).is_err());
    let wait = Retry::After(Duration::from_secs(7));
    for refused in [error(Retry::Never, Reason::Content), error(wait, Reason::Unavailable)] {
        budget.give_back(&france, &refused);
        assert_eq!(budget.reserve(&france, NOW), Ok(()));
        assert!(budget.reserve(&france, NOW).is_err());
    }
}

fn error(retry: Retry, reason: Reason) -> SendError {
    SendError { retry, reason, detail: String::new() }
}

#[test]
fn only_served_countries_are_written_to() {
    let budget = budget();
    for number in ["+14165550100", "+881612345678", "+262692123456", "+999123456789"] {
        let error = budget.reserve(&message(Channel::Sms, number), NOW).unwrap_err();
        assert_eq!((error.retry, error.reason), (Retry::Never, Reason::Budget), "{number}");
    }
    assert_eq!(budget.reserve(&message(Channel::Sms, "38123"), NOW), Ok(()));
}

#[test]
fn a_long_message_counts_as_its_texts() {
    let budget = budget();
    let mut long = message(Channel::Sms, "+33612345678");
    long.body.text = "une fuite ".repeat(300);
    assert!(sms::texts(&long).len() > 2);
    assert_eq!(send(&budget, &long, 1), Ok(()));
    assert_eq!(send(&budget, &long, 1), Err(Retry::Never));
}

#[test]
fn letters_that_nobody_wrote_are_bounded_and_a_handlers_are_not() {
    let budget = budget();
    let mut letter = message(Channel::Email, "anne@example.org");
    assert_eq!(send(&budget, &letter, 30), Ok(()));
    assert_eq!(send(&budget, &letter, 1), Err(Retry::Never));
    letter.author = Author::Handler { login: "ines".into(), name: "Inès".into() };
    assert_eq!(send(&budget, &letter, 100), Ok(()));
    assert_eq!(send(&budget, &message(Channel::Telegram, "7"), 100), Ok(()));
}
