use super::*;

fn source(name: &str, examples: &[&str], rules: &[&str], unless: &[&str]) -> IntentSource {
    let compiled = |patterns: &[&str]| patterns.iter().map(|pattern| Rule::new(pattern).unwrap()).collect();
    IntentSource {
        name: name.to_owned(),
        examples: examples.iter().map(|&example| example.to_owned()).collect(),
        rules: compiled(rules),
        unless: compiled(unless),
    }
}

fn small() -> Intents {
    let lexicon = Lexicon {
        spellings: vec![("g".into(), "j ai".into()), ("ds".into(), "dans".into())],
        concepts: vec![("broken".into(), vec!["cass".into(), "bris".into(), "pete".into()])],
    };
    Intents::new(
        vec![
            source("emergency", &["au feu"], &[r"\bgaz\b"], &[r"\bpas de gaz\b"]),
            source("leak", &["j'ai une fuite d'eau", "ça coule dans la cuisine", "le tuyau fuit"], &[], &[]),
            source("glass", &["la vitre est cassée", "fenêtre brisée", "carreau cassé"], &[], &[]),
        ],
        &lexicon,
    )
}

#[test]
fn what_was_learnt_is_recognised_in_other_words() {
    let intents = small();
    for (text, intent) in
        [("g une fuite ds le salon", "leak"), ("mon carreau est pété", "glass"), ("la fenetre s'est brisee", "glass")]
    {
        assert_eq!(intents.classify(text)[0].intent, intent, "{text}");
    }
}

#[test]
fn probabilities_are_ordered_and_add_up_to_one() {
    let intents = small();
    for text in ["fuite", "vitre", "ça sent le gaz", "zzz", "1 250,50 €", "مرحبا"] {
        let scores = intents.classify(text);
        let sum: f32 = scores.iter().map(|score| score.score).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{text}: {sum}");
        assert!(scores.is_sorted_by(|one, other| one.score >= other.score), "{text}");
    }
    assert!(intents.classify("").is_empty());
}

#[test]
fn a_rule_decides_unless_it_is_taken_back() {
    let intents = small();
    let best = intents.classify("la vitre est cassée et ça sent le gaz")[0];
    assert_eq!((best.intent, best.by_rule), ("emergency", true));
    assert!(best.score > 0.9);
    assert!(!intents.classify("la vitre est cassée, pas de gaz")[0].by_rule);
}

#[test]
fn the_same_examples_give_the_same_model() {
    let (one, other) = (small(), small());
    let scores = |intents: &Intents| -> Vec<(String, u32)> {
        intents
            .classify("une fuite a brisé ma fenêtre")
            .iter()
            .map(|s| (s.intent.to_owned(), s.score.to_bits()))
            .collect()
    };
    assert_eq!(scores(&one), scores(&other));
}

#[test]
fn an_example_that_is_added_is_learnt() {
    let intents = small();
    let text = "le bidule du toit a lâché";
    let taught = intents.with_examples([(text, "leak"), ("rien", "no such intent")]);
    assert_eq!(taught.examples(), intents.examples() + 1);
    assert_eq!(taught.classify(text)[0].intent, "leak");
    assert!(taught.classify(text)[0].score > intents.classify(text).iter().find(|s| s.intent == "leak").unwrap().score);
}

#[test]
fn what_is_taught_takes_the_place_of_what_was_taught_before() {
    let intents = small();
    let text = "le bidule du toit a lâché";
    let leak = || intents.classify(text).iter().find(|score| score.intent == "leak").unwrap().score;
    let untaught = leak();
    intents.teach([(text, "leak"), ("rien", "no such intent")]);
    assert_eq!(intents.classify(text)[0].intent, "leak");
    assert!(leak() > untaught);
    intents.teach([]);
    assert!((leak() - untaught).abs() < f32::EPSILON, "the same examples give the same model");
}

#[test]
fn a_message_is_cut_into_sentences_where_they_end() {
    assert_eq!(
        sentences("Bonjour, fuite à 14.30 chez M. Petit. Quelle est ma franchise ?? Merci"),
        ["Bonjour, fuite à 14.30 chez M. Petit.", "Quelle est ma franchise ??", "Merci"]
    );
    assert_eq!(sentences("une fuite\nj'ai quoi comme délai"), ["une fuite", "j'ai quoi comme délai"]);
    assert!(sentences(" … ?! ").is_empty());
}

#[test]
fn hostile_texts_are_read_in_one_breath() {
    let intents = small();
    for text in ["a".repeat(100_000), "é ".repeat(50_000), "\u{202e}\0\u{feff}".repeat(3_000), "?!".repeat(9_000)] {
        intents.classify(&text);
    }
}
