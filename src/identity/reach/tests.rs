use super::*;

#[test]
fn a_reach_reads_back_as_it_was_written() {
    for (text, holds, misses) in [
        ("*", vec!["demo", "x"], vec![]),
        ("|", vec![], vec!["demo", ""]),
        ("|demo|phare|", vec!["demo"], vec!["dem", "x"]),
    ] {
        let reach: Reach = text.parse().unwrap();
        assert_eq!(reach.to_string(), text);
        assert!(holds.iter().all(|code| reach.holds(code)) && !misses.iter().any(|code| reach.holds(code)), "{text}");
    }
    for wrong in ["", "demo", "|demo", "demo|"] {
        assert!(wrong.parse::<Reach>().is_err(), "{wrong}");
    }
}

#[test]
fn a_code_with_a_bar_opens_nothing() {
    assert_eq!(["a|b", "", "c"].into_iter().collect::<Reach>(), ["c"].into_iter().collect());
}
