use super::*;

fn error(reason: Reason, retry: Retry) -> SendError {
    SendError { retry, reason, detail: String::new() }
}

#[test]
fn a_failed_try_is_made_again_later_and_later_and_then_given_up() {
    let again = |seconds, counted| Next::Again { wait: Duration::from_secs(seconds), counted };
    let after = Retry::After(Duration::from_secs(30));
    for (reason, retry, tries, hours, expected) in [
        (Reason::Unavailable, Retry::Later, 1, 0, again(5, true)),
        (Reason::Unavailable, Retry::Later, 3, 0, again(20, true)),
        (Reason::Unavailable, Retry::Later, 11, 0, again(3600, true)),
        (Reason::Unavailable, Retry::Later, 12, 0, Next::GiveUp),
        (Reason::Unavailable, Retry::Later, 1, 12, Next::GiveUp),
        (Reason::Unavailable, after, 1, 0, again(30, false)),
        (Reason::Unavailable, after, 40, 11, again(30, false)),
        (Reason::Unavailable, after, 1, 12, Next::GiveUp),
        (Reason::NoSuchAddress, Retry::Never, 1, 0, Next::GiveUp),
        (Reason::Refused, Retry::Never, 1, 0, Next::GiveUp),
        // An operator repairs wrong credentials: no message is given up for them within twelve hours.
        (Reason::Account, Retry::Never, 1, 0, again(300, false)),
        (Reason::Account, Retry::Later, 99, 11, again(300, false)),
        (Reason::Account, Retry::Never, 1, 12, Next::GiveUp),
        // What waits for its account's next day is not given up before it comes.
        (Reason::Budget, after, 1, 23, again(30, false)),
        (Reason::Budget, after, 1, 36, Next::GiveUp),
        (Reason::Budget, Retry::Never, 1, 0, Next::GiveUp),
    ] {
        let next = next(
            &error(reason, retry),
            OutboxKind::Message,
            tries,
            SignedDuration::from_hours(hours),
            &Jitter::new(|| 0.0),
        );
        assert_eq!(next, expected, "{reason:?} {retry:?} {tries} {hours}");
    }
}

#[test]
fn what_was_asked_for_is_the_least_that_is_waited() {
    let wait = Duration::from_secs(30);
    for (random, seconds) in [(0.0, 30), (1.0, 45), (7.0, 45)] {
        let jitter = Jitter::new(move || random);
        let next = next(
            &error(Reason::Unavailable, Retry::After(wait)),
            OutboxKind::Message,
            1,
            SignedDuration::ZERO,
            &jitter,
        );
        assert_eq!(next, Next::Again { wait: Duration::from_secs(seconds), counted: false });
    }
}

#[test]
fn an_account_rests_when_it_and_not_a_message_fails() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (reason, retry, in_a_row, expected) in [
        (Reason::Unavailable, Retry::Later, 1, None),
        (Reason::Unavailable, Retry::Later, 2, seconds(5)),
        (Reason::Unavailable, Retry::Later, 4, seconds(20)),
        (Reason::Unavailable, Retry::Later, 99, seconds(60)),
        (Reason::Unavailable, Retry::After(Duration::from_secs(7)), 1, seconds(7)),
        (Reason::Unavailable, Retry::After(Duration::from_hours(1)), 1, seconds(60)),
        (Reason::Account, Retry::Never, 1, seconds(60)),
        (Reason::NoSuchAddress, Retry::Never, 9, None),
        (Reason::Content, Retry::Never, 9, None),
    ] {
        assert_eq!(rest(&error(reason, retry), in_a_row), expected, "{reason:?} {retry:?} {in_a_row}");
    }
}
