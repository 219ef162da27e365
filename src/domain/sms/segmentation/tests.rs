use proptest::{prelude::any, proptest, strategy::Strategy as _};

use super::{Alphabet, segment};

/// Alphabet, units, and the length in letters of each part.
fn shape(text: &str) -> (Alphabet, usize, Vec<usize>) {
    let segments = segment(text);
    (segments.alphabet, segments.units, segments.parts.iter().map(|part| part.chars().count()).collect())
}

#[test]
fn the_limits_of_each_alphabet() {
    for (text, expected) in [
        (String::new(), (Alphabet::Gsm7, 0, vec![0])),
        ("é".repeat(160), (Alphabet::Gsm7, 160, vec![160])),
        ("é".repeat(161), (Alphabet::Gsm7, 161, vec![153, 8])),
        ("€".repeat(80), (Alphabet::Gsm7, 160, vec![80])),
        ("ç".repeat(70), (Alphabet::Ucs2, 70, vec![70])),
        ("ç".repeat(71), (Alphabet::Ucs2, 71, vec![67, 4])),
        ("a".repeat(153 * 2), (Alphabet::Gsm7, 306, vec![153, 153])),
    ] {
        assert_eq!(shape(&text), expected);
    }
}

#[test]
fn pairs_stay_together() {
    // The 153rd septet would be the escape of "€".
    assert_eq!(shape(&format!("{}€{}", "a".repeat(152), "b".repeat(20))).2, [152, 21]);
    // The 67th unit would be the first half of the surrogate pair.
    assert_eq!(shape(&format!("{}🔥{}", "ç".repeat(66), "b".repeat(20))).2, [66, 21]);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_no_part_is_too_long(text in any::<Vec<char>>().prop_map(String::from_iter)) {
        let segments = segment(&text);
        assert_eq!(segments.parts.concat(), text);
        let most = if segments.parts.len() == 1 { segments.alphabet.alone() } else { segments.alphabet.part() };
        for part in &segments.parts {
            assert!(part.chars().map(|letter| segments.alphabet.units(letter)).sum::<usize>() <= most);
        }
    }
}
