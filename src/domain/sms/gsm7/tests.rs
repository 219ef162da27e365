use super::{BASIC, EXTENDED, decode, encode, septets};

#[test]
fn every_letter_comes_back() {
    let all: String = BASIC.iter().filter(|letter| **letter != '\u{1b}').collect();
    assert_eq!(decode(&encode(&all).unwrap()), all);
    let extended: String = EXTENDED.iter().map(|(_, letter)| letter).collect();
    let codes = encode(&extended).unwrap();
    assert_eq!((codes.len(), decode(&codes)), (20, extended));
}

#[test]
fn known_codes() {
    assert_eq!(encode("@é à€").unwrap(), [0x00, 0x05, 0x20, 0x7f, 0x1b, 0x65]);
    assert_eq!((septets('a'), septets('€'), septets('ç'), septets('\u{1b}')), (Some(1), Some(2), None, None));
    assert_eq!(encode("ça"), None);
}

#[test]
fn what_is_not_of_the_alphabet_is_read_as_well_as_it_can_be() {
    assert_eq!(decode(&[0x1b, 0x41, 0x1b]), "A");
    assert_eq!(decode(&[0x80]), "\u{fffd}");
}
