use super::*;

#[test]
fn instants_are_told_in_paris() {
    let when = When("2026-07-01T22:05:00Z".parse().unwrap());
    assert_eq!((when.day().as_str(), when.clock().as_str()), ("02/07/2026", "00:05"));
    assert_eq!(when.iso(), "2026-07-01T22:05:00Z");
}

#[test]
fn a_french_number_is_told_in_pairs() {
    assert_eq!(phone("+33639980101"), "06\u{a0}39\u{a0}98\u{a0}01\u{a0}01");
    assert_eq!(phone("+3228880101"), "+3228880101");
}

#[test]
fn lengths_are_rounded_down() {
    let then = When("2026-07-01T10:00:00Z".parse().unwrap());
    for (now, ago) in [
        ("2026-07-01T09:00:00Z", Ago::Now),
        ("2026-07-01T10:00:59Z", Ago::Now),
        ("2026-07-01T10:59:59Z", Ago::Minutes(59)),
        ("2026-07-01T11:00:00Z", Ago::Hours(1)),
        ("2026-07-03T09:59:00Z", Ago::Hours(47)),
        ("2026-07-03T10:00:00Z", Ago::Days(2)),
    ] {
        assert_eq!(then.since(now.parse().unwrap()), ago, "{now}");
    }
}

#[test]
fn amounts_are_written_the_french_way() {
    assert_eq!(euros(125_050), "1\u{a0}250,50\u{a0}€");
    assert_eq!(euros(80_000), "800\u{a0}€");
    assert_eq!(euros(-5), "−0,05\u{a0}€");
    assert_eq!(euros(12_345_678_900), "123\u{a0}456\u{a0}789\u{a0}€");
}
