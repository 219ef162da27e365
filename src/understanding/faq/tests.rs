use super::*;

fn faq() -> Faq {
    let list = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    Faq::new(
        &FaqSource {
            told: Vec::new(),
            asking: list(&["combien", "quelle", "est ce que"]),
            cuts: list(&["est ce que"]),
            stop: list(&["le", "la", "de", "est", "ma", "mon", "l", "que", "ce", "dois", "je"]),
            weak: list(&["combien"]),
            synonyms: vec![list(&["franchise", "reste à ma charge"]), list(&["expert", "expertise"])],
            entries: vec![
                list(&["quelle est ma franchise", "combien de franchise"]),
                list(&["qui paie l'expert"]),
                list(&["puis-je jeter les objets abîmés"]),
            ],
        },
        &Lexicon::default(),
    )
}

#[test]
fn a_question_is_found_in_other_words_and_with_mistakes() {
    let faq = faq();
    for (text, entry) in [
        ("c'est quoi la franchise", 0),
        ("combien reste à ma charge", 0),
        ("ma franchize ?", 0),
        ("l'expertise, qui la paie", 1),
        ("je jette les objets abimes ?", 2),
    ] {
        assert_eq!(faq.find(text).first().map(|hit| hit.entry), Some(entry), "{text}");
    }
    assert!(faq.find("le train de Lyon").first().is_none_or(|hit| hit.score < 0.3));
    assert!(faq.find("").is_empty());
}

#[test]
fn a_question_is_cut_from_what_stands_before_it() {
    let faq = faq();
    assert_eq!(faq.clauses("j'ai une fuite, combien de franchise ?"), ["j'ai une fuite,", "combien de franchise ?"]);
    assert_eq!(
        faq.clauses("fuite chez moi est ce que je dois attendre"),
        ["fuite chez moi", "est ce que je dois attendre"]
    );
    assert_eq!(faq.clauses("on ne sait pas combien ça coûte"), ["on ne sait pas combien ça coûte"]);
}

#[test]
fn a_text_that_asks_is_known() {
    let faq = faq();
    assert!(faq.asks("quelle franchise") && faq.asks("ma franchise ?") && !faq.asks("la franchise est chère"));
}
