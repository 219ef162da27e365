use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Mail, Unreadable, is_too_much, normalise, parse, read};
use crate::channel::{Content, email::automatic::Nature};

/// A JPEG of `bytes` bytes, in Base64.
fn picture(bytes: usize) -> String {
    use base64::Engine as _;
    let mut content = b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec();
    content.resize(bytes, 7);
    base64::engine::general_purpose::STANDARD.encode(content)
}

fn mail(raw: &str) -> Mail {
    parse(&raw.replace('\n', "\r\n").into()).unwrap()
}

fn names(mail: &Mail) -> Vec<&str> {
    mail.files.iter().map(|file| file.name.as_str()).collect()
}

fn bytes_of(mail: &Mail, file: usize) -> &[u8] {
    match &mail.files[file].content {
        Content::Bytes(bytes) => bytes,
        Content::Media(_) => panic!("a mail brings its files"),
    }
}

#[test]
fn photos_are_kept_and_decorations_are_not() {
    let part = |head: &str, bytes| format!("--b\nContent-Transfer-Encoding: base64\n{head}\n\n{}\n", picture(bytes));
    let raw = format!(
        "From: a@example.org\nSubject: Fuite\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n\
         --b\nContent-Type: text/html; charset=utf-8\n\n<p>Voici <img src=\"cid:photo\"><img src=\"cid:logo\"></p>\n\
         {}{}{}{}{}--b--\n",
        part("Content-Type: image/jpeg; name=\"IMG_1.jpg\"\nContent-ID: <photo>\nContent-Disposition: inline", 40_000),
        part("Content-Type: image/png; name=\"logo.png\"\nContent-ID: <logo>", 3000),
        part("Content-Type: image/gif; name=\"anime.gif\"\nContent-ID: <gif>", 40_000),
        part("Content-Type: image/png; name=petite.png\nContent-Disposition: attachment", 3000),
        part("Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment", 3000),
    );
    let mail = mail(&raw);
    assert_eq!(names(&mail), ["IMG_1.jpg", "petite.png", "Fuite.eml"]);
    assert_eq!(mail.text, "Voici");
    assert_eq!(bytes_of(&mail, 0).len(), 40_000);
    assert_eq!(bytes_of(&mail, 2), raw.replace('\n', "\r\n").as_bytes(), "the original is as it came");
}

#[test]
fn a_forwarded_message_is_kept_whole_with_its_photos() {
    let inner = format!(
        "From: syndic@example.com\nSubject: Fuite au 3e\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=c\n\n\
         --c\nContent-Type: text/plain\n\nVoir photo.\n--c\nContent-Type: image/jpeg; name=\"colonne.jpg\"\n\
         Content-Transfer-Encoding: base64\n\n{}\n--c--",
        picture(20_000)
    );
    let raw = format!(
        "From: a@example.org\nSubject: TR\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nPour information\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--\n"
    );
    let mail = mail(&raw);
    assert_eq!(mail.text, "Pour information");
    assert_eq!(names(&mail), ["colonne.jpg", "Fuite au 3e.eml", "TR.eml"]);
    assert!(bytes_of(&mail, 1).starts_with(b"From: syndic@example.com\r\n"));
}

#[test]
fn charsets_and_encodings_are_read() {
    let head = "From: a@example.org\nSubject: =?iso-8859-1?Q?D=E9g=E2t_des_eaux?=\nMIME-Version: 1.0\n";
    for (kind, body) in [
        ("text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable", "Fuite =E0 l'=E9tage"),
        ("text/plain; charset=UTF-8\nContent-Transfer-Encoding: base64", "RnVpdGUgw6AgbCfDqXRhZ2U="),
        ("text/plain; charset=unknown-8bit", "Fuite à l'étage"),
        ("text/plain", "Fuite à l'étage"),
        ("text/html; charset=utf-8", "<body><p>Fuite &agrave; l'&eacute;tage</p><script>alert(1)</script>"),
    ] {
        let mail = mail(&format!("{head}Content-Type: {kind}\n\n{body}\n"));
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Dégât des eaux", "Fuite à l'étage"), "{kind}");
    }
}

#[test]
fn a_text_that_is_empty_gives_way_to_the_html() {
    let raw = "From: a@example.org\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n\
               --b\nContent-Type: text/html\n\n<p>Bonjour</p>\n--b--\n";
    assert_eq!(mail(raw).text, "Bonjour");
}

#[test]
fn the_head_says_who_and_to_what() {
    let mail = mail(
        "Delivered-To: sinistres@rives.example\nFrom: \"Durand, Anne\" <Anne.Durand@Example.ORG>\n\
         To: Sinistres <sinistres+abc@rives.example>\nCc: b@example.org\nMessage-ID: <m1@example.org>\n\
         In-Reply-To: <o2@rives.example>\nReferences: <o1@rives.example>\n <x@example.org> <o2@rives.example>\n\
         Unknown-Header: x\n\nbonjour\n",
    );
    assert_eq!(mail.id, "m1@example.org");
    assert_eq!(mail.from.as_deref(), Some("anne.durand@example.org"));
    assert_eq!(mail.recipients, ["sinistres@rives.example", "sinistres+abc@rives.example", "b@example.org"]);
    assert_eq!(mail.answers, ["o2@rives.example", "x@example.org", "o1@rives.example"]);
    assert_eq!(mail.nature, Nature::Person);
}

