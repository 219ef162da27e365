use super::*;

#[test]
fn the_longest_phrase_is_found_and_gaps_are_told() {
    let mut book = PhraseBook::default();
    for (phrase, tag) in [("y a * feu", 1), ("y a", 2), ("suis|est blessé", 3)] {
        book.add(phrase, tag);
    }
    let text = Text::new("il y a encore le feu");
    assert_eq!(book.find(&text), Some((1, Match { tag: 1, end: 6, gap: (3, 5) })));
    assert_eq!(book.find(&Text::new("il y a une fuite")).map(|(_, found)| found.tag), Some(2));
    assert_eq!(book.find(&Text::new("Je suis blessé")).map(|(_, found)| found.tag), Some(3));
    assert_eq!(book.find(&Text::new("rien")), None);
}
