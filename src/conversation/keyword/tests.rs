use super::{Keyword, keyword};
use crate::domain::message::{Body, Channel};

#[test]
fn only_a_whole_message_is_a_keyword() {
    for (text, expected) in [
        ("STOP", Some(Keyword::Stop)),
        (" stop. ", Some(Keyword::Stop)),
        ("Stop SMS", Some(Keyword::Stop)),
        ("ARRÊT", Some(Keyword::Stop)),
        ("Désabonnement !", Some(Keyword::Stop)),
        ("contact", Some(Keyword::Contact)),
        ("START", Some(Keyword::Start)),
        ("Reprendre.", Some(Keyword::Start)),
        ("reprendre ma déclaration", None),
        ("stop, la fuite continue", None),
        ("stop la fuite est réparée", None),
        ("arrêt de l'eau", None),
        ("contact avec l'eau", None),
        ("non", None),
        ("", None),
    ] {
        let body = Body { text: text.into(), ..Body::default() };
        assert_eq!(keyword(Channel::Sms, &body), expected, "{text}");
        assert_eq!(keyword(Channel::Web, &body), None, "{text}");
        assert_eq!(keyword(Channel::Telegram, &body), None, "{text}");
    }
    for (text, expected) in [("/stop", Some(Keyword::Stop)), ("/stop maintenant", None), ("/aide", None)] {
        let body = Body { text: text.into(), ..Body::default() };
        assert_eq!(keyword(Channel::Telegram, &body), expected, "{text}");
    }
}
