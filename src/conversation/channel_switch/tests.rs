use super::*;

#[test]
fn a_code_comes_back_as_people_type_it() {
    let code = secret(Channel::Sms).unwrap();
    let shown = shown(Channel::Sms, code.clone(), "");
    let (one, two) = shown.split_once('-').unwrap();
    for (channel, text) in [
        (Channel::Sms, shown.clone()),
        (Channel::Sms, format!(" {}. ", shown.to_lowercase())),
        (Channel::Sms, format!("{one}{two}")),
        (Channel::Sms, format!("{one} {two}")),
        (Channel::Sms, format!("REPRENDRE {shown}")),
        (Channel::Telegram, format!("code : {shown}")),
        (Channel::Email, format!("Bonjour,\nvoici mon code : {shown}.\nCordialement\nJulie")),
    ] {
        let found = presented(channel, None, &text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((found.secret_hash, found.proof), (hash(&code), Proof::Code), "{text}");
    }
}

#[test]
fn what_people_say_is_no_code() {
    for text in [
        "",
        "bonjour",
        "BONJOURS",
        "22/03/2026",
        "0612345678",
        "23456789",
        "une fuite d'eau dans la cuisine",
        "mon contrat est le KM7T-R4WX je crois bien",
        "AB-123-CD",
    ] {
        assert_eq!(presented(Channel::Sms, None, text), None, "{text}");
    }
    // A policy number may look like one: it is tried, and taken as an answer if it is none.
    assert!(!presented(Channel::Sms, None, "KM7TR4WX").unwrap().is_meant);
    assert!(presented(Channel::Sms, None, "KM7T-R4WX").unwrap().is_meant);
    assert_eq!(presented(Channel::Email, None, "Contrat KM7TR4WX, merci"), None);
}

#[test]
fn a_token_is_a_link_or_a_code_by_another_way() {
    let link = presented(Channel::Telegram, Some(&"ab".repeat(16)), "/start").unwrap();
    assert_eq!((link.proof, link.is_meant), (Proof::Link, true));
    assert_eq!(link.secret_hash, hash(&"ab".repeat(16)));
    let thread = presented(Channel::Email, Some("km7t-r4wx"), "Bonjour").unwrap();
    assert_eq!((thread.proof, thread.is_meant), (Proof::Code, false));
    assert_eq!(thread.secret_hash, hash("KM7TR4WX"));
}
