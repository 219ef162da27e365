use super::*;

fn rules(written: &[&str]) -> Vec<Rule> {
    written.iter().map(|written| Rule::new(written).unwrap()).collect()
}

#[test]
fn a_word_is_what_stands_between_blanks() {
    let rule = Rule::new(r"\b(sent|odeurs?) (?:\w+ ){0,2}gaz\b").unwrap();
    for (text, matches) in [
        ("ca sent le gaz", true),
        ("une odeur tres forte gaz", true),
        ("une odeur de tres fort gaz", false),
        ("odeur газ gaz", true),
        ("sent ? gaz", false),
    ] {
        assert_eq!(rule.is_match(text), matches, "{text}");
    }
    assert!(Rule::new(r"a\\w").unwrap().is_match(r"a\w"), "a backslash is escaped, and the letter stands for itself");
    assert!(Rule::new("(").is_err());
}

#[test]
fn a_rule_is_asked_where_the_text_holds_a_piece_of_it() {
    let written =
        [r"\b(sent|sens) (?:\w+ ){0,3}gaz\b", r"^\d+$", r"\b(annul\w+|retire)\b", r"x?y*", r"(?:au )+secours"];
    let index = RuleIndex::new(&rules(&written));
    let candidates =
        |text: &str| -> Vec<usize> { (0..written.len()).filter(|&at| index.candidates(text)[at]).collect() };
    assert_eq!(candidates("bonjour"), [1, 3], "these tell no piece");
    assert_eq!(candidates("ca sent"), [0, 1, 3]);
    assert_eq!(candidates("je veux annuler au secours"), [1, 2, 3, 4]);
}

/// What is not asked would not have matched: of the flows' own rules and examples.
#[test]
fn no_rule_is_passed_over_that_matches() {
    let flows = include_str!("../../../flows/intents.yaml");
    let quoted = flows.lines().filter_map(|line| line.trim().strip_prefix("- '")?.strip_suffix('\''));
    let rules: Vec<Rule> = quoted.map(|written| Rule::new(written).unwrap()).collect();
    assert!(rules.len() > 80, "the rules of the flows were not found: {}", rules.len());
    let index = RuleIndex::new(&rules);
    let mut matched = 0;
    for line in flows.lines() {
        let text = crate::understanding::text::words_of(line).join(" ");
        let candidates = index.candidates(&text);
        for (rule, is_candidate) in rules.iter().zip(candidates) {
            let matches = rule.is_match(&text);
            matched += usize::from(matches);
            assert!(is_candidate || !matches, "{rule:?} matches {text}");
        }
    }
    assert!(matched > 200, "too few rules matched to prove anything: {matched}");
}
