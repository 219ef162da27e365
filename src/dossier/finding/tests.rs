use super::*;

fn finds(search: &str, text: &str) -> bool {
    let (search, terms) = (Search::of(search), terms(text));
    search
        .alternatives
        .iter()
        .any(|places| places.iter().all(|place| place.iter().any(|word| begins_any(&terms, word))))
}

#[test]
fn what_is_known_is_found_in_any_spelling() {
    for (search, text) in [
        ("182zgtj1", "182Z-GTJ1"),
        ("182Z GTJ1", "182Z-GTJ1"),
        ("l82zgtji", "182Z-GTJ1"),
        ("182zg", "182Z-GTJ1"),
        ("06 12 34 56 78", "+33612345678"),
        ("0612345678", "+33612345678"),
        ("06.12.34", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+32 475 12 34 56", "+32475123456"),
        ("ab 123 cd", "AB-123-CD"),
        ("AB123CD", "AB-123-CD"),
        ("petit jeanne", "Jeanne Petit"),
        ("JEA PET", "Jeanne Petit"),
        ("oeuv", "Marc Œuvrard"),
        ("Élé", "Eleonore"),
        ("jeanne.petit@example.fr", "jeanne.petit@example.fr"),
        ("jeanne.petit@ex", "jeanne.petit@example.fr"),
        ("l'eau", "L’eau coule"),
        ("qu'elle coule", "elle coule"),
        ("SIN-2026-0042", "Contrat SIN-2026-0042"),
        ("sin20260042", "SIN-2026-0042"),
        ("李", "李雷"),
    ] {
        assert!(finds(search, text), "{search:?} in {text:?}: {:?} {:?}", Search::of(search), terms(text));
    }
    for (search, text) in [("petit marc", "Jeanne Petit"), ("0712345678", "+33612345678"), ("eau", "bateau")] {
        assert!(!finds(search, text), "{search:?} in {text:?}");
    }
}

#[test]
fn nothing_to_search_for_is_empty_and_the_longest_search_has_an_end() {
    for nothing in ["", "  ", "\"'*()", "🙂🔥", "- : ^ ~"] {
        assert!(Search::of(nothing).is_empty(), "{nothing}");
    }
    assert_eq!(Search::of("l'").words(), ["l"]);
    let long = Search::of(&"mot ".repeat(3000));
    assert!(long.words().len() <= MAX_WORDS);
    assert!(Search::of(&"x".repeat(10_000)).words()[0].len() <= MAX_WORD);
    // Whatever stands in a search, only letters and digits are asked for.
    for hostile in ["a\" OR \"b", "NEAR(a b)", "'; DROP TABLE dossier; --", "a:* & !b", "\\'", "NOT x"] {
        let search = Search::of(hostile);
        assert!(search.alternatives.iter().flatten().flatten().all(|word| word.chars().all(char::is_alphanumeric)));
    }
}

#[test]
fn a_reference_and_a_telephone_number_are_read_at_once() {
    for text in ["182zgtj1", "182Z-GTJ1", "l82z gtji"] {
        assert_eq!(Search::of(text).reference().as_deref(), Some("182Z-GTJ1"), "{text}");
    }
    assert_eq!(Search::of("martin").reference(), None);
    assert_eq!(Search::of("06 12 34 56 78").phones(), ["+33612345678"]);
    assert!(Search::of("0033 6 12 34").phones().contains(&"+3361234".to_owned()));
    assert!(Search::of("martin 12").phones().is_empty());
}

#[test]
fn what_was_found_is_marked() {
    let shown = |text: &str, search: &str, quote: bool| {
        let pieces = marked(text, &Search::of(search), quote);
        pieces
            .iter()
            .map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect::<String>()
    };
    assert_eq!(shown("Jeanne Petit-Œuvrard", "oeuv jea", false), "[Jeanne] Petit-[Œuvrard]");
    assert_eq!(shown("+33 6 12 34 56 78", "0612", false), "[+33 6 12 34 56 78]");
    assert_eq!(shown("L’eau coule", "l'eau", false), "L’[eau] coule");
    let long = format!("{} la fuite vient du toit {}", "mot ".repeat(50), "fin ".repeat(80));
    let quoted = shown(&long, "fuite", true);
    assert!(quoted.starts_with('…') && quoted.contains("la [fuite] vient") && quoted.ends_with('…'), "{quoted}");
    assert!(quoted.chars().count() < 200);
}

#[test]
fn two_words_one_mistake_apart_meet() {
    let meet = |one: &str, other: &str| !near_keys(one).is_disjoint(&near_keys(other));
    for (typed, meant) in [("dupond", "dupont"), ("matrin", "martin"), ("duponnt", "dupont"), ("marsille", "marseille")]
    {
        assert!(meet(typed, meant), "{typed}");
    }
    assert!(!meet("dupont", "martin"));
    let fields = [SearchField { name: "holder".into(), text: "Jeanne Œuvrard, 12 r. 44000".into() }];
    assert_eq!(near_words(&fields).into_iter().collect::<Vec<_>>(), ["jeanne", "oeuvrard"]);
}