#[test]
fn a_sender_that_is_not_exactly_one_is_none() {
    for head in [
        "Subject: x",
        "From: nobody",
        "From: a@example.org, b@example.org",
        "From: a@example.org\nFrom: b@example.org",
        "From: <>",
        "From: undisclosed:;",
    ] {
        assert_eq!(mail(&format!("{head}\nX: y\n\nbonjour\n")).from, None, "{head}");
    }
}

#[test]
fn addresses_have_one_form() {
    for (address, form) in [
        (" <Anne@Example.org> ", Some("anne@example.org")),
        ("été@exemple.fr", Some("été@exemple.fr")),
        ("a+b@example.org.", Some("a+b@example.org")),
        ("a@localhost", None),
        ("@example.org", None),
        ("a b@example.org", None),
        ("a@b@example.org", None),
        ("a@example.org\r\nBcc: c@example.org", None),
    ] {
        assert_eq!(normalise(address).as_deref(), form, "{address}");
    }
    assert_eq!(normalise(&format!("{}@example.org", "a".repeat(300))), None);
}

#[test]
fn a_message_without_an_identifier_is_named_by_its_content() {
    let [one, again, other] = ["x", "x", "y"].map(|text| mail(&format!("From: a@example.org\n\n{text}\n")).id);
    assert!(one.starts_with("sha256:") && one == again && one != other, "{one} {other}");
    for id in ["", "a\0b@example.org", "é@example.org", &"x".repeat(300)] {
        let id = mail(&format!("From: a@example.org\nMessage-ID: <{id}>\n\nx\n")).id;
        assert!(id.starts_with("sha256:"), "{id:?}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let raw = [b"From: a@example.org\r\n\r\n".as_slice(), &vec![b'x'; super::MAX_BYTES]].concat();
    assert_eq!(read(raw.into()).await.unwrap_err(), Unreadable::TooLarge);
}

#[tokio::test]
async fn what_is_built_to_hurt_is_received_by_its_head() {
    let head = "From: a@example.org\nSubject: x\nMIME-Version: 1.0\n";
    let russian_doll: String =
        (0..20_000).map(|_| "Content-Type: message/rfc822\n\nFrom: a@example.org\nSubject: x\n".to_owned()).collect();
    let mut boundaries = String::new();
    for i in 0..20_000 {
        let _ = write!(boundaries, "Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n");
    }
    let digest = "Content-Type: multipart/digest; boundary=b\n\n--b\n\n".repeat(20_000);
    let many_headers = "a:\n".repeat(500_000);
    let many_parts = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(300_000));
    for (name, hostile) in [
        ("messages in messages", russian_doll),
        ("parts in parts", boundaries),
        ("digests in digests", digest),
        ("headers", many_headers),
        ("parts", many_parts),
    ] {
        let mail = read(format!("{head}{hostile}\n\nbonjour\n").into()).await.unwrap();
        assert_eq!((mail.from.as_deref(), names(&mail)), (Some("a@example.org"), vec!["x.eml"]), "{name}");
    }
    let deep_html = format!("{head}Content-Type: text/html\n\n{}bonjour", "<div><table><tr><td>".repeat(20_000));
    let read = read(deep_html.into()).await;
    let mail = read.unwrap();
    assert_eq!((mail.text.as_str(), names(&mail)), ("", vec!["x.eml"]), "deep HTML");
}

#[test]
fn an_ordinary_message_is_not_too_much() {
    let signature = "bonjour\n--\nAnne\nlyon\n".repeat(2000);
    assert!(!is_too_much(format!("From: a@example.org\n\n{signature}").as_bytes()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Parsing anything gives a message or an error, and the original is the message's last file.
    #[test]
    fn hostile_mail_does_not_panic(pieces in proptest::collection::vec(piece(), 1..30)) {
        let raw: Vec<u8> = pieces.concat();
        if let Ok(mail) = parse(&raw.clone().into()) {
            prop_assert!(bytes_of(&mail, mail.files.len() - 1).ends_with(&raw));
        }
    }
}

/// A piece of MIME, well formed or not.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "From: a@example.org\r\n",
        "From: =?utf-8?b?4oKs?= <",
        "Subject: =?iso-8859-1?q?=E9?= =?utf-8?b?",
        "Content-Type: multipart/mixed; boundary=\"b\"\r\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n",
        "Content-Type: text/html; charset=utf-16\r\n",
        "Content-Type: text/plain; charset=\"iso-2022-jp\"\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "Content-Disposition: attachment; filename*0*=utf-8''%e2%82; filename*1=\"",
        "\r\n\r\n",
        "\n",
        "--b\r\n",
        "--b--\r\n",
        "<blockquote><table><p>",
        "Le 20/11/2026 à 14:05, X a écrit :\r\n> ",
        "1. ",
        "=E9=\r\n",
        "\u{feff}",
    ]);
    prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

#[test]
fn a_photo_without_its_type_is_a_photo() {
    let jpeg = picture(80);
    for head in
        ["Content-Disposition: attachment; filename=\"fuite.jpg\"", "Content-Type: text/plain; name=\"fuite.jpg\""]
    {
        let raw = format!(
            "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nVoici\n--b\n{head}\nContent-Transfer-Encoding: base64\n\n{jpeg}\n--b--\n"
        );
        let mail = mail(&raw);
        assert_eq!((mail.text.as_str(), names(&mail)[0]), ("Voici", "fuite.jpg"), "{head}");
        assert!(bytes_of(&mail, 0).starts_with(b"\xff\xd8\xff"), "{head}");
        assert_eq!(mail.files.len(), 2, "{head}");
    }
}

#[test]
fn a_letter_says_when_it_was_sent() {
    let sent = |date: &str| mail(&format!("From: a@example.org\n{date}Subject: Fuite\n\nBonjour\n")).sent;
    assert_eq!(sent("Date: Mon, 16 Nov 2026 09:00:00 +0100\n"), Some(jiff::civil::date(2026, 11, 16)));
    assert_eq!((sent(""), sent("Date: hier\n")), (None, None));
}

#[test]
fn a_subject_in_raw_bytes_is_readable() {
    let raw = b"From: a@example.org\nSubject: D\xe9g\xe2t des eaux\nContent-Type: text/plain; charset=utf-8\n\nFuite \xe0 l'\xe9tage\n";
    let mail = parse(&raw.as_slice().into()).unwrap();
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Dégât des eaux", "Fuite à l'étage"));
}

#[test]
fn one_message_id_with_other_content_is_another_message() {
    let of = |body: &str| mail(&format!("From: a@example.org\nMessage-ID: <m@example.org>\n\n{body}\n"));
    let (first, again, other) = (of("un"), of("un"), of("deux"));
    assert_eq!((&first.id, &first.digest), (&again.id, &again.digest));
    assert_eq!(first.id, other.id);
    assert_ne!(first.digest, other.digest);
}

#[test]
fn a_name_with_a_comma_and_one_address_twice_are_one_sender() {
    for head in
        ["From: TEST, Jeanne <x@example.org>", "From: x@example.org\nFrom: X@example.org", "From: x@example.org"]
    {
        assert_eq!(mail(&format!("{head}\n\nbonjour\n")).from.as_deref(), Some("x@example.org"), "{head}");
    }
}

#[test]
fn html_without_line_breaks_keeps_its_lines_and_a_quotation_of_nobody() {
    let html = |subject: &str, html: &str| {
        mail(&format!("From: a@example.org\nSubject: {subject}\nContent-Type: text/html; charset=utf-8\n\n{html}\n"))
            .text
    };
    let answer = "<div>Non, personne.</div><div>L'eau est coupée.</div>\
                  <div>Le 19 nov. 2026 à 11:35, Sinistres &lt;s@example.org&gt; a écrit :</div>\
                  <blockquote>Y a-t-il un blessé ?</blockquote>";
    assert_eq!(html("Re: x", answer), "Non, personne.\nL'eau est coupée.");
    let list = html("Fuite", "<p>Dommages :</p><blockquote>canapé 1200 €<br>tapis 300 €</blockquote>");
    assert!(list.contains("canapé 1200 €") && list.contains("tapis 300 €"), "{list}");
}

#[test]
fn a_file_s_name_in_two_encoded_words_is_one_name() {
    let jpeg = picture(80);
    let head =
        "Content-Disposition: attachment;\n filename=\"=?utf-8?B?ZMOpZ8OidHMt?=\n =?utf-8?Q?cuisine=C3=A9.jpg?=\"";
    let raw = format!(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nVoici\n--b\n{head}\nContent-Transfer-Encoding: base64\n\n{jpeg}\n--b--\n"
    );
    assert_eq!(names(&mail(&raw))[0], "dégâts-cuisineé.jpg");
}

#[test]
fn what_outlook_packed_is_taken_out() {
    use base64::Engine as _;
    let attribute = |id: u32, data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap();
        [&[1][..], &id.to_le_bytes(), &length.to_le_bytes(), data, &[0, 0]].concat()
    };
    let packed = [
        &0x223E_9F78_u32.to_le_bytes()[..],
        &[1, 0],
        &attribute(0x0002_800C, b"Fuite au plafond\0"),
        &attribute(0x0001_8010, b"plafond.jpg\0"),
        &attribute(0x0006_800F, b"\xff\xd8\xff\xe0 photo"),
    ]
    .concat();
    let packed = base64::engine::general_purpose::STANDARD.encode(packed);
    let mail = mail(&format!(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Disposition: attachment; filename=winmail.dat\n\
         Content-Transfer-Encoding: base64\n\n{packed}\n--b--\n"
    ));
    assert_eq!(mail.text, "Fuite au plafond");
    assert_eq!(names(&mail)[0], "plafond.jpg");
    assert!(bytes_of(&mail, 0).starts_with(b"\xff\xd8\xff"));
}
