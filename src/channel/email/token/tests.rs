use super::*;

const ID: &str = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab";

fn tokens() -> Tokens {
    Tokens::new(b"key", "sinistres@rives.example")
}

#[test]
fn a_token_names_its_conversation_in_either_case() {
    let token = tokens().token(ID.parse().unwrap());
    assert_eq!(token.len(), LENGTH);
    assert!(token.bytes().all(|byte| ALPHABET.contains(&byte)));
    assert_eq!(tokens().read(&token), ID.parse().ok());
    assert_eq!(tokens().read(&token.to_uppercase()), ID.parse().ok());
}

#[test]
fn a_token_that_was_touched_or_is_another_s_is_none() {
    let token = tokens().token(ID.parse().unwrap());
    for at in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[at] = if other[at] == b'a' { b'b' } else { b'a' };
        assert_eq!(tokens().read(&String::from_utf8(other).unwrap()), None, "letter {at}");
    }
    for other in
        [Tokens::new(b"another key", "sinistres@rives.example"), Tokens::new(b"key", "sinistres@horizon.example")]
    {
        assert_eq!(other.read(&token), None);
    }
    for text in ["", "é", &token[1..], &format!("{token}a"), &token.replace(&token[..1], "1")] {
        assert_eq!(tokens().read(text), None, "{text}");
    }
}

#[test]
fn a_reference_is_found_in_a_subject() {
    for (subject, found) in [
        ("RE: Votre déclaration de sinistre [K7QF-93MX]", vec!["K7QF-93MX"]),
        ("dossier k7qf-93mx, suite", vec!["K7QF-93MX"]),
        ("contrats 2026-2027 et K7QF-93MX", vec!["2026-2027", "K7QF-93MX"]),
        ("fuite d'eau", vec![]),
        ("tél. 06-39-98-01", vec![]),
        ("K7QF93MX K7QF-93MXY", vec![]),
    ] {
        assert_eq!(references(subject).collect::<Vec<_>>(), found, "{subject}");
    }
}

#[test]
fn a_message_id_names_its_conversation_and_stays_the_same() {
    let (tokens, conversation) = (tokens(), ID.parse().unwrap());
    let id = tokens.message_id(conversation, "outbound-1");
    assert_eq!(id, tokens.message_id(conversation, "outbound-1"));
    assert_ne!(id, tokens.message_id(conversation, "outbound-2"));
    assert_eq!(tokens.read_message_id(&id), Some(conversation));
    let local = id.split('@').next().unwrap();
    for other in ["", "x@rives.example", &format!("{local}@elsewhere.example"), local] {
        assert_eq!(tokens.read_message_id(other), None, "{other}");
    }
}
