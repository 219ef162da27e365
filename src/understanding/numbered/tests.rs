use crate::understanding::tests::vocabulary;

#[test]
fn answers_are_found_by_their_numbers_or_line_by_line() {
    let vocabulary = vocabulary();
    let cases = [
        ("1. non\n2. hier soir\n3. 800 euros", "", vec![(0, "non"), (1, "hier soir"), (2, "800 euros")]),
        ("Bonjour,\n3) oui\n1 - non", "Bonjour,\n", vec![(2, "oui"), (0, "non")]),
        ("1. non 2. hier soir, 3) oui", "", vec![(0, "non"), (1, "hier soir"), (2, "oui")]),
        ("C'était le 3/11 vers 18 h.", "C'était le 3/11 vers 18 h.", vec![]),
        ("3-11-2026", "3-11-2026", vec![]),
        ("7. rien", "7. rien", vec![]),
        ("non\n\nhier soir\npasser", "", vec![(0, "non"), (1, "hier soir"), (2, "passer")]),
        ("non, hier soir", "non, hier soir", vec![]),
    ];
    for (text, rest, parts) in cases {
        assert_eq!(vocabulary.answers(text, 3), (rest, parts), "{text}");
    }
}
