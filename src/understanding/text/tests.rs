use super::*;

#[test]
fn tokens_are_folded_and_remember_where_they_stood() {
    let text = Text::new("L’ÉTÉ à 18h30, peut-être 1 250,50 €");
    let tokens: Vec<&str> = (0..text.len()).map(|at| text.str(at)).collect();
    assert_eq!(tokens, ["l", "ete", "a", "18", "h", "30", ",", "peut", "etre", "1", "250", ",", "50", "€"]);
    assert_eq!(text.written(1..3), "ÉTÉ à");
    assert!(text.is_glued(4) && !text.is_glued(3));
}

#[test]
fn hyphens_stay_beside_digits() {
    let text = Text::new("AB-123-CD");
    let tokens: Vec<&str> = (0..text.len()).map(|at| text.str(at)).collect();
    assert_eq!(tokens, ["ab", "-", "123", "-", "cd"]);
    assert_eq!(text.tokens_of(0..2), 0..1);
    assert_eq!(text.tokens_of(0..9), 0..5);
}

#[test]
fn any_text_is_cut_without_panic() {
    for hostile in ["", "\u{202e}abc", "🙂🙂", "مرحبا عندي تسرب", "e\u{301}\u{301}\u{301}", "İIı", "\0\u{feff}\n"]
    {
        let text = Text::new(hostile);
        for at in 0..text.len() {
            assert!(!text.str(at).is_empty(), "{hostile:?}");
        }
    }
    assert_eq!(Text::new(&"é".repeat(100_000)).len(), 1);
}
