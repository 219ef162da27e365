use super::*;

#[test]
fn recognises_by_content() {
    let ftyp = |brand: &[u8; 4]| [b"\0\0\0\x18ftyp", brand.as_slice(), b"\0\0\0\0mif1heic"].concat();
    for (head, kind) in [
        (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), Some(MediaType::Jpeg)),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Some(MediaType::Png)),
        (b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), Some(MediaType::Webp)),
        (ftyp(b"heic"), Some(MediaType::Heif)),
        (ftyp(b"mif1"), Some(MediaType::Heif)),
        (ftyp(b"mp42"), Some(MediaType::Mp4)),
        (ftyp(b"isom"), Some(MediaType::Mp4)),
        (ftyp(b"qt  "), Some(MediaType::Quicktime)),
        (b"%PDF-1.7\n".to_vec(), Some(MediaType::Pdf)),
        (ftyp(b"M4A "), Some(MediaType::M4a)),
        (b"ID3\x03\0\0\0\0\0\0".to_vec(), Some(MediaType::Mp3)),
        ([b"OggS\0\x02".as_slice(), &[0; 22], b"OpusHead\x01\x01"].concat(), Some(MediaType::Ogg)),
        (b"MZ\x90\0\x03\0\0\0".to_vec(), None),
        (b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), None),
        (b"PK\x03\x04".to_vec(), None),
        (b"Return-Path: <a@example.org>\r\nReceived: ".to_vec(), Some(MediaType::Email)),
        (b"X-Original-To: b@example.org\n".to_vec(), Some(MediaType::Email)),
        (b"Bonjour: je vous \xe9cris".to_vec(), None),
        (b"bonjour".to_vec(), None),
    ] {
        assert_eq!(MediaType::sniff(&head).ok(), kind, "{:?}", String::from_utf8_lossy(&head));
    }
}

#[test]
fn names_are_the_serialised_form() {
    for kind in MediaType::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        assert_eq!(kind.name().parse::<MediaType>().unwrap(), kind);
    }
}
