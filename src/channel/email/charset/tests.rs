use mail_parser::MessageParser;

use super::{decoded, unflowed};

#[test]
fn what_the_bytes_say_counts_before_what_was_declared() {
    let latin = b"D\xe9g\xe2t des eaux";
    let utf8 = "Dégât des eaux".as_bytes();
    for (bytes, declared) in [
        (latin.as_slice(), Some("utf-8")),
        (utf8, Some("iso-8859-1")),
        (utf8, Some("us-ascii")),
        (latin, None),
        (utf8, None),
        (latin, Some("x-nobody-knows")),
        (utf8, Some("x-nobody-knows")),
    ] {
        assert_eq!(decoded(bytes, declared), "Dégât des eaux", "{declared:?}");
    }
}

#[test]
fn charsets_of_asia_are_read() {
    for (bytes, declared, text) in [
        (b"\x90\x85\x98\x52\x82\xea".as_slice(), "Shift_JIS", "水漏れ"),
        (b"\xb4\xa9\xbc\xf6", "EUC-KR", "누수"),
        (b"\xc2\xa9\xcb\xae", "GB2312", "漏水"),
        (b"\xba\x7c\xa4\xf4", "Big5", "漏水"),
        (b"\x1b$B?eO3$l\x1b(B", "ISO-2022-JP", "水漏れ"),
        (b"n\xb0\xf5c", "windows-1258", "n°ơc"),
    ] {
        assert_eq!(decoded(bytes, Some(declared)), text, "{declared}");
    }
}

#[test]
fn softly_broken_lines_are_one_paragraph() {
    let raw = b"From: a@example.org\nContent-Type: text/plain; format=flowed\n\nx\n";
    let message = MessageParser::default().parse(raw.as_slice()).unwrap();
    let kind = mail_parser::MimeHeaders::content_type(message.root_part());
    let text = "L'eau coule \ndu plafond depuis \nhier soir.\n\nMerci\n-- \nAnne\n> Quand \n> est-ce ?\n oui";
    let whole = "L'eau coule du plafond depuis hier soir.\n\nMerci\n-- \nAnne\n> Quand est-ce ?\noui";
    assert_eq!(unflowed(text, kind).as_deref(), Some(whole));
    assert_eq!(unflowed(text, None), None);
}
