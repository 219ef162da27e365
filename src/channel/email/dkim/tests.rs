use super::*;
use crate::config::Secret;

/// The key of RFC 8463, A.2, as PKCS #8.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

fn signer(domain: &str) -> Result<Signer, DkimError> {
    let config = Dkim { selector: "guichet".into(), domain: domain.into(), key: Secret::new(ED25519) };
    Signer::open(&config, "sinistres@rives.example")
}

/// The examples of RFC 6376, 3.4.5.
#[test]
fn heads_and_bodies_are_made_plain() {
    let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
    let (head, body) = split(message);
    let plain: Vec<Vec<u8>> = fields(head).into_iter().map(relaxed_field).collect();
    assert_eq!(plain, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
    assert_eq!(relaxed_body(body), b" C\r\nD E\r\n");
    for (body, plain) in [(&b""[..], &b""[..]), (b"\r\n\r\n", b""), (b" \t\r\n", b""), (b"a", b"a\r\n")] {
        assert_eq!(relaxed_body(body), plain, "{body:?}");
    }
}

#[test]
fn what_is_signed_stands_in_the_signature() {
    let message = b"From: a@rives.example\r\nTo: b@example.org\r\nX-Odd: 1\r\nSubject: x\r\n\r\nbonjour\r\n";
    let sign = |domain: &str| String::from_utf8(signer(domain).unwrap().sign(message).unwrap()).unwrap();
    let signed = sign("");
    assert!(signed.ends_with(std::str::from_utf8(message).unwrap()));
    assert!(signed.contains("a=ed25519-sha256; c=relaxed/relaxed; d=rives.example; s=guichet;"), "{signed}");
    assert!(signed.contains("h=from:from:to:subject;"), "{signed}");
    assert!(sign("mail.rives.example").contains("d=mail.rives.example;"));
    // The same text has the same signature, also when its lines are folded differently; another text has another one.
    let of = |text: &str| signer("").unwrap().sign(text.as_bytes()).unwrap();
    let signature = |signed: Vec<u8>| String::from_utf8(signed).unwrap().split("b=").nth(1).map(str::to_owned);
    assert_eq!(signed.split("b=").nth(1).map(str::to_owned), signature(sign("").into_bytes()));
    assert_ne!(of("From: a\r\n\r\nx"), of("From: a\r\n\r\ny"));
}

#[test]
fn what_is_no_key_is_told_and_no_key_is_shown() {
    let config = Dkim { selector: "s".into(), domain: String::new(), key: Secret::new("no key") };
    assert!(matches!(Signer::open(&config, "a@b.example"), Err(DkimError::Key)));
    assert_eq!(format!("{:?}", signer("").unwrap()), "Signer");
}
