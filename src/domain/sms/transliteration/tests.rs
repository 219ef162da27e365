use std::borrow::Cow;

use super::{foreign, shorten};
use crate::domain::sms::{Alphabet, gsm7};

#[test]
fn only_what_saves_a_message_is_changed() {
    let short = "Reçu : « c’est l’évier », là-bas…";
    assert!(matches!(shorten(short), Cow::Borrowed(text) if text == short));
    let long = format!("Reçu : « l’évier de la sœur », n° 3…\u{a0}{}", "à".repeat(60));
    let expected = format!("Recu : \"l'évier de la soeur\", no 3... {}", "à".repeat(60));
    assert_eq!(shorten(&long), expected);
}

#[test]
fn typographic_marks_alone_never_cost_the_short_alphabet() {
    for (written, sent) in [
        ("Où est l’eau\u{a0}?", "Où est l'eau ?"),
        (
            "Dites «\u{a0}passer\u{a0}», ou « aide »\u{a0}: 1\u{202f}520\u{a0}€…",
            "Dites \"passer\", ou \"aide\" : 1 520 €...",
        ),
    ] {
        assert_eq!(shorten(written), sent);
        assert_eq!(Alphabet::of(sent), Alphabet::Gsm7);
    }
    // Three full stops for each would cost a second message.
    let dots = "…".repeat(70);
    assert_eq!(shorten(&dots), dots);
}

#[test]
fn a_letter_without_a_replacement_keeps_the_rest() {
    let text = format!("Reçu 🔥 {}", "a".repeat(100));
    assert_eq!(shorten(&text), text, "it would be as long without the ç");
    assert_eq!((foreign(&text), foreign("Reçu…")), (Some('🔥'), None));
}

#[test]
fn names_from_elsewhere_keep_the_short_alphabet() {
    let letter = |name: &str| format!("{name} {}", "a".repeat(100));
    for (name, bare) in
        [("Kovačević", "Kovacevic"), ("Wałęsa", "Walesa"), ("Yılmaz Şahin", "Yilmaz Sahin"), ("Núñez", "Nuñez")]
    {
        assert_eq!(shorten(&letter(name)), letter(bare));
    }
    assert_eq!(foreign("Kovačević"), None);
    assert_eq!(foreign("عربي"), Some('ع'));
}

#[test]
fn every_replacement_is_in_the_short_alphabet_and_replaces_what_is_not() {
    for letter in '\0'..='\u{ffff}' {
        if let Some(instead) = super::replacement(letter) {
            assert!(gsm7::encode(instead).is_some() && gsm7::septets(letter).is_none(), "{letter}");
        }
    }
}
