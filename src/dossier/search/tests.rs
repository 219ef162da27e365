use super::*;

#[test]
fn words_are_folded_alike_however_they_are_written() {
    for text in ["Zoé LE GŒFF", "zoe le goeff", "  ZOÉ/le_gœff. "] {
        assert_eq!(words(text), ["zoe", "le", "goeff"], "{text}");
    }
    assert_eq!(words("K7QF-93MX"), ["k7qf", "93mx"]);
    assert_eq!(words("Straße Łódź Ørsted"), ["strasse", "lodz", "orsted"]);
    assert_eq!(words("100 %"), ["100"]);
    assert!(words("_-%!").is_empty());
    assert_eq!(words(&"a ".repeat(50)).len(), MAX_WORDS);
}

#[test]
fn each_word_begins_a_key() {
    assert_eq!(keys("Jeanne du Petit").collect::<Vec<_>>(), ["jeanne du petit", "du petit jeanne", "petit jeanne du"]);
    assert_eq!(keys(&"é".repeat(200)).next().map(|key| key.len()), Some(MAX_LETTERS));
    assert_eq!(keys("--").count(), 0);
}
