use super::*;

fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![level];
    bytes.extend(id.to_le_bytes());
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes.extend([0, 0]);
    bytes
}

fn file(attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_le_bytes().to_vec();
    bytes.extend([1, 0]);
    bytes.extend(attributes.concat());
    bytes
}

fn bytes_of(file: &File) -> &[u8] {
    match &file.content {
        Content::Bytes(bytes) => bytes,
        Content::Media(_) => &[],
    }
}

#[test]
fn text_and_files_are_taken_out() {
    let file = file(&[
        attribute(1, CODE_PAGE, &1252_u32.to_le_bytes()),
        attribute(1, BODY, b"D\xe9g\xe2t des eaux\0"),
        attribute(2, FILE_BEGINS, &[0; 14]),
        attribute(2, FILE_NAME, b"plafond.jpg\0"),
        attribute(2, FILE_DATA, b"\xff\xd8\xff photo"),
        attribute(2, FILE_BEGINS, &[0; 14]),
        attribute(2, FILE_DATA, b"%PDF-1.7"),
        attribute(2, FILE_NAME, b"devis.pdf\0"),
    ]);
    let found = read(&file).unwrap();
    assert_eq!(found.text, "Dégât des eaux");
    let files: Vec<(&str, &[u8])> = found.files.iter().map(|file| (file.name.as_str(), bytes_of(file))).collect();
    assert_eq!(files, [("plafond.jpg", b"\xff\xd8\xff photo".as_slice()), ("devis.pdf", b"%PDF-1.7".as_slice())]);
}

#[test]
fn the_text_is_found_among_the_properties() {
    let text: Vec<u8> = "Fuite au plafond\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut properties = 2_u32.to_le_bytes().to_vec();
    properties.extend([0x03, 0x00, 0x17, 0x00, 1, 0, 0, 0]);
    properties.extend([0x1F, 0x00, 0x00, 0x10, 1, 0, 0, 0]);
    properties.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    properties.extend(text);
    let found = read(&file(&[attribute(1, PROPERTIES, &properties)])).unwrap();
    assert_eq!(found.text, "Fuite au plafond");
}

#[test]
fn what_is_cut_or_of_another_format_does_no_harm() {
    assert!(read(b"%PDF-1.7").is_none());
    assert!(read(b"").is_none());
    let whole = file(&[attribute(1, BODY, b"Bonjour\0"), attribute(2, FILE_DATA, b"photo")]);
    for end in 0..whole.len() {
        let found = read(&whole[..end]).unwrap_or_default();
        assert!(found.files.iter().all(|file| bytes_of(file) == b"photo"), "a file is whole or not there");
    }
    let mut lying = file(&[attribute(1, BODY, b"Bonjour\0")]);
    lying.extend([2, 0x0F, 0x80, 0x06, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 1]);
    assert_eq!(read(&lying).unwrap().text, "Bonjour");
}
