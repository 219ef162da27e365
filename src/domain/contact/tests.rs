use super::*;

#[test]
fn an_address_at_which_a_person_can_be_reached_is_a_fact() {
    for (channel, address, told) in [
        (Channel::Sms, "+33639980001", Some(("phone", Value::Phone("+33639980001".into())))),
        (Channel::Sms, "38123", None),
        (Channel::Sms, "+33", None),
        (Channel::Sms, "+33-1-0-0-0-0", None),
        (Channel::Sms, "MonOperateur", None),
        (Channel::Email, "julie@example.org", Some(("email", Value::Email("julie@example.org".into())))),
        (Channel::Email, "julie@example.org (unverified)", None),
        (Channel::Telegram, "4711", None),
        (Channel::Web, "a secret", None),
    ] {
        let found = told_by(channel, address);
        let found = found.iter().next().map(|(name, fact)| (name.as_str(), fact.value.clone()));
        assert_eq!(found, told, "{address}");
    }
}
